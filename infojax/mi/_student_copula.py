"""Mutual information of samples with a Student copula."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.linalg import solve_triangular
from jax.scipy.special import gammaln

from infojax import closed_form, transforms
from infojax._base import checks, linalg, numerics
from infojax._base.student import quantile_table, student_quantile
from infojax.types import Array, ArrayLike

__all__ = ["StudentCopulaFit", "student_copula", "student_copula_fit"]

_NUS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0)


class StudentCopulaFit(NamedTuple):
    """``value`` in nats, and the law behind it.

    ``nu`` are the degrees of freedom chosen, infinite for a normal copula;
    ``correlation`` is ``[d, d]``, x first; ``gain`` the mean log-likelihood of a row
    over that of the normal copula, 0 for the latter.
    """

    value: Array
    nu: Array
    correlation: Array
    gain: Array


def student_copula(
    x: ArrayLike,
    y: ArrayLike,
    *,
    nus: tuple[float, ...] = _NUS,
    steps: int = 5,
    where: ArrayLike | None = None,
) -> Array:
    r"""Mutual information under a Student copula.

    After an increasing map of every column, (x, y) is taken for multivariate Student
    with correlation R and :math:`\nu` degrees of freedom, whose mutual information is
    known: it is positive even for R = 1, as the parts share their tails.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``; n > dx + dy.
        nus: degrees of freedom to try beside infinity, static, each >= 1.
        steps: iterations of the fit of R, static.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in nats, invariant under increasing maps of every column; ``nu`` is
        infinite, the value that of ``gaussian_copula``, unless another fits the rows
        better by more than two standard errors. It falls short of dependence that no
        such map makes elliptical. Tied values get average ranks. +inf when R is
        singular; 0 when at most dx + dy pairs remain.
    Gradients: zero; a function of ranks.
    Cost: O(n log n) a column, then O((nus) (steps) (n d^2 + d^3)).
    Example:
        >>> x = jnp.linspace(-2.0, 2.0, 64)
        >>> round(float(student_copula(x, x + jnp.sin(5.0 * x))), 4)
        0.6476
    References: Demarta and McNeil (2005), the t copula; Arellano-Valle,
        Contreras-Reyes and Genton (2013) for its information.
    """
    return _fit("student_copula", x, y, nus, steps, where).value


def student_copula_fit(
    x: ArrayLike,
    y: ArrayLike,
    *,
    nus: tuple[float, ...] = _NUS,
    steps: int = 5,
    where: ArrayLike | None = None,
) -> StudentCopulaFit:
    """The fit behind ``student_copula``.

    Args:
        x, y, nus, steps, where: as in ``student_copula``.

    Returns: ``StudentCopulaFit(value, nu, correlation, gain)``.
    Gradients: zero; functions of ranks.
    Cost: that of ``student_copula``.
    Example:
        >>> x = jnp.linspace(-2.0, 2.0, 64)
        >>> float(student_copula_fit(x, x + jnp.sin(5.0 * x)).nu)
        inf
    References: Demarta and McNeil (2005), the t copula.
    """
    return _fit("student_copula_fit", x, y, nus, steps, where)


def _fit(
    name: str,
    x: ArrayLike,
    y: ArrayLike,
    nus: tuple[float, ...],
    steps: int,
    where: ArrayLike | None,
) -> StudentCopulaFit:
    (x, y), dtype = checks.samples(name, x=x, y=y)
    rows = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, rows)
    dx, d = x.shape[1], x.shape[1] + y.shape[1]
    if rows <= d:
        expected = "longer than x and y are wide"
        raise checks.fail(ValueError, name, "x", expected, f"n={rows}, d={d}")
    if not nus or min(nus) < 1:
        expected = "degrees of freedom >= 1, one at least"
        raise checks.fail(ValueError, name, "nus", expected, repr(nus))
    rank = transforms.ranks(jnp.concatenate([x, y], axis=1), where=mask)
    mass = mask.astype(x.dtype)
    n = jnp.sum(mass)

    def fit(law: tuple[Array, Array, Array], steps: int) -> tuple[Array, Array]:
        """Correlation, and log-likelihood of each row, under one nu."""
        nu, *table = law
        z = _scores(rank, mask, n, tuple(table))
        correlation = _correlation(z, mass, nu, steps)
        return correlation, _log_density(z, correlation, nu)

    def try_nu(law: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        correlation, log_density = fit(law, steps)
        gains = jnp.where(mask, log_density - normal_density, 0)
        mean = jnp.sum(gains) / n
        square = jnp.sum(jnp.where(mask, (gains - mean) ** 2, 0))
        return correlation, mean, numerics.sqrt(square / jnp.maximum(n - 1, 1) / n)

    # The rows that fit R also score it: R costs every nu the same parameters, and half
    # of the rows would make it too noisy to compare where d is large.
    normal, normal_density = fit(_law(np.inf, x.dtype), 1)
    laws = [_law(nu, x.dtype) for nu in nus]
    stacked = tuple(jnp.stack(column) for column in zip(*laws, strict=True))
    correlations, means, errors = lax.map(try_nu, stacked)
    best = jnp.argmax(jnp.where(means > 2 * errors, means, -jnp.inf))
    heavy = means[best] > 2 * errors[best]
    nu = jnp.where(heavy, stacked[0][best], jnp.inf)
    correlation = jnp.where(heavy, correlations[best], normal)
    bias = linalg.wishart_logdet_bias
    excess = bias(n, dx) + bias(n, d - dx) - bias(n, d)
    value = closed_form.student_mi(correlation, nu, dx=dx) - excess / 2
    return StudentCopulaFit(
        jnp.where(n > d, value, 0).astype(dtype),
        nu.astype(dtype),
        correlation.astype(dtype),
        jnp.where(heavy, means[best], 0).astype(dtype),
    )


def _law(nu: float, dtype) -> tuple[Array, Array, Array]:
    values, slopes = (jnp.asarray(a, dtype) for a in quantile_table(nu))
    return jnp.asarray(nu, dtype), values, slopes


def _scores(rank: Array, mask: Array, n: Array, table: tuple) -> Array:
    """Quantiles of the ranks over n + 1, 0 where masked, ``[n, d]``."""
    low = rank <= (n + 1) / 2
    tail = jnp.where(low, rank, n + 1 - rank) / (n + 1)
    quantile = student_quantile(jnp.where(mask[:, None], tail, 0.5), table)
    return jnp.where(low, -quantile, quantile) * mask[:, None].astype(rank.dtype)


def _correlation(z: Array, mass: Array, nu: Array, steps: int) -> Array:
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


def _lower(matrix: Array) -> Array:
    """Cholesky factor, held just off singularity."""
    d = len(matrix)
    ridge = 8 * d * float(jnp.finfo(matrix.dtype).eps)
    return jnp.linalg.cholesky(matrix + ridge * jnp.eye(d, dtype=matrix.dtype))


def _square(z: Array, matrix: Array) -> Array:
    """Squared Mahalanobis length of each row."""
    return jnp.sum(solve_triangular(_lower(matrix), z.T, lower=True) ** 2, axis=0)


def _log_density(z: Array, matrix: Array, nu: Array) -> Array:
    """Log of the copula density at each row: joint less marginals."""
    d = z.shape[1]
    square = _square(z, matrix)
    half_logdet = jnp.sum(jnp.log(jnp.diagonal(_lower(matrix))))
    normal = (jnp.sum(z**2, axis=1) - square) / 2
    finite = jnp.where(jnp.isinf(nu), 1, nu)
    joint = _log_norm(finite, d) - (finite + d) / 2 * jnp.log1p(square / finite)
    one = _log_norm(finite, 1) - (finite + 1) / 2 * jnp.log1p(z**2 / finite)
    student = joint - jnp.sum(one, axis=1)
    return jnp.where(jnp.isinf(nu), normal, student) - half_logdet


def _log_norm(nu: Array, d: int) -> Array:
    return gammaln((nu + d) / 2) - gammaln(nu / 2) - d / 2 * jnp.log(nu * jnp.pi)
