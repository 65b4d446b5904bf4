"""Loops over pieces of a pairwise matrix, recomputed in the backward pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base.rows import Both
from infojax.types import Array

__all__ = ["by_halves", "by_rows", "tile_size"]

# Rows and columns of a tile. At most 4 MiB of float32, in cache; and up to 512 XLA on
# the CPU puts the tile into the loops of its products, to be evaluated in each of them.
_TILE, _LEAST = 1024, 513


def tile_size(n: int, pairs: int) -> int | None:
    """Rows of a tile of ``by_halves`` of at most ``pairs`` values; None: too few."""
    size = _even(n, max(1, min(_TILE, math.isqrt(pairs))))
    return size if size >= _LEAST else None


def by_rows(block: Callable[[Any], Any], pieces: Any, n: int, size: int) -> Any:
    """``block`` over chunks of at most ``size`` rows; results ``[n, ...]``."""
    size = _even(n, size)
    out = lax.map(jax.checkpoint(block), _split(pieces, n, size))
    return jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:])[:n], out)


def by_halves(tile: Callable[..., Any], side: Any, n: int, size: int) -> Any:
    """Sums along the rows of a symmetric matrix from the tiles above its diagonal.

    ``tile((rows, real), (columns, real))`` returns a tree of ``Both``: what it adds to
    either; ``real`` is False in rows that only fill the last tile.
    """
    sides = _split(side, n, size)
    real = jnp.arange(-(-n // size) * size).reshape(-1, size) < n
    parts = sides, real
    count = len(real)

    def part(k: Array) -> Any:
        return jax.tree.map(lambda a: a[k], parts)

    @jax.checkpoint
    def both(i: Array, j: Array) -> Any:
        return tile(part(i), part(j))

    def is_both(leaf: Any) -> bool:
        return isinstance(leaf, Both)

    def start(leaf: Both) -> Array:
        return jnp.zeros((count, *leaf.rows.shape), leaf.rows.dtype)

    def step(sums: Any, place: tuple[Array, Array]) -> tuple[Any, None]:
        i, j = place

        def add(leaf: Both, so_far: Array) -> Array:
            columns = jnp.where(i == j, 0, leaf.columns)
            return so_far.at[i].add(leaf.rows).at[j].add(columns)

        return jax.tree.map(add, both(i, j), sums, is_leaf=is_both), None

    zero = jnp.zeros((), jnp.int32)
    shape = jax.eval_shape(both, zero, zero)
    sums = jax.tree.map(start, shape, is_leaf=is_both)
    i, j = (jnp.asarray(k, jnp.int32) for k in np.triu_indices(count))
    sums, _ = lax.scan(step, sums, (i, j))
    return jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:])[:n], sums)


def _even(n: int, size: int) -> int:
    """Rows of a piece when as many pieces, of at most ``size`` rows, share them evenly,
    so that the last is not mostly padding."""
    return -(-n // -(-n // size)) if n else 1


def _split(pieces: Any, n: int, size: int) -> Any:
    """Arrays ``[n, ...]`` as ``[blocks, size, ...]``, a piece of rows each."""
    blocks = -(-n // size)
    padding = blocks * size - n

    def split(a: Array) -> Array:
        # Padding repeats row 0, a value that `block` handles; it is cut off again.
        filler = jnp.broadcast_to(a[:1], (padding, *a.shape[1:]))
        padded = jnp.concatenate([a, filler])
        return padded.reshape(blocks, size, *a.shape[1:])

    return jax.tree.map(split, pieces)
