"""Mutual information of samples with a Student copula."""

from __future__ import annotations

from typing import NamedTuple

from infojax import closed_form
from infojax.mi._joint_rows import joint_rows, normal_bias
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
    joint = joint_rows(name, x, y, where)
    found = fit_copula(name, joint.rows, joint.mask, nus=nus, steps=steps)
    value = student_value(found.correlation, found.nu, joint.n, joint.dx)
    return StudentCopulaFit(
        joint.enough(value),
        found.nu.astype(joint.dtype),
        found.correlation.astype(joint.dtype),
        found.gain.astype(joint.dtype),
    )


def student_value(correlation: Array, nu: Array, n: Array, dx: int) -> Array:
    """Information of the law less the bias that a normal fit of n rows has."""
    bias = normal_bias(n, dx, len(correlation))
    return closed_form.student_mi(correlation, nu, dx=dx) - bias
