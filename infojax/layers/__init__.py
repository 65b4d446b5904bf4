"""Small Flax NNX modules that critics, encoders and losses are built from.

Parameters are float32 and are used in the dtype of the inputs.
"""

from infojax.layers._linear import Linear, SpectralLinear, advance
from infojax.layers._perceptron import MLP, ResidualMLP
from infojax.layers._prototypes import GaussianPrototypes
from infojax.layers._spectral import SpectralNorm, spectral_normalise

__all__ = [
    "MLP",
    "GaussianPrototypes",
    "Linear",
    "ResidualMLP",
    "SpectralLinear",
    "SpectralNorm",
    "advance",
    "spectral_normalise",
]
