"""Inner products of U-centred distance matrices, which unbiased values share.

U-centring subtracts the sums of row and column over n - 2, adds that of all over
(n - 1)(n - 2), and leaves the diagonal out. Products of such matrices over n (n - 3)
are unbiased for the squared distance covariance.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.distances import euclidean
from infojax._base.pairs import gram_pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Sum
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

    def sums(rows: Rows) -> list[Sum]:
        values = (*rows.values, *(v**2 for v in rows.values))
        return [rows.total(v, rows.off_diagonal) for v in values]

    raw = gram_pairs(distances, side, plan, mask)
    row_sums = raw.map_rows(sums)
    count = raw.count(side[0].dtype)
    enough = count > 3
    count = jnp.where(enough, count, 4)
    means = [raw.mean(total) for total in row_sums]
    grand = [m * count / ((count - 1) * (count - 2)) for m in means[:size]]

    def centred(row: tuple, column: tuple) -> tuple[Array, ...]:
        edges = [
            (a[:, None] + b[None]) / (count - 2)
            for a, b in zip(row[1], column[1], strict=True)
        ]
        values = distances(row[0], column[0])
        return tuple(v - e + g for v, e, g in zip(values, edges, grand, strict=True))

    def multiply(rows: Rows) -> dict[tuple[int, int], Sum]:
        v, some = rows.values, rows.off_diagonal
        upper = combinations_with_replacement(range(size), 2)
        return {(i, j): rows.total(v[i] * v[j], some) for i, j in upper}

    pairs = gram_pairs(centred, (side, row_sums[:size]), plan, mask)
    rows = pairs.map_rows(multiply)
    table = {place: pairs.mean(total) for place, total in rows.items()}
    grid = [[table[min(i, j), max(i, j)] for j in range(size)] for i in range(size)]
    products = jnp.stack([jnp.stack(row) for row in grid]) / (count - 3)
    products = jnp.where(enough, products, 0)
    # What rounding leaves of a constant sample is in proportion to its distances.
    noise = (16 * float(jnp.finfo(products.dtype).eps)) ** 2
    floors = noise * jnp.stack(means[size:])
    return UProducts(products, ~(jnp.diagonal(products) <= floors), dtype)
