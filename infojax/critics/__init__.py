"""Critics: Flax NNX modules that score pairs, ``[n, dx]``, ``[m, dy]`` to ``[n, m]``.

Each constructor returns a function of ``nnx.Rngs``, so that an estimator can build the
critic from its own key. Parameters are float32 and are used in the dtype of the inputs.
"""

from infojax.critics._critics import (
    Bilinear,
    Concatenated,
    Separable,
    bilinear,
    concatenated,
    separable,
)
from infojax.critics._hybrid import Hybrid, hybrid
from infojax.critics._layers import (
    MLP,
    Linear,
    ResidualMLP,
    SpectralLinear,
    advance,
)
from infojax.critics._spectral import SpectralNorm, spectral_normalise

__all__ = [
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
    "bilinear",
    "concatenated",
    "hybrid",
    "separable",
    "spectral_normalise",
]
