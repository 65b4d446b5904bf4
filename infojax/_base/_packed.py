"""Range counts by tiles of points that lie together, most of which are never opened.

Rows are packed in boxes (sort by one column, cut, sort each part by the next). Two
boxes whose gap, rounded as the distances are, exceeds the largest radius share no pair:
rounding is monotone, so no distance between them is rounded to less.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import _lanes
from infojax.types import Array

__all__ = ["count_within"]

_DENSE = 1024  # rows up to which all pairs are evaluated at once
_ROWS, _BOXES = 64, 1024  # rows in a box at least, and boxes at most
_PAIRS = 1 << 20  # pairs of one turn of the loop


def count_within(x: Array, radii: Array, mask: Array, *, strict: bool) -> Array:
    """Other rows in max-norm distance below (or up to) ``radii [n, r]``, as int32."""
    n = x.shape[0]
    # No radius reaches infinity, which is where rows are that do not count.
    present = mask & jnp.all(jnp.isfinite(x), axis=1)
    limits = jnp.minimum(radii, jnp.finfo(radii.dtype).max)
    limits = jnp.where(present[:, None] & ~jnp.isnan(radii), limits, -1)
    points = jnp.where(present[:, None], x, jnp.inf)
    if n <= _DENSE:
        columns = _lanes.grouped(points, _lanes.together(x.shape[1]))
        counts = _lanes.count_within(list(points.T), limits, columns, strict=strict)
    else:
        counts = _by_boxes(points, limits, strict)
    itself = limits > 0 if strict else limits >= 0
    return counts - itself.astype(jnp.int32)


def _by_boxes(x: Array, limits: Array, strict: bool) -> Array:
    (n, d), radii = x.shape, limits.shape[1]
    together = _lanes.together(d)
    order = _packing(x, min(_BOXES, n // _ROWS), together)
    boxes, size = order.shape
    padding = (0, boxes * size - n), (0, 0)
    x = jnp.pad(x, padding, constant_values=jnp.inf)[order]
    limits = jnp.pad(limits, padding, constant_values=-1)[order]
    near = _may_touch(x, limits)
    rows, columns = jnp.nonzero(near, size=boxes * boxes, fill_value=0)
    pairs = jnp.sum(near, dtype=jnp.int32)
    grouped = jax.vmap(lambda box: _lanes.grouped(box, together))(x)
    at_once = max(1, min(boxes * boxes, _PAIRS // size**2))

    sides = [x[:, :, j] for j in range(d)]

    def count(row: Array, column: Array) -> Array:
        rows = [side[row] for side in sides]
        return _lanes.count_within(rows, limits[row], grouped[column], strict=strict)

    def step(state: tuple[Array, Array]) -> tuple[Array, Array]:
        start, counts = state
        # The last turn starts earlier, and skips what was counted before.
        first = jnp.minimum(start, boxes * boxes - at_once)
        row, column = (
            lax.dynamic_slice(a, (first,), (at_once,)) for a in (rows, columns)
        )
        place = first + jnp.arange(at_once, dtype=jnp.int32)
        new = (place >= start) & (place < pairs)
        found = jax.vmap(count)(row, column)
        found = jnp.where(new[:, None, None], found, 0)
        return start + at_once, counts.at[row].add(found)

    zero = jnp.zeros((), jnp.int32), jnp.zeros((boxes, size, radii), jnp.int32)
    _, counts = lax.while_loop(lambda state: state[0] < pairs, step, zero)
    flat = jnp.zeros((boxes * size, radii), jnp.int32)
    return flat.at[order.reshape(-1)].set(counts.reshape(-1, radii))[:n]


def _packing(x: Array, most: int, whole: int) -> Array:
    """Numbers of the rows in each box, ``[boxes, size]``; those from n on are padding.

    A power of two boxes, cut along the columns in turn, those of large variance first.
    """
    n, d = x.shape
    cuts = most.bit_length() - 1
    size = -(-n // (1 << cuts))
    size = -(-size // whole) * whole
    number = jnp.arange(size << cuts, dtype=jnp.int32)
    order = number[None]
    levels = min(d, cuts)
    finite = jnp.isfinite(x)
    spread = jnp.std(jnp.where(finite, x, 0), axis=0, where=finite)
    widest = jnp.argsort(-spread)
    x = jnp.pad(x, ((0, len(number) - n), (0, 0)), constant_values=jnp.inf)
    for level in range(levels):
        column = jnp.take(x, widest[level], axis=1)
        _, order = lax.sort((column[order], order), dimension=1, num_keys=1)
        parts = 1 << (cuts * (level + 1) // levels - cuts * level // levels)
        order = order.reshape(order.shape[0] * parts, -1)
    return order


def _may_touch(x: Array, limits: Array) -> Array:
    """Whether the rows of a box may reach those of another, ``[boxes, boxes]``."""
    low, high = jnp.min(x, axis=1), jnp.max(x, axis=1)
    reach = jnp.max(limits, axis=(1, 2))

    def apart(j: int) -> Array:
        before = low[None, :, j] - high[:, None, j]
        after = low[:, None, j] - high[None, :, j]
        return (before > reach[:, None]) | (after > reach[:, None])

    never = reach < 0
    far = sum((apart(j) for j in range(x.shape[2])), start=never[:, None])
    return ~far
