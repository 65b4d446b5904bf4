"""Log-sum-exp along the rows of sums of factored score matrices, never materialised.

Side a scores a pair by ``left_i . right_j + row_i + column_j``; an output is the
log-sum-exp over the columns of the sum of some sides. What depends on a row alone is
added at the end and what depends on a column alone is added up beforehand, so that a
tile needs one matrix product a side and one vector an output: that core has its own
derivative rules. On CUDA and TPU the core and its pullback are kernels, a file each;
elsewhere, and for second derivatives, they are row blocks of XLA, written once below.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.fused import onchip
from infojax._base.fused.tiles import (
    Interpret,
    Tiles,
    alike,
    dot,
    on_platform,
    over_rows,
)
from infojax._base.plan import Precision
from infojax.types import Array

__all__ = ["Factors", "row_logsumexp"]


class Factors(NamedTuple):
    """One side's scores ``left_i . right_j + row_i + column_j``.

    ``left [n, d]``, ``right [m, d]``, ``row [n]``, ``column [m]``, in float32.
    """

    left: Array
    right: Array
    row: Array
    column: Array


class Setting(NamedTuple):
    """What is static: outputs as tuples of sides, and how they are computed."""

    products: tuple[tuple[int, ...], ...]
    off_diagonal: bool
    precision: Precision
    tiles: Tiles | None
    interpret: Interpret


def row_logsumexp(
    factors: tuple[Factors, ...],
    products: tuple[tuple[int, ...], ...],
    log_mass: Array,
    *,
    off_diagonal: bool = False,
    row_offset: Array | int = 0,
    precision: Precision = "highest",
    fused: bool = True,
    tiles: Tiles | None = None,
    interpret: Interpret = None,
) -> Array:
    """``log sum_j exp(sum_a s_a[i, j] + log_mass[j])`` for each product of sides.

    Args:
        factors: one entry a side.
        products: the sides ``a`` whose scores are added, for each output; static.
        log_mass: ``[m]``; -inf deletes a column, whatever it holds.
        off_diagonal: leave out column ``row_offset + i`` of row i.
        row_offset: index of the first row among the columns, such as a shard's.
        precision: of the matrix products: "highest" is float32, "bfloat16" rounds the
            factors to that, "high" to twice as many bits. On CUDA these are six, one
            and three products of tensor cores; on TPU "high" is float32 too.
        fused: False takes blocks of XLA on every platform.
        tiles: sizes of tiles, to override those chosen for the shapes.
        interpret: the platform whose kernel is interpreted, for tests.

    Returns: ``[n, len(products)]``, float32; -inf where no column is left.
    Gradients: exact, and zero where no column is left; second derivatives by forward
        over reverse or reverse over reverse. Fused, no ``jax.jvp`` of the value alone.
    Cost: one product of ``[n, d]`` and ``[d, m]`` a side forward, four more backward;
        memory linear in n and m.
    """
    used = sorted({a for product in products for a in product})
    renamed = tuple(tuple(used.index(a) for a in product) for product in products)
    setting = Setting(renamed, off_diagonal, precision, tiles, interpret)
    sides = [factors[a] for a in used]
    present = log_mass != -jnp.inf
    rights = tuple(jnp.where(present[:, None], side.right, 0) for side in sides)
    sums = [log_mass + sum(sides[a].column for a in product) for product in renamed]
    columns = jnp.where(present, jnp.stack(sums), -jnp.inf)
    lefts = tuple(side.left for side in sides)
    offset = jnp.asarray(row_offset, jnp.int32).reshape(1)
    core = partial(_core if fused else _blocks, setting)
    value = core(*alike(lefts, rights, columns, offset))
    rows = jnp.stack([sum(sides[a].row for a in product) for product in renamed])
    return jnp.where(value == -jnp.inf, value, value + rows).T


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _core(
    setting: Setting,
    lefts: tuple[Array, ...],
    rights: tuple[Array, ...],
    columns: Array,
    offset: Array,
) -> Array:
    """``log sum_j exp(sum_a left_i . right_j + columns[t, j])``, ``[T, n]``."""
    return _value(setting, lefts, rights, columns, offset)


def _core_forward(setting: Setting, *arguments: Any) -> tuple[Array, Any]:
    value = _value(setting, *arguments)
    return value, (*arguments, value)


def _core_backward(setting: Setting, residuals: Any, cotangent: Array) -> Any:
    return (*_pullback(setting, *residuals, cotangent), None)


_core.defvjp(_core_forward, _core_backward)


def _kernels() -> tuple[Any, Any]:
    """Imported when first used, as Pallas takes half a second."""
    from infojax._base.fused import logsumexp_cuda, logsumexp_tpu

    return logsumexp_cuda, logsumexp_tpu


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _value(setting: Setting, *arguments: Any) -> Array:
    cuda, tpu = _kernels()
    return on_platform(
        setting.interpret,
        partial(cuda.value, setting),
        partial(tpu.value, setting),
        partial(_blocks, setting),
        *arguments,
    )


@_value.defjvp
def _value_jvp(setting: Setting, primals: Any, tangents: Any) -> Any:
    *inputs, offset = primals
    blocks = partial(_blocks, setting, offset=offset)
    _, tangent = jax.jvp(blocks, tuple(inputs), tuple(tangents[:-1]))
    return _value(setting, *primals), tangent


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _pullback(setting: Setting, *arguments: Any) -> Any:
    """Gradients of lefts, rights and columns, from the value and its cotangent."""
    cuda, tpu = _kernels()
    return on_platform(
        setting.interpret,
        partial(onchip.pullback, cuda.pull, setting),
        partial(onchip.pullback, tpu.pull, setting),
        partial(_blocks_pullback, setting),
        *arguments,
    )


@_pullback.defjvp
def _pullback_jvp(setting: Setting, primals: Any, tangents: Any) -> Any:
    # The value is a function of the rest, whose tangents say all there is to say.
    lefts, rights, columns, offset, value, cotangent = primals

    def pull(lefts: Any, rights: Any, columns: Array, cotangent: Array) -> Any:
        return _blocks_pullback(
            setting, lefts, rights, columns, offset, value, cotangent
        )

    moving = (lefts, rights, columns, cotangent)
    _, tangent = jax.jvp(pull, moving, (*tangents[:3], tangents[5]))
    return _pullback(setting, *primals), tangent


def _blocks(
    setting: Setting,
    lefts: tuple[Array, ...],
    rights: tuple[Array, ...],
    columns: Array,
    offset: Array,
) -> Array:
    """The core by row blocks of XLA, with derivatives of any order."""
    index = jnp.arange(columns.shape[1], dtype=jnp.int32)
    rough = setting.precision == "bfloat16"
    product = jax.lax.Precision.DEFAULT if rough else jax.lax.Precision.HIGHEST

    def rounded(a: Array) -> Array:
        return a.astype(jnp.bfloat16).astype(a.dtype) if rough else a

    def block(row: Array, *lefts: Array) -> Array:
        pairs = zip(lefts, rights, strict=True)
        dots = [dot(rounded(a), rounded(b), (1, 1), product) for a, b in pairs]
        keep = columns != -jnp.inf
        if setting.off_diagonal:
            keep = keep & (row[:, None] + offset != index)[:, None]
        keep = jnp.broadcast_to(keep, (row.shape[0], *columns.shape))
        sums = [sum(dots[a] for a in product) for product in setting.products]
        scores = jnp.stack(sums, axis=1) + columns
        return numerics.logsumexp(scores, keep)

    rows = jnp.arange(lefts[0].shape[0], dtype=jnp.int32)
    return over_rows(block, (rows, *lefts), columns.size).T


def _blocks_pullback(
    setting: Setting,
    lefts: tuple[Array, ...],
    rights: tuple[Array, ...],
    columns: Array,
    offset: Array,
    value: Array,
    cotangent: Array,
) -> Any:
    del value
    blocks = partial(_blocks, setting, offset=offset)
    _, pull = jax.vjp(blocks, lefts, rights, columns)
    return pull(cotangent)
