"""Mutual information row by row: the log ratio whose mean the estimators report."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular

from infojax import closed_form
from infojax._base import checks, linalg, numerics
from infojax._base.plan import PairPlan
from infojax.mi._discrete import symbol_counts
from infojax.mi._joint_rows import joint_rows
from infojax.mi._ksg import ksg_terms
from infojax.mi._neighbour_rows import neighbour_rows
from infojax.mi._student_fit import NUS, STEPS, fit_copula, log_ratio
from infojax.quantize._rows import integer_rows, row_mass
from infojax.types import Array, ArrayLike

__all__ = [
    "pointwise_discrete",
    "pointwise_gaussian",
    "pointwise_ksg",
    "pointwise_student_copula",
]


def pointwise_ksg(
    x: ArrayLike,
    y: ArrayLike,
    *,
    k: int = 3,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Nearest-neighbour information of each pair; its mean is ``ksg``.

    :math:`\psi(k) + \psi(n) - \psi(n_x + 1) - \psi(n_y + 1)` at pair i, an estimate of
    :math:`\log \frac{p(x_i, y_i)}{p(x_i) p(y_i)}`.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        k: neighbours, static, ``1 <= k < n``. A single value varies like
            :math:`k^{-1/2}` about the truth, however large n is: average over pairs
            that belong together.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: ``[n]`` in nats, 0 for absent pairs and where at most k pairs remain.
        Negative where a pair is rarer than independence makes it.
    Gradients: zero, since values are made of counts.
    Cost: that of ``ksg``.
    Example:
        >>> x = jnp.array([0.0, 1.0, 2.0, 3.0, 9.0])
        >>> y = jnp.array([0.0, 1.1, 2.0, 3.2, 0.0])
        >>> [round(float(value), 1) for value in pointwise_ksg(x, y, k=1)]
        [0.1, 1.1, 1.1, 1.1, 0.0]
    References: Kraskov, Stoegbauer and Grassberger (2004), equation 8; Lizier (2014),
        JIDT, for local values.
    """
    rows = neighbour_rows("pointwise_ksg", k, where, plan, x=x, y=y)
    return rows.enough(jnp.where(rows.mask, ksg_terms(rows), 0))


def pointwise_gaussian(
    x: ArrayLike, y: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Log ratio of each pair under a joint normal model.

    :math:`\frac12(q_x + q_y - q) + \frac12(\log|S_x| + \log|S_y| - \log|S|)` with S the
    sample covariance and q the squared Mahalanobis lengths of the pair and its parts.
    Its mean is ``gaussian`` without bias correction.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``; n > dx + dy.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: ``[n]`` in nats, 0 for absent pairs and where at most dx + dy remain; +inf
        when the joint covariance is singular. Constant columns tell nothing.
    Gradients: exact; zero where the covariance is singular.
    Cost: O(n d^2 + d^3).
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 2.0])
        >>> y = jnp.array([-1.0, 1.0, 0.0, 2.0])
        >>> [round(float(value), 2) for value in pointwise_gaussian(x, y)]
        [1.11, -0.09, -0.09, 1.11]
    References: Lizier (2014), JIDT, for local values.
    """
    name = "pointwise_gaussian"
    joint = joint_rows(name, x, y, where)
    dx, mask = joint.dx, joint.mask
    matrix, variance, _ = linalg.correlation(joint.rows, mask)
    centred = joint.rows - numerics.mean(joint.rows, mask[:, None], axis=0)
    centred = jnp.where(mask[:, None] & (variance > 0), centred, 0)
    z = numerics.ratio(centred, numerics.sqrt(variance))
    mean = closed_form.gaussian_mi(matrix, dx=dx)
    regular = mean != jnp.inf
    matrix = jnp.where(regular, matrix, jnp.eye(joint.d, dtype=matrix.dtype))
    lengths = [_quadratic(z[:, s], matrix[s, s]) for s in (slice(dx), slice(dx, None))]
    excess = (sum(lengths) - _quadratic(z, matrix)) / 2
    return joint.enough(jnp.where(mask, excess + mean, 0))


def _quadratic(z: Array, matrix: Array) -> Array:
    """Squared Mahalanobis length of each row."""
    root = jnp.linalg.cholesky(matrix)
    return jnp.sum(solve_triangular(root, z.T, lower=True) ** 2, axis=0)


def pointwise_student_copula(
    x: ArrayLike,
    y: ArrayLike,
    *,
    nus: tuple[float, ...] = NUS,
    steps: int = STEPS,
    where: ArrayLike | None = None,
) -> Array:
    r"""Log ratio of each pair under the Student copula that fits the samples.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``; n > dx + dy.
        nus: degrees of freedom to try beside infinity, static, each >= 1; here the best
            of them is taken.
        steps: iterations of the fit of R, static.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: ``[n]`` in nats, invariant under increasing maps of every column; 0 for
        absent pairs and where at most dx + dy remain. Its mean is near
        ``student_copula``, which has less variance and no bias of the fit. Where R is
        singular the values are finite and large.
    Gradients: zero; a function of ranks.
    Cost: that of ``student_copula``.
    Example:
        >>> x = jnp.array([1.0, 2.0, 3.0, 4.0, 5.0])
        >>> y = jnp.array([1.0, 2.0, 3.0, 5.0, 4.0])
        >>> [round(float(value), 1) for value in pointwise_student_copula(x, y)]
        [1.1, 0.8, 0.7, 0.5, 0.5]
    References: Demarta and McNeil (2005), the t copula.
    """
    name = "pointwise_student_copula"
    joint = joint_rows(name, x, y, where)
    fit = fit_copula(name, joint.rows, joint.mask, nus=nus, steps=steps)
    terms = log_ratio(fit.scores, fit, joint.dx)
    return joint.enough(jnp.where(joint.mask, terms, 0))


def pointwise_discrete(
    x: ArrayLike,
    y: ArrayLike,
    *,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Log ratio of the frequencies of each pair of symbols.

    :math:`\log \frac{\hat p(x_i, y_i)}{\hat p(x_i) \hat p(y_i)}`; its weighted mean is
    ``discrete`` with plug-in entropies.

    Args:
        x: integers of any range, ``[n, dx]`` or ``[n]``; a row is one symbol.
        y: integers paired with ``x``, ``[n, dy]`` or ``[n]``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]``, floating and nonnegative; whole ones are as if pairs were
            repeated.

    Returns: ``[n]`` in nats, in the dtype of ``weights``; 0 for pairs that are absent
        or of no weight. Biased upwards where symbols are seen a few times only.
    Gradients: exact in the weights; none in the integers.
    Cost: O((dx + dy) n log n).
    Example:
        >>> x, y = jnp.array([0, 0, 0, 1]), jnp.array([0, 0, 1, 1])
        >>> [round(float(value), 2) for value in pointwise_discrete(x, y)]
        [0.29, 0.29, -0.41, 0.69]
    References: Fano (1961); Church and Hanks (1990).
    """
    name = "pointwise_discrete"
    x, y = integer_rows(name, "x", x), integer_rows(name, "y", y)
    mask = checks.row_mask(name, where, checks.same_length(name, x=x, y=y))
    mass, dtype = row_mass(name, weights, mask)
    log_x, log_y, log_both = (
        numerics.log(counts[symbols])
        for symbols, counts in symbol_counts(x, y, mask, mass)
    )
    terms = log_both + numerics.log(jnp.sum(mass)) - log_x - log_y
    return jnp.where(mass > 0, terms, 0).astype(dtype)
