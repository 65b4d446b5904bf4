"""Run a pairwise estimator with its rows split over the devices of a mesh."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import numpy as np
from jax.core import Tracer
from jax.experimental import multihost_utils
from jax.sharding import AxisType, Mesh, NamedSharding
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
        replicated. A ``plan`` keyword keeps its ``block_size`` and ``ring``; under
        ``jax.jit`` it is static (``static_argnames="plan"``). On several hosts, arrays
        are either global (``jax.make_array_from_process_local_data``) or the same on
        every process, of which each places the rows of its devices; the result is
        replicated. ``jax.jit`` takes arrays of the host as the same without a look.
    Gradients: those of the estimator, exact; inside ``jax.jit``.
    Cost: work is divided by the axis size, and memory where ``plan`` has a ring; else
        each device holds all columns.
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

        leaves, structure = jax.tree.flatten(rows)
        placed = structure.unflatten(_place(leaves, NamedSharding(mesh, P(axis)), axis))
        return jax.shard_map(
            local, mesh=mesh, in_specs=(P(axis), P(axis)), out_specs=P()
        )(*placed)

    return call


def _place(arrays: list[Array], place: NamedSharding, axis: str) -> list[Array]:
    """The arrays with their rows over the mesh, on one host or several."""
    if any(isinstance(a, Tracer) for a in arrays):
        explicit = dict(zip(place.mesh.axis_names, place.mesh.axis_types, strict=True))
        put = jax.device_put
        if explicit[axis] == AxisType.Explicit:
            put = jax.sharding.reshard
        return [put(a, place) for a in arrays]
    if place.is_fully_addressable:
        return [jax.device_put(a, place) for a in arrays]
    processes = jax.process_count()
    local = {i: np.asarray(a) for i, a in enumerate(arrays) if a.is_fully_addressable}
    if local and len({d.process_index for d in place.device_set}) == processes:
        _same_everywhere(list(local.values()))
    return [
        _rows_of(local[i], place) if i in local else _over(a, place)
        for i, a in enumerate(arrays)
    ]


def _same_everywhere(arrays: list[np.ndarray]) -> None:
    """An error on every process when one of them has other arrays."""
    digests = [zlib.crc32(f"{a.shape}{a.dtype}".encode() + a.tobytes()) for a in arrays]
    digest = np.asarray([zlib.crc32(repr(digests).encode())], np.uint32)
    if len(np.unique(multihost_utils.process_allgather(digest))) > 1:
        raise ValueError(
            "sharded: arrays of the host must be the same on every process; received "
            f"others, here of shapes {[a.shape for a in arrays]}. Make arrays of which "
            "each process has a part with `jax.make_array_from_process_local_data`."
        )


def _rows_of(array: np.ndarray, place: NamedSharding) -> Array:
    return jax.make_array_from_callback(array.shape, place, lambda index: array[index])


def _over(array: Array, place: NamedSharding) -> Array:
    if array.sharding.device_set != place.device_set:
        raise checks.fail(
            ValueError,
            "sharded",
            "arrays",
            f"over the {len(place.device_set)} devices of the mesh",
            f"an array over {len(array.sharding.device_set)}, not the same",
        )
    return jax.device_put(array, place)
