"""Conditional mutual information of normal laws, and of Gaussian and Student copulas.

All are the information of the residuals that a linear model of z leaves of x and y.
"""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp

from infojax import closed_form, transforms
from infojax._base import checks, linalg
from infojax.mi._student_fit import NUS, STEPS, fit_copula
from infojax.mi._sweep import partial_covariance
from infojax.types import Array, ArrayLike

__all__ = [
    "conditional_gaussian",
    "conditional_gaussian_copula",
    "conditional_student_copula",
]


def conditional_gaussian(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""Conditional mutual information I(X; Y | Z) under a joint normal model.

    :math:`\frac12 (\log|S_{xz}| + \log|S_{yz}| - \log|S_z| - \log|S_{xyz}|)` with S the
    sample covariance; for scalar x and y a function of their partial correlation.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        z: samples paired with ``x``, ``[n, dz]`` or ``[n]``; n > dx + dy + dz.
        bias_correction: subtract the exact bias of the four log-determinants, so that
            the estimate is unbiased for normal data.
        where: ``[n]`` Boolean; triples marked False are as if absent.

    Returns: scalar in nats; slightly negative values are normal near independence. It
        sees linear dependence only. Columns of x or y that z determines tell nothing;
        +inf when those that are left determine each other; redundant columns of z do no
        harm. 0 when at most dx + dy + dz triples remain.
    Gradients: exact; zero where the value is infinite.
    Cost: O(n d^2 + d^3).
    Example:
        >>> z = jnp.array([-1.0, 0.0, 1.0, 2.0, -2.0])
        >>> x, y = z + jnp.array([1.0, -1, 1, -1, 0]), z + jnp.array([1.0, -1, 0, 0, 0])
        >>> round(float(conditional_gaussian(x, y, z, bias_correction=False)), 4)
        0.3209
    References: Misra, Singh and Demchuk (2005); Ince et al. (2017).
    """
    name = "conditional_gaussian"
    (x, y, z), mask, dtype = _door(name, x, y, z, where)
    matrix, _, n = linalg.correlation(jnp.concatenate([z, x, y], axis=1), mask)
    widths = x.shape[1], y.shape[1], z.shape[1]
    return _value(matrix, n, *widths, bias_correction).astype(dtype)


def conditional_gaussian_copula(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    scores: Callable[..., Array] = transforms.normal_scores,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""Conditional mutual information under a Gaussian copula.

    ``conditional_gaussian`` of the normal scores of every column.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        z: samples paired with ``x``, ``[n, dz]`` or ``[n]``; n > dx + dy + dz.
        scores: ``(x, *, where) -> scores``, column by column;
            ``transforms.soft_normal_scores(t)`` makes the estimate trainable.
        bias_correction: as in ``conditional_gaussian``.
        where: ``[n]`` Boolean; triples marked False are as if absent.

    Returns: scalar in nats, invariant under increasing maps of every column; no bound
        on the true value. Tied values get average ranks, which biases discrete columns.
        Infinite, and 0, as in ``conditional_gaussian``.
    Gradients: zero with hard ranks, exact with soft ones.
    Cost: O(n log n) a column, then O(n d^2 + d^3).
    Example:
        >>> z = jnp.array([-1.0, 0.0, 1.0, 2.0, -2.0])
        >>> x, y = z + jnp.array([1.0, -1, 1, -1, 0]), z + jnp.array([1.0, -1, 0, 0, 0])
        >>> round(float(conditional_gaussian_copula(jnp.exp(x), y, z**3)), 4)
        -0.0794
    References: Ince et al. (2017), a statistical framework for neuroimaging data
        analysis based on mutual information estimated via a Gaussian copula.
    """
    name = "conditional_gaussian_copula"
    (x, y, z), mask, dtype = _door(name, x, y, z, where)
    columns = [scores(part, where=mask) for part in (z, x, y)]
    matrix, _, n = linalg.correlation(jnp.concatenate(columns, axis=1), mask)
    widths = x.shape[1], y.shape[1], z.shape[1]
    return _value(matrix, n, *widths, bias_correction).astype(dtype)


def conditional_student_copula(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    nus: tuple[float, ...] = NUS,
    steps: int = STEPS,
    where: ArrayLike | None = None,
) -> Array:
    r"""Conditional mutual information under a Student copula.

    After an increasing map of every column, (x, y, z) is taken for multivariate Student
    with correlation R and :math:`\nu` degrees of freedom. The value is that of a normal
    law of correlation R, and what the shared tails of x and y tell beyond those of z.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        z: samples paired with ``x``, ``[n, dz]`` or ``[n]``; n > dx + dy + dz.
        nus: degrees of freedom to try beside infinity, static, each >= 1; the best
            value between them is taken.
        steps: iterations of the fit of R, static.
        where: ``[n]`` Boolean; triples marked False are as if absent.

    Returns: scalar in nats, invariant under increasing maps of every column; less the
        bias that a normal fit has. :math:`\nu` is chosen as in ``student_copula``; the
        tails count every column, redundant ones too. Infinite, and 0, as in
        ``conditional_gaussian``.
    Gradients: zero; a function of ranks.
    Cost: O(n log n) a column, then O((nus) (steps) (n d^2 + d^3)).
    Example:
        >>> z = jnp.linspace(-2.0, 2.0, 64)
        >>> x, y = z + jnp.sin(9.0 * z), z + jnp.sin(9.0 * z + 1.0)
        >>> round(float(conditional_student_copula(x, y, z)), 4)
        0.2355
    References: Demarta and McNeil (2005), the t copula; Arellano-Valle,
        Contreras-Reyes and Genton (2013) for its information.
    """
    name = "conditional_student_copula"
    (x, y, z), mask, dtype = _door(name, x, y, z, where)
    dx, dy, dz = x.shape[1], y.shape[1], z.shape[1]
    joint = jnp.concatenate([z, x, y], axis=1)
    found = fit_copula(name, joint, mask, nus=nus, steps=steps)
    n = jnp.sum(mask.astype(x.dtype))
    value = _value(found.correlation, n, dx, dy, dz, True)
    # The chain rule I(x; yz) - I(x; z) for the part that no correlation changes.
    tails = [
        closed_form.student_mi(jnp.eye(d, dtype=x.dtype), found.nu, dx=dx)
        for d in (dx + dy + dz, dx + dz)
    ]
    enough = n > dx + dy + dz
    return jnp.where(enough, value + tails[0] - tails[1], 0).astype(dtype)


def _door(
    name: str, x: ArrayLike, y: ArrayLike, z: ArrayLike, where: ArrayLike | None
) -> tuple[tuple[Array, ...], Array, jnp.dtype]:
    """Three paired samples without their masked rows, the mask, the dtype to return."""
    arrays, dtype = checks.samples(name, x=x, y=y, z=z)
    x, y, z = arrays
    mask = checks.row_mask(name, where, checks.same_length(name, x=x, y=y, z=z))
    checks.longer_than_wide(name, x=x, y=y, z=z)
    return tuple(checks.column_mask(a, mask) for a in arrays), mask, dtype


def _value(
    correlation: Array, n: Array, dx: int, dy: int, dz: int, bias_correction: bool
) -> Array:
    """Information of the residuals, from the correlation of the columns z, x, y."""
    residual = partial_covariance(correlation, dz)
    value = closed_form.gaussian_mi(residual, dx=dx)
    if bias_correction:
        signed = (dx + dz, 1), (dy + dz, 1), (dz, -1), (dx + dy + dz, -1)
        value = value - linalg.wishart_logdet_bias(n, *signed) / 2
    return jnp.where(n > dx + dy + dz, value, 0)
