"""Divergences between probability tables that are made of logarithms."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "aligned",
    "bhattacharyya",
    "jeffreys",
    "kl",
    "renyi",
    "renyi_of_shares",
    "tsallis",
]


def aligned(
    name: str,
    p: ArrayLike,
    q: ArrayLike,
    axis: int,
    where: ArrayLike | None,
) -> tuple[Array, Array, jnp.dtype]:
    """Two tables of one shape, cells last and normalised, and the dtype to return."""
    p, q = checks.counts(name, "p", p), checks.counts(name, "q", q)
    (p, q), dtype = checks.common_float(name, p=p, q=q)
    try:
        shape = jnp.broadcast_shapes(p.shape, q.shape)
    except ValueError:
        expected = f"broadcastable to {list(p.shape)}"
        raise checks.fail(ValueError, name, "q", expected, f"{list(q.shape)}") from None
    if p.shape[axis] != q.shape[axis]:
        expected = f"of {p.shape[axis]} cells"
        raise checks.fail(ValueError, name, "q", expected, f"{q.shape[axis]}")
    keep = checks.cell_mask(name, where, shape)

    def shares(x: Array) -> Array:
        x = jnp.where(keep & ~(x < 0), jnp.broadcast_to(x, shape), 0)
        return numerics.normalise(jnp.moveaxis(x, axis, -1), -1)

    return shares(p), shares(q), dtype


def kl(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Kullback-Leibler divergence :math:`D(p \| q) = \sum p \log(p / q)`.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: the reference, of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, in nats; +inf where q is 0 and p is
        not. Order follows the formula: the first argument is averaged over.
    Gradients: exact; zero at cells where p or q is 0, never NaN.
    Cost: O(cells).
    Example:
        >>> round(float(kl(jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1]))), 4)
        0.5108
    References: Kullback and Leibler (1951).
    """
    p, q, dtype = aligned("kl", p, q, axis, where)
    return jnp.sum(numerics.relative_entropy_terms(p, q), axis=-1).astype(dtype)


def jeffreys(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Jeffreys divergence :math:`D(p \| q) + D(q \| p) = \sum (p - q) \log(p / q)`.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, in nats; symmetric; +inf where just
        one of p and q is 0.
    Gradients: exact; zero at cells where p or q is 0, never NaN.
    Cost: O(cells).
    Example:
        >>> round(float(jeffreys(jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1]))), 4)
        0.8789
    References: Jeffreys (1946).
    """
    p, q, dtype = aligned("jeffreys", p, q, axis, where)
    there = numerics.relative_entropy_terms(p, q)
    back = numerics.relative_entropy_terms(q, p)
    return jnp.sum(there + back, axis=-1).astype(dtype)


def renyi(
    p: ArrayLike,
    q: ArrayLike,
    *,
    alpha: float,
    axis: int = -1,
    where: ArrayLike | None = None,
) -> Array:
    r"""Renyi divergence :math:`\frac{1}{\alpha - 1} \log \sum p^\alpha q^{1 - \alpha}`.

    The limits are values too: 0 is :math:`-\log` of the mass of q where p is not 0, 1
    the Kullback-Leibler divergence, infinity :math:`\log \max p / q`.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: the reference, of the shape of ``p`` or broadcasting against it.
        alpha: the order, a static Python float, at least 0; ``float("inf")`` included.
            Orders close to 1 lose no digits.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, in nats; nondecreasing in ``alpha``.
        +inf where p and q share no cell and, from order 1 on, where any q is 0 and p is
        not.
    Gradients: exact; zero at cells where p or q is 0 and where the value is infinite.
        Shared by the largest ratios at infinite order.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(renyi(p, q, alpha=2.0)), 4)
        1.0217
    References: Renyi (1961); van Erven and Harremoes (2014).
    """
    p, q, dtype = aligned("renyi", p, q, axis, where)
    return renyi_of_shares(p, q, checks.order("renyi", alpha)).astype(dtype)


def bhattacharyya(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Bhattacharyya distance :math:`-\log \sum \sqrt{p q}`.

    Half the Renyi divergence of order 1/2.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, in nats; symmetric; +inf where p and
        q share no cell.
    Gradients: exact; zero at cells where p or q is 0 and where the value is infinite.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(bhattacharyya(p, q)), 4)
        0.1116
    References: Bhattacharyya (1943).
    """
    p, q, dtype = aligned("bhattacharyya", p, q, axis, where)
    return (renyi_of_shares(p, q, 0.5) / 2).astype(dtype)


def tsallis(
    p: ArrayLike,
    q: ArrayLike,
    *,
    alpha: float,
    axis: int = -1,
    where: ArrayLike | None = None,
) -> Array:
    r"""Tsallis divergence :math:`\frac{1}{\alpha-1} [\sum p^\alpha q^{1-\alpha} - 1]`.

    1 is the Kullback-Leibler divergence, 2 Pearson's chi-square, 1/2 twice the squared
    Hellinger distance.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: the reference, of the shape of ``p`` or broadcasting against it.
        alpha: the order, a static finite Python float, at least 0. Orders close to 1
            lose no digits.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, >= 0; from order 1 on, +inf where any
        q is 0 and p is not.
    Gradients: exact; zero at cells where p or q is 0.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(tsallis(p, q, alpha=2.0)), 4)
        1.7778
    References: Tsallis (1998).
    """
    p, q, dtype = aligned("tsallis", p, q, axis, where)
    tilt = checks.order("tsallis", alpha, finite=True) - 1
    if tilt == 0:
        value = jnp.sum(numerics.relative_entropy_terms(p, q), axis=-1)
    else:
        lost = q <= 0
        x = numerics.log(p) - numerics.log(q)
        value = numerics.moment(jnp.where(p <= 0, 0, x), p, tilt, lost) / tilt
        if tilt > 0:
            value = jnp.where(_escapes(p, q), jnp.inf, value)
    return value.astype(dtype)


def _escapes(p: Array, q: Array) -> Array:
    """Whether p has mass where q has none."""
    return jnp.any(~(p <= 0) & (q <= 0), axis=-1)


def renyi_of_shares(p: Array, q: Array, order: float) -> Array:
    """Renyi divergence of clean tables, cells last; q need not be normalised."""
    if order == 1:
        return jnp.sum(numerics.relative_entropy_terms(p, q), axis=-1)
    x, tilt = numerics.log(p) - numerics.log(q), order - 1
    x = jnp.where(p <= 0, 0, x)
    if order == 0:
        common = jnp.sum(jnp.sign(p) * q, axis=-1)
        apart = common <= 0
        far = jnp.where(jnp.all(p <= 0, axis=-1), 0, jnp.inf)
        return jnp.where(apart, far, -numerics.log(jnp.where(apart, 1, common)))
    if tilt == float("inf"):
        top = jnp.max(jnp.where(p <= 0, -jnp.inf, x), axis=-1)
        value = jnp.where(jnp.all(p <= 0, axis=-1), 0, top)
    else:
        value = numerics.log_moment(x, p, tilt, q <= 0) / tilt
    return jnp.where(_escapes(p, q), jnp.inf, value) if tilt > 0 else value
