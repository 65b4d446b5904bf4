"""Rates of a Gaussian encoder without a prior, from the distances between its codes."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import LogMean, Rows
from infojax.losses._encoder import open_encoder
from infojax.types import Array, ArrayLike

__all__ = ["pairwise_rate_lower", "pairwise_rate_upper"]

_Code = tuple[Array, Array]  # means and scales, [n, d] each


def pairwise_rate_upper(
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Upper bound on I(X; Z) from pairwise Kullback-Leibler divergences.

    :math:`-\overline{\log \overline{e^{-D(p_i \| p_j)}}}` for the codes
    :math:`p_i = N(\mu_i, \sigma_i^2)` of the samples, each paired with all, itself
    included.

    Args:
        mean: means of the codes, ``[n, d]`` or ``[n]``.
        scale: standard deviations of the noise, of the shape of ``mean`` or a scalar;
            of a deterministic network, the scale below which codes count as equal.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: scalar in nats, from 0 (equal codes) to log n (separate ones). It bounds
        the information about which sample of the batch was encoded, so I(X; Z) itself
        only where that is far below log n.
    Gradients: exact; zero for scales below the fourth root of the smallest normal
        number, which are held there.
    Cost: O(n^2 d).
    Example:
        >>> mean = 100.0 * jnp.arange(4.0)
        >>> round(float(pairwise_rate_upper(mean, 1.0)), 4)  # log 4
        1.3863
    References: Kolchinsky and Tracey (2017), estimating mixture entropy with pairwise
        distances; Kolchinsky, Tracey and Wolpert (2019), nonlinear information
        bottleneck.
    """
    return _rate("pairwise_rate_upper", _kl, mean, scale, where, plan)


def pairwise_rate_lower(
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Lower bound on I(X; Z) from pairwise Bhattacharyya distances.

    As ``pairwise_rate_upper`` with :math:`-\log \int \sqrt{p_i\, p_j}` for the
    divergence; together they bracket the information of the batch.

    Args:
        mean, scale, where, plan: as in ``pairwise_rate_upper``.

    Returns: scalar in nats, from 0 to log n, and below ``pairwise_rate_upper``.
    Gradients: exact; zero for scales that are held.
    Cost: O(n^2 d).
    Example:
        >>> mean = jnp.arange(4.0)
        >>> round(float(pairwise_rate_lower(mean, 1.0)), 4)
        0.2614
        >>> round(float(pairwise_rate_upper(mean, 1.0)), 4)
        0.6788
    References: Kolchinsky and Tracey (2017), estimating mixture entropy with pairwise
        distances.
    """
    return _rate("pairwise_rate_lower", _bhattacharyya, mean, scale, where, plan)


def _rate(
    name: str,
    distance: Callable[[_Code, _Code], Array],
    mean: ArrayLike,
    scale: ArrayLike,
    where: ArrayLike | None,
    plan: PairPlan,
) -> Array:
    (mean, scale), dtype = open_encoder(name, mean, scale)
    mask = checks.row_mask(name, where, mean.shape[0])
    codes = checks.column_mask(mean, mask), jnp.where(mask[:, None], scale, 1)
    pairs = Pairs(distance, codes, codes, plan, mask, mask)

    def log_overlap(rows: Rows) -> LogMean:
        return rows.logmeanexp(-rows.values)

    return -pairs.mean(pairs.map_rows(log_overlap)).astype(dtype)


def _sum_columns(term: Callable[..., Array], rows: _Code, columns: _Code) -> Array:
    """Sum over the d columns of ``term`` of two means and two scales, ``[b, m]``.

    One column at a time, recomputed in the backward pass: a sum over an array
    ``[b, m, d]`` would hold all of it there, gigabytes at n = 1000 and d = 256.
    """

    @jax.checkpoint
    def one(column: tuple[_Code, _Code]) -> Array:
        (mean, scale), (at, width) = column
        return term(mean[:, None], scale[:, None], at, width)

    by_column = jax.tree.map(jnp.transpose, (rows, columns))
    first = one(jax.tree.map(lambda a: a[0], by_column))
    rest = jax.tree.map(lambda a: a[1:], by_column)
    return lax.scan(lambda total, c: (total + one(c), None), first, rest)[0]


def _kl(rows: _Code, columns: _Code) -> Array:
    """D(N(row) || N(column)), ``[b, m]``."""

    def term(mean: Array, scale: Array, at: Array, width: Array) -> Array:
        return (((mean - at) / width) ** 2 + (scale / width) ** 2 - 1) / 2

    volume, reference = (
        jnp.sum(jnp.log(scale), axis=1) for _, scale in (rows, columns)
    )
    return _sum_columns(term, rows, columns) + reference - volume[:, None]


def _bhattacharyya(rows: _Code, columns: _Code) -> Array:
    """Bhattacharyya distance of N(row) and N(column), ``[b, m]``."""

    def term(mean: Array, scale: Array, at: Array, width: Array) -> Array:
        total = scale**2 + width**2
        return (mean - at) ** 2 / total / 4 + jnp.log(total / (2 * scale * width)) / 2

    return _sum_columns(term, rows, columns)
