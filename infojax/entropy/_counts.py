"""Entropy of a law from counts of its symbols, corrected for the bias of few samples.

Terms that have a pole at an empty cell are written without it, so that soft counts
have the gradients of the formula at every cell, empty ones included.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax.scipy.special import digamma

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "Tally",
    "chao_shen",
    "grassberger",
    "grassberger_1988",
    "miller_madow",
    "tally",
    "zhang",
]


class Tally(NamedTuple):
    """Counts with the cells last, which cells are there, sums, and shares."""

    n: Array
    keep: Array
    total: Array
    shares: Array
    dtype: jnp.dtype


def tally(
    name: str, counts: ArrayLike, axis: int, where: ArrayLike | None = None
) -> Tally:
    """Counts checked, masked and summed; ``dtype`` is that of the estimate."""
    array = checks.counts(name, "counts", counts)
    work = array.astype(checks.working_dtype(array.dtype))
    keep = checks.cell_mask(name, where, array.shape)
    n = jnp.where(keep & ~(work < 0), work, 0)
    n, keep = jnp.moveaxis(n, axis, -1), jnp.moveaxis(keep, axis, -1)
    return Tally(n, keep, n.sum(-1), numerics.normalise(n, -1), array.dtype)


def _parity(n: Array) -> Array:
    """(-1)^n of the nearest whole number."""
    return 1 - 2 * jnp.mod(jnp.round(n), 2)


def miller_madow(
    counts: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Plug-in entropy plus :math:`(m - 1) / (2 N)` for the m symbols that occurred.

    Args:
        counts: how often each symbol occurred, nonnegative, integer or soft.
        axis: the axis of the symbols; the others are kept.
        where: Boolean, broadcast to ``counts``; cells marked False are as if absent.

    Returns: the shape of ``counts`` without ``axis``, in nats; 0 without counts. The
        bias of order 1/N is gone when every possible symbol occurred.
    Gradients: exact with m held fixed; 0 at empty cells, where the true slope of the
        plug-in term is infinite.
    Cost: O(cells).
    Example:
        >>> round(float(miller_madow(jnp.array([4, 2, 3, 5, 1, 1, 0, 2]))), 4)
        1.9648
    References: Miller (1955).
    """
    n, _, total, shares, dtype = tally("miller_madow", counts, axis, where)
    occurred = jnp.sum(jnp.sign(n), axis=-1)
    plugin = -jnp.sum(numerics.xlogx(shares), axis=-1)
    return (plugin + numerics.ratio(occurred - 1, 2 * total)).astype(dtype)


def grassberger(
    counts: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Grassberger's estimate of 2003, :math:`\log N - \frac{1}{N} \sum n\, G(n)`.

    :math:`G(n) = \psi(n) + \frac{(-1)^n}{2} [\psi((n + 1) / 2) - \psi(n / 2)]`.

    Args:
        counts: how often each symbol occurred, nonnegative, integer or soft. The sign
            :math:`(-1)^n` is that of the nearest whole number.
        axis: the axis of the symbols; the others are kept.
        where: Boolean, broadcast to ``counts``; cells marked False are as if absent.

    Returns: the shape of ``counts`` without ``axis``, in nats; 0 without counts. Not 0
        for a symbol that alone occurred.
    Gradients: exact at every cell with the signs held fixed; the value jumps where a
        soft count passes a half.
    Cost: O(cells) digamma functions.
    Example:
        >>> round(float(grassberger(jnp.array([4, 2, 3, 5, 1, 1, 0, 2]))), 4)
        2.0496
    References: Grassberger (2003), entropy estimates from insufficient samplings.
    """
    n, _, total, shares, dtype = tally("grassberger", counts, axis, where)
    sign = _parity(n)
    # By psi(n) = psi(n + 1) - 1/n, the poles at 0 cancel when the sign is positive.
    g = digamma(n + 1) + 0.5 * sign * (digamma((n + 1) / 2) - digamma(n / 2 + 1))
    g = g - (1 - sign) / jnp.maximum(n, 0.5)
    terms = shares * (numerics.log(total)[..., None] - g)
    return jnp.sum(terms, axis=-1).astype(dtype)


def grassberger_1988(
    counts: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Grassberger's first: mean of :math:`\log N - \psi(n) - \frac{(-1)^n}{n + 1}`.

    The mean is over samples, so that a symbol has weight :math:`n / N`.

    Args:
        counts: how often each symbol occurred, nonnegative, integer or soft. The sign
            :math:`(-1)^n` is that of the nearest whole number.
        axis: the axis of the symbols; the others are kept.
        where: Boolean, broadcast to ``counts``; cells marked False are as if absent.

    Returns: the shape of ``counts`` without ``axis``, in nats; 0 without counts. Not 0
        for a symbol that alone occurred.
    Gradients: exact with signs and the set of occupied cells held fixed. A soft count
        adds 1/N as soon as it is positive, however small.
    Cost: O(cells) digamma functions.
    Example:
        >>> round(float(grassberger_1988(jnp.array([4, 2, 3, 5, 1, 1, 0, 2]))), 4)
        2.0343
    References: Grassberger (1988), finite sample corrections.
    """
    n, _, total, shares, dtype = tally("grassberger_1988", counts, axis, where)
    inner = numerics.log(total)[..., None] - digamma(n + 1) - _parity(n) / (n + 1)
    occurred = jnp.sum(jnp.sign(n), axis=-1)
    value = jnp.sum(shares * inner, axis=-1) + numerics.ratio(occurred, total)
    return value.astype(dtype)


def zhang(
    counts: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Zhang's estimate, in the closed form :math:`\psi(N) - \frac1N \sum n \psi(n)`.

    Equal to the sum over v < N of (1/v) times the unbiased estimate of
    :math:`\sum p (1 - p)^v`: what is missing of the series of -log p is its bias.

    Args:
        counts: how often each symbol occurred, nonnegative, integer or soft.
        axis: the axis of the symbols; the others are kept.
        where: Boolean, broadcast to ``counts``; cells marked False are as if absent.

    Returns: the shape of ``counts`` without ``axis``, in nats; 0 without counts. For
        whole counts never below the plug-in estimate; its bias vanishes exponentially.
    Gradients: exact with the set of occupied cells held fixed. A soft count adds 1/N as
        soon as it is positive, however small.
    Cost: O(cells) digamma functions.
    Example:
        >>> round(float(zhang(jnp.array([4, 2, 3, 5, 1, 1, 0, 2]))), 4)
        1.9812
    References: Zhang (2012), entropy estimation in Turing's perspective.
    """
    n, _, total, shares, dtype = tally("zhang", counts, axis, where)
    inner = digamma(total + 1)[..., None] - digamma(n + 1)
    occurred = jnp.sum(jnp.sign(n), axis=-1)
    value = jnp.sum(shares * inner, axis=-1) + numerics.ratio(occurred - 1, total)
    return value.astype(dtype)


def chao_shen(
    counts: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Chao and Shen's estimate, which allows for symbols that were never seen.

    :math:`-\sum \frac{\tilde p \log \tilde p}{1 - (1 - \tilde p)^N}` with
    :math:`\tilde p = C n / N` and coverage :math:`C = 1 - f_1 / N`, where :math:`f_1`
    symbols occurred once; C is at least 1/N.

    Args:
        counts: how often each symbol occurred, nonnegative, integer or soft. Soft
            counts that round to 1 count as seen once.
        axis: the axis of the symbols; the others are kept.
        where: Boolean, broadcast to ``counts``; cells marked False are as if absent.

    Returns: the shape of ``counts`` without ``axis``, in nats; 0 without counts.
    Gradients: exact with :math:`f_1` held fixed; 0 at empty cells.
    Cost: O(cells).
    Example:
        >>> round(float(chao_shen(jnp.array([4, 2, 3, 5, 1, 1, 0, 2]))), 4)
        2.0108
    References: Chao and Shen (2003).
    """
    n, _, total, shares, dtype = tally("chao_shen", counts, axis, where)
    once = jnp.sum(jnp.round(n) == 1, axis=-1).astype(n.dtype)
    covered = jnp.maximum(1 - numerics.ratio(once, total), 1 / jnp.maximum(total, 1))
    p = covered[..., None] * shares
    seen = -jnp.expm1(total[..., None] * numerics.log1p(-p))
    terms = numerics.ratio(numerics.xlogx(p), seen)
    return -jnp.sum(terms, axis=-1).astype(dtype)
