"""What the fused kernels share: padding, products of tiles, the choice of platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base.plan import PairPlan, varying
from infojax._base.tiles import by_rows
from infojax.types import Array

__all__ = [
    "Interpret",
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
    axes = frozenset().union(*(jax.typeof(a).mat.varying for a in leaves))
    return jax.tree.map(lambda a: varying(a, axes), trees)


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
    n, size = pieces[0].shape[0], PairPlan().rows_at_once(columns)
    if size >= n:
        return block(*pieces)
    return by_rows(lambda parts: block(*parts), tuple(pieces), n, size)
