"""Entropy from counts, drawn towards what was believed before they came in."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import digamma, gammaln, polygamma

from infojax._base import checks, numerics
from infojax.entropy._counts import Tally, tally
from infojax.types import Array, ArrayLike

__all__ = ["dirichlet", "james_stein", "nsb"]


def james_stein(
    counts: ArrayLike,
    *,
    support: int | None = None,
    axis: int = -1,
    where: ArrayLike | None = None,
) -> Array:
    r"""Plug-in entropy of shares that are shrunk towards equal ones.

    The shares become :math:`\lambda / K + (1 - \lambda) p` with the weight of least
    estimated risk, :math:`\lambda = \frac{1 - \sum p^2}{(N - 1) \sum (1/K - p)^2}`,
    but at most 1.

    Args:
        counts: how often each symbol occurred, nonnegative, integer or soft.
        support: K, how many symbols are possible, static; None: the cells of ``counts``
            that ``where`` leaves, empty ones included.
        axis: the axis of the symbols; the others are kept.
        where: Boolean, broadcast to ``counts``; cells marked False are as if absent.

    Returns: the shape of ``counts`` without ``axis``, in nats; 0 without counts, log K
        from a single one.
    Gradients: exact, through the weight too, where it is below 1; 0 where it is 1.
    Cost: O(cells).
    Example:
        >>> round(float(james_stein(jnp.array([4, 2, 3, 5, 1, 1, 0, 2]))), 4)
        2.0696
    References: Hausser and Strimmer (2009).
    """
    data = tally("james_stein", counts, axis, where)
    symbols, unlisted = _symbols("james_stein", data, support)
    equal, p = numerics.ratio(jnp.ones_like(symbols), symbols), data.shares
    gaps = jnp.where(data.keep, (equal[..., None] - p) ** 2, 0)
    spread = 1 - jnp.sum(p**2, axis=-1)
    risk = (data.total - 1) * (jnp.sum(gaps, axis=-1) + unlisted * equal**2)
    weight = numerics.ratio(spread, jnp.maximum(spread, risk))
    weight = jnp.where(risk <= 0, 1, weight)
    prior = weight * equal
    shrunk = prior[..., None] + (1 - weight)[..., None] * p
    terms = jnp.where(data.keep, numerics.xlogx(shrunk), 0)
    value = -jnp.sum(terms, axis=-1) - unlisted * numerics.xlogx(prior)
    return jnp.where(data.total <= 0, 0, value).astype(data.dtype)


def dirichlet(
    counts: ArrayLike,
    *,
    alpha: ArrayLike = 0.5,
    support: int | None = None,
    axis: int = -1,
    where: ArrayLike | None = None,
) -> Array:
    r"""Posterior mean of the entropy under a symmetric Dirichlet prior.

    :math:`\psi(A + 1) - \frac1A \sum a_i \psi(a_i + 1)` with
    :math:`a_i = n_i + \alpha` and :math:`A = \sum a_i`.

    Args:
        counts: how often each symbol occurred, nonnegative, integer or soft.
        alpha: count that the prior adds to each symbol, nonnegative, a scalar: 1/2
            (Jeffreys), 1 (Laplace), 1/K (Perks), sqrt(N)/K (minimax).
        support: K, how many symbols are possible, static; None: the cells of ``counts``
            that ``where`` leaves, empty ones included.
        axis: the axis of the symbols; the others are kept.
        where: Boolean, broadcast to ``counts``; cells marked False are as if absent.

    Returns: the shape of ``counts`` without ``axis``, in nats; 0 without counts, which
        is not the mean under the prior.
    Gradients: exact at every cell, and in ``alpha``.
    Cost: O(cells) digamma functions.
    Example:
        >>> round(float(dirichlet(jnp.array([4, 2, 3, 5, 1, 1, 0, 2]), alpha=1.0)), 4)
        1.8371
    References: Wolpert and Wolf (1995).
    """
    data = tally("dirichlet", counts, axis, where)
    pseudo = jnp.asarray(alpha)
    if pseudo.ndim:
        received = f"shape {list(pseudo.shape)}"
        raise checks.fail(ValueError, "dirichlet", "alpha", "a scalar", received)
    _, unlisted = _symbols("dirichlet", data, support)
    value = _posterior_mean(data, pseudo.astype(data.n.dtype), unlisted)
    return jnp.where(data.total <= 0, 0, value).astype(data.dtype)


def nsb(
    counts: ArrayLike,
    *,
    support: int | None = None,
    nodes: int = 200,
    axis: int = -1,
    where: ArrayLike | None = None,
) -> Array:
    r"""Nemenman, Shafee and Bialek's mean over Dirichlet priors, flat in the entropy.

    The posterior mean of :func:`dirichlet` at concentration :math:`\beta`, averaged
    with the evidence :math:`\frac{\Gamma(K\beta)}{\Gamma(N + K\beta)} \prod
    \frac{\Gamma(n_i + \beta)}{\Gamma(\beta)}` times the slope of the prior's own mean
    entropy, :math:`K \psi_1(K\beta + 1) - \psi_1(\beta + 1)`.

    Args:
        counts: how often each symbol occurred, nonnegative, integer or soft.
        support: K, how many symbols are possible, static; None: the cells of ``counts``
            that ``where`` leaves, empty ones included.
        nodes: points of the trapezoid rule in :math:`\log \beta` from 1e-7 to 1e7,
            static; the default is exact to eight digits for tens of symbols. Evidence
            from more is peaked: for a thousand the default misses the integral by
            0.003 nats; take about as many nodes as symbols.
        axis: the axis of the symbols; the others are kept.
        where: Boolean, broadcast to ``counts``; cells marked False are as if absent.

    Returns: the shape of ``counts`` without ``axis``, in nats; 0 without counts. Finite
        without coincidences, where it depends on the support alone.
    Gradients: exact for the quadrature, at every cell.
    Cost: O(nodes x cells) log-gamma and digamma functions, time and memory. In float32
        the evidence is uncertain by about 1e-7 N log N.
    Example:
        >>> round(float(nsb(jnp.array([4, 2, 3, 5, 1, 1, 0, 2]))), 3)
        1.923
    References: Nemenman, Shafee and Bialek (2002).
    """
    data = tally("nsb", counts, axis, where)
    symbols, unlisted = _symbols("nsb", data, support)
    beta = jnp.asarray(
        np.geomspace(1e-7, 1e7, checks.size("nsb", nodes, "nodes")), data.n.dtype
    )
    k = jnp.maximum(symbols, 1)[..., None]
    grown = jnp.sum(_log_rising(beta[:, None], data.n[..., None, :]), axis=-1)
    evidence = grown - _log_rising(k * beta, data.total[..., None])
    # beta itself turns the density in beta into one in log beta.
    weights = jax.nn.softmax(evidence + _log_slope(beta, k) + jnp.log(beta), axis=-1)
    spread = Tally(
        data.n[..., None, :],
        data.keep[..., None, :],
        data.total[..., None],
        data.shares[..., None, :],
        data.dtype,
    )
    means = _posterior_mean(spread, beta, unlisted[..., None])
    value = jnp.sum(weights * means, axis=-1)
    return jnp.where(data.total <= 0, 0, value).astype(data.dtype)


def _symbols(name: str, data: Tally, support: int | None) -> tuple[Array, Array]:
    """How many symbols are possible, and how many of them have no cell.

    The latter is negative when empty cells stand for no symbol: their terms, which sums
    over cells include, are thereby taken off again.
    """
    cells = jnp.sum(data.keep, axis=-1).astype(data.n.dtype)
    if support is None:
        return cells, jnp.zeros_like(cells)
    symbols = jnp.full_like(cells, checks.size(name, support, "support"))
    return symbols, symbols - cells


def _posterior_mean(data: Tally, alpha: Array, unlisted: Array) -> Array:
    """Mean entropy under a Dirichlet law of parameters ``n + alpha``."""
    a = data.n + alpha[..., None]
    a = jnp.where(data.keep, a, 0)
    total = jnp.sum(a, axis=-1) + unlisted * alpha
    listed = jnp.sum(a * digamma(a + 1), axis=-1)
    mean = numerics.ratio(listed + unlisted * alpha * digamma(alpha + 1), total)
    return digamma(total + 1) - mean


# From here on the asymptotic series below are exact to eight digits.
_FAR = 32.0


def _log_rising(b: Array, n: Array) -> Array:
    """``log Gamma(b + n) - log Gamma(b)``, without cancellation for large b."""
    near, far = jnp.minimum(b, _FAR), jnp.maximum(b, _FAR)
    tail = _stirling(far + n) - _stirling(far)
    series = (far - 0.5) * jnp.log1p(n / far) + n * jnp.log(far + n) - n + tail
    return jnp.where(b < _FAR, gammaln(near + n) - gammaln(near), series)


def _stirling(x: Array) -> Array:
    return (1 / 12 - (1 / 360 - 1 / 1260 / x**2) / x**2) / x


def _log_slope(b: Array, k: Array) -> Array:
    """Log of ``k psi_1(k b + 1) - psi_1(b + 1)``; 0 for a single symbol."""
    near, far = jnp.minimum(b, _FAR), jnp.maximum(b, _FAR)
    exact = k * polygamma(1, k * near + 1) - polygamma(1, near + 1)
    higher = (1 - 1 / k**2) / 6 - (1 - 1 / k**4) / 30 / far**2
    series = (1 - 1 / k) / 2 - higher / far
    # Divided by b^2 in logarithms: in float32 the quotient itself underflows.
    far_log = numerics.log(series) - 2 * jnp.log(far)
    value = jnp.where(b < _FAR, numerics.log(exact), far_log)
    return jnp.where(k > 1, value, 0)
