"""Log-densities of diagonal Gaussians and of their mixtures, at every point."""

from __future__ import annotations

import math
from functools import reduce

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax.types import Array

__all__ = ["bounded", "gaussian_log_density", "mixture_log_density"]

_UNROLLED_WIDTH = 32  # wider than this, a matrix product is worth its rounding


def bounded(raw: Array, limit: float) -> Array:
    """Log-variances inside ``(-limit, limit)``, near the raw ones where those are."""
    return limit * jnp.tanh(raw / limit)


def gaussian_log_density(y: Array, mean: Array, log_variance: Array) -> Array:
    """Of points ``[m, d]`` under n Gaussians, ``[n, d]`` each, ``[n, m]``."""
    constant = jnp.sum(log_variance, axis=1) + y.shape[1] * math.log(2 * math.pi)
    return -(_standard_squares(y, mean, log_variance) + constant[:, None]) / 2


def mixture_log_density(
    y: Array, log_weights: Array, mean: Array, log_variance: Array
) -> Array:
    """Of points ``[m, d]`` under n mixtures of k Gaussians, ``[n, m]``.

    Weights are ``[n, k]``, the rest ``[n, k, d]``.
    """
    flat = (a.reshape(-1, y.shape[1]) for a in (mean, log_variance))
    parts = gaussian_log_density(y, *flat).reshape(*log_weights.shape, -1)
    return numerics.logsumexp(log_weights[..., None] + parts, axis=1)


@jax.custom_jvp
def _standard_squares(y: Array, mean: Array, log_variance: Array) -> Array:
    """Sums of squares of the standardised points, ``[n, m]``.

    Differences do not cancel and fuse into one pass up to 32 columns; the derivative is
    made of matrix products, so that no ``[n, m, d]`` array exists in either direction.
    """
    width = y.shape[1]
    if width <= _UNROLLED_WIDTH:
        inverse = jnp.exp(-log_variance / 2)
        columns = (
            ((y[None, :, i] - mean[:, i, None]) * inverse[:, i, None]) ** 2
            for i in range(width)
        )
        return reduce(jnp.add, columns)
    y, mean = _centred(y, mean)
    weight = jnp.exp(-log_variance)
    squares = _product([weight, -2 * weight * mean], [y**2, y])
    return jnp.maximum(squares + jnp.sum(weight * mean**2, axis=1)[:, None], 0)


@_standard_squares.defjvp
def _standard_squares_jvp(
    primals: tuple[Array, Array, Array], tangents: tuple[Array, Array, Array]
) -> tuple[Array, Array]:
    dy, dmean, dlog = tangents
    y, mean = _centred(*primals[:2])
    weight = jnp.exp(-primals[2])
    scaled, moved = weight * mean, weight * dmean
    change = (
        _product([-weight * dlog, 2 * (scaled * dlog - moved)], [y**2, y])
        + _product([2 * weight, -2 * scaled], [y * dy, dy])
        + jnp.sum(mean * (2 * moved - scaled * dlog), axis=1)[:, None]
    )
    return _standard_squares(*primals), change


def _centred(y: Array, mean: Array) -> tuple[Array, Array]:
    """One shift for both leaves differences alone and tames rounding."""
    centre = lax.stop_gradient(jnp.mean(y, axis=0))
    return y - centre, mean - centre


def _product(left: list[Array], right: list[Array]) -> Array:
    """Products of the columns of both sides, summed, ``[n, m]``."""
    a, b = (jnp.concatenate(parts, axis=1) for parts in (left, right))
    return jnp.matmul(a, b.T, precision="highest")
