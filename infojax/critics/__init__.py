"""Critics: Flax NNX modules that score pairs, ``[n, dx]``, ``[m, dy]`` to ``[n, m]``.

Some score by a free function of x and y. ``*_encoder`` are models of a conditional
density and score by ``log q(y_j | x_i)``; ``*_density`` are models of y alone.

Each constructor returns a function of ``nnx.Rngs``, so that an estimator can build the
critic from its own key. The perceptrons inside are from ``layers``.
"""

from infojax.critics._categorical import CategoricalEncoder, categorical_encoder
from infojax.critics._critics import (
    Bilinear,
    Concatenated,
    Separable,
    bilinear,
    concatenated,
    separable,
)
from infojax.critics._encoders import (
    GaussianEncoder,
    MixtureEncoder,
    gaussian_encoder,
    mixture_encoder,
)
from infojax.critics._hybrid import Hybrid, hybrid
from infojax.critics._marginals import (
    CategoricalDensity,
    MixtureDensity,
    categorical_density,
    mixture_density,
)

__all__ = [
    "Bilinear",
    "CategoricalDensity",
    "CategoricalEncoder",
    "Concatenated",
    "GaussianEncoder",
    "Hybrid",
    "MixtureDensity",
    "MixtureEncoder",
    "Separable",
    "bilinear",
    "categorical_density",
    "categorical_encoder",
    "concatenated",
    "gaussian_encoder",
    "hybrid",
    "mixture_density",
    "mixture_encoder",
    "separable",
]
