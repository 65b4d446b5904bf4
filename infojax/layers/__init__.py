"""Small Flax NNX modules that critics, encoders and losses are built from.

Parameters are float32 and are used in the dtype of the inputs.
"""

from infojax.layers._attention import ScaledResidual, SelfAttention
from infojax.layers._gaussian import GaussianCode, GaussianHead
from infojax.layers._linear import Linear, SpectralLinear, WeightNormLinear, advance
from infojax.layers._perceptron import MLP, ResidualMLP
from infojax.layers._prototypes import GaussianPrototypes
from infojax.layers._spectral import SpectralNorm, spectral_normalise

__all__ = [
    "MLP",
    "GaussianCode",
    "GaussianHead",
    "GaussianPrototypes",
    "Linear",
    "ResidualMLP",
    "ScaledResidual",
    "SelfAttention",
    "SpectralLinear",
    "SpectralNorm",
    "WeightNormLinear",
    "advance",
    "spectral_normalise",
]
