"""Marginal densities of y: with a conditional one they make a log ratio."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import nnx

from infojax._base import checks
from infojax.critics._densities import bounded, mixture_log_density
from infojax.critics._perceptrons import check_limit, check_width
from infojax.types import Array

__all__ = [
    "CategoricalDensity",
    "MixtureDensity",
    "categorical_density",
    "mixture_density",
]


class MixtureDensity(nnx.Module):
    """Log-densities ``log q(y_j)`` in every row, ``[n, m]``, of a Gaussian mixture."""

    def __init__(
        self, y_dim: int, components: int, *, limit: float, rngs: nnx.Rngs
    ) -> None:
        shape = (components, y_dim)
        self.logits = nnx.Param(jnp.zeros(components))
        self.mean = nnx.Param(jax.random.normal(rngs.params(), shape))
        self.raw = nnx.Param(jnp.zeros(shape))
        self.limit = limit

    def __call__(self, x: Array, y: Array) -> Array:
        ((y,), dtype) = checks.samples("mixture_density", y=y)
        check_width("mixture_density", "y", y, self.mean.shape[1])
        logits, mean, raw = (
            parameter[...][None].astype(y.dtype)
            for parameter in (self.logits, self.mean, self.raw)
        )
        log_weights = jax.nn.log_softmax(logits)
        row = mixture_log_density(y, log_weights, mean, bounded(raw, self.limit))
        return _in_every_row(x, row.astype(dtype))


class CategoricalDensity(nnx.Module):
    """Log-probabilities ``log q(y_j)`` in every row, ``[n, m]``, of integer labels."""

    def __init__(self, classes: int) -> None:
        self.logits = nnx.Param(jnp.zeros(classes))

    def __call__(self, x: Array, y: Array) -> Array:
        ((x,), dtype) = checks.common_float("categorical_density", x=x)
        labels = checks.integers("categorical_density", "y", y)
        log_q = jax.nn.log_softmax(self.logits[...].astype(x.dtype))
        labels = jnp.clip(labels, 0, len(log_q) - 1)
        return _in_every_row(x, log_q[labels][None].astype(dtype))


def mixture_density(
    y_dim: int, *, components: int = 1, limit: float = 10.0
) -> Callable[[nnx.Rngs], MixtureDensity]:
    """Mixture of Gaussians as a model of y alone, called as ``(x, y)`` like encoders.

    x only says how many rows there are. An encoder q less this density r is a log ratio
    to score pairs with, ``lambda x, y: q(x, y) - r(x, y)``, and its mean over paired
    samples a difference of entropies. Fit both by maximum likelihood. Columns of y are
    best standardised: components start at normal draws with unit scale.

    Args:
        y_dim: columns of y.
        components: how many Gaussians, each with independent columns.
        limit: log-variances lie in (-limit, limit), through a tanh.

    Returns: a function of ``nnx.Rngs`` that builds the module.
    Gradients: exact in parameters and y; zero in x.
    Cost: O(m k dy) for k components, and n m to fill the rows.
    Example:
        >>> density = mixture_density(2, components=4)(nnx.Rngs(0))
        >>> density(jnp.ones((5, 3)), jnp.ones((4, 2))).shape
        (5, 4)
    References: McAllester and Stratos (2020), formal limitations on the measurement of
        mutual information.
    """
    checks.sizes("mixture_density", y_dim=y_dim, components=components)
    check_limit("mixture_density", limit)
    return lambda rngs: MixtureDensity(y_dim, components, limit=limit, rngs=rngs)


def categorical_density(classes: int) -> Callable[[nnx.Rngs], CategoricalDensity]:
    """Probabilities of labels alone, called as ``(x, y)`` like an encoder.

    For ``categorical_encoder`` what ``mixture_density`` is for the others. Fitted by
    maximum likelihood, it gives the frequencies of the labels. The module takes integer
    labels y, ``[m]``, in 0 .. classes - 1; others read as the nearest.

    Args:
        classes: how many labels there are.

    Returns: a function of ``nnx.Rngs`` that builds the module, uniform at the start.
    Gradients: exact in parameters; zero in x.
    Cost: O(n m + classes).
    Example:
        >>> density = categorical_density(10)(nnx.Rngs(0))
        >>> density(jnp.ones((5, 3)), jnp.array([0, 9, 2, 2])).shape
        (5, 4)
    References: McAllester and Stratos (2020), formal limitations on the measurement of
        mutual information.
    """
    checks.sizes("categorical_density", classes=classes)
    return lambda rngs: CategoricalDensity(classes)


def _in_every_row(x: Array, row: Array) -> Array:
    return jnp.broadcast_to(row, (jax.tree.leaves(x)[0].shape[0], row.shape[1]))
