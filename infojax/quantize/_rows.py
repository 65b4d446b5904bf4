"""Rows of integers and how much each counts, checked."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["integer_rows", "row_mass"]


def integer_rows(where: str, argument: str, x: ArrayLike) -> Array:
    """Integers as ``[n, d]``; ``[n]`` reads as ``[n, 1]``."""
    array = x if isinstance(x, jax.Array) else np.asarray(x)
    if array.ndim not in (1, 2):
        expected = "of shape [n, d] or [n] (use jax.vmap over batches)"
        raise checks.fail(ValueError, where, argument, expected, str(list(array.shape)))
    rows = checks.integers(where, argument, array, ndim=array.ndim)
    return rows[:, None] if rows.ndim == 1 else rows


def row_mass(
    where: str, weights: ArrayLike | None, mask: Array
) -> tuple[Array, jnp.dtype]:
    """Weights of rows in a working dtype, 0 where masked, and the dtype to return."""
    if weights is None:
        mass = mask.astype(jnp.result_type(float))
        return mass, mass.dtype
    (given,), dtype = checks.common_float(where, weights=weights)
    return checks.weights(where, given, mask, given.dtype, "weights"), dtype
