"""Renyi and Tsallis entropies of tables and counts."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["renyi", "tsallis"]


def renyi(
    p: ArrayLike, *, alpha: float, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Renyi entropy :math:`\frac{1}{1 - \alpha} \log \sum p^\alpha` along one axis.

    The limits are values too: 0 is the logarithm of the number of cells in use
    (Hartley), 1 Shannon's entropy, infinity :math:`-\log \max p` (min-entropy).

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        alpha: the order, a static Python float, at least 0; ``float("inf")`` included.
            Orders close to 1 lose no digits.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the shape of ``p`` without ``axis``, in nats; nonincreasing in ``alpha``; 0
        where all cells are empty.
    Gradients: exact; 0 at empty cells, where the true slope is infinite below order 1.
        Zero for order 0; shared by the largest cells for infinity.
    Cost: O(cells).
    Example:
        >>> round(float(renyi(jnp.array([0.5, 0.25, 0.25]), alpha=2.0)), 4)
        0.9808
    References: Renyi (1961).
    """
    p, dtype = _shares("renyi", p, axis, where)
    order = checks.order("renyi", alpha)
    if order == 1:
        value = -jnp.sum(numerics.xlogx(p), axis=-1)
    elif order == 0:
        value = _log_size(jnp.sum(jnp.sign(p), axis=-1))
    elif order == float("inf"):
        value = -_log_size(jnp.max(p, axis=-1))
    else:
        tilt = 1 - order
        value = numerics.log_moment(-numerics.log(p), p, tilt) / tilt
    return value.astype(dtype)


def tsallis(
    p: ArrayLike, *, q: float, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Tsallis entropy :math:`\frac{1}{q - 1} (1 - \sum p^q)` along one axis.

    The limits are values too: 0 is the number of cells in use less one, 1 Shannon's
    entropy; 2 is the Gini-Simpson index.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: the order, a static finite Python float, at least 0. Orders close to 1 lose
            no digits.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the shape of ``p`` without ``axis``, in nats at order 1; 0 where all cells
        are empty. Not additive over independent variables except at order 1.
    Gradients: exact; 0 at empty cells, where the true slope is infinite below order 1.
    Cost: O(cells).
    Example:
        >>> round(float(tsallis(jnp.array([0.5, 0.25, 0.25]), q=2.0)), 4)
        0.625
    References: Tsallis (1988); Havrda and Charvat (1967).
    """
    p, dtype = _shares("tsallis", p, axis, where)
    tilt = 1 - checks.order("tsallis", q, "q", finite=True)
    if tilt == 0:
        value = -jnp.sum(numerics.xlogx(p), axis=-1)
    else:
        # The sum of p (p^(q - 1) - 1): the ones of the definition cancel cell by cell.
        value = numerics.moment(-numerics.log(p), p, tilt) / tilt
    return value.astype(dtype)


def _shares(
    name: str, p: ArrayLike, axis: int, where: ArrayLike | None
) -> tuple[Array, jnp.dtype]:
    """Shares with the cells last, and the dtype to return."""
    array = checks.counts(name, "p", p)
    work = array.astype(checks.working_dtype(array.dtype))
    keep = checks.cell_mask(name, where, array.shape)
    work = jnp.where(keep & ~(work < 0), work, 0)
    return numerics.normalise(jnp.moveaxis(work, axis, -1), -1), array.dtype


def _log_size(x: Array) -> Array:
    """Logarithm of what is 0 only when nothing is left, and then counts as 1."""
    return numerics.log(jnp.where(x <= 0, 1, x))
