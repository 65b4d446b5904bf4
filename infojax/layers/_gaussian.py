"""The last layer of a Gaussian encoder."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from infojax._base import checks
from infojax.layers._linear import Linear
from infojax.types import Array

__all__ = ["GaussianCode", "GaussianHead"]


class GaussianCode(NamedTuple):
    """The law of a noisy code, independent columns: ``mean`` and ``scale``, alike."""

    mean: Array
    scale: Array


class GaussianHead(nnx.Module):
    """Affine map of features to the mean and the positive scale of a Gaussian code.

    ``losses.reparameterize(key, *head(features))`` draws a code,
    ``losses.gaussian_rate(*head(features))`` is its rate.

    Args:
        d_in: columns of the features.
        d_out: columns of the code.
        scale: standard deviation at features of 0 before training, a positive Python
            float; noise that starts small lets the network learn to predict first.
        layer: ``Linear``, ``WeightNormLinear`` or ``SpectralLinear``.
        rngs: initialises the layer.
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        *,
        scale: float = 0.01,
        layer: type[Linear] = Linear,
        rngs: nnx.Rngs,
    ) -> None:
        checks.sizes("GaussianHead", d_in=d_in, d_out=d_out)
        if not scale > 0:
            received = repr(scale)
            raise checks.fail(ValueError, "GaussianHead", "scale", "positive", received)
        self.affine = layer(d_in, 2 * d_out, rngs=rngs)
        self.offset = scale + math.log(-math.expm1(-scale))  # softplus of it is scale

    def __call__(self, features: Array) -> GaussianCode:
        mean, raw = jnp.split(self.affine(features), 2, axis=-1)
        return GaussianCode(mean, jax.nn.softplus(raw + self.offset))
