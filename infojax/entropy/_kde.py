"""Entropies of Gaussian mixtures around samples: kernel estimates and bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp

from infojax import kernels
from infojax._base import checks
from infojax._base.distances import squared_bandwidths
from infojax._base.grams import FusedRows
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import LogMean, Rows
from infojax.types import Array, ArrayLike

__all__ = ["kde", "kde_resubstitution", "pairwise_lower", "pairwise_upper"]

BandwidthRule = Callable[..., ArrayLike]  # (x) or (x, where=mask)


def kde(
    x: ArrayLike,
    *,
    bandwidth: ArrayLike | BandwidthRule = kernels.silverman_bandwidth,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Leave-one-out kernel estimate of the entropy of a density.

    :math:`-\langle \log \langle N(x_i; x_j, h^2) \rangle_{j \neq i} \rangle_i`: minus
    the mean log-density of each sample under Gaussians around the others.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        bandwidth: standard deviation h of the Gaussians, a positive scalar or one a
            column, ``[d]``; or a rule ``(x) -> bandwidth``, which is also given
            ``where`` if there is one, such as ``kernels.likelihood_bandwidth``.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: scalar in nats. In expectation an upper bound (cross-entropy) for a
        bandwidth that is a constant, and far too high in high dimension. 0 when
        fewer than two rows remain.
    Gradients: exact, in the bandwidth too; rules of ``kernels`` stop theirs. Bandwidths
        below the fourth root of the smallest normal number are held there.
    Cost: O(n^2 d), and the rule.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (500,))
        >>> round(float(kde(x)), 1)  # of the law: 1.4189
        1.4
    References: Hall and Morton (1993), on the estimation of entropy; Ahmad and Lin
        (1976), a nonparametric estimation of the entropy.
    """
    mixture = _mixture("kde", "bandwidth", x, bandwidth, where, plan)
    return mixture.entropy(leave_one_out=True)


def kde_resubstitution(
    x: ArrayLike,
    *,
    bandwidth: ArrayLike | BandwidthRule = kernels.silverman_bandwidth,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Kernel estimate of entropy in which each sample is among its own Gaussians.

    :math:`-\langle \log \langle N(x_i; x_j, h^2) \rangle_j \rangle_i`.

    Args:
        x, bandwidth, where, plan: as in ``kde``.

    Returns: scalar in nats, below ``kde`` and at most
        :math:`\log n + \frac{d}{2} \log 2 \pi h^2`: it falls without limit as the
        bandwidth does, so choose that by another criterion. 0 when no row remains.
    Gradients: exact, as in ``kde``.
    Cost: O(n^2 d), and the rule.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (500,))
        >>> round(float(kde_resubstitution(x)), 1)  # of the law: 1.4189
        1.4
    References: Ahmad and Lin (1976), a nonparametric estimation of the entropy.
    """
    mixture = _mixture("kde_resubstitution", "bandwidth", x, bandwidth, where, plan)
    return mixture.entropy(leave_one_out=False)


def pairwise_upper(
    x: ArrayLike,
    *,
    variance: ArrayLike,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Upper bound on the entropy of samples to which Gaussian noise is added.

    :math:`\frac{d}{2} \log 2 \pi e v - \langle \log \langle e^{-d_{ij}^2 / 2v}
    \rangle_j \rangle_i` for the mixture of Gaussians of variance v at all rows, by
    pairwise Kullback-Leibler divergences.

    Args:
        x: centres of the mixture, ``[n, d]`` or ``[n]``.
        variance: of the noise, a positive scalar or one a column, ``[d]``.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: scalar in nats, ``kde_resubstitution`` at the root of the variance plus
        d / 2; exact where components coincide or are far apart. Less the entropy of the
        noise it is ``losses.pairwise_rate_upper``. 0 when no row remains.
    Gradients: exact, in the variance too; a variance below the root of the smallest
        normal number is held there.
    Cost: O(n^2 d).
    Example:
        >>> x = jnp.array([0.0, 100.0])
        >>> round(float(pairwise_upper(x, variance=1.0)), 4)  # 1.4189 + log 2
        2.1121
    References: Kolchinsky and Tracey (2017), estimating mixture entropy with pairwise
        distances.
    """
    mixture = _mixture("pairwise_upper", "variance", x, variance, where, plan)
    return mixture.bound(1.0)


def pairwise_lower(
    x: ArrayLike,
    *,
    variance: ArrayLike,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Lower bound on the entropy of samples to which Gaussian noise is added.

    As ``pairwise_upper`` by pairwise Bhattacharyya distances, which puts 8 v for 2 v
    under the squared distances; together they bracket the entropy of the mixture.

    Args:
        x, variance, where, plan: as in ``pairwise_upper``.

    Returns: scalar in nats, at most ``pairwise_upper`` and at least the entropy of the
        noise, :math:`\frac{d}{2} \log 2 \pi e v`. 0 when no row remains.
    Gradients: exact, as in ``pairwise_upper``.
    Cost: O(n^2 d).
    Example:
        >>> x = jnp.array([0.0, 2.0])
        >>> round(float(pairwise_lower(x, variance=1.0)), 4)
        1.638
        >>> round(float(pairwise_upper(x, variance=1.0)), 4)
        1.9852
    References: Kolchinsky and Tracey (2017), estimating mixture entropy with pairwise
        distances.
    """
    mixture = _mixture("pairwise_lower", "variance", x, variance, where, plan)
    return mixture.bound(2.0)


class _Mixture(NamedTuple):
    """Gaussians of widths ``[d]`` (or one) around clean samples."""

    x: Array
    width: Array
    mask: Array
    plan: PairPlan
    dtype: Any

    def entropy(self, *, leave_one_out: bool) -> Array:
        """Minus the mean log-density of the centres, in the dtype to return."""
        value = self._log_volume - self._mean_log_overlap(1.0, leave_one_out)
        return self._given(value, 2 if leave_one_out else 1)

    def bound(self, stretch: float) -> Array:
        """Entropy of the noise less the mean log-overlap at a multiple of the width."""
        overlap = self._mean_log_overlap(stretch, leave_one_out=False)
        return self._given(self.x.shape[1] / 2 + self._log_volume - overlap, 1)

    def _mean_log_overlap(self, stretch: float, leave_one_out: bool) -> Array:
        side = self.x / (stretch * self.width)
        pairs = Pairs(squared_bandwidths, side, side, self.plan, self.mask, self.mask)
        sides = (kernels.gaussian(1.0),), (side,), (side,)
        fused = FusedRows(
            *sides, ((0,),), self.plan, self.mask, off_diagonal=leave_one_out
        )
        logs = fused.log_means()
        if logs is not None:
            return pairs.mean(logs[0])

        def log_overlap(rows: Rows) -> LogMean:
            among = rows.off_diagonal if leave_one_out else rows.where
            return rows.logmeanexp(-rows.values / 2, among)

        return pairs.mean(pairs.map_rows(log_overlap))

    def _given(self, value: Array, rows: int) -> Array:
        """The value in the dtype to return, or 0 where fewer rows remain."""
        n = self.plan.total(jnp.sum(self.mask))
        return jnp.where(n >= rows, value, 0).astype(self.dtype)

    @property
    def _log_volume(self) -> Array:
        d = self.x.shape[1]
        widths = jnp.broadcast_to(self.width, (d,))
        return jnp.sum(jnp.log(widths)) + d / 2 * math.log(2 * math.pi)


def _mixture(
    name: str,
    argument: str,
    x: ArrayLike,
    width: ArrayLike | BandwidthRule,
    where: ArrayLike | None,
    plan: PairPlan,
) -> _Mixture:
    """Validate the arguments; a variance is turned into a width."""
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    x = checks.column_mask(x, mask)
    if callable(width):
        everyone, there = plan.gather((x, mask))
        found = width(everyone, **({} if where is None else {"where": there}))
        # All devices found the same; the sum says so to the compiler.
        width = plan.replicated(found)
    power = 2 if argument == "variance" else 1
    width = jnp.asarray(width).astype(x.dtype)
    if width.shape not in ((), (1,), x.shape[1:]):
        expected = f"a scalar or of shape {list(x.shape[1:])}"
        raise checks.fail(ValueError, name, argument, expected, str(list(width.shape)))
    floor = jnp.finfo(x.dtype).tiny ** (power / 4)
    width = jnp.where(width < floor, floor, width) ** (1 / power)
    return _Mixture(x, width, mask, plan, dtype)
