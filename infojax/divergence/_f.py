"""f-divergences between tables: distances of probabilities, cell by cell."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.divergence._tables import aligned
from infojax.types import Array, ArrayLike

__all__ = [
    "chi_square",
    "f_divergence",
    "neyman_chi_square",
    "squared_hellinger",
    "total_variation",
    "triangular",
]


def total_variation(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Total variation distance :math:`\frac12 \sum |p - q|`.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, from 0 to 1; symmetric.
    Gradients: exact; zero at cells where p equals q.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(total_variation(p, q)), 4)
        0.4
    References: Levin and Peres (2017), Markov chains and mixing times, section 4.1.
    """
    p, q, dtype = aligned("total_variation", p, q, axis, where)
    return (jnp.sum(jnp.abs(p - q), axis=-1) / 2).astype(dtype)


def squared_hellinger(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Squared Hellinger distance :math:`1 - \sum \sqrt{p q}`.

    That is :math:`\frac12 \sum (\sqrt p - \sqrt q)^2`, with the half that some omit.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, from 0 to 1; symmetric.
    Gradients: exact; that of a root is zero at empty cells, where it is infinite.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(squared_hellinger(p, q)), 4)
        0.1056
    References: Hellinger (1909).
    """
    p, q, dtype = aligned("squared_hellinger", p, q, axis, where)
    gaps = (numerics.sqrt(p) - numerics.sqrt(q)) ** 2
    return (jnp.sum(gaps, axis=-1) / 2).astype(dtype)


def chi_square(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Pearson's chi-square divergence :math:`\sum (p - q)^2 / q`.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: the reference, of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``; +inf where q is 0 and p is not.
    Gradients: exact; zero at cells where q is 0.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(chi_square(p, q)), 4)
        1.7778
    References: Pearson (1900).
    """
    p, q, dtype = aligned("chi_square", p, q, axis, where)
    return jnp.sum(_chi_square_terms(p, q), axis=-1).astype(dtype)


def neyman_chi_square(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Neyman's chi-square divergence :math:`\sum (p - q)^2 / p`.

    Pearson's with the sides exchanged.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``; +inf where p is 0 and q is not.
    Gradients: exact; zero at cells where p is 0.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(neyman_chi_square(p, q)), 4)
        0.64
    References: Neyman (1949).
    """
    p, q, dtype = aligned("neyman_chi_square", p, q, axis, where)
    return jnp.sum(_chi_square_terms(q, p), axis=-1).astype(dtype)


def triangular(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Triangular discrimination :math:`\sum (p - q)^2 / (p + q)`.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, from 0 to 2; symmetric.
    Gradients: exact; zero at cells where both are 0.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(triangular(p, q)), 4)
        0.381
    References: Topsoe (2000); Vincze (1981) and Le Cam (1986).
    """
    p, q, dtype = aligned("triangular", p, q, axis, where)
    terms = numerics.ratio((p - q) ** 2, p + q)
    return jnp.sum(terms, axis=-1).astype(dtype)


def f_divergence(
    p: ArrayLike,
    q: ArrayLike,
    *,
    generator: Callable[[Array], Array],
    slope: ArrayLike = float("inf"),
    axis: int = -1,
    where: ArrayLike | None = None,
) -> Array:
    r"""Csiszar's f-divergence :math:`\sum q f(p / q)` of any convex function f.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: the reference, of the shape of ``p`` or broadcasting against it.
        generator: f, applied to an array element by element; convex, 0 at 1. Where it
            is NaN at 0, as ``t * jnp.log(t)``, its value next to 0 stands in.
        slope: limit of f(t) / t as t grows, which p has where q is 0: +inf (default)
            for ``t log t`` and ``(t - 1)**2``, 1/2 for ``abs(t - 1) / 2``, 0 for
            ``-log t``.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``; +inf where ``slope`` or f(0) is and
        some cell needs it.
    Gradients: exact, in what the generator closes over too; in p zero at cells where p
        is 0, in q at cells where q is 0.
    Cost: O(cells) evaluations of the generator.
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(f_divergence(p, q, generator=lambda t: t * jnp.log(t))), 4)
        0.5108
    References: Csiszar (1967); Ali and Silvey (1966).
    """
    name = "f_divergence"
    if not callable(generator):
        received = type(generator).__name__
        raise checks.fail(TypeError, name, "generator", "a callable", received)
    p, q, dtype = aligned(name, p, q, axis, where)
    inside = ~((p <= 0) | (q <= 0))
    t = jnp.where(inside, p, 1) / jnp.where(inside, q, 1)
    value = jnp.where(inside, q * generator(t), 0)
    end = jax.lax.stop_gradient(generator(jnp.zeros((), q.dtype)))
    start = generator(jnp.full((), jnp.finfo(q.dtype).tiny))
    start = jnp.where(jnp.isinf(end), end, start)
    value = value + jnp.where(p <= 0, _proportional(q, start), 0)
    steep = jnp.asarray(slope).astype(p.dtype)
    value = value + jnp.where(q <= 0, _proportional(p, steep), 0)
    return jnp.sum(value, axis=-1).astype(dtype)


def _chi_square_terms(p: Array, q: Array) -> Array:
    """``(p - q)^2 / q``: 0 where both are 0, +inf (zero gradient) where only q is."""
    lacking = ~(p <= 0) & (q <= 0)
    return jnp.where(lacking, jnp.inf, numerics.ratio((p - q) ** 2, q))


def _proportional(mass: Array, rate: Array) -> Array:
    """``mass * rate``: 0 without mass; an infinite rate as it is (zero gradient)."""
    steep = jnp.isinf(rate)
    value = jnp.where(steep, rate, mass * jnp.where(steep, 0, rate))
    return jnp.where(mass <= 0, 0, value)
