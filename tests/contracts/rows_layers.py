"""Rows of layers."""

from __future__ import annotations

from contracts.row import Case
from infojax import layers

ROWS = [
    Case(
        "layers.spectral_normalise",
        lambda matrix, left: layers.spectral_normalise(matrix, left, steps=2),
        lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=3)),
        bad=("integer", "rank"),
        arguments=("matrix", "left"),
    ),
]

TYPES = {
    f"layers.{name}"
    for name in (
        "GaussianCode",
        "GaussianHead",
        "MLP",
        "Linear",
        "ResidualMLP",
        "SpectralLinear",
        "SpectralNorm",
        "advance",
    )
}
