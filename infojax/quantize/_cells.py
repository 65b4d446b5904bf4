"""Rows of integers as cells of one table, where their ranges leave few enough."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from infojax.types import Array

__all__ = ["CELLS", "Cells", "cells", "worth"]

CELLS = 1 << 16  # of a table; 256 KiB of single precision, which caches hold
_ROWS = 1 << 12  # below this many a sort is fast, and one branch compiles sooner


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
        low = jnp.min(jnp.where(mask[:, None], part, limits.max), axis=0)
        high = jnp.max(jnp.where(mask[:, None], part, limits.min), axis=0)
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
