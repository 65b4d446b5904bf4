"""Estimates of the expected information gain from arrays of log-likelihoods."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["ace", "marginal_bound", "nmc", "pce", "posterior_bound", "rows", "vnmc"]


def nmc(
    log_likelihood: ArrayLike,
    contrastive: ArrayLike,
    *,
    where: ArrayLike | None = None,
    where_contrastive: ArrayLike | None = None,
) -> Array:
    r"""Nested Monte Carlo: an upper bound in expectation, too high by O(1 / l).

    :math:`\overline{\log p(y_i|\theta_i) - \log\frac1l\sum_j p(y_i|\theta_{ij})}`: the
    marginal density is a mean over fresh draws of the prior.

    Args:
        log_likelihood: ``[n]``, of outcomes under the parameters that made them.
        contrastive: ``[n, l]``, of the same outcomes under other draws of the prior.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        where_contrastive: Boolean, broadcast to ``[n, l]``; cells marked False are as
            if absent, and so is a row without any.

    Returns: scalar in nats; +inf where an outcome is impossible under all its other
        draws. A row that is impossible throughout counts as 0.
    Gradients: exact in both arrays; of designs see ``eig_bounds``.
    Cost: O(n l).
    Example:
        >>> round(float(nmc(jnp.array([0.0]), jnp.array([[-1.0, -1.0]]))), 4)
        1.0
    References: Rainforth et al. (2018), on nesting Monte Carlo estimators.
    """
    name, arrays = "nmc", {"log_likelihood": log_likelihood, "contrastive": contrastive}
    (first, others), dtype = checks.common_float(name, **arrays)
    first, others, keep, cells = _open(name, first, others, where, where_contrastive)
    values = rows(first, others, cells)[1]
    return numerics.mean(values, keep & jnp.any(cells, axis=1)).astype(dtype)


def pce(
    log_likelihood: ArrayLike,
    contrastive: ArrayLike,
    *,
    where: ArrayLike | None = None,
    where_contrastive: ArrayLike | None = None,
) -> Array:
    r"""Prior contrastive estimate: a lower bound in expectation, too low by O(1 / l).

    As ``nmc`` with the parameters that made the outcome among the draws of the prior.
    On likelihoods of whole sequences this is sequential PCE, and ``nmc`` its partner.

    Args:
        log_likelihood: ``[n]``, of outcomes under the parameters that made them.
        contrastive: ``[n, l]``, of the same outcomes under other draws of the prior,
            which rows may share.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        where_contrastive: Boolean, broadcast to ``[n, l]``; cells marked False are as
            if absent.

    Returns: scalar in nats, never above log(l + 1). A row that is impossible
        throughout counts as 0.
    Gradients: exact in both arrays; of designs see ``eig_bounds``.
    Cost: O(n l).
    Example:
        >>> round(float(pce(jnp.array([0.0]), jnp.array([[-1.0, -1.0]]))), 4)
        0.5472
    References: Foster et al. (2020), a unified stochastic gradient approach; Foster
        et al. (2021), deep adaptive design.
    """
    name, arrays = "pce", {"log_likelihood": log_likelihood, "contrastive": contrastive}
    (first, others), dtype = checks.common_float(name, **arrays)
    first, others, keep, cells = _open(name, first, others, where, where_contrastive)
    return numerics.mean(rows(first, others, cells)[0], keep).astype(dtype)


def vnmc(
    log_likelihood: ArrayLike,
    contrastive: ArrayLike,
    log_prior: ArrayLike,
    log_guide: ArrayLike,
    *,
    where: ArrayLike | None = None,
    where_contrastive: ArrayLike | None = None,
) -> Array:
    r"""Variational nested Monte Carlo: ``nmc`` with draws of a guide, reweighted.

    Draws :math:`\theta_{ij} \sim q(\theta | y_i)` have weights :math:`p / q`. Exact
    without noise where the guide is the posterior; ``nmc`` where it is the prior.

    Args:
        log_likelihood: ``[n]``, of outcomes under the parameters that made them.
        contrastive: ``[n, l]``, of the same outcomes under draws of the guide.
        log_prior, log_guide: ``[n, l]``, densities of these draws.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        where_contrastive: Boolean, broadcast to ``[n, l]``; cells marked False are as
            if absent, and so is a row without any.

    Returns: scalar in nats; an upper bound in expectation.
    Gradients: exact in all arrays.
    Cost: O(n l).
    Example:
        >>> prior, guide = jnp.array([[-2.0]]), jnp.array([[-1.0]])
        >>> round(float(vnmc(jnp.zeros(1), jnp.zeros((1, 1)), prior, guide)), 4)
        1.0
    References: Foster et al. (2019), variational Bayesian optimal experimental design.
    """
    name = "vnmc"
    (first, others, prior, guide), dtype = checks.common_float(
        name,
        log_likelihood=log_likelihood,
        contrastive=contrastive,
        log_prior=log_prior,
        log_guide=log_guide,
    )
    others = _weighed(name, others, prior, guide)
    first, others, keep, cells = _open(name, first, others, where, where_contrastive)
    values = rows(first, others, cells)[1]
    return numerics.mean(values, keep & jnp.any(cells, axis=1)).astype(dtype)


def ace(
    log_likelihood: ArrayLike,
    log_prior_first: ArrayLike,
    log_guide_first: ArrayLike,
    contrastive: ArrayLike,
    log_prior: ArrayLike,
    log_guide: ArrayLike,
    *,
    where: ArrayLike | None = None,
    where_contrastive: ArrayLike | None = None,
) -> Array:
    r"""Adaptive contrastive estimate: ``pce`` with draws of a guide, reweighted.

    Args:
        log_likelihood: ``[n]``, of outcomes under the parameters that made them.
        log_prior_first, log_guide_first: ``[n]``, densities of these parameters.
        contrastive: ``[n, l]``, of the same outcomes under draws of the guide.
        log_prior, log_guide: ``[n, l]``, densities of these draws.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        where_contrastive: Boolean, broadcast to ``[n, l]``; cells marked False are as
            if absent.

    Returns: scalar in nats; a lower bound in expectation, and ``pce`` where the guide
        is the prior. Not held below log(l + 1).
    Gradients: exact in all arrays.
    Cost: O(n l).
    Example:
        >>> zero, zeros = jnp.zeros(1), jnp.zeros((1, 2))
        >>> round(float(ace(zero, zero, zero, zeros - 1, zeros, zeros)), 4)
        0.5472
    References: Foster et al. (2020), a unified stochastic gradient approach.
    """
    name = "ace"
    (first, prior_first, guide_first, others, prior, guide), dtype = (
        checks.common_float(
            name,
            log_likelihood=log_likelihood,
            log_prior_first=log_prior_first,
            log_guide_first=log_guide_first,
            contrastive=contrastive,
            log_prior=log_prior,
            log_guide=log_guide,
        )
    )
    others = _weighed(name, others, prior, guide)
    first, others, keep, cells = _open(name, first, others, where, where_contrastive)
    _shape(name, "log_prior_first", prior_first, first.shape)
    _shape(name, "log_guide_first", guide_first, first.shape)
    extra = jnp.where(keep, prior_first - guide_first, 0)
    return numerics.mean(rows(first, others, cells, extra)[0], keep).astype(dtype)


def posterior_bound(
    log_guide: ArrayLike, log_prior: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Barber-Agakov lower bound, :math:`\overline{\log q(\theta|y) - \log p(\theta)}`.

    Args:
        log_guide: ``[n]``, log q(theta | y) of pairs drawn together.
        log_prior: ``[n]``, log p(theta) of the same parameters.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats, exact where the guide is the posterior; 0 of no rows.
    Gradients: exact in both arrays.
    Cost: O(n).
    Example:
        >>> round(float(posterior_bound(jnp.array([-1.0]), jnp.array([-2.5]))), 4)
        1.5
    References: Barber and Agakov (2003); Foster et al. (2019), equation 8.
    """
    arrays = {"log_guide": log_guide, "log_prior": log_prior}
    return _difference("posterior_bound", where, **arrays)


def marginal_bound(
    log_likelihood: ArrayLike,
    log_marginal: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> Array:
    r"""Marginal upper bound, :math:`\overline{\log p(y|\theta) - \log q(y)}`.

    Args:
        log_likelihood: ``[n]``, log p(y | theta) of pairs drawn together. A model of it
            in its place gives an estimate that bounds neither way.
        log_marginal: ``[n]``, log q(y) of the same outcomes.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats, exact where q is the marginal; 0 of no rows.
    Gradients: exact in both arrays.
    Cost: O(n).
    Example:
        >>> round(float(marginal_bound(jnp.array([-1.0]), jnp.array([-1.5]))), 4)
        0.5
    References: Foster et al. (2019), equations 11 and 13.
    """
    arrays = {"log_likelihood": log_likelihood, "log_marginal": log_marginal}
    return _difference("marginal_bound", where, **arrays)


def rows(
    first: Array, others: Array, cells: Array, extra: ArrayLike = 0.0
) -> tuple[Array, Array]:
    """Lower and upper estimate of each row, ``[n]``.

    ``extra`` is the log weight of the first draw in the sum of the lower one.
    """
    count = jnp.sum(cells, axis=1).astype(first.dtype)
    rest = numerics.logsumexp(others, cells)
    whole = numerics.logsumexp(jnp.stack([first + extra, rest], axis=1))
    log = jnp.log(jnp.maximum(count, 1))
    return _less(first, whole - jnp.log1p(count)), _less(first, rest - log)


def _less(a: Array, b: Array) -> Array:
    """``a - b``, 0 where both are -inf."""
    nothing = (a == -jnp.inf) & (b == -jnp.inf)
    return jnp.where(nothing, 0, jnp.where(nothing, 0, a) - jnp.where(nothing, 0, b))


def _shape(name: str, argument: str, array: Array, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        expected = f"of shape {list(shape)}"
        raise checks.fail(ValueError, name, argument, expected, str(list(array.shape)))


def _open(
    name: str, first: Array, others: Array, where: Any, where_contrastive: Any
) -> tuple[Array, Array, Array, Array]:
    """``[n]`` and ``[n, l]`` of the right shape, and the masks of rows and cells."""
    if first.ndim != 1 or first.size == 0:
        expected, received = "[n], non-empty", str(list(first.shape))
        raise checks.fail(ValueError, name, "log_likelihood", expected, received)
    if others.ndim != 2 or len(others) != len(first) or others.size == 0:
        expected = f"[n, l] with n = {len(first)} and l >= 1"
        received = str(list(others.shape))
        raise checks.fail(ValueError, name, "contrastive", expected, received)
    keep = checks.row_mask(name, where, len(first))
    shape, argument = others.shape, "where_contrastive"
    cells = checks.cell_mask(name, where_contrastive, shape, argument)
    first = jnp.where(keep, first, 0)
    return first, jnp.where(keep[:, None] & cells, others, 0), keep, cells


def _weighed(name: str, others: Array, prior: Array, guide: Array) -> Array:
    """Log-likelihoods of the draws of a guide, with their weights."""
    _shape(name, "log_prior", prior, others.shape)
    _shape(name, "log_guide", guide, others.shape)
    return others + prior - guide


def _difference(name: str, where: Any, **arrays: ArrayLike) -> Array:
    """Mean over rows of the first minus the second."""
    (a, b), dtype = checks.common_float(name, **arrays)
    first, second = arrays
    if a.ndim != 1 or a.size == 0:
        received = str(list(a.shape))
        raise checks.fail(ValueError, name, first, "[n], non-empty", received)
    _shape(name, second, b, a.shape)
    keep = checks.row_mask(name, where, len(a))
    a, b = jnp.where(keep, a, 0), jnp.where(keep, b, 0)
    return numerics.mean(_less(a, b), keep).astype(dtype)
