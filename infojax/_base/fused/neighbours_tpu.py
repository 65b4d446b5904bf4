"""Mosaic kernels of ``neighbours``: the last axis of the grid runs over columns."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.experimental import pallas as pl
from jax.experimental.pallas import tpu as mosaic

from infojax._base.fused import candidates, onchip
from infojax._base.fused.neighbours import gaps_of, inside
from infojax._base.fused.tiles import Tiles, pad, result, round_up
from infojax.types import Array

__all__ = ["count_within", "nearest"]

_TILES = Tiles(128, 256)
_ORDER = mosaic.CompilerParams(dimension_semantics=("parallel", "arbitrary"))


def nearest(
    search: Any, x: Array, y: Array, far: Array, start: Array, *, interpret: bool
) -> Array:
    """Indices ``[n, k]`` by a Mosaic kernel."""
    tiles, k = search.tiles or _TILES, search.neighbours
    samples, specs, grid = _padded(x, y, far, tiles)
    held = candidates.places(k), tiles.outer
    out = pl.pallas_call(
        partial(_nearest_kernel, search, tiles),
        grid=grid,
        in_specs=[*specs, pl.BlockSpec(memory_space=mosaic.SMEM)],
        out_specs=pl.BlockSpec((k, tiles.outer), lambda i, j: (0, i)),
        out_shape=result((k, samples[0].shape[1]), jnp.int32, x),
        scratch_shapes=[
            mosaic.VMEM((tiles.inner, tiles.outer), jnp.float32),
            mosaic.VMEM(held, jnp.float32),
            mosaic.VMEM(held, jnp.int32),
        ],
        compiler_params=_ORDER,
        interpret=interpret,
        name="nearest",
    )(*samples, start)
    return out[:, : x.shape[0]].T


def _nearest_kernel(search: Any, tiles: Tiles, *refs: Any) -> None:
    x, y, far, start, out, gaps, *best = refs

    def put(held: candidates.Held) -> None:
        for ref, value in zip(best, held, strict=True):
            ref[...] = value

    @pl.when(pl.program_id(1) == 0)
    def _() -> None:
        put(candidates.empty(tiles.outer, search.neighbours))

    first = pl.program_id(1) * tiles.inner
    columns = first + lax.broadcasted_iota(jnp.int32, gaps.shape, 0)
    gaps[...] = _gaps(search, x, y, far)
    if search.itself:
        row = start[0] + pl.program_id(0) * tiles.outer
        own = onchip.hidden(first, row, gaps.shape)
        gaps[...] = jnp.where(own, jnp.inf, gaps[...])

    def held() -> candidates.Held:
        return candidates.Held(best[0][...], best[1][...])

    def insert(_: Array) -> Array:
        gaps[...], new = candidates.inserted(gaps[...], held(), columns)
        put(new)
        return candidates.any_nearer(gaps[...], new)

    lax.while_loop(lambda more: more, insert, candidates.any_nearer(gaps[...], held()))

    @pl.when(pl.program_id(1) == pl.num_programs(1) - 1)
    def _() -> None:
        left = held()
        for r in range(search.neighbours):
            out[r : r + 1, :], left = candidates.popped(left)


def count_within(
    search: Any, x: Array, y: Array, far: Array, limits: Array, *, interpret: bool
) -> Array:
    """Counts ``[n, r]`` by a Mosaic kernel."""
    tiles, radii = search.tiles or _TILES, limits.shape[1]
    samples, specs, grid = _padded(x, y, far, tiles)
    by_row = pl.BlockSpec((radii, tiles.outer), lambda i, j: (0, i))
    rows = samples[0].shape[1]
    out = pl.pallas_call(
        partial(_count_kernel, search),
        grid=grid,
        in_specs=[*specs, by_row],
        out_specs=by_row,
        out_shape=result((radii, rows), jnp.int32, x),
        compiler_params=_ORDER,
        interpret=interpret,
        name="count_within",
    )(*samples, pad(limits, 0, rows, -1).T)
    return out[:, : x.shape[0]].T


def _count_kernel(search: Any, *refs: Any) -> None:
    x, y, far, limits, out = refs

    @pl.when(pl.program_id(1) == 0)
    def _() -> None:
        out[...] = jnp.zeros_like(out)

    gaps = _gaps(search, x, y, far)
    for r in range(limits.shape[0]):
        hits = inside(search, gaps, limits[r : r + 1, :])
        more = jnp.where(hits, 1, 0).astype(jnp.int32)
        out[r : r + 1, :] += jnp.sum(more, axis=0, keepdims=True, dtype=jnp.int32)


def _gaps(search: Any, x: Any, y: Any, far: Any) -> Array:
    start = jnp.broadcast_to(far[...], (y.shape[0], x.shape[1]))
    return gaps_of(
        search,
        lambda c: x[c : c + 1, :],
        lambda c: y[:, c : c + 1],
        x.shape[0],
        start,
        unrolled=True,
    )


def _padded(
    x: Array, y: Array, far: Array, tiles: Tiles
) -> tuple[tuple[Array, ...], list[pl.BlockSpec], tuple[int, int]]:
    """Samples ``[d, n]`` and ``[m, d]`` and where columns start, and how they move."""
    rows = round_up(x.shape[0], tiles.outer)
    columns, width = round_up(y.shape[0], tiles.inner), x.shape[1]
    samples = (
        pad(x, 0, rows).T,
        pad(y, 0, columns),
        pad(far, 0, columns, np.inf)[:, None],
    )
    specs = [
        pl.BlockSpec((width, tiles.outer), lambda i, j: (0, i)),
        pl.BlockSpec((tiles.inner, width), lambda i, j: (j, 0)),
        pl.BlockSpec((tiles.inner, 1), lambda i, j: (j, 0)),
    ]
    return samples, specs, (rows // tiles.outer, columns // tiles.inner)
