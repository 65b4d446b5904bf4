"""What the fused kernels share: padding, products of tiles, the choice of platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax.types import Array

__all__ = [
    "Interpret",
    "Precision",
    "Tiles",
    "alike",
    "dot",
    "on_platform",
    "over_rows",
    "pad",
    "result",
    "round_up",
]

Interpret = Literal["cuda", "tpu"] | None
Precision = Literal["highest", "high", "bfloat16"]

_BLOCK_PAIRS = 1 << 22


class Tiles(NamedTuple):
    """How a pairwise matrix is cut.

    ``outer`` rows stay with a program, ``inner`` columns pass by it; ``depth`` columns
    of the factors enter one product and ``width`` columns of a gradient stay with a
    program; ``warps`` and ``stages`` are Triton's.
    """

    outer: int
    inner: int
    depth: int = 64
    width: int = 128
    warps: int = 4
    stages: int = 2


def round_up(size: int, multiple: int) -> int:
    """The next multiple."""
    return -(-size // multiple) * multiple


def pad(a: Array, axis: int, size: int, value: float = 0) -> Array:
    """``a`` with ``value`` behind it along one axis, up to ``size``."""
    width = [(0, 0)] * a.ndim
    width[axis] = (0, size - a.shape[axis])
    return jnp.pad(a, width, constant_values=jnp.asarray(value, a.dtype))


def dot(a: Array, b: Array, axes: tuple[int, int], precision: Any) -> Array:
    """Product of two tiles over one axis of each, accumulated in float32."""
    dimensions = (((axes[0],), (axes[1],)), ((), ()))
    return lax.dot_general(
        a, b, dimensions, precision=precision, preferred_element_type=jnp.float32
    )


def alike(*trees: Any) -> Any:
    """The same arrays, all varying over the same manual mesh axes (``shard_map``).

    The transpose of this cast is the sum over devices that a gradient of something
    shared needs, so kernels never see two kinds of arrays.
    """
    leaves = jax.tree.leaves(trees)
    axes = frozenset().union(*(_varying(a) for a in leaves))

    def cast(a: Array) -> Array:
        missing = tuple(sorted(axes - _varying(a)))
        return lax.pcast(a, missing, to="varying") if missing else a

    return jax.tree.map(cast, trees)


def _varying(a: Array) -> frozenset:
    return jax.typeof(a).mat.varying


def result(shape: tuple[int, ...], dtype: Any, like: Array) -> jax.ShapeDtypeStruct:
    """What a kernel returns, varying over the mesh axes of one of its arguments."""
    kind = jax.typeof(like).mat
    return jax.ShapeDtypeStruct(shape, dtype, manual_axis_type=kind)


def on_platform(
    interpret: Interpret, cuda: Callable, tpu: Callable, other: Callable, *args: Any
) -> Any:
    """The kernel of the platform that the program is lowered for.

    The kernels take a keyword ``interpret``; with a platform's name here, its kernel is
    interpreted wherever the program runs.
    """
    if interpret is not None:
        return {"cuda": cuda, "tpu": tpu}[interpret](*args, interpret=True)
    cuda, tpu = partial(cuda, interpret=False), partial(tpu, interpret=False)
    return lax.platform_dependent(*args, cuda=cuda, tpu=tpu, default=other)


def over_rows(block: Callable, pieces: Sequence[Array], columns: int) -> Array:
    """``block`` over as many rows of ``pieces`` at a time as fill the usual memory.

    What XLA does in place of a kernel; blocks are recomputed when differentiated.
    """
    n = pieces[0].shape[0]
    size = max(1, _BLOCK_PAIRS // columns)
    if size >= n:
        return block(*pieces)
    blocks = -(-n // size)

    def split(a: Array) -> Array:
        # Padding repeats row 0, a value that `block` handles; it is cut off again.
        filler = jnp.broadcast_to(a[:1], (blocks * size - n, *a.shape[1:]))
        return jnp.concatenate([a, filler]).reshape(blocks, size, *a.shape[1:])

    out = lax.map(lambda p: jax.checkpoint(block)(*p), [split(a) for a in pieces])
    return out.reshape(-1, *out.shape[2:])[:n]
