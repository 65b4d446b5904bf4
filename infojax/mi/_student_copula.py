"""Mutual information of samples with a Student copula."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax import closed_form
from infojax._base import checks, linalg
from infojax.mi._student_fit import NUS, STEPS, fit_copula
from infojax.types import Array, ArrayLike

__all__ = ["StudentCopulaFit", "student_copula", "student_copula_fit"]


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
    nus: tuple[float, ...] = NUS,
    steps: int = STEPS,
    where: ArrayLike | None = None,
) -> Array:
    r"""Mutual information under a Student copula.

    After an increasing map of every column, (x, y) is taken for multivariate Student
    with correlation R and :math:`\nu` degrees of freedom, whose mutual information is
    known: it is positive even for R = 1, as the parts share their tails.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``; n > dx + dy.
        nus: degrees of freedom to try beside infinity, static, each >= 1; the best
            value between them is taken.
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
    nus: tuple[float, ...] = NUS,
    steps: int = STEPS,
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
    joint = jnp.concatenate([x, y], axis=1)
    found = fit_copula(name, joint, mask, nus=nus, steps=steps)
    n = jnp.sum(mask.astype(x.dtype))
    value = student_value(found.correlation, found.nu, n, dx)
    return StudentCopulaFit(
        jnp.where(n > d, value, 0).astype(dtype),
        found.nu.astype(dtype),
        found.correlation.astype(dtype),
        found.gain.astype(dtype),
    )


def student_value(correlation: Array, nu: Array, n: Array, dx: int) -> Array:
    """Information of the law less the bias that a normal fit of n rows has."""
    bias = normal_bias(n, dx, len(correlation))
    return closed_form.student_mi(correlation, nu, dx=dx) - bias


def normal_bias(n: Array, dx: int, d: int) -> Array:
    """What a normal law fitted to n rows informs too much, in the mean."""
    return linalg.wishart_logdet_bias(n, (dx, 1), (d - dx, 1), (d, -1)) / 2
