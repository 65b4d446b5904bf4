"""Rows of integers as cells of one table, where their ranges leave few enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax.types import Array

__all__ = ["CELLS", "Cells", "cells", "count", "worth"]

CELLS = 1 << 16  # of a table; 256 KiB of single precision, which caches hold
_ROWS = 1 << 12  # below this many a sort is fast, and one branch compiles sooner
_LANES = 16  # rows side by side: XLA's reductions take one number after the other


class Cells(NamedTuple):
    """Cell of each row ``[n]`` below ``CELLS``, in lexicographic order of the rows.

    Absent rows have cell ``CELLS``; nothing is said unless the table ``fits``.
    ``strides`` are cells from one value of a column to the next.
    """

    cell: Array
    strides: Array
    fits: Array


def worth(n: int) -> bool:
    """Whether so many rows, a static number, are worth a second branch."""
    return n >= _ROWS


def cells(mask: Array, *parts: Array) -> Cells:
    """Cells of rows whose columns are those of the parts ``[n, d]``, side by side."""
    places, widths = [], []
    for part in parts:
        part = part if part.dtype.itemsize >= 4 else part.astype(jnp.int32)
        limits = jnp.iinfo(part.dtype)
        low = _down(jnp.min, jnp.where(mask[:, None], part, limits.max), limits.max)
        high = _down(jnp.max, jnp.where(mask[:, None], part, limits.min), limits.min)
        # Differences of integers wrap, and are right as unsigned ones.
        unsigned = np.dtype(f"uint{limits.bits}")
        width = high.astype(unsigned) - low.astype(unsigned)
        widths.append(width.astype(jnp.float32) + 1)
        places.append((part - low).astype(jnp.int32))
    width = jnp.concatenate(widths)
    above = jnp.cumprod(width[::-1])[::-1]  # in floats, which do not wrap
    fits = ~(above[0] > CELLS)
    strides = jnp.where(fits, jnp.append(above[1:], jnp.ones(1, above.dtype)), 0)
    strides = strides.astype(jnp.int32)
    index = jnp.sum(jnp.concatenate(places, axis=1) * strides, axis=1)
    return Cells(jnp.where(mask, index, CELLS), strides, fits)


def count(cell: Array, mass: Array | None = None) -> Array:
    """Rows in each cell, whole numbers, or their mass: ``[CELLS]``."""
    none = jnp.zeros(CELLS, jnp.int32 if mass is None else mass.dtype)
    amount = jnp.ones((), none.dtype) if mass is None else mass
    return none.at[cell].add(amount, mode="drop", wrap_negative_indices=False)


def _down(extreme: Callable[..., Array], x: Array, fill: int) -> Array:
    """Smallest or largest of each column ``[n, d]``, many rows at a time."""
    n, d = x.shape
    groups = -(-n // _LANES)
    x = jnp.pad(x, ((0, groups * _LANES - n), (0, 0)), constant_values=fill)
    some = extreme(x.reshape(groups, _LANES * d), axis=0)
    some = lax.optimization_barrier(some)  # or XLA takes both steps for one
    return extreme(some.reshape(_LANES, d), axis=0)
