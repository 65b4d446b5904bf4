"""Averages over replicas, and the mesh axes over which their results vary."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks
from infojax.distributed._compression import Compression
from infojax.types import Array

__all__ = ["AxisName", "align", "average", "payload_bits", "replica_index", "zeros"]

AxisName = str | tuple[str, ...] | None


def replica_index(name: str, axis_name: AxisName) -> Array:
    """The number of this replica; an error where the axis does not exist."""
    if axis_name is None:
        return jnp.zeros((), jnp.int32)
    try:
        return lax.axis_index(axis_name)
    except NameError:
        expected = "an axis of the `jax.shard_map` or `jax.vmap` around `update`"
        raise checks.fail(
            ValueError, name, "axis_name", expected, repr(axis_name)
        ) from None


def average(delta: Array, place: Any, compression: Any, axis_name: AxisName) -> Array:
    """Mean over replicas of what they send; all of them call it together."""
    if not isinstance(compression, Compression):
        sent = delta if compression is None else compression(delta)
        return sent if axis_name is None else lax.pmean(sent, axis_name)
    payload = compression.encode(delta, place)
    if axis_name is None:
        return compression.decode(payload, delta.shape)
    # Everyone gets the same payloads, decodes and sums them in the same order.
    names = (axis_name,) if isinstance(axis_name, str) else axis_name
    on_mesh = set(names) <= set(jax.sharding.get_abstract_mesh().manual_axes)
    to = "invarying" if on_mesh else "varying"  # the former fails under `jax.vmap`
    gathered = lax.all_gather(payload, axis_name, to=to)
    decoded = jax.vmap(lambda part: compression.decode(part, delta.shape))(gathered)
    return jnp.mean(decoded, axis=0)


def payload_bits(leaf: Array, compression: Any) -> int:
    """Bits that a replica sends of a leaf."""
    payload: Any = leaf
    if isinstance(compression, Compression):
        place = (jnp.zeros((), jnp.int32),) * 2
        payload = jax.eval_shape(lambda x: compression.encode(x, (*place, 0)), leaf)
    return sum(8 * p.size * p.dtype.itemsize for p in jax.tree.leaves(payload))


def align(x: Array, like: Array) -> Array:
    """The same array, marked as varying over the mesh axes of another one too."""
    return jnp.where(False, like.astype(x.dtype), x)


def zeros(like: Array) -> Array:
    """Zeros that vary over the mesh axes of an array, whatever it holds."""
    return align(jnp.zeros_like(like), like)
