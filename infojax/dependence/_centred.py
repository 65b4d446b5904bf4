"""Means of products of doubly centred pairwise matrices, which HSIC-like values share.

Centring subtracts row means, column means and adds the mean of all; the mean product of
two centred kernels is HSIC, and that of two centred distances a distance covariance.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.pairs import gram_pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Mean, Rows
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["CentredProducts", "centred_products"]


class CentredProducts(NamedTuple):
    """Mean products of both sides and of each with itself, and the dtype to return.

    ``floor_x`` and ``floor_y`` are what rounding leaves in ``xx`` and ``yy`` when a
    side is constant.
    """

    xy: Array
    xx: Array
    yy: Array
    floor_x: Array
    floor_y: Array
    dtype: jnp.dtype

    def cosine(self) -> Array:
        """``xy / sqrt(xx yy)``; 0 with zero gradient when a side is constant."""
        constant = (self.xx <= self.floor_x) | (self.yy <= self.floor_y)
        scale = numerics.sqrt(self.xx) * numerics.sqrt(self.yy)
        scale = jnp.where(constant, 0, scale)
        return numerics.unless_nan(numerics.ratio(self.xy, scale), self.xy)


def centred_products(
    name: str,
    x: ArrayLike,
    y: ArrayLike,
    kernel_x: Kernel,
    kernel_y: Kernel,
    where: ArrayLike | None,
    weights: ArrayLike | None,
    plan: PairPlan,
) -> CentredProducts:
    """Validate paired samples, centre both pairwise matrices and multiply them."""
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, n)
    mass = checks.weights(name, weights, mask, x.dtype, "weights")
    side = (checks.column_mask(x, mask), checks.column_mask(y, mask))

    def moments(rows: Rows) -> tuple[Mean, ...]:
        k, l = rows.values
        return tuple(map(rows.mean, (k, l, k**2, l**2)))

    def both(row, column) -> tuple[Array, Array]:
        return kernel_x(row[0], column[0]), kernel_y(row[1], column[1])

    raw = gram_pairs(both, side, plan, mask, mass)
    mean_k, mean_l, square_k, square_l = raw.map_rows(moments)
    grand_k, grand_l = raw.mean(mean_k), raw.mean(mean_l)

    def centred(row, column) -> tuple[Array, Array]:
        k, l = both(row[0], column[0])
        k = k - row[1][:, None] - column[1][None] + grand_k
        return k, l - row[2][:, None] - column[2][None] + grand_l

    def products(rows: Rows) -> tuple[Mean, ...]:
        k, l = rows.values
        return tuple(map(rows.mean, (k * l, k * k, l * l)))

    sides = (side, mean_k, mean_l)
    pairs = gram_pairs(centred, sides, plan, mask, mass)
    xy, xx, yy = (pairs.mean(row) for row in pairs.map_rows(products))
    noise = (16 * float(jnp.finfo(xy.dtype).eps)) ** 2
    floors = (noise * raw.mean(square_k), noise * raw.mean(square_l))
    return CentredProducts(xy, xx, yy, *floors, dtype)
