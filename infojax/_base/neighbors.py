"""Nearest neighbours and range counts; the only home of a host callback.

All ways give the answer of brute force to the last tie. On the CPU, SciPy's k-d tree
finds neighbours among many points in few columns, and dense passes along lanes
(``_lanes``) among others. Counts come from sorting in one column, and else from tiles
of points that lie together (``_packed``), on any platform. Brute force by row blocks
serves small samples, samples over several devices, and neighbours elsewhere. CPU time
on a machine of two cores, k = 3: neighbours of 3,000 points in 6 columns along lanes 4
ms, by tree 19 ms; of 10,000 points in 20 columns along lanes 0.12 s, by row blocks 0.80
s; counts of 10,000 points in 3 columns in tiles 11 ms, by row blocks 51 ms. From 512
points on, k = 3 or 10, lanes are ahead of the tree up to some 768 d^2 points in d
columns (d = 1 to 3 a little earlier with k = 10), where both take as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import _host_tree, _lanes, _packed
from infojax._base.distances import chebyshev, paired_distance, squared_euclidean
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Smallest, Sum
from infojax.types import Array

__all__ = ["Neighbours", "count_within", "nearest", "nearest_in"]

_NEAREST_TREE = 768, 8  # rows a squared column from which it wins, and most columns
_BRUTE = 256  # rows up to which the way that compiles fastest is taken
_MOST_FUSED = 32  # neighbours that a fused kernel holds
_SORTED = 2048  # rows from which counts in one column are found by sorting


Search = Callable[..., Array]


class Neighbours(NamedTuple):
    """The k nearest rows of each row, nearest first.

    ``distance [n, k]`` (+inf where there are fewer than k) and ``indices [n, k]`` into
    the rows of all devices.
    """

    distance: Array
    indices: Array


def nearest(
    x: Array,
    k: int,
    *,
    max_norm: bool = True,
    where: Array | None = None,
    plan: PairPlan = PairPlan(),
) -> Neighbours:
    """The k nearest other rows of ``x [n, d]``, in max or Euclidean norm.

    The distance is differentiable with the index held fixed, which is exact wherever
    the neighbours do not change. A row that holds a NaN is at distance NaN.
    """
    mask = jnp.ones(x.shape[0], bool) if where is None else where
    fixed = lax.stop_gradient(x)
    brute = _brute_nearest(k, max_norm, plan)

    def lanes(x: Array, mask: Array) -> Array:
        return _lanes.nearest(
            x, x, mask, k, max_norm, itself=True, block_size=plan.block_size
        )

    tree = _host_tree.nearest(k, max_norm)
    index = _by_best(x, k, plan, tree, lanes, brute)(fixed, mask)
    return _measured(x, x, index, mask, plan.total(jnp.sum(mask)) - 1, max_norm, plan)


def nearest_in(
    x: Array,
    y: Array,
    k: int,
    *,
    max_norm: bool = True,
    where_x: Array | None = None,
    where_y: Array | None = None,
    plan: PairPlan = PairPlan(),
) -> Neighbours:
    """The k nearest rows of another sample ``y [m, d]``, for each row of ``x [n, d]``.

    As ``nearest``, but the tree may take another of several rows that tie. A NaN in
    ``y`` is at distance NaN from every row, as nobody knows which it would be.
    """
    mask_x = jnp.ones(x.shape[0], bool) if where_x is None else where_x
    mask_y = jnp.ones(y.shape[0], bool) if where_y is None else where_y
    metric = chebyshev if max_norm else squared_euclidean

    def brute(x: Array, y: Array, mask_x: Array, mask_y: Array) -> Array:
        def closest(rows: Rows) -> Smallest:
            return rows.smallest(k, rows.values, rows.where)

        return Pairs(metric, x, y, plan, mask_x, mask_y).map_rows(closest).column

    arguments = (*lax.stop_gradient((x, y)), mask_x, mask_y)

    def lanes(x: Array, y: Array, _: Array, mask_y: Array) -> Array:
        return _lanes.nearest(
            x, y, mask_y, k, max_norm, itself=False, block_size=plan.block_size
        )

    tree = _host_tree.nearest_in(k, max_norm)
    index = _by_best(y, k, plan, tree, lanes, brute)(*arguments)
    available = plan.total(jnp.sum(mask_y))
    distance, index = _measured(x, y, index, mask_x, available, max_norm, plan)
    lost = plan.total(jnp.sum(jnp.isnan(y) & mask_y[:, None])) > 0
    return Neighbours(jnp.where(mask_x[:, None] & lost, jnp.nan, distance), index)


def _measured(
    x: Array,
    y: Array,
    index: Array,
    mask: Array,
    available: Array,
    max_norm: bool,
    plan: PairPlan,
) -> Neighbours:
    """Distances to rows of ``y``, differentiable with the index held fixed."""
    distance = paired_distance(x[:, None], plan.take(y, index), chebyshev=max_norm)
    present = mask[:, None] & (jnp.arange(index.shape[1])[None] < available)
    distance = jnp.where(present, distance, jnp.inf)
    # Said here because a maximum, unlike a sum, may lose a NaN on the CPU.
    lost = jnp.any(jnp.isnan(x), axis=1, keepdims=True)
    return Neighbours(jnp.where(mask[:, None] & lost, jnp.nan, distance), index)


def count_within(
    x: Array,
    radius: Array,
    *,
    strict: bool,
    where: Array | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """Other rows in max-norm distance below (or up to) ``radius [n]``, as int32.

    Several radii a row, ``[n, m]``, give counts ``[n, m]`` in one pass over the pairs.
    """
    mask = jnp.ones(x.shape[0], bool) if where is None else where
    x, radius = lax.stop_gradient((x, radius))
    radii = radius.reshape(radius.shape[0], -1)
    n, d = x.shape
    if _fused_serve(x, 1, plan):
        counts = _fused_count(x, radii, mask, strict, plan)
    elif plan.axis_name is None and d == 1 and n > _SORTED:
        counts = _sorted_count(x[:, 0], radii, mask, strict)
    elif plan.axis_name is None and n > _BRUTE and d <= _lanes.WIDEST:
        counts = _packed.count_within(x, radii, mask, strict=strict)
    else:
        counts = _brute_count(strict, plan)(x, radii, mask)
    return jnp.where(mask[:, None], counts, 0).reshape(radius.shape)


def _by_best(
    y: Array, k: int, plan: PairPlan, tree: Search, lanes: Search, brute: Search
) -> Search:
    """The search that is fastest on the platform for the k nearest rows of ``y``."""
    (n, d), (rows, width) = y.shape, _NEAREST_TREE
    if plan.axis_name is not None:
        return brute
    if d <= width and n >= rows * d * d:
        cpu = tree
    elif n > _BRUTE and d <= _lanes.WIDEST and _lanes.serves(n, k):
        cpu = lanes
    else:
        return brute
    return lambda *sides: lax.platform_dependent(*sides, cpu=cpu, default=brute)


def _fused_serve(x: Array, k: int, plan: PairPlan) -> bool:
    return plan.fused and x.dtype == jnp.float32 and k <= _MOST_FUSED


def _fused_nearest(
    x: Array, mask: Array, k: int, max_norm: bool, plan: PairPlan
) -> Array:
    from infojax._base.fused import neighbours

    everyone, there = plan.gather((x, mask))
    own = plan.row_index(len(x))[0]
    return neighbours.nearest(
        x, there, k, max_norm=max_norm, y=everyone, row_offset=own
    )


def _fused_count(
    x: Array, radii: Array, mask: Array, strict: bool, plan: PairPlan
) -> Array:
    from infojax._base.fused import neighbours

    everyone, there = plan.gather((x, mask))
    return neighbours.count_within(
        x, radii, there, strict=strict, y=everyone, itself=mask
    )


def _brute_nearest(k: int, max_norm: bool, plan: PairPlan):
    metric = chebyshev if max_norm else squared_euclidean

    def search(x: Array, mask: Array) -> Array:
        if _fused_serve(x, k, plan):
            return _fused_nearest(x, mask, k, max_norm, plan)

        def closest(rows: Rows) -> Smallest:
            return rows.smallest(k, rows.values, rows.off_diagonal)

        return Pairs(metric, x, x, plan, mask, mask).map_rows(closest).column

    return search


def _brute_count(strict: bool, plan: PairPlan):
    def count(x: Array, radii: Array, mask: Array) -> Array:
        def inside(rows: Rows) -> Sum:
            return rows.total(rows.values.astype(jnp.int32), rows.off_diagonal)

        def closer(row: tuple[Array, Array], column: tuple[Array, Array]) -> Array:
            distance, limits = chebyshev(row[0], column[0]), row[1][:, None]
            distance = distance[:, :, None]
            return distance < limits if strict else distance <= limits

        # One comparison a radius: as many pairs at a time as fill the usual memory.
        parts = replace(plan, block_size=plan.rows_at_once(plan.size(radii.size)))
        side = (x, radii)
        return Pairs(closer, side, side, parts, mask, mask).map_rows(inside)

    return count


def _sorted_count(x: Array, radii: Array, mask: Array, strict: bool) -> Array:
    """Counts ``[n, m]`` by bisection on the sorted values, O(m n log n).

    The predicate is the rounded difference itself, as in brute force, and not
    ``x + radius``, whose rounding would move ties across the border.
    """
    n = x.shape[0]
    ordered = jnp.sort(jnp.where(mask, x, jnp.inf))
    x = jnp.broadcast_to(x[:, None], radii.shape)

    def inside(gap: Array) -> Array:
        return gap < radii if strict else gap <= radii

    # Where gaps below are inside, moving right keeps them inside; and conversely.
    left = _bisect(lambda i: ~inside(x - ordered[i]) & (ordered[i] < x), n, x.shape)
    right = _bisect(lambda i: inside(ordered[i] - x) | (ordered[i] <= x), n, x.shape)
    itself = inside(jnp.zeros_like(radii))
    finite = jnp.sum(mask, dtype=jnp.int32)
    count = jnp.minimum(right, finite) - left - 1
    return jnp.where(itself, count, 0).astype(jnp.int32)


def _bisect(before, n: int, shape: tuple[int, ...]) -> Array:
    """First index in 0..n where ``before`` turns False."""

    def halve(_, bounds: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = bounds
        middle = (low + high) // 2
        go_right = before(jnp.minimum(middle, n - 1)) & (middle < n)
        open_ = low < high
        low_next = jnp.where(open_ & go_right, middle + 1, low)
        high_next = jnp.where(open_ & ~go_right, middle, high)
        return low_next, high_next

    start = jnp.zeros(shape, jnp.int32), jnp.full(shape, n, jnp.int32)
    low, _ = lax.fori_loop(0, n.bit_length() + 1, halve, start)
    return low
