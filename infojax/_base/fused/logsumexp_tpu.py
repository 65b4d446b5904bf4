"""Mosaic kernels of ``logsumexp``: the grid moves tiles through a TPU.

The last axis of the grid runs over inner tiles, as the loop of ``logsumexp_cuda`` does:
running values stay in scratch memory and gradients add up in the block of the output,
which is written when the next outer tile begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax.numpy as jnp
from jax import lax
from jax.experimental import pallas as pl
from jax.experimental.pallas import tpu as mosaic

from infojax._base.fused import onchip
from infojax._base.fused.tiles import Tiles, dot, pad, result, round_up
from infojax.types import Array

__all__ = ["pull", "value"]

_TILES = Tiles(256, 512)
_ORDER = mosaic.CompilerParams(dimension_semantics=("parallel", "arbitrary"))


def value(
    setting: Any,
    lefts: Sequence[Array],
    rights: Sequence[Array],
    columns: Array,
    offset: Array,
    *,
    interpret: bool,
) -> Array:
    """The core's value ``[T, n]`` by a Mosaic kernel."""
    tiles = setting.tiles or _TILES
    outputs, n = len(setting.products), lefts[0].shape[0]
    rows = round_up(n, tiles.outer)
    width = round_up(columns.shape[1], tiles.inner)
    half = setting.precision == "bfloat16"
    running = [mosaic.VMEM((tiles.outer, 1), jnp.float32)] * (2 * outputs)
    out = pl.pallas_call(
        partial(_value_kernel, setting, tiles),
        grid=(rows // tiles.outer, width // tiles.inner),
        in_specs=[
            *_factors(lefts, rights, tiles),
            _along_inner(outputs, tiles),
            pl.BlockSpec(memory_space=mosaic.SMEM),
        ],
        out_specs=_along_outer(outputs, tiles),
        out_shape=result((rows, outputs), jnp.float32, columns),
        scratch_shapes=running,
        compiler_params=_ORDER,
        interpret=interpret,
        name="row_logsumexp",
    )(
        *[_factor(a, rows, half) for a in lefts],
        *[_factor(a, width, half) for a in rights],
        pad(columns * onchip.LOG2E, 1, width, -jnp.inf),
        jnp.concatenate([offset, jnp.zeros_like(offset)]),
    )
    return out[:n].T


def _value_kernel(setting: Any, tiles: Tiles, *refs: Any) -> None:
    sides, outputs = len(refs) - 3 - 2 * len(setting.products), len(setting.products)
    factors, (columns, base, out) = refs[:sides], refs[sides : sides + 3]
    states = list(zip(refs[-2 * outputs : -outputs], refs[-outputs:], strict=True))

    @pl.when(pl.program_id(1) == 0)
    def _() -> None:
        for state in states:
            for ref, value in zip(state, onchip.nothing(tiles.outer), strict=True):
                ref[...] = value

    dots, hidden = _dots(factors, base, tiles, setting)
    for t, product in enumerate(setting.products):
        scores = onchip.combined(dots, product, columns[t : t + 1, :])
        if hidden is not None:
            scores = jnp.where(hidden, -jnp.inf, scores)
        top, total = states[t]
        top[...], total[...] = onchip.absorbed((top[...], total[...]), scores)

    @pl.when(pl.program_id(1) == pl.num_programs(1) - 1)
    def _() -> None:
        for t, (top, total) in enumerate(states):
            out[:, t : t + 1] = onchip.finished((top[...], total[...]))


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
    """As in ``logsumexp_cuda``."""
    tiles = setting.tiles or _TILES
    outputs, n = len(setting.products), outers[0].shape[0]
    rows = round_up(n, tiles.outer)
    width = round_up(inners[0].shape[0], tiles.inner)
    half = setting.precision == "bfloat16"
    by_outer, by_inner = _along_outer(outputs, tiles), _along_inner(outputs, tiles)
    specs = _factors(outers, inners, tiles)
    kept = [result((rows, a.shape[1]), jnp.float32, weight) for a in outers]
    weight = pad(weight, 1, width if turned else rows)
    *grads, sums = pl.pallas_call(
        partial(_pull_kernel, setting, tiles, turned),
        grid=(rows // tiles.outer, width // tiles.inner),
        in_specs=[
            *specs,
            by_outer,
            by_inner,
            by_inner if turned else by_outer,
            pl.BlockSpec(memory_space=mosaic.SMEM),
        ],
        out_specs=[*specs[: len(outers)], by_outer],
        out_shape=[*kept, result((rows, outputs), jnp.float32, weight)],
        compiler_params=_ORDER,
        interpret=interpret,
        name="row_logsumexp_pullback",
    )(
        *[_factor(a, rows, half) for a in outers],
        *[_factor(a, width, half) for a in inners],
        pad(outer_bias * onchip.LOG2E, 1, rows, -jnp.inf).T,
        pad(inner_bias * onchip.LOG2E, 1, width, -jnp.inf),
        weight if turned else weight.T,
        jnp.concatenate(base),
    )
    return tuple(grad[:n] for grad in grads), sums[:n].T


def _pull_kernel(setting: Any, tiles: Tiles, turned: bool, *refs: Any) -> None:
    sides, outputs = (len(refs) - 5) // 3, len(setting.products)
    factors, out = refs[: 2 * sides], refs[2 * sides + 4 :]
    outer_bias, inner_bias, weight, base = refs[2 * sides : 2 * sides + 4]

    @pl.when(pl.program_id(1) == 0)
    def _() -> None:
        for ref in out:
            ref[...] = jnp.zeros_like(ref)

    dots, hidden = _dots(factors, base, tiles, setting)
    columns = [slice(t, t + 1) for t in range(outputs)]
    by_row = [outer_bias[:, t] for t in columns]
    by_column = [inner_bias[t, :] for t in columns]
    mass = [weight[t, :] if turned else weight[:, t] for t in columns]
    masses, of_sides = onchip.masses(
        setting.products, dots, by_row, by_column, mass, hidden
    )
    for ref, inner, total in zip(out, factors[sides:], of_sides, strict=False):
        part = inner[...]
        ref[...] += dot(total.astype(part.dtype), part, (1, 0), _product(part))
    for t, total in zip(columns, masses, strict=True):
        out[-1][:, t] += jnp.sum(total, axis=1, keepdims=True)


def _dots(
    factors: Sequence[Any], base: Any, tiles: Tiles, setting: Any
) -> tuple[list[Array], Array | None]:
    half = len(factors) // 2
    pairs = [
        (a[...], b[...]) for a, b in zip(factors[:half], factors[half:], strict=True)
    ]
    dots = [dot(a, b, (1, 1), _product(a)) for a, b in pairs]
    if not setting.off_diagonal:
        return dots, None
    outer = base[0] + pl.program_id(0) * tiles.outer
    inner = base[1] + pl.program_id(1) * tiles.inner
    return dots, onchip.hidden(outer, inner, (tiles.outer, tiles.inner))


def _product(a: Array) -> lax.Precision | None:
    return lax.Precision.HIGHEST if a.dtype == jnp.float32 else None


def _factor(a: Array, rows: int, half: bool) -> Array:
    return pad(a, 0, rows).astype(jnp.bfloat16 if half else jnp.float32)


def _factors(
    outers: Sequence[Array], inners: Sequence[Array], tiles: Tiles
) -> list[pl.BlockSpec]:
    rows = [
        pl.BlockSpec((tiles.outer, a.shape[1]), lambda i, j: (i, 0)) for a in outers
    ]
    return rows + [
        pl.BlockSpec((tiles.inner, a.shape[1]), lambda i, j: (j, 0)) for a in inners
    ]


def _along_outer(outputs: int, tiles: Tiles) -> pl.BlockSpec:
    return pl.BlockSpec((tiles.outer, outputs), lambda i, j: (i, 0))


def _along_inner(outputs: int, tiles: Tiles) -> pl.BlockSpec:
    return pl.BlockSpec((outputs, tiles.inner), lambda i, j: (0, j))
