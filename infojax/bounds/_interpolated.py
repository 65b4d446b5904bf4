"""The bound that interpolates between low bias and low variance."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax._base.pairs import Pairs
from infojax._base.rows import Rows
from infojax._base.scores import open_scores, row_values
from infojax.types import Array, ArrayLike

__all__ = ["interpolated"]


def interpolated(
    scores: ArrayLike | Pairs,
    *,
    alpha: ArrayLike,
    log_baseline: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
    r"""Interpolated bound :math:`I_\alpha` of Poole et al.

    The partition function of :math:`y_j` is :math:`\alpha\, m_{ij} + (1 - \alpha)\,
    a(y_j)`, where :math:`m_{ij}` averages the exponential scores of column j without
    row i, and a is a baseline.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        alpha: in [0, 1]; 0 is TUBA (NWJ with a baseline of one), 1 a leave-one-out
            InfoNCE. May be traced.
        log_baseline: ``[n]``, log a of each y (column); 0 by default.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, at most log((n - 1) / alpha); 0 when fewer than two rows
        remain.
    Gradients: exact, also in ``alpha`` and the baseline.
    Cost: O(n^2).
    Example:
        >>> round(float(interpolated(100.0 * jnp.eye(4), alpha=1.0)), 4)  # log 3
        1.0986
    References: Poole et al. (2019), on variational bounds of mutual information,
        equation 10.
    """
    name = "interpolated"
    pairs, diagonal, n, dtype = open_scores(name, scores, where)
    baseline = jnp.zeros(pairs.rows, diagonal.dtype)
    if log_baseline is not None:
        baseline = row_values(name, "log_baseline", log_baseline, diagonal, pairs.mask)
    alpha = jnp.asarray(alpha).astype(diagonal.dtype)
    others = jnp.log(jnp.maximum(n - 1, 1))
    columns = _with_rows(pairs.transpose, baseline)

    def column_terms(column: Rows) -> tuple[Array, Array]:
        score, log_a = column.values[0], column.values[1][:, 0]
        sums = _leave_one_out(score, column.where)
        partition = _log_mixtures(sums, alpha, log_a, others)
        mine = column.where & column.diagonal
        own = numerics.total(partition, mine, axis=1)
        rest = numerics.total(sums.without(), mine, axis=1)
        positive = numerics.total(partition, column.off_diagonal, axis=1)
        positive = positive * numerics.ratio(jnp.ones_like(n), n - 1)
        return positive, numerics.exp(rest - others - own)

    partitions, negatives = columns.map_rows(column_terms)
    value = (
        1 + pairs.mean(diagonal) - columns.mean(partitions) - columns.mean(negatives)
    )
    return jnp.where(n > 1, value, 0).astype(dtype)


def _with_rows(pairs: Pairs, value: Array) -> Pairs:
    """Pairs that also carry one value a row, broadcast along it."""
    fn = pairs.fn

    def both(row: tuple, column) -> tuple[Array, Array]:
        score = fn(row[0], column)
        return score, jnp.broadcast_to(row[1][:, None], score.shape)

    return replace(pairs, fn=both, x=(pairs.x, value))


class _Sums(NamedTuple):
    """Log-sum-exp of each row, ``[b]``, and what one entry, ``[b, n]``, is of it.

    ``share`` is the part of the sum that an entry makes up, and at most one half: an
    entry that makes up more is ``dominant``, and the sum ``rest`` is taken without it.
    """

    full: Array
    rest: Array
    share: Array
    dominant: Array

    def without(self) -> Array:
        """Log of the sum without each entry in turn, ``[b, n]``."""
        remaining = self.full[:, None] + jnp.log1p(-self.share)
        return jnp.where(self.dominant, self.rest[:, None], remaining)


def _leave_one_out(score: Array, where: Array) -> _Sums:
    """Sums from which one entry can be taken away without cancellation.

    Only the largest entry may dominate, and only if it is alone at the top.
    """
    top = jnp.max(jnp.where(where, score, -jnp.inf), axis=1, keepdims=True)
    at_top = where & (score == top)
    single = jnp.sum(at_top, axis=1) == 1
    alone = at_top & single[:, None]
    rest = numerics.logsumexp(score, where & ~alone)
    largest = jnp.where(single, numerics.total(score, alone, axis=1), -jnp.inf)
    full = numerics.logsumexp(jnp.stack([rest, largest], axis=1))
    ordinary = where & ~alone & (score != -jnp.inf)
    gap = jnp.where(ordinary, score, 0) - jnp.where(full == -jnp.inf, 0, full)[:, None]
    share = jnp.where(ordinary, jnp.exp(jnp.where(ordinary, gap, 0)), 0)
    return _Sums(full, rest, share, alone)


def _log_mixtures(sums: _Sums, alpha: Array, log_a: Array, others: Array) -> Array:
    """Log of ``alpha m + (1 - alpha) a`` for the mean m without each entry, ``[b, n]``.

    What is the same along a row is computed once a row: an entry costs one exponential,
    in its share, and one logarithm.
    """

    def scaled(log_sum: Array) -> tuple[Array, Array, Array]:
        log_m = jnp.where(alpha > 0, log_sum - others, -jnp.inf)
        log_b = jnp.where(alpha < 1, log_a, -jnp.inf)
        top = lax.stop_gradient(jnp.maximum(log_m, log_b))
        scale = jnp.where(top == -jnp.inf, 0, top)
        of_mean, of_baseline = (jnp.exp(part - scale) for part in (log_m, log_b))
        return scale, alpha * of_mean, (1 - alpha) * of_baseline

    scale, of_mean, of_baseline = scaled(sums.full)
    amount = of_mean[:, None] * (1 - sums.share) + of_baseline[:, None]
    ordinary = scale[:, None] + _log(amount)
    scale, of_mean, of_baseline = scaled(sums.rest)
    dominant = scale + _log(of_mean + of_baseline)
    return jnp.where(sums.dominant, dominant[:, None], ordinary)


def _log(amount: Array) -> Array:
    """``log``, -inf without a slope at 0."""
    none = amount == 0
    return jnp.where(none, -jnp.inf, jnp.log(jnp.where(none, 1, amount)))
