"""Inner products of U-centred distance matrices, which unbiased values share.

U-centring subtracts the sums of row and column over n - 2, adds that of all over
(n - 1)(n - 2), and leaves the diagonal out. Products of such matrices over n (n - 3)
are unbiased for the squared distance covariance.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.distances import euclidean
from infojax._base.pairs import PairPlan, Pairs, Rows
from infojax.types import Array, ArrayLike

__all__ = ["UProducts", "u_products"]


class UProducts(NamedTuple):
    """Products ``[k, k]`` of k samples, which are not constant, and the dtype."""

    products: Array
    moving: Array
    dtype: Any

    def cosine(self, i: int, j: int) -> Array:
        """Product of samples i and j over their lengths; 0 when one is constant."""
        both = self.moving[i] & self.moving[j]
        lengths = numerics.sqrt(self.products[i, i]) * numerics.sqrt(
            self.products[j, j]
        )
        value = numerics.ratio(self.products[i, j], jnp.where(both, lengths, 0))
        return numerics.unless_nan(value, self.products[i, j])


def u_products(
    name: str, where: ArrayLike | None, plan: PairPlan, **arrays: ArrayLike
) -> UProducts:
    """Validate samples of one length and multiply their U-centred distances.

    All products are 0 when fewer than four rows remain.
    """
    samples, dtype = checks.samples(name, **arrays)
    clean = dict(zip(arrays, samples, strict=True))
    mask = checks.row_mask(name, where, checks.same_length(name, **clean))
    side = tuple(checks.column_mask(a, mask) for a in samples)
    size = len(side)

    def distances(row: tuple, column: tuple) -> tuple[Array, ...]:
        return tuple(euclidean(a, b) for a, b in zip(row, column, strict=True))

    def sums(rows: Rows) -> Array:
        some = rows.off_diagonal
        each = [numerics.total(v, some, axis=1) for v in rows.values]
        squares = [numerics.total(v**2, some, axis=1) for v in rows.values]
        return jnp.stack(each + squares, axis=1)

    raw = Pairs(distances, side, side, plan, mask, mask)
    row_sums = raw.map_rows(sums)
    count = raw.count(side[0].dtype)
    enough = count > 3
    count = jnp.where(enough, count, 4)
    means = [raw.mean(row_sums[:, i]) for i in range(2 * size)]
    grand = [m * count / ((count - 1) * (count - 2)) for m in means[:size]]

    def centred(row: tuple, column: tuple) -> tuple[Array, ...]:
        edges = [
            (row[1][:, None, i] + column[1][None, :, i]) / (count - 2)
            for i in range(size)
        ]
        values = distances(row[0], column[0])
        return tuple(v - e + g for v, e, g in zip(values, edges, grand, strict=True))

    def multiply(rows: Rows) -> Array:
        some, v = rows.off_diagonal, rows.values
        upper = [
            numerics.total(v[i] * v[j], some, axis=1)
            for i in range(size)
            for j in range(i, size)
        ]
        return jnp.stack(upper, axis=1)

    sides = (side, row_sums[:, :size])
    pairs = Pairs(centred, sides, sides, plan, mask, mask)
    rows = pairs.map_rows(multiply)
    upper = iter([pairs.mean(rows[:, i]) for i in range(rows.shape[1])])
    table = {(i, j): next(upper) for i in range(size) for j in range(i, size)}
    grid = [[table[min(i, j), max(i, j)] for j in range(size)] for i in range(size)]
    products = jnp.stack([jnp.stack(row) for row in grid]) / (count - 3)
    products = jnp.where(enough, products, 0)
    # What rounding leaves of a constant sample is in proportion to its distances.
    noise = (16 * float(jnp.finfo(products.dtype).eps)) ** 2
    floors = noise * jnp.stack(means[size:])
    return UProducts(products, ~(jnp.diagonal(products) <= floors), dtype)
