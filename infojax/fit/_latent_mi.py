"""Mutual information of low-dimensional codes that predict the other side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import optax
from flax import nnx

from infojax import mi, transforms
from infojax._base import checks, numerics
from infojax.critics._perceptrons import inputs
from infojax.fit._estimator import NeuralEstimator, from_module
from infojax.layers import MLP
from infojax.types import Array, PRNGKey

__all__ = ["latent_mi"]


def latent_mi(
    x_dim: int,
    y_dim: int,
    optimizer: optax.GradientTransformation,
    *,
    latent_dim: int = 8,
    width: int = 256,
    depth: int = 2,
    reconstruction: float = 1.0,
    estimator: Callable[..., Array] = mi.ksg,
) -> NeuralEstimator:
    """Mutual information of codes of x and y that are trained to predict the other.

    For hundreds of columns whose dependence needs few: encoders of both sides learn
    codes from which decoders predict the other side, and their own; nearest neighbours
    then see the codes alone.

    Args:
        x_dim, y_dim: columns of x and y, best standardised.
        optimizer: an Optax transformation of the parameters.
        latent_dim: columns of each code. Choose it where the estimate no longer grows.
        width, depth: units of a hidden layer, and how many of those.
        reconstruction: weight of predicting the own side.
        estimator: ``(x, y, *, where) -> nats`` of the codes, such as ``mi.ksg`` or
            ``mi.student_copula``; compare two.

    Returns: ``NeuralEstimator`` of ``[n, x_dim]`` and ``[n, y_dim]``, its objective
        minus the squared errors of prediction, a column. Codes cannot tell more than
        the samples: the estimate is too low, up to the error of ``estimator``, if made
        of pairs that were not trained on.
    Gradients: those of ``estimator`` in state and samples; zero for neighbours.
    Cost: six perceptrons a row; then that of ``estimator``.
    Example:
        >>> estimator = latent_mi(2, 2, optax.adam(1e-3), latent_dim=1, width=16)
        >>> x, noise = jax.random.normal(jax.random.key(0), (2, 200, 2))
        >>> key = jax.random.key(1)
        >>> state, info = estimator.update(key, estimator.init(key), x, x + noise)
        >>> estimator.estimate(state, x, x + noise).shape
        ()
    References: Gowri et al. (2024), approximating mutual information of
        high-dimensional variables using learned representations.
    """
    name = "latent_mi"
    shape = {"latent_dim": latent_dim, "width": width, "depth": depth}
    checks.sizes(name, x_dim=x_dim, y_dim=y_dim, **shape)

    def make(rngs: nnx.Rngs) -> _Codes:
        return _Codes(x_dim, y_dim, latent_dim, [width] * depth, rngs)

    def objective(
        codes: _Codes, key: PRNGKey, x: Array, y: Array, where, memory
    ) -> tuple[Array, Any]:
        mask = checks.row_mask(name, where, len(x))
        x, y = codes.open(x, y)
        u, v = codes.of_x(x), codes.of_y(y)
        across = _error(codes.y_of_x(u), y, mask) + _error(codes.x_of_y(v), x, mask)
        own = _error(codes.x_of_x(u), x, mask) + _error(codes.y_of_y(v), y, mask)
        return -(across + reconstruction * own), memory

    def evaluate(codes: _Codes, x: Array, y: Array, where: Array | None) -> Array:
        x, y = codes.open(x, y)
        u, v = (
            transforms.standardise(code, where=where)
            for code in (codes.of_x(x), codes.of_y(y))
        )
        return estimator(u, v, where=where)

    return from_module(name, make, optimizer, objective=objective, evaluate=evaluate)


class _Codes(nnx.Module):
    """Encoders of both sides, and decoders of both codes into both sides."""

    def __init__(
        self, x_dim: int, y_dim: int, code: int, hidden: list[int], rngs: nnx.Rngs
    ) -> None:
        def network(inputs: int, outputs: int) -> MLP:
            return MLP([inputs, *hidden, outputs], rngs=rngs)

        self.widths = x_dim, y_dim
        self.of_x, self.of_y = network(x_dim, code), network(y_dim, code)
        self.x_of_x, self.y_of_x = network(code, x_dim), network(code, y_dim)
        self.x_of_y, self.y_of_y = network(code, x_dim), network(code, y_dim)

    def open(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Samples as ``[n, d]``."""
        return inputs("latent_mi", x, y, *self.widths)[0]


def _error(predicted: Array, true: Array, mask: Array) -> Array:
    """Mean squared error of an entry."""
    return numerics.mean(jnp.mean((predicted - true) ** 2, axis=1), mask)
