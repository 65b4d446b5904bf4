"""Trained prototypes, a Gaussian a class."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx

from infojax._base import checks
from infojax.types import Array, PRNGKey

__all__ = ["GaussianPrototypes"]


class GaussianPrototypes(nnx.Module):
    """A Gaussian of independent columns for each class, trained with the rest.

    ``losses.prototype_loss`` draws instances to the mean of a few draws,
    ``losses.gaussian_rate(prototypes.mean[...], prototypes.scale)`` keeps the
    prototypes near a standard normal law.

    Args:
        n_classes: how many prototypes.
        d: columns of a prototype.
        rngs: draws the means, of length about one; the scales start at log 2.
    """

    def __init__(self, n_classes: int, d: int, *, rngs: nnx.Rngs) -> None:
        checks.sizes("GaussianPrototypes", n_classes=n_classes, d=d)
        start = jax.random.normal(rngs.params(), (n_classes, d), jnp.float32) / d**0.5
        self.mean = nnx.Param(start)
        self.raw_scale = nnx.Param(jnp.zeros((n_classes, d), jnp.float32))

    @property
    def scale(self) -> Array:
        """Standard deviations, ``[n_classes, d]``: softplus of what is trained."""
        return jax.nn.softplus(self.raw_scale[...])

    def sample(self, key: PRNGKey, m: int) -> Array:
        """Draws of every prototype, ``[m, n_classes, d]``, differentiable in both."""
        mean = self.mean[...]
        noise = jax.random.normal(key, (m, *mean.shape), jnp.float32)
        return mean + self.scale * noise.astype(mean.dtype)
