"""Entropy and mutual information of the multivariate Student law."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jax.scipy.special import digamma, gammaln

from infojax._base import checks
from infojax.closed_form._covariance import (
    block_mi,
    factorise,
    open_covariance,
    split,
)
from infojax.types import Array, ArrayLike

__all__ = ["student_entropy", "student_mi"]

# Tail of log sqrt(a) - log(Gamma(a + 1/2) / Gamma(a)) in odd powers of 1 / a.
_HALF_STEP = (1 / 8, -1 / 192, 1 / 640, -17 / 14336, 31 / 18432)
# From here on the series is exact to float64, and gammaln loses digits to cancellation.
_LARGE = 16.0


def student_entropy(scale: ArrayLike, df: ArrayLike) -> Array:
    r"""Entropy of a multivariate Student law.

    :math:`\frac12 \log|S| + \frac d2 \log(\nu\pi) + \log\frac{\Gamma(\nu/2)}
    {\Gamma((\nu+d)/2)} + \frac{\nu+d}2 [\psi(\frac{\nu+d}2) - \psi(\frac\nu2)]`.

    Args:
        scale: dispersion matrix S, positive definite, ``[d, d]``; the covariance is
            ``df / (df - 2)`` times it, where that exists.
        df: degrees of freedom, a positive scalar; ``jnp.inf`` gives the normal law.

    Returns: scalar in nats; -inf where S is not positive definite, else +inf where
        ``df <= 0``.
    Gradients: exact in both; zero where the value is infinite.
    Cost: O(d^3).
    Example:
        >>> round(float(student_entropy(jnp.eye(1), 1.0)), 4)  # log 4 pi
        2.531
    References: Kotz and Nadarajah (2004), multivariate t distributions.
    """
    name = "student_entropy"
    matrix, dtype = open_covariance(name, "scale", scale)
    inverse, positive = _inverse_half(name, df, matrix)
    factor = factorise(matrix)
    d = len(matrix)
    normal = (factor.logdet + d * (1 + math.log(2 * math.pi))) / 2
    value = jnp.where(positive, normal + _excess(d, inverse), jnp.inf)
    return jnp.where(factor.regular, value, -jnp.inf).astype(dtype)


def student_mi(scale: ArrayLike, df: ArrayLike, *, dx: int) -> Array:
    r"""Mutual information of the two parts of a multivariate Student vector.

    The value of a normal law of covariance S, plus a term that depends on the degrees
    of freedom and the dimensions alone: the parts share one random scale, so they
    inform about each other even where S is the identity.

    Args:
        scale: joint dispersion matrix S, ``[d, d]``, x first.
        df: degrees of freedom, a positive scalar; ``jnp.inf`` gives the normal law.
        dx: static number of leading columns that are x, ``1 <= dx < d``.

    Returns: scalar in nats; +inf where the correlation is not positive definite or
        ``df <= 0``.
    Gradients: exact in both; zero where the value is infinite.
    Cost: O(d^3).
    Example:
        >>> round(float(student_mi(jnp.eye(2), 1.0, dx=1)), 4)
        0.2242
    References: Arellano-Valle, Contreras-Reyes and Genton (2013), Shannon entropy and
        mutual information for multivariate skew-elliptical distributions.
    """
    name = "student_mi"
    matrix, dtype = open_covariance(name, "scale", scale)
    d = len(matrix)
    dx = split(name, dx, d)
    inverse, positive = _inverse_half(name, df, matrix)
    tails = _excess(dx, inverse) + _excess(d - dx, inverse) - _excess(d, inverse)
    value = block_mi(matrix, dx) + tails
    return jnp.where(positive, value, jnp.inf).astype(dtype)


def _inverse_half(name: str, df: ArrayLike, like: Array) -> tuple[Array, Array]:
    """``2 / df``, 0 for infinite degrees of freedom; and whether they are positive."""
    df = jnp.asarray(df).astype(like.dtype)
    if df.ndim:
        received = str(list(df.shape))
        raise checks.fail(ValueError, name, "df", "a scalar", received)
    positive = ~(df <= 0)
    return 2 / jnp.where(positive, df, 1), positive


def _excess(d: int, t: Array) -> Array:
    """Entropy beyond that of the normal law of covariance S, with ``t = 2 / df``.

    The gamma functions are stepped down to one half step or none, which leaves terms
    that vanish one by one as t does: no cancellation at many degrees of freedom.
    """
    pairs, odd = divmod(d, 2)
    steps = 1 + (odd / 2 + jnp.arange(pairs, dtype=t.dtype)) * t
    ratio, slope = _half_step(t) if odd else (0.0, 0.0)
    inverse_steps = slope + jnp.sum(1 / steps)
    return ratio - jnp.sum(jnp.log(steps)) + (1 + d * t / 2) * inverse_steps - d / 2


def _half_step(t: Array) -> tuple[Array, Array]:
    r"""``log sqrt(a) - log(G(a + 1/2) / G(a))`` and the like in psi, ``a = 1 / t``.

    The second is :math:`a (\psi(a + 1/2) - \psi(a))`, which tends to 1/2.
    """
    large = t * _LARGE < 1
    small_t = jnp.where(large, t, 0)
    orders = jnp.arange(1, 2 * len(_HALF_STEP), 2, dtype=t.dtype)
    tail = jnp.asarray(_HALF_STEP, t.dtype) * small_t**orders
    a = 1 / jnp.where(large, 1, t)
    ratio = jnp.log(a) / 2 - gammaln(a + 0.5) + gammaln(a)
    slope = a * (digamma(a + 0.5) - digamma(a))
    return (
        jnp.where(large, jnp.sum(tail), ratio),
        jnp.where(large, 1 / 2 + jnp.sum(orders * tail), slope),
    )
