"""Tables of how often codes occur together."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks
from infojax.quantize._rows import row_mass
from infojax.types import Array, ArrayLike

__all__ = ["contingency"]


def contingency(
    x: ArrayLike,
    y: ArrayLike,
    *,
    shape: tuple[int, int],
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """How often each pair of codes occurs.

    Args:
        x: codes, integers from 0 to ``shape[0] - 1``, ``[n]``.
        y: codes from 0 to ``shape[1] - 1``, ``[n]``.
        shape: how many codes there are of each, static.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]``, floating and nonnegative, in place of ones.

    Returns: ``shape``, floating, of the dtype of ``weights``. Pairs with another code,
        such as -1 for a missing one, are left out.
    Gradients: exact in ``weights``; none in the codes.
    Cost: O(n), and the table.
    Example:
        >>> x, y = jnp.array([0, 1, 1]), jnp.array([2, 0, 0])
        >>> contingency(x, y, shape=(2, 3)).tolist()
        [[0.0, 0.0, 1.0], [2.0, 0.0, 0.0]]
    References: none needed.
    """
    name = "contingency"
    x, y = checks.integers(name, "x", x), checks.integers(name, "y", y)
    mask = checks.row_mask(name, where, checks.same_length(name, x=x, y=y))
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise checks.fail(TypeError, name, "shape", "a pair of ints", repr(shape))
    rows, columns = (checks.size(name, size, "shape") for size in shape)
    inside = mask & (x >= 0) & (x < rows) & (y >= 0) & (y < columns)
    mass, dtype = row_mass(name, weights, inside)
    table = jnp.zeros((rows, columns), mass.dtype)
    return (
        table.at[jnp.where(inside, x, 0), jnp.where(inside, y, 0)]
        .add(mass)
        .astype(dtype)
    )
