"""Rows of critics and of the estimators that train them."""

from __future__ import annotations

from flax import nnx

from contracts.row import Case, two
from infojax import critics


def critic(name: str, make) -> Case:
    """Row of a critic: columns wider than the module takes are an error."""
    module = make(nnx.Rngs(0))
    return Case(
        f"critics.{name}",
        lambda x, y: module(x, y),
        two(),
        smooth=(0, 1),
        bad=("integer", "rank", "empty", "width"),
        arguments=("x", "y"),
    )


ROWS = [
    critic("separable", critics.separable(2, 2, width=8, features=4)),
    critic("bilinear", critics.bilinear(2, 2)),
    critic("concatenated", critics.concatenated(2, 2, width=8)),
    critic("hybrid", critics.hybrid(2, 2, width=8, features=4, head_width=8)),
    Case(
        "critics.spectral_normalise",
        lambda matrix, left: critics.spectral_normalise(matrix, left, steps=2),
        lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=3)),
        bad=("integer", "rank"),
        arguments=("matrix", "left"),
    ),
]

TYPES = {
    f"critics.{name}"
    for name in (
        "MLP",
        "Bilinear",
        "Concatenated",
        "Hybrid",
        "Linear",
        "ResidualMLP",
        "Separable",
        "SpectralLinear",
        "SpectralNorm",
        "advance",
    )
}
