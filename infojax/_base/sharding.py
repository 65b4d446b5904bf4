"""Run a pairwise estimator with its rows split over the devices of a mesh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from infojax._base import checks
from infojax._base.plan import PairPlan
from infojax.types import Array, ArrayLike

__all__ = ["sharded"]

_PER_ROW = ("where", "weights")


def sharded(
    estimator: Callable[..., Array], mesh: Mesh, axis: str
) -> Callable[..., Array]:
    """The same estimator, computed on all devices along one mesh axis.

    Args:
        estimator: any function of the library with a ``plan`` argument.
        mesh: a device mesh, such as ``jax.make_mesh((8,), ("data",))``.
        axis: the mesh axis over which samples are split.

    Returns: a function of the estimator's own signature. Positional arrays and
        keywords named ``where*`` or ``weights*`` are split by rows, whose number must
        be a multiple of the axis size (pad and mask otherwise); every other keyword is
        replicated. A ``plan`` keyword keeps its ``block_size``; under ``jax.jit`` it is
        static (``static_argnames="plan"``).
    Gradients: those of the estimator, exact.
    Cost: work and memory are divided by the axis size; each device holds all columns.
    Example:
        >>> mesh = jax.make_mesh((1,), ("data",))
        >>> x = jnp.linspace(0.0, 1.0, 8)
        >>> round(float(sharded(infojax.mi.cs_qmi, mesh, "data")(x, x)), 4)
        0.0097
    References: the JAX documentation of ``jax.shard_map``.
    """
    if axis not in mesh.shape:
        expected = f"one of the axes {list(mesh.shape)} of the mesh"
        raise checks.fail(ValueError, "sharded", "axis", expected, repr(axis))
    size = mesh.shape[axis]

    def call(*arrays: ArrayLike, plan: PairPlan = PairPlan(), **options: Any) -> Array:
        per_row = {
            name: value
            for name, value in options.items()
            if name.startswith(_PER_ROW) and value is not None
        }
        rest = {name: v for name, v in options.items() if name not in per_row}
        rows = jax.tree.map(jax.numpy.asarray, (arrays, per_row))
        for leaf in jax.tree.leaves(rows):
            if leaf.shape[0] % size:
                raise ValueError(
                    f"sharded: rows must be a multiple of the {size} devices along "
                    f"{axis!r}; received {leaf.shape[0]}. Pad, and mask with `where`."
                )
        inner = replace(plan, axis_name=axis)

        def local(arrays: Any, per_row: Any) -> Array:
            return estimator(*arrays, **per_row, **rest, plan=inner)

        placed = jax.tree.map(
            lambda a: jax.sharding.reshard(a, NamedSharding(mesh, P(axis))), rows
        )
        return jax.shard_map(
            local, mesh=mesh, in_specs=(P(axis), P(axis)), out_specs=P()
        )(*placed)

    return call
