"""The k nearest columns seen so far of each row of a tile, on every platform.

Tiles are ``[i, o]``, columns by rows: whatever belongs to one row of the samples is in
one lane, and comparing its candidates needs no other lane. They are held unsorted, in
a power of two of places; those beyond k hold -inf and are never the worst. Empty places
have indices above all others, so that ties are broken alike for them: of equal
distances the lower index stays and comes first.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax.types import Array

__all__ = ["Held", "any_nearer", "empty", "inserted", "places", "popped"]

_NOBODY, _LAST = np.int32(1 << 30), np.int32(2**31 - 1)


class Held(NamedTuple):
    """Distances and indices of columns, ``[places, o]``."""

    distance: Array
    column: Array


def empty(rows: int, k: int) -> Held:
    """Nobody yet, in k places."""
    place = lax.broadcasted_iota(jnp.int32, (places(k), rows), 0)
    distance = jnp.where(place < k, jnp.inf, -jnp.inf).astype(jnp.float32)
    return Held(distance, place + _NOBODY)


def places(k: int) -> int:
    """The next power of two."""
    return 1 << (k - 1).bit_length()


def any_nearer(gaps: Array, held: Held) -> Array:
    """Whether a tile of distances ``[i, o]`` has any that belongs among those held."""
    worst = jnp.max(held.distance, axis=0)
    return jnp.max(jnp.where(jnp.min(gaps, axis=0) < worst, 1, 0).astype(jnp.int32)) > 0


def inserted(gaps: Array, held: Held, columns: Array) -> tuple[Array, Held]:
    """Takes the nearest of each row out of the tile, and in where it is near enough."""
    distance, index = held
    nearest = jnp.min(gaps, axis=0, keepdims=True)
    column = _lowest(columns, gaps == nearest)
    worst = distance == jnp.max(distance, axis=0, keepdims=True)
    last = jnp.max(jnp.where(worst, index, -1), axis=0, keepdims=True)
    place = worst & (index == last) & (nearest < distance)
    held = Held(jnp.where(place, nearest, distance), jnp.where(place, column, index))
    return jnp.where(columns == column, jnp.inf, gaps), held


def popped(held: Held) -> tuple[Array, Held]:
    """Index ``[1, o]`` of the nearest, 0 if there is nobody, and the others."""
    distance, index = held
    live = distance != -jnp.inf
    least = jnp.min(jnp.where(live, distance, jnp.inf), axis=0, keepdims=True)
    first = _lowest(index, live & (distance == least))
    left = jnp.where(index == first, -jnp.inf, distance)
    return jnp.where(first < _NOBODY, first, 0), Held(left, index)


def _lowest(index: Array, where: Array) -> Array:
    return jnp.min(jnp.where(where, index, _LAST), axis=0, keepdims=True)
