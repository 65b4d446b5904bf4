"""Dense searches as few fused loops, each row a lane of a vector unit.

XLA's reductions on the CPU take one number after the other. Here a reduction over the
columns is written out for a few of them at a time, so that what is left is elementwise
along the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import jax.numpy as jnp
from jax import lax

from infojax._base import tiles
from infojax.types import Array

__all__ = ["WIDEST", "count_within", "grouped", "nearest", "serves", "together"]

WIDEST = 32  # columns beyond which writing out takes too long to compile
_GROUP_PAIRS = 1 << 20  # group minima at a time, which fit in cache
_PASSES = 4  # neighbours up to which one is found after the other


def together(width: int) -> int:
    """Points whose distances are written out in one loop."""
    return 16 if width <= 8 else 8


def serves(m: int, width: int, k: int) -> bool:
    """Whether there are enough groups of points for the k nearest to be in few."""
    return m >= 4 * k * together(width)


def grouped(columns: Array, size: int) -> Array:
    """Points ``[m, d]`` as ``[d, size, groups]``, infinite ones in the last group."""
    m, d = columns.shape
    groups = -(-m // size)
    far = jnp.full((groups * size - m, d), jnp.inf, columns.dtype)
    return jnp.concatenate([columns, far]).reshape(groups, size, d).T


def distances(rows: list[Array], columns: Array, max_norm: bool) -> Iterator[Array]:
    """From rows ``d x [b]`` to the first of each group, then the second: ``[g, b]``."""
    for u in range(columns.shape[1]):
        yield distance(rows, [column[u][:, None] for column in columns], max_norm)


def distance(rows: list[Array], columns: list[Array], max_norm: bool) -> Array:
    """Of arrays that broadcast, one for each coordinate; squared, if Euclidean."""
    gaps = (a - b for a, b in zip(rows, columns, strict=True))
    if max_norm:
        return reduce(jnp.maximum, map(jnp.abs, gaps))
    return reduce(jnp.add, map(jnp.square, gaps))


def count_within(
    rows: list[Array], limits: Array, columns: Array, *, strict: bool
) -> Array:
    """Points in max-norm distance below (or up to) ``limits [b, r]``, ``[b, r]`` int32.

    Rows ``d x [b]``; columns ``[d, size, groups]`` as ``grouped`` makes them. No limit
    is infinite; points that do not count are.
    """

    def inside(gap: Array, limit: Array) -> Array:
        return (gap < limit if strict else gap <= limit).astype(jnp.int32)

    def count(limit: Array) -> Array:
        gaps = distances(rows, columns, True)
        groups = reduce(jnp.add, (inside(gap, limit) for gap in gaps))
        return jnp.sum(groups, axis=0, dtype=jnp.int32)

    return jnp.stack([count(limit) for limit in limits.T], axis=1)


def nearest(
    x: Array,
    y: Array,
    present: Array,
    k: int,
    max_norm: bool,
    *,
    itself: bool,
    block_size: int | None = None,
) -> Array:
    """Rows of ``y [m, d]`` nearest to those of ``x [n, d]``, ``[n, k]`` int32.

    The k nearest are in the k groups of columns whose nearest are nearest. Ties go to
    the lower index. With ``itself``, row i does not find column i.
    """
    (n, d), m = x.shape, y.shape[0]
    size = together(d)
    finite = present & jnp.all(jnp.isfinite(y), axis=1)
    y = jnp.where(finite[:, None], y, jnp.inf)
    x = jnp.where(jnp.isfinite(x), x, 0)  # what is left has no NaN to lose
    columns = grouped(y, size)
    points = [side.T.reshape(-1) for side in columns]
    groups = columns.shape[2]
    first = jnp.arange(groups, dtype=jnp.int32)[:, None] * size

    def block(part: tuple[list[Array], Array]) -> Array:
        rows, own = part

        def apart(gap: Array, number: Array) -> Array:
            return jnp.where(number == own, jnp.inf, gap) if itself else gap

        gaps = distances(rows, columns, max_norm)
        minima = reduce(jnp.minimum, (apart(g, first + u) for u, g in enumerate(gaps)))
        chosen = _smallest(minima, jnp.broadcast_to(first, minima.shape), k)
        number = jnp.concatenate([chosen + u for u in range(size)])
        gaps = distance(rows, [side[number] for side in points], max_norm)
        return jnp.minimum(_smallest(apart(gaps, number), number, k), m - 1).T

    rows_at_once = block_size or max(64, _GROUP_PAIRS // groups)
    # Column by column, or lanes would read rows in strides.
    sides = list(x.T), jnp.arange(n, dtype=jnp.int32)
    if rows_at_once >= n:
        return block(sides)
    blocks = -(-n // rows_at_once)
    return tiles.by_rows(block, sides, n, -(-n // blocks))


def _smallest(values: Array, numbers: Array, k: int) -> Array:
    """Numbers ``[k, b]`` of the k smallest of ``values [m, b]``; ties to the lower."""
    m, size = values.shape[0], 16
    # Else every pass over them evaluates them again.
    values, numbers = lax.optimization_barrier((values, numbers))
    if m >= 6 * k * size:
        groups = -(-m // size)
        padding = (0, groups * size - m), (0, 0)
        values = jnp.pad(values, padding, constant_values=jnp.inf)
        numbers = jnp.pad(numbers, padding)
        parts = values.reshape(groups, size, -1)
        minima = reduce(jnp.minimum, (parts[:, u] for u in range(size)))
        start = jnp.arange(groups, dtype=jnp.int32)[:, None] * size
        chosen = _smallest(minima, jnp.broadcast_to(start, minima.shape), k)
        place = jnp.concatenate([chosen + u for u in range(size)])
        values, numbers = (
            jnp.take_along_axis(a, place, axis=0) for a in (values, numbers)
        )
    if k > _PASSES:
        return lax.sort((values, numbers), dimension=0, num_keys=2)[1][:k]
    found = []
    last = jnp.iinfo(jnp.int32).max
    for _ in range(k):
        best = jnp.min(values, axis=0)
        found.append(jnp.min(jnp.where(values == best, numbers, last), axis=0))
        values = jnp.where(numbers == found[-1], jnp.inf, values)
    return jnp.stack(found)
