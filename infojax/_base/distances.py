"""Distances between all rows of two arrays, safe where points coincide."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax.types import Array, Kernel

__all__ = [
    "chebyshev",
    "euclidean",
    "log_kernel",
    "manhattan",
    "paired_distance",
    "squared_bandwidths",
    "squared_euclidean",
]

_DIFFERENCE_WIDTH = 64  # wider than this, a matrix product is worth its rounding
_UNROLLED_WIDTH = 16  # up to this, one column after the other: 3 to 30 times faster
_PRODUCT_PAIRS = 1 << 18  # from here on a product is 3 (d = 10) to 25 times (64) faster


def squared_euclidean(x: Array, y: Array) -> Array:
    """Squared Euclidean distances ``[n, m]``, exactly 0 for equal points up to d = 64.

    Explicit differences do not cancel and fuse into one pass; the derivative is a pair
    of matrix products, so that no ``[n, m, d]`` array exists in either direction.
    """
    return _squares(x.shape[1] > _DIFFERENCE_WIDTH, x, y)


def squared_bandwidths(x: Array, y: Array) -> Array:
    """Squared distances of points in units of a bandwidth, for kernels.

    What a kernel needs is a small absolute error: where all points are near enough for
    that (1e-4 in float32), many pairs are evaluated as a matrix product.
    """
    many = len(x) * len(y) >= _PRODUCT_PAIRS
    return _squares(None if many else x.shape[1] > _DIFFERENCE_WIDTH, x, y)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _squares(product: bool | None, x: Array, y: Array) -> Array:
    """By a matrix product or by differences; None: by whichever the points allow."""
    if product is False:
        return _over_columns(jnp.square, jnp.add, jnp.sum, x, y)
    centre = jnp.mean(y, axis=0)
    x0, y0 = x - centre, y - centre
    lengths = jnp.sum(x0**2, axis=1), jnp.sum(y0**2, axis=1)

    def multiplied() -> Array:
        cross = jnp.matmul(x0, y0.T, precision="highest")
        return jnp.maximum(lengths[0][:, None] + lengths[1][None] - 2 * cross, 0)

    if product:
        return multiplied()
    longest = jnp.maximum(*map(jnp.max, lengths))
    near = longest <= float(jnp.finfo(x.dtype).eps) ** -0.3
    return lax.cond(near, multiplied, partial(_squares, False, x, y))


@_squares.defjvp
def _squares_jvp(product, primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    # One shift for both sides leaves every difference alone and tames rounding.
    centre = lax.stop_gradient(jnp.mean(y, axis=0))
    x0, y0 = x - centre, y - centre
    rows = jnp.sum(x0 * dx, axis=1)[:, None] + jnp.sum(y0 * dy, axis=1)[None]
    cross = jnp.matmul(dx, y0.T, precision="highest") + jnp.matmul(
        x0, dy.T, precision="highest"
    )
    return _squares(product, x, y), 2 * (rows - cross)


def euclidean(x: Array, y: Array) -> Array:
    """Euclidean distances ``[n, m]``, with zero gradient between equal points."""
    return numerics.sqrt(squared_euclidean(x, y))


def chebyshev(x: Array, y: Array) -> Array:
    """Max-norm distances ``[n, m]``."""
    return _over_columns(jnp.abs, jnp.maximum, jnp.max, x, y)


def manhattan(x: Array, y: Array) -> Array:
    """Sums of absolute differences ``[n, m]``."""
    return _over_columns(jnp.abs, jnp.add, jnp.sum, x, y)


def _over_columns(
    term: Callable[[Array], Array],
    combine: Callable[[Array, Array], Array],
    collapse: Callable[..., Array],
    x: Array,
    y: Array,
) -> Array:
    """A function of each difference, combined over the columns, ``[n, m]``."""
    width = x.shape[1]
    if width > _UNROLLED_WIDTH:
        return collapse(term(x[:, None] - y[None]), axis=-1)
    columns = (term(x[:, i, None] - y[None, :, i]) for i in range(width))
    return reduce(combine, columns)


def paired_distance(x: Array, y: Array, *, chebyshev: bool) -> Array:
    """Distances along the last axis of broadcasting arrays, zero gradient at 0."""
    gap = x - y
    if chebyshev:
        return jnp.max(jnp.abs(gap), axis=-1)
    return numerics.sqrt(jnp.sum(gap**2, axis=-1))


def log_kernel(kernel: Kernel, x: Array, y: Array) -> Array:
    """Log of a kernel's values, exact for kernels that know it, guarded otherwise."""
    exact = getattr(kernel, "log", None)
    return numerics.log(kernel(x, y)) if exact is None else exact(x, y)
