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
_MEMBERS = 8  # points of a group, the nearest of which stands for them
_GROUP_PAIRS = 1 << 20  # group minima at a time, which fit in cache
_FOLD = 16  # values whose smallest is looked at first, where there are many
_NOWHERE = int(jnp.iinfo(jnp.int32).max)  # after all places


def together(width: int) -> int:
    """Points whose distances are written out in one loop."""
    return 16 if width <= 8 else 8


def serves(m: int, k: int) -> bool:
    """Whether there are enough groups of points for the k nearest to be in few."""
    return m >= 8 * k * _MEMBERS


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
        farther = reduce(jnp.maximum, (ordered(jnp.abs(gap)) for gap in gaps))
        return lax.bitcast_convert_type(farther, rows[0].dtype)
    return reduce(jnp.add, map(jnp.square, gaps))


def ordered(gap: Array) -> Array:
    """Numbers that are not negative, as integers in the same order.

    The smaller of two integers is one instruction, while that of floats, which may be
    NaN, is several: group minima of 1,000 problems of 500 points took 35 in place of
    130 ms of CPU time.
    """
    return lax.bitcast_convert_type(gap, f"int{8 * gap.dtype.itemsize}")


def farthest(gaps: Array) -> int:
    """Beyond all distances as ``ordered`` returns them."""
    return int(jnp.iinfo(gaps.dtype).max)


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
    size = _MEMBERS
    finite = present & jnp.all(jnp.isfinite(y), axis=1)
    y = jnp.where(finite[:, None], y, jnp.inf)
    x = jnp.where(jnp.isfinite(x), x, 0)  # what is left has no NaN to lose
    columns = grouped(y, size)
    members = columns.T.swapaxes(1, 2)
    within = jnp.arange(size, dtype=jnp.int32)[:, None]
    groups = columns.shape[2]
    first = jnp.arange(groups, dtype=jnp.int32)[:, None] * size

    def block(part: tuple[list[Array], Array]) -> Array:
        rows, own = part

        def apart(gap: Array, number: Array) -> Array:
            gap = ordered(gap)
            return jnp.where(number == own, farthest(gap), gap) if itself else gap

        gaps = distances(rows, columns, max_norm)
        minima = reduce(jnp.minimum, (apart(g, first + u) for u, g in enumerate(gaps)))
        chosen = lax.optimization_barrier(_places(minima, k))
        near = lax.optimization_barrier(members[chosen])  # [k, b, d, size]
        sides = [near[:, :, j].transpose(0, 2, 1) for j in range(d)]
        gaps = distance(rows, sides, max_norm).reshape(k * size, -1)
        number = (chosen[:, None] * size + within).reshape(k * size, -1)
        gaps = lax.optimization_barrier(apart(gaps, number))
        return jnp.minimum(_smallest(gaps, number, k), m - 1).T

    rows_at_once = block_size or max(64, _GROUP_PAIRS // groups)
    # Column by column, or lanes would read rows in strides.
    sides = list(x.T), jnp.arange(n, dtype=jnp.int32)
    if rows_at_once >= n:
        return block(sides)
    return tiles.by_rows(block, sides, n, rows_at_once)


def _places(values: Array, k: int) -> Array:
    """Where the k smallest of ``values [m, b]`` are, ``[k, b]``; ties to the first.

    Of many, in the k groups whose smallest come first. Members of a group are far
    apart, as this is read faster, so that the place of its smallest has to be known.
    """
    m, b = values.shape
    values = lax.optimization_barrier(values)  # else every pass evaluates them again
    place = jnp.arange(m, dtype=jnp.int32)[:, None]
    if m < 2 * k * _FOLD:
        return _smallest(values, place, k)
    groups = -(-m // _FOLD)
    fill = (0, groups * _FOLD - m), (0, 0)
    values = jnp.pad(values, fill, constant_values=farthest(values))
    parts = values.reshape(_FOLD, groups, b)
    minima = reduce(jnp.minimum, parts)
    member = groups * jnp.arange(_FOLD, dtype=jnp.int32)[:, None, None]
    places = place[:groups] + member
    first = reduce(jnp.minimum, jnp.where(parts == minima, places, _NOWHERE))
    minima, first = lax.optimization_barrier((minima, first))
    chosen = lax.optimization_barrier(_smallest(minima, first, k) % groups)
    place = (chosen + member).reshape(-1, b)
    near = jnp.take_along_axis(values, place, axis=0, mode="promise_in_bounds")
    return _smallest(lax.optimization_barrier(near), place, k)


def _smallest(values: Array, numbers: Array, k: int) -> Array:
    """Numbers ``[k, b]`` of the k smallest of ``values [m, b]``; ties to the lower."""

    def step(values: Array, _: None) -> tuple[Array, Array]:
        best = jnp.min(values, axis=0)
        found = jnp.min(jnp.where(values == best, numbers, _NOWHERE), axis=0)
        return jnp.where(numbers == found, farthest(values), values), found

    # A loop of one turn is none: it reads slowly, fused with what comes before.
    return lax.scan(step, values, length=max(k, 2))[1][:k]
