"""Correlations of many variables from samples, under a Gaussian copula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from infojax import transforms
from infojax._base import checks, linalg
from infojax.types import Array, ArrayLike

__all__ = [
    "gaussian_copula_dual_total_correlation",
    "gaussian_copula_o_information",
    "gaussian_copula_s_information",
    "gaussian_copula_total_correlation",
]

Variables = ArrayLike | Sequence[ArrayLike]
Scores = Callable[..., Array]


def gaussian_copula_total_correlation(
    variables: Variables,
    *,
    scores: Scores = transforms.normal_scores,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""Total correlation of samples under a Gaussian copula.

    :math:`\frac12 (\sum_k \log|R_k| - \log|R|)` with R the correlation of the normal
    scores of all columns and :math:`R_k` its block of variable k.

    Args:
        variables: an array ``[n, L]``, every column a variable; or a tuple or list of
            two or more samples of equal length, ``[n, d_k]`` or ``[n]`` each. n must
            exceed the number of columns d.
        scores: ``(x, *, where) -> scores``, column by column;
            ``transforms.soft_normal_scores(t)`` makes the estimate trainable, and
            ``lambda x, where: x`` is the normal model without a copula.
        bias_correction: subtract the exact bias of the log-determinants, so that the
            estimate is unbiased for normal scores that are normal.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats, invariant under increasing maps of every column;
        ``mi.gaussian_copula`` for two variables. +inf when R is singular; constant
        columns tell nothing; 0 when at most d rows remain.
    Gradients: zero with hard ranks, exact with soft ones; zero where R is singular.
    Cost: O(n log n) a column, then O(n d^2 + d^3).
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 2.0, -2.0])
        >>> y, z = jnp.array([[-1.0, 1.0, 0.0, 2.0, -3.0], [0.0, 1.0, 3.0, -1.0, 2.0]])
        >>> round(float(gaussian_copula_total_correlation((x, y, z))), 4)
        0.4823
    References: Watanabe (1960); Ince et al. (2017).
    """
    name = "multivariate.gaussian_copula_total_correlation"
    fit = _fit(name, variables, scores, where)
    value = jnp.where(fit.regular, fit.single - fit.whole, jnp.inf)
    signed = *((d, 1) for d in fit.widths), (fit.columns, -1)
    return _finish(fit, value, signed, bias_correction)


def gaussian_copula_dual_total_correlation(
    variables: Variables,
    *,
    scores: Scores = transforms.normal_scores,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""Dual total correlation of samples under a Gaussian copula.

    :math:`\frac12 (\sum_k \log|R_{-k}| - (L - 1) \log|R|)` with R the correlation of
    the normal scores of all columns and :math:`R_{-k}` that without variable k.

    Args:
        variables, scores, bias_correction, where: as in
            ``gaussian_copula_total_correlation``.

    Returns: scalar in nats, invariant under increasing maps of every column;
        ``mi.gaussian_copula`` for two variables. +inf when R is singular; constant
        columns tell nothing; 0 when at most d rows remain.
    Gradients: zero with hard ranks, exact with soft ones; zero where R is singular.
    Cost: O(n log n) a column, then O(n d^2 + d^3).
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 2.0, -2.0])
        >>> y, z = jnp.array([[-1.0, 1.0, 0.0, 2.0, -3.0], [0.0, 1.0, 3.0, -1.0, 2.0]])
        >>> round(float(gaussian_copula_dual_total_correlation((x, y, z))), 4)
        0.4062
    References: Han (1978); Ince et al. (2017).
    """
    name = "multivariate.gaussian_copula_dual_total_correlation"
    fit = _fit(name, variables, scores, where)
    count = len(fit.widths)
    value = fit.others - (count - 1) * fit.whole
    value = jnp.where(fit.regular, value, jnp.inf)
    signed = (
        *((fit.columns - d, 1) for d in fit.widths),
        (fit.columns, 1 - count),
    )
    return _finish(fit, value, signed, bias_correction)


def gaussian_copula_o_information(
    variables: Variables,
    *,
    scores: Scores = transforms.normal_scores,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""O-information of samples under a Gaussian copula.

    Total correlation minus dual total correlation, :math:`\frac12 [(L - 2) \log|R| +
    \sum_k (\log|R_k| - \log|R_{-k}|)]`.

    Args:
        variables, scores, bias_correction, where: as in
            ``gaussian_copula_total_correlation``.

    Returns: scalar in nats, invariant under increasing maps of every column; positive
        where redundancy dominates, negative where synergy does, 0 up to rounding for
        two variables. 0 when R is singular, where it depends on how the limit is
        taken, and when at most d rows remain.
    Gradients: zero with hard ranks, exact with soft ones; zero where R is singular.
    Cost: O(n log n) a column, then O(n d^2 + d^3).
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 2.0, -2.0])
        >>> y, z = jnp.array([[-1.0, 1.0, 0.0, 2.0, -3.0], [0.0, 1.0, 3.0, -1.0, 2.0]])
        >>> round(float(gaussian_copula_o_information((x, y, z))), 4)
        0.0762
    References: Rosas, Mediano, Gastpar and Jensen (2019); Ince et al. (2017).
    """
    name = "multivariate.gaussian_copula_o_information"
    fit = _fit(name, variables, scores, where)
    count = len(fit.widths)
    value = (count - 2) * fit.whole + fit.single - fit.others
    signed = (
        *((d, 1) for d in fit.widths),
        *((fit.columns - d, -1) for d in fit.widths),
        (fit.columns, count - 2),
    )
    value = _finish(fit, value, signed, bias_correction)
    return jnp.where(fit.regular, value, 0)


def gaussian_copula_s_information(
    variables: Variables,
    *,
    scores: Scores = transforms.normal_scores,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""S-information of samples under a Gaussian copula.

    Total correlation plus dual total correlation, :math:`\sum_k I(X_k; X_{-k}) =
    \frac12 [\sum_k (\log|R_k| + \log|R_{-k}|) - L \log|R|]`.

    Args:
        variables, scores, bias_correction, where: as in
            ``gaussian_copula_total_correlation``.

    Returns: scalar in nats, invariant under increasing maps of every column; twice
        ``mi.gaussian_copula`` for two variables. +inf when R is singular; constant
        columns tell nothing; 0 when at most d rows remain.
    Gradients: zero with hard ranks, exact with soft ones; zero where R is singular.
    Cost: O(n log n) a column, then O(n d^2 + d^3).
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 2.0, -2.0])
        >>> y, z = jnp.array([[-1.0, 1.0, 0.0, 2.0, -3.0], [0.0, 1.0, 3.0, -1.0, 2.0]])
        >>> round(float(gaussian_copula_s_information((x, y, z))), 4)
        0.8885
    References: James, Ellison and Crutchfield (2011); Rosas et al. (2019).
    """
    name = "multivariate.gaussian_copula_s_information"
    fit = _fit(name, variables, scores, where)
    count = len(fit.widths)
    value = fit.single + fit.others - count * fit.whole
    value = jnp.where(fit.regular, value, jnp.inf)
    signed = (
        *((d, 1) for d in fit.widths),
        *((fit.columns - d, 1) for d in fit.widths),
        (fit.columns, -count),
    )
    return _finish(fit, value, signed, bias_correction)


class _Fit(NamedTuple):
    """Log-determinants: of all, the sum of single ones, the sum of all but one.

    Those of a harmless stand-in, 0, where the correlation is not ``regular``.
    """

    whole: Array
    single: Array
    others: Array
    regular: Array
    n: Array
    widths: tuple[int, ...]
    columns: int
    dtype: jnp.dtype


def _fit(
    name: str, variables: Variables, scores: Scores, where: ArrayLike | None
) -> _Fit:
    parts, names = _parts(name, variables)
    arrays, dtype = checks.samples(name, **dict(zip(names, parts, strict=True)))
    named = dict(zip(names, arrays, strict=True))
    mask = checks.row_mask(name, where, checks.same_length(name, **named))
    widths = tuple(a.shape[1] for a in arrays)
    d = checks.longer_than_wide(name, **named)
    joint = checks.column_mask(jnp.concatenate(arrays, axis=1), mask)
    matrix, _, n = linalg.correlation(scores(joint, where=mask), mask)
    whole = linalg.logdet(matrix)
    regular = whole != -jnp.inf
    whole = jnp.where(regular, whole, 0)
    identity = jnp.eye(d, dtype=matrix.dtype)
    safe = jnp.where(regular, matrix, identity)
    # A block of the inverse has the log-determinant of the rest minus that of all.
    lower = jnp.linalg.cholesky(safe)
    inverse = jax.scipy.linalg.cho_solve((lower, True), identity)
    single = _block_logdets(safe, widths)
    others = _block_logdets(inverse, widths) + len(widths) * whole
    return _Fit(whole, single, others, regular, n, widths, d, dtype)


def _parts(name: str, variables: Variables) -> tuple[Sequence[ArrayLike], list[str]]:
    """The variables one by one, and what to call them when they are refused."""
    if isinstance(variables, (jax.Array, np.ndarray)):
        (matrix,), _ = checks.samples(name, variables=variables)
        # Columns stay in the caller's dtype, which the value returns in.
        array, width = jnp.asarray(variables), matrix.shape[1]
        if width > 1:
            names = [f"variables[:, {i}]" for i in range(width)]
            return [array[:, i] for i in range(width)], names
        parts = [array]
    else:
        parts = list(variables) if isinstance(variables, Sequence) else [variables]
    if len(parts) < 2:
        raise checks.fail(
            ValueError, name, "variables", "two or more variables", f"{len(parts)}"
        )
    return parts, [f"variables[{k}]" for k in range(len(parts))]


def _block_logdets(matrix: Array, widths: tuple[int, ...]) -> Array:
    """Sum of the log-determinants of the blocks on the diagonal, all regular."""
    ends = list(accumulate(widths))
    scalars = np.array([e - 1 for e, d in zip(ends, widths, strict=True) if d == 1])
    diagonal = jnp.diagonal(matrix)
    value = jnp.sum(jnp.log(diagonal[scalars.astype(int)]))
    for end, d in zip(ends, widths, strict=True):
        if d > 1:
            block = matrix[end - d : end, end - d : end]
            pivots = jnp.diagonal(jnp.linalg.cholesky(block))
            value = value + 2 * jnp.sum(jnp.log(pivots))
    return value


def _finish(
    fit: _Fit, value: Array, signed: tuple[tuple[int, int], ...], bias_correction: bool
) -> Array:
    if bias_correction:
        value = value - linalg.wishart_logdet_bias(fit.n, *signed)
    return jnp.where(fit.n > fit.columns, value / 2, 0).astype(fit.dtype)
