"""Fit of a Student copula to samples, shared by the estimators made of one."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.linalg import solve_triangular
from jax.scipy.special import gammaln

from infojax import transforms
from infojax._base import checks, numerics
from infojax._base.student import quantile_table, student_quantile
from infojax.types import Array

__all__ = ["NUS", "STEPS", "CopulaFit", "fit_copula", "log_ratio", "lower"]

NUS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0)
STEPS = 5


class CopulaFit(NamedTuple):
    """The law that was chosen, and its gain over the normal copula.

    ``nu`` lies between those that were tried, ``tried`` is the best of them, whose
    quantiles of the ranks are ``scores [n, d]`` and whose correlation is
    ``correlation``.
    """

    correlation: Array
    nu: Array
    tried: Array
    gain: Array
    scores: Array


def fit_copula(
    name: str,
    x: Array,
    mask: Array,
    *,
    nus: tuple[float, ...] = NUS,
    steps: int = STEPS,
) -> CopulaFit:
    """The normal copula, or the best Student copula if two standard errors better.

    Constant columns tell nothing, but keep the copula normal.
    """
    if not nus or min(nus) < 1:
        expected = "degrees of freedom >= 1, one at least"
        raise checks.fail(ValueError, name, "nus", expected, repr(nus))
    rank = transforms.ranks(x, where=mask)
    mass = mask.astype(x.dtype)
    n = jnp.sum(mass)

    # The normal copula comes last; R is then known after one step.
    nus = tuple(sorted(set(nus)))
    laws = [_law(nu, x.dtype) for nu in (*nus, np.inf)]
    stacked = tuple(jnp.stack(column) for column in zip(*laws, strict=True))
    rounds = jnp.array([steps] * len(nus) + [1])

    def fit(law: tuple[Array, ...]) -> tuple[Array, Array]:
        """Correlation, and log-likelihood of each row, under one nu."""
        steps, nu, *table = law
        z = _scores(rank, mask, n, tuple(table))
        correlation = _correlation(z, mass, nu, steps)
        return correlation, _log_density(z, correlation, nu)

    # The rows that fit R also score it: R costs every nu the same parameters, and half
    # of the rows would make it too noisy to compare where d is large.
    correlations, densities = lax.map(fit, (rounds, *stacked))
    gains = jnp.where(mask, densities[:-1] - densities[-1], 0)
    means = jnp.sum(gains, axis=1) / n
    square = jnp.sum(jnp.where(mask, (gains - means[:, None]) ** 2, 0), axis=1)
    errors = numerics.sqrt(square / jnp.maximum(n - 1, 1) / n)
    # A constant column looks like the very middle of a heavy-tailed one.
    moving = jnp.all(jnp.max(rank, axis=0) > (n + 1) / 2)
    better = (means > 2 * errors) & moving
    best = jnp.argmax(jnp.where(better, means, -jnp.inf))
    best = jnp.where(jnp.any(better), best, len(nus))
    tried, *table = (column[best] for column in stacked)
    return CopulaFit(
        correlations[best],
        _between(best, stacked[0], jnp.append(means, 0)),
        tried,
        jnp.where(jnp.any(better), jnp.max(jnp.where(better, means, 0)), 0),
        _scores(rank, mask, n, tuple(table)),
    )


def _between(best: Array, nus: Array, gains: Array) -> Array:
    """Where the gain is largest between the best and its neighbours.

    That is the top of a parabola through three gains, over 1 / nu, where it is nearly
    one.
    """
    if len(nus) < 3:
        return nus[best]
    inverse = 1 / nus
    middle = jnp.clip(best, 1, len(nus) - 2)
    (a, b, c), (la, lb, lc) = (
        (column[middle - 1], column[middle], column[middle + 1])
        for column in (inverse, gains)
    )
    rise, fall = (lb - la) / (b - a), (lc - lb) / (c - b)
    bend = (fall - rise) / (c - a)
    top = (a + b) / 2 - numerics.ratio(rise, 2 * bend)
    # Half a step beyond the least nu, at most.
    most = jnp.append(1.5 * inverse[0] - 0.5 * inverse[1], inverse)[best]
    least = inverse[jnp.minimum(best + 1, len(nus) - 1)]
    top = jnp.where(bend < 0, jnp.clip(top, least, most), inverse[best])
    settled = (best == len(nus) - 1) | (top <= 0)
    return jnp.where(settled, nus[best], 1 / jnp.where(settled, 1, top))


def _law(nu: float, dtype) -> tuple[Array, Array, Array]:
    values, slopes = (jnp.asarray(a, dtype) for a in quantile_table(nu))
    return jnp.asarray(nu, dtype), values, slopes


def _scores(rank: Array, mask: Array, n: Array, table: tuple) -> Array:
    """Quantiles of the ranks over n + 1, 0 where masked, ``[n, d]``."""
    low = rank <= (n + 1) / 2
    tail = jnp.where(low, rank, n + 1 - rank) / (n + 1)
    quantile = student_quantile(jnp.where(mask[:, None], tail, 0.5), table)
    return jnp.where(low, -quantile, quantile) * mask[:, None].astype(rank.dtype)


def _correlation(z: Array, mass: Array, nu: Array, steps: Array) -> Array:
    """Correlation of a Student law from its standardised columns, by EM."""
    d = z.shape[1]
    identity = jnp.eye(d, dtype=bool)

    def step(_: int, matrix: Array) -> Array:
        weight = jnp.where(jnp.isinf(nu), 1, (nu + d) / (nu + _square(z, matrix)))
        scatter = jnp.matmul(z.T * (mass * weight), z, precision="highest")
        scale = numerics.sqrt(jnp.diagonal(scatter))
        ratio = numerics.ratio(scatter, jnp.outer(scale, scale))
        return jnp.where(identity, 1, ratio)

    return lax.fori_loop(0, steps, step, identity.astype(z.dtype))


def lower(matrix: Array) -> Array:
    """Cholesky factor, held just off singularity."""
    d = len(matrix)
    ridge = 8 * d * float(jnp.finfo(matrix.dtype).eps)
    return jnp.linalg.cholesky(matrix + ridge * jnp.eye(d, dtype=matrix.dtype))


def _square(z: Array, matrix: Array) -> Array:
    """Squared Mahalanobis length of each row."""
    return jnp.sum(solve_triangular(lower(matrix), z.T, lower=True) ** 2, axis=0)


def _log_density(z: Array, matrix: Array, nu: Array) -> Array:
    """Log of the copula density at each row: joint less marginals."""
    d = z.shape[1]
    square = _square(z, matrix)
    half_logdet = jnp.sum(jnp.log(jnp.diagonal(lower(matrix))))
    normal = (jnp.sum(z**2, axis=1) - square) / 2
    finite = jnp.where(jnp.isinf(nu), 1, nu)
    gammas = gammaln((finite + jnp.array([d, 0, 1], z.dtype)) / 2)
    norm, one_norm = gammas[0] - gammas[1], gammas[2] - gammas[1]
    joint = norm - (finite + d) / 2 * jnp.log1p(square / finite)
    one = one_norm - (finite + 1) / 2 * jnp.log1p(z**2 / finite)
    student = joint - jnp.sum(one, axis=1)
    return jnp.where(jnp.isinf(nu), normal, student) - half_logdet


def log_ratio(z: Array, fit: CopulaFit, dx: int) -> Array:
    """Log of joint over product density at each row, under the fitted law."""
    nu = fit.tried
    sides = (slice(dx), slice(dx, None))
    apart = [_log_density(z[:, s], fit.correlation[s, s], nu) for s in sides]
    return _log_density(z, fit.correlation, nu) - sum(apart)
