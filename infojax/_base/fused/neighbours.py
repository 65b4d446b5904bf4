"""Nearest neighbours and range counts by brute force, all distances kept on the chip.

Distances are maxima or sums over the columns of explicit differences, so that equal
points are at exactly 0. A program keeps some rows and sees tiles of columns pass by; it
holds the k nearest so far, unsorted, and takes candidates out of a tile, nearest first,
only while the tile has something nearer than the worst of them, which after the first
few tiles is rare. Counts are added up tile by tile. Columns that are masked or hold a
NaN start at an infinite distance: they are nobody's neighbour.

On CUDA (Triton) the loop over tiles is in the kernel and samples are transposed, so
that a warp reads consecutive numbers; on TPU (Mosaic) it is the last axis of the grid.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base.fused.tiles import (
    Interpret,
    Tiles,
    alike,
    on_platform,
    over_rows,
)
from infojax.types import Array

__all__ = ["count_within", "nearest"]


class Search(NamedTuple):
    """What is static."""

    max_norm: bool
    neighbours: int
    strict: bool
    itself: bool
    tiles: Tiles | None


def nearest(
    x: Array,
    mask: Array,
    k: int,
    *,
    max_norm: bool = True,
    y: Array | None = None,
    row_offset: Array | int | None = None,
    fused: bool = True,
    tiles: Tiles | None = None,
    interpret: Interpret = None,
) -> Array:
    """Indices of the k nearest other rows of ``x``, nearest first, ``[n, k]`` int32.

    Ties go to the lower index; where there are fewer than k, the index is 0.

    Args:
        x: ``[n, d]``, float32.
        mask: ``[n]``; rows marked False are nobody's neighbour.
        k: static, up to 32.
        max_norm: largest difference of a column, or else the Euclidean distance.
        y: ``[m, d]``, a sample to search in place of ``x``; ``mask`` is then ``[m]``.
        row_offset: where the rows of ``x`` are among those of ``y``, so that each is no
            neighbour of itself; None when they are not.
        fused, tiles, interpret: as for ``row_logsumexp``.
    """
    offset = 0 if y is None and row_offset is None else row_offset
    search = Search(max_norm, k, False, offset is not None, tiles)
    columns, far = _columns(x if y is None else y, mask)
    start = jnp.asarray(0 if offset is None else offset, jnp.int32).reshape(1)
    arguments = alike(lax.stop_gradient(x), columns, far, start)
    blocks = partial(_nearest_blocks, search)
    if not fused:
        return blocks(*arguments)
    from infojax._base.fused import neighbours_cuda, neighbours_tpu

    cuda, tpu = neighbours_cuda.nearest, neighbours_tpu.nearest
    return _dispatch(interpret, search, cuda, tpu, blocks, arguments)


def count_within(
    x: Array,
    radii: Array,
    mask: Array,
    *,
    strict: bool,
    y: Array | None = None,
    itself: Array | None = None,
    fused: bool = True,
    tiles: Tiles | None = None,
    interpret: Interpret = None,
) -> Array:
    """Other rows in max-norm distance below (or up to) each radius, ``[n, r]`` int32.

    Nothing is counted at an infinite distance.

    Args:
        x: ``[n, d]``, float32.
        radii: ``[n, r]``, float32.
        mask: ``[n]``; rows marked False are not counted.
        strict: below the radius, or else up to it.
        y: ``[m, d]``, a sample to count in place of ``x``; ``mask`` is then ``[m]``.
        itself: ``[n]``, rows that are among those counted and must not count
            themselves; ``mask`` for one sample, none of them for two.
        fused, tiles, interpret: as for ``row_logsumexp``.
    """
    x, radii = lax.stop_gradient((x, radii))
    if itself is None:
        itself = mask if y is None else jnp.zeros(x.shape[0], bool)
    search = Search(True, 0, strict, False, tiles)
    columns, far = _columns(x if y is None else y, mask)
    # A row that holds a NaN is near to nothing, and no radius reaches infinity.
    finite = jnp.minimum(radii, jnp.finfo(radii.dtype).max)
    lost = jnp.any(jnp.isnan(x), axis=1, keepdims=True)
    limits = jnp.where(lost | jnp.isnan(radii), -1, finite)
    arguments = alike(x, columns, far, limits)
    blocks = partial(_count_blocks, search)
    if fused:
        from infojax._base.fused import neighbours_cuda, neighbours_tpu

        cuda, tpu = neighbours_cuda.count_within, neighbours_tpu.count_within
        counts = _dispatch(interpret, search, cuda, tpu, blocks, arguments)
    else:
        counts = blocks(*arguments)
    own = jnp.max(jnp.abs(x - x), axis=1, keepdims=True)
    own = inside(search, own, limits) & itself[:, None]
    return counts - own.astype(jnp.int32)


def _columns(y: Array, mask: Array) -> tuple[Array, Array]:
    """Columns without NaN, and the distance they start at, ``[m]``: 0 or infinity."""
    present = mask & ~jnp.any(jnp.isnan(y), axis=1)
    far = jnp.where(present, 0, jnp.inf).astype(y.dtype)
    return jnp.where(present[:, None], lax.stop_gradient(y), 0), far


def _dispatch(
    interpret: Interpret,
    search: Search,
    cuda: Callable,
    tpu: Callable,
    blocks: Callable,
    arguments: Any,
) -> Array:
    # A TPU kernel is unrolled over the columns of the samples.
    wide = arguments[0].shape[1] > _TPU_WIDTH
    on_tpu = (lambda *a, interpret: blocks(*a)) if wide else partial(tpu, search)
    return on_platform(interpret, partial(cuda, search), on_tpu, blocks, *arguments)


_TPU_WIDTH = 128


def inside(search: Search, gaps: Array, limits: Array) -> Array:
    """Whether distances are within radii."""
    return gaps < limits if search.strict else gaps <= limits


def farther(total: Array, gap: Array) -> Array:
    """The larger of a distance and the size of a difference."""
    return jnp.maximum(total, jnp.abs(gap))


def gaps_of(
    search: Search,
    row: Callable[[Any], Array],
    column: Callable[[Any], Array],
    width: int,
    start: Array,
    *,
    unrolled: bool = False,
    farther: Callable[[Array, Array], Array] = farther,
) -> Array:
    """Distances of a tile, from ``start``, one column of the samples after another."""

    def more(c: Any, total: Array) -> Array:
        gap = row(c) - column(c)
        return farther(total, gap) if search.max_norm else total + gap * gap

    if width > UNROLLED and not unrolled:
        return lax.fori_loop(np.int32(0), np.int32(width), more, start)
    for c in range(width):
        start = more(c, start)
    return start


UNROLLED = 16


def _nearest_blocks(
    search: Search, x: Array, y: Array, far: Array, start: Array
) -> Array:
    index = jnp.arange(y.shape[0], dtype=jnp.int32)

    def block(row: Array, x: Array) -> Array:
        gaps = _block_gaps(search, x, y, far)
        if search.itself:
            gaps = jnp.where(row[:, None] + start == index, jnp.inf, gaps)
        values, found = lax.top_k(-gaps, search.neighbours)
        return jnp.where(values > -jnp.inf, found, 0).astype(jnp.int32)

    rows = jnp.arange(x.shape[0], dtype=jnp.int32)
    return over_rows(block, (rows, x), y.shape[0])


def _count_blocks(
    search: Search, x: Array, y: Array, far: Array, limits: Array
) -> Array:
    def block(x: Array, limits: Array) -> Array:
        gaps = _block_gaps(search, x, y, far)[:, :, None]
        hits = inside(search, gaps, limits[:, None])
        return jnp.sum(hits, axis=1, dtype=jnp.int32)

    return over_rows(block, (x, limits), y.shape[0] * limits.shape[1])


def _block_gaps(search: Search, x: Array, y: Array, far: Array) -> Array:
    start = jnp.broadcast_to(far, (x.shape[0], far.shape[0]))
    width = x.shape[1]
    return gaps_of(search, lambda c: x[:, c, None], lambda c: y[:, c], width, start)
