"""Triton kernels of ``logsumexp``: how tiles of the score matrix move.

A program keeps some rows of one side of the pairs ("outer") and sees all of the other
("inner") pass by, tile by tile. The value is a running maximum and sum an output; the
gradient of what is outer is the tile of probabilities times what is inner, so that one
kernel run with rows outer and once more with columns outer gives all gradients without
atomics. Nothing of the size of the matrix leaves the chip.

Factors come as 1, 2 or 3 arrays in bfloat16 that add up to them. Tensor cores read both
orders of such tiles from shared memory, as the scores and the gradients need, at twice
the speed of TF32; six products of parts are as good as float32. Factors wider than
``Tiles.depth`` are multiplied in pieces, and gradients wider than ``Tiles.width`` take
one kernel for each piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax.numpy as jnp
from jax import lax
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton

from infojax._base.fused import onchip
from infojax._base.fused.tiles import Tiles, dot, pad, result, round_up
from infojax.types import Array

__all__ = ["pull", "value"]

_PARTS = {"highest": 3, "high": 2, "bfloat16": 1}


def value(
    setting: Any,
    lefts: Sequence[Array],
    rights: Sequence[Array],
    columns: Array,
    offset: Array,
    *,
    interpret: bool,
) -> Array:
    """The core's value ``[T, n]`` by a Triton kernel."""
    tiles = _chosen(setting, lefts, pulling=False)
    n, m = (a.shape[0] for a in (lefts[0], rights[0]))
    rows, width = round_up(n, tiles.outer), round_up(m, tiles.inner)
    cut = partial(_factor, tiles=tiles, precision=setting.precision)
    out = pl.pallas_call(
        partial(_value_kernel, setting, tiles),
        grid=(rows // tiles.outer,),
        out_shape=result((columns.shape[0], rows), jnp.float32, columns),
        compiler_params=_triton(tiles),
        interpret=interpret,
        name="row_logsumexp",
    )(
        *[cut(a, rows) for a in lefts],
        *[cut(a, width) for a in rights],
        pad(columns * onchip.LOG2E, 1, width, -jnp.inf),
        jnp.concatenate([offset, jnp.zeros_like(offset)]),
    )
    return out[:, :n]


def _value_kernel(setting: Any, tiles: Tiles, *refs: Any) -> None:
    *factors, columns, base, out = refs
    pairs = _Pairs(factors, base, tiles)

    def step(tile: Array, states: Any, hide: bool) -> Any:
        window, _, dots, hidden = pairs.tile(tile, hide)
        for t, product in enumerate(setting.products):
            scores = onchip.combined(dots, product, columns[t, window][None])
            if hidden is not None:
                scores = jnp.where(hidden, -jnp.inf, scores)
            states = (*states[:t], onchip.absorbed(states[t], scores), *states[t + 1 :])
        return states

    start = tuple(onchip.nothing(tiles.outer) for _ in setting.products)
    states = pairs.sweep(step, start, setting.off_diagonal)
    for t, state in enumerate(states):
        out[t, pairs.rows] = jnp.squeeze(onchip.finished(state), 1)


def pull(
    setting: Any,
    outers: Sequence[Array],
    inners: Sequence[Array],
    outer_bias: Array,
    inner_bias: Array,
    weight: Array,
    base: tuple[Array, Array],
    turned: bool,
    *,
    interpret: bool,
) -> tuple[tuple[Array, ...], Array]:
    """Gradients of ``outers`` and, where rows are inner ("turned"), sums of columns."""
    tiles = _chosen(setting, outers, pulling=True)
    n, m = outers[0].shape[0], inners[0].shape[0]
    rows, width = round_up(n, tiles.outer), round_up(m, tiles.inner)
    cut = partial(_factor, tiles=tiles, precision=setting.precision)
    arguments = (
        *[cut(a, rows) for a in outers],
        *[cut(a, width) for a in inners],
        pad(outer_bias * onchip.LOG2E, 1, rows, -jnp.inf),
        pad(inner_bias * onchip.LOG2E, 1, width, -jnp.inf),
        pad(weight, 1, width if turned else rows),
        jnp.concatenate(base),
    )
    grads: list[list[Array]] = [[] for _ in outers]
    sums = outer_bias
    for group in _groups([a.shape[2] for a in arguments[: len(outers)]], tiles.width):
        summed = turned and not any(grads)
        kept = [result((rows, piece.size), jnp.float32, weight) for _, piece in group]
        totals = [result((weight.shape[0], rows), jnp.float32, weight)] * summed
        out = pl.pallas_call(
            partial(_pull_kernel, setting, tiles, group, turned),
            grid=(rows // tiles.outer,),
            out_shape=kept + totals,
            compiler_params=_triton(tiles),
            interpret=interpret,
            name="row_logsumexp_pullback",
        )(*arguments)
        for (a, _), grad in zip(group, out, strict=False):
            grads[a].append(grad)
        sums = out[-1] if summed else sums
    whole = [jnp.concatenate(pieces, axis=1) for pieces in grads]
    cuts = (g[:n, : a.shape[1]] for g, a in zip(whole, outers, strict=True))
    return tuple(cuts), sums[:, :n]


def _pull_kernel(
    setting: Any,
    tiles: Tiles,
    group: list[tuple[int, Any]],
    turned: bool,
    *refs: Any,
) -> None:
    outputs, outs = len(setting.products), len(group)
    sides = max(a for product in setting.products for a in product) + 1
    factors, rest = refs[: 2 * sides], refs[2 * sides :]
    outer_bias, inner_bias, weight, base, *out = rest
    pairs = _Pairs(factors, base, tiles)
    by_row = [outer_bias[t, pairs.rows][:, None] for t in range(outputs)]
    weights = [] if turned else [weight[t, pairs.rows][:, None] for t in range(outputs)]

    def step(tile: Array, totals: Any, hide: bool) -> Any:
        window, whole, dots, hidden = pairs.tile(tile, hide)
        by_column = [inner_bias[t, window][None] for t in range(outputs)]
        mass = [weight[t, window][None] for t in range(outputs)] if turned else weights
        masses, of_sides = onchip.masses(
            setting.products, dots, by_row, by_column, mass, hidden
        )
        new = []
        for (a, piece), total in zip(group, totals, strict=False):
            inner, right = pairs.inners[a], whole[a]
            if right is None or piece.size < inner.shape[2]:
                right = _parts(inner, window, piece)
            mass_parts = _split(of_sides[a], inner.shape[0])
            new.append(_split_dot(mass_parts, right, (1, 0), total))
        for total, m in zip(totals[outs:], masses, strict=False):
            new.append(total + jnp.sum(m, axis=1, keepdims=True))
        return tuple(new)

    start = [jnp.zeros((tiles.outer, piece.size), jnp.float32) for _, piece in group]
    if len(out) > outs:
        start += [jnp.zeros((tiles.outer, 1), jnp.float32)] * outputs
    totals = pairs.sweep(step, tuple(start), setting.off_diagonal)
    for ref, total in zip(out, totals[:outs], strict=False):
        ref[pairs.rows, :] = total
    for t, total in enumerate(totals[outs:]):
        out[-1][t, pairs.rows] = jnp.squeeze(total, 1)


class _Pairs:
    """The outer rows of one Triton program and the inner tiles that pass by."""

    def __init__(self, factors: Any, base: Any, tiles: Tiles) -> None:
        sides = len(factors) // 2
        self.outers, self.inners = factors[:sides], factors[sides:]
        self.tiles, self.base = tiles, base
        self.first = pl.program_id(0) * tiles.outer
        self.rows = pl.ds(self.first, tiles.outer)
        everything = slice(None)
        self.held = [
            _parts(ref, self.rows, everything) if ref.shape[2] <= tiles.depth else None
            for ref in self.outers
        ]

    def tile(self, index: Array, hide: bool) -> tuple[Any, list, list, Array | None]:
        """The window on inner rows, those rows where they fit whole, the products of
        the sides and the pairs to leave out."""
        first = index * self.tiles.inner
        window = pl.ds(first, self.tiles.inner)
        whole = [
            None if held is None else _parts(inner, window, slice(None))
            for held, inner in zip(self.held, self.inners, strict=True)
        ]
        dots = [self._dot(a, whole[a], window) for a in range(len(whole))]
        if not hide:
            return window, whole, dots, None
        shape = (self.tiles.outer, self.tiles.inner)
        first = self.base[1] + first
        hidden = onchip.hidden(self.base[0] + self.first, first, shape)
        return window, whole, dots, hidden

    def _dot(self, a: int, whole: list | None, window: Any) -> Array:
        zeros = jnp.zeros((self.tiles.outer, self.tiles.inner), jnp.float32)
        held = self.held[a]
        if held is not None and whole is not None:
            return _split_dot(held, whole, (1, 1), zeros)
        depth = self.tiles.depth

        def piece(k: Array, total: Array) -> Array:
            cut = pl.ds(k * depth, depth)
            outer = _parts(self.outers[a], self.rows, cut)
            return _split_dot(outer, _parts(self.inners[a], window, cut), (1, 1), total)

        return onchip.loop(0, self.inners[a].shape[2] // depth, piece, zeros)

    def sweep(self, step: Callable, start: Any, off_diagonal: bool) -> Any:
        """``step`` over all inner tiles."""
        first = self.base[0] + self.first - self.base[1] if off_diagonal else None
        return onchip.sweep(step, start, first, self.tiles, self.inners[0].shape[1])


def _factor(a: Array, rows: int, *, tiles: Tiles, precision: str) -> Array:
    """``[parts, rows, width]`` in bfloat16, whose sum is ``a`` with zeros around it."""
    rest, parts = pad(pad(a, 0, rows), 1, _width(a.shape[1], tiles)), []
    for _ in range(_PARTS[precision]):
        # Not a cast there and back, which XLA may take for nothing.
        parts.append(lax.reduce_precision(rest, 8, 7))
        rest = rest - parts[-1]
    return jnp.stack(parts).astype(jnp.bfloat16)


def _parts(ref: Any, rows: Any, columns: Any) -> list[Array]:
    return [ref[p, rows, columns] for p in range(ref.shape[0])]


def _split_dot(
    a: Sequence[Array], b: Sequence[Array], axes: tuple[int, int], total: Array
) -> Array:
    """``total`` plus a product of sums of parts, without what float32 would not see."""
    pairs = [(p, q) for p in range(len(a)) for q in range(len(b)) if p + q < len(a)]
    for p, q in sorted(pairs, key=sum, reverse=True):
        total = total + dot(a[p], b[q], axes, None)
    return total


def _split(a: Array, parts: int) -> list[Array]:
    """A tile as so many tiles in bfloat16 that add up to it."""
    out = []
    for _ in range(parts):
        out.append(a.astype(jnp.bfloat16))
        a = a - out[-1].astype(a.dtype)
    return out


def _groups(widths: list[int], budget: int) -> list[list[tuple[int, Any]]]:
    """Pieces of the sides' columns, together no wider than a program accumulates."""
    pieces = []
    for a, width in enumerate(widths):
        size = min(width & -width, pl.next_power_of_2(budget))
        pieces += [(a, pl.ds(start, size)) for start in range(0, width, size)]
    groups: list[list[tuple[int, Any]]] = [[]]
    for piece in pieces:
        if (
            groups[-1]
            and sum(cut.size for _, cut in groups[-1]) + piece[1].size > budget
        ):
            groups.append([])
        groups[-1].append(piece)
    return groups


def _triton(tiles: Tiles) -> triton.CompilerParams:
    return triton.CompilerParams(num_warps=tiles.warps, num_stages=tiles.stages)


def _width(size: int, tiles: Tiles) -> int:
    """Columns of a factor after padding: a power of two, or pieces of ``depth``."""
    narrow = pl.next_power_of_2(max(16, size))
    return narrow if narrow <= tiles.depth else round_up(size, tiles.depth)


def _chosen(setting: Any, factors: Sequence[Array], pulling: bool) -> Tiles:
    """Tiles whose operands fit into the shared memory of a multiprocessor (H100).

    Chosen from what compiles for it without spilling registers, or hardly: how many a
    thread needs grows with the columns of gradients that its program accumulates.
    """
    if setting.tiles is not None:
        return setting.tiles
    parts, sizes = _PARTS[setting.precision], [a.shape[1] for a in factors]

    def serves(columns: int, tiles: Tiles) -> bool:
        widths = [_width(size, tiles) for size in sizes]
        rows = tiles.outer + tiles.stages * tiles.inner
        held = rows * sum(w for w in widths if w <= tiles.depth)
        cut = 0
        if max(widths) > tiles.depth:
            cut = tiles.stages * tiles.depth * (tiles.outer + tiles.inner)
            cut = max(cut, tiles.width * tiles.inner if pulling else 0)
        fits = 2 * parts * (held + cut) <= _SHARED
        return fits and parts * sum(widths) * len(widths) <= columns

    table = _GRADIENT_TILES if pulling else _VALUE_TILES
    tiles = next((t for columns, t in table if serves(columns, t)), table[-1][1])
    if factors[0].shape[0] <= _FEW_ROWS and tiles.outer == 128:
        return tiles._replace(outer=64, warps=4)
    return tiles


# Up to how many columns of factors, times parts, times sides, the tiles serve.
_ANY = 1 << 30
_VALUE_TILES = (
    (_ANY, Tiles(128, 64, depth=512, warps=8, stages=2)),
    (_ANY, Tiles(128, 64, depth=512, warps=8, stages=1)),
    (_ANY, Tiles(128, 128, depth=64, warps=8, stages=2)),
    (_ANY, Tiles(64, 64, depth=32, warps=4, stages=2)),
)
_GRADIENT_TILES = (
    (512, Tiles(128, 64, depth=512, width=256, warps=8, stages=2)),
    (1024, Tiles(64, 32, depth=512, width=512, warps=8, stages=2)),
    (_ANY, Tiles(64, 64, depth=64, width=128, warps=4, stages=2)),
    (_ANY, Tiles(64, 32, depth=32, width=64, warps=4, stages=2)),
)
_SHARED = 200 * 1024  # of 227 KiB, as other things than operands need some
_FEW_ROWS = 128 * 132  # with fewer, tiles of 128 rows would leave processors idle
