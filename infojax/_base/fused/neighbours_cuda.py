"""Triton kernels of ``neighbours``: a thread a row, columns pass by.

A tile is ``[i, o]`` with the rows of a program along its threads and its columns in the
registers of each: coordinates of a row stay in registers, those of columns are read by
all threads at once, and no thread needs another to find its own nearest.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton

from infojax._base.fused import candidates, onchip
from infojax._base.fused.neighbours import UNROLLED, farther, gaps_of, inside
from infojax._base.fused.tiles import Tiles, pad, result, round_up
from infojax.types import Array

__all__ = ["count_within", "nearest"]

_TILES = Tiles(128, 32, warps=4, stages=2)
_RADII = 8  # counted by one kernel


def nearest(
    search: Any, x: Array, y: Array, far: Array, start: Array, *, interpret: bool
) -> Array:
    """Indices ``[n, k]`` by a Triton kernel."""
    tiles, (n, _), k = search.tiles or _TILES, x.shape, search.neighbours
    samples = _padded(x, y, far, tiles)
    rows = samples[0].shape[1]
    out = pl.pallas_call(
        partial(_nearest_kernel, search, tiles, interpret),
        grid=(rows // tiles.outer,),
        out_shape=result((k, rows), jnp.int32, x),
        compiler_params=_params(tiles),
        interpret=interpret,
        name="nearest",
    )(*samples, start)
    return out[:, :n].T


def _nearest_kernel(search: Any, tiles: Tiles, interpret: bool, *refs: Any) -> None:
    x, y, far, start, out = refs
    first = pl.program_id(0) * tiles.outer
    gaps_at = _Gaps(search, tiles, interpret, x, y, far)
    shape = (tiles.inner, tiles.outer)

    def step(tile: Array, held: candidates.Held, hide: bool) -> candidates.Held:
        gaps, columns = gaps_at(tile)
        if hide:
            own = onchip.hidden(tile * tiles.inner, start[0] + first, shape)
            gaps = jnp.where(own, jnp.inf, gaps)

        def nearer(state: tuple[Array, candidates.Held]) -> Array:
            return candidates.any_nearer(*state)

        def insert(
            state: tuple[Array, candidates.Held],
        ) -> tuple[Array, candidates.Held]:
            return candidates.inserted(*state, columns)

        return lax.while_loop(nearer, insert, (gaps, held))[1]

    held = candidates.empty(tiles.outer, search.neighbours)
    first_row = start[0] + first if search.itself else None
    held = onchip.sweep(step, held, first_row, tiles, y.shape[1])

    def store(r: Array, held: candidates.Held) -> candidates.Held:
        index, held = candidates.popped(held)
        out[r, pl.ds(first, tiles.outer)] = jnp.squeeze(index, 0)
        return held

    onchip.loop(0, search.neighbours, store, held)


def count_within(
    search: Any, x: Array, y: Array, far: Array, limits: Array, *, interpret: bool
) -> Array:
    """Counts ``[n, r]`` by a Triton kernel for some radii at a time."""
    tiles, n = search.tiles or _TILES, x.shape[0]
    samples = _padded(x, y, far, tiles)
    rows = samples[0].shape[1]
    limits = pad(limits, 0, rows, -1).T
    out = []
    for low in range(0, limits.shape[0], _RADII):
        some = limits[low : low + _RADII]
        kernel = pl.pallas_call(
            partial(_count_kernel, search, tiles, interpret),
            grid=(rows // tiles.outer,),
            out_shape=result(some.shape, jnp.int32, x),
            compiler_params=_params(tiles),
            interpret=interpret,
            name="count_within",
        )
        out.append(kernel(*samples, some))
    return jnp.concatenate(out)[:, :n].T


def _count_kernel(search: Any, tiles: Tiles, interpret: bool, *refs: Any) -> None:
    x, y, far, limits, out = refs
    rows = pl.ds(pl.program_id(0) * tiles.outer, tiles.outer)
    radii = [limits[r, rows][None] for r in range(limits.shape[0])]
    gaps_at = _Gaps(search, tiles, interpret, x, y, far)

    def step(tile: Array, counts: tuple[Array, ...]) -> tuple[Array, ...]:
        gaps, _ = gaps_at(tile)
        hits = (jnp.where(inside(search, gaps, radius), 1, 0) for radius in radii)
        new = (jnp.sum(h.astype(jnp.int32), axis=0, dtype=jnp.int32) for h in hits)
        return tuple(a + b for a, b in zip(counts, new, strict=True))

    counts = tuple(jnp.zeros(tiles.outer, jnp.int32) for _ in radii)
    counts = onchip.loop(0, y.shape[1] // tiles.inner, step, counts)
    for r, count in enumerate(counts):
        out[r, rows] = count


class _Gaps:
    """Distances of this program's rows to a tile of columns."""

    def __init__(self, search: Any, tiles: Tiles, interpret: bool, *refs: Any) -> None:
        self.search, self.tiles, (self.x, self.y, self.far) = search, tiles, refs
        self.farther = farther if interpret else _farther
        x = self.x
        self.rows = pl.ds(pl.program_id(0) * tiles.outer, tiles.outer)
        narrow = x.shape[0] <= UNROLLED
        self.held = [self._row(c) for c in range(x.shape[0])] if narrow else None

    def _row(self, c: Any) -> Array:
        return self.x[c, self.rows][None]

    def __call__(self, tile: Array) -> tuple[Array, Array]:
        """Distances ``[i, o]`` and the indices of the columns, of the same shape."""
        shape, first = (self.tiles.inner, self.tiles.outer), tile * self.tiles.inner
        window = pl.ds(first, self.tiles.inner)
        start = jnp.broadcast_to(self.far[window][:, None], shape)
        gaps = gaps_of(
            self.search,
            self.held.__getitem__ if self.held else self._row,
            lambda c: self.y[c, window][:, None],
            self.x.shape[0],
            start,
            farther=self.farther,
        )
        return gaps, first + lax.broadcasted_iota(jnp.int32, shape, 0)


def _farther(total: Array, gap: Array) -> Array:
    """``farther`` in one instruction: the absolute value is part of the maximum.

    As the compiler would have it but for flushing subnormal numbers, which costs it an
    instruction of its own.
    """
    [out] = triton.elementwise_inline_asm(
        "{ .reg .f32 size; abs.f32 size, $2; max.f32 $0, $1, size; }",
        args=[total, gap],
        constraints="=f,f,f",
        pack=1,
        result_shape_dtypes=[jax.ShapeDtypeStruct(gap.shape, gap.dtype)],
    )
    return out


def _padded(x: Array, y: Array, far: Array, tiles: Tiles) -> tuple[Array, ...]:
    """Samples ``[d, n]`` and ``[d, m]`` and where columns start, all filling tiles."""
    rows = round_up(x.shape[0], tiles.outer)
    columns = round_up(y.shape[0], tiles.inner)
    return (
        pad(x, 0, rows).T,
        pad(y, 0, columns).T,
        pad(far, 0, columns, np.inf),
    )


def _params(tiles: Tiles) -> triton.CompilerParams:
    return triton.CompilerParams(num_warps=tiles.warps, num_stages=tiles.stages)
