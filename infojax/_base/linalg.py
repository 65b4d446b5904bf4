"""Covariances and log-determinants that stay finite, or say -inf, never NaN."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.special import digamma

from infojax._base import numerics
from infojax.types import Array

__all__ = ["correlation", "logdet", "wishart_logdet_bias"]


def correlation(x: Array, where: Array) -> tuple[Array, Array, Array]:
    """Sample correlation ``[d, d]``, variances ``[d]`` and the number of rows.

    Variances divide by n - 1. A constant column gets variance 0 and correlation 0 with
    every other, so that it behaves as a column that tells nothing.
    """
    mask = where[:, None]
    centred = jnp.where(mask, x - numerics.mean(x, mask, axis=0), 0)
    n = jnp.sum(where.astype(x.dtype))
    product = jnp.matmul(centred.T, centred, precision="highest")
    scale = numerics.sqrt(jnp.diagonal(product))
    # Rounding leaves a constant column a spread of its own size times epsilon.
    size = numerics.sqrt(jnp.sum(jnp.where(mask, x, 0) ** 2, axis=0))
    moving = ~(scale <= 4 * jnp.finfo(x.dtype).eps * size)
    both = moving[:, None] & moving[None]
    matrix = jnp.where(both, numerics.ratio(product, jnp.outer(scale, scale)), 0)
    identity = jnp.eye(x.shape[1], dtype=x.dtype)
    variance = jnp.where(moving, numerics.ratio(scale**2, n - 1), 0)
    return jnp.where(identity > 0, 1, matrix), variance, n


def logdet(correlation: Array) -> Array:
    """Log-determinant of a correlation matrix; -inf where it is singular.

    Singular means that a pivot of the Cholesky factor is lost in rounding; the gradient
    is then 0.
    """
    d = correlation.shape[0]
    identity = jnp.eye(d, dtype=correlation.dtype)
    pivots = jnp.diagonal(jnp.linalg.cholesky(correlation))
    threshold = jnp.sqrt(8 * d * jnp.finfo(correlation.dtype).eps)
    regular = jnp.all(pivots > threshold)  # False for the NaN of a failed factor
    safe = jnp.where(regular, correlation, identity)
    pivots = jnp.diagonal(jnp.linalg.cholesky(safe))
    value = jnp.where(regular, 2 * jnp.sum(jnp.log(pivots)), -jnp.inf)
    return numerics.unless_nan(value, correlation)


def wishart_logdet_bias(n: Array, *signed: tuple[int, int]) -> Array:
    """Expected log-determinants of sample covariances minus the truth, summed.

    ``signed`` are widths and how often each occurs, such as ``(dx, 1), (d, -1)``.
    """
    i = jnp.arange(1, max(d for d, _ in signed) + 1, dtype=n.dtype)
    excess = digamma(jnp.maximum(n - i, 1) / 2) - jnp.log((n - 1) / 2)
    times = sum(sign * (i <= d).astype(n.dtype) for d, sign in signed)
    return jnp.sum(times * excess)
