"""The bound that interpolates between low bias and low variance."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.pairs import Pairs, Rows
from infojax._base.scores import open_scores
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
    rows = pairs.rows
    if log_baseline is None:
        baseline = jnp.zeros(rows, diagonal.dtype)
    else:
        baseline = checks.as_float(name, "log_baseline", log_baseline)
        if baseline.shape != (rows,):
            raise checks.fail(
                ValueError, name, "log_baseline", f"[{rows}]", str(list(baseline.shape))
            )
        baseline = baseline.astype(diagonal.dtype)
    alpha = jnp.asarray(alpha).astype(diagonal.dtype)
    mixture = jnp.stack([alpha, 1 - alpha])
    others = jnp.log(jnp.maximum(n - 1, 1))
    columns = _with_rows(pairs.transpose, baseline)

    def column_terms(column: Rows) -> tuple[Array, Array]:
        score, log_a = column.values
        log_m = _leave_one_out(score, column.where) - others
        parts = jnp.stack([log_m, log_a], axis=-1)
        partition = numerics.logsumexp(parts, weights=mixture)
        positive = numerics.total(partition, column.off_diagonal, axis=1)
        own = numerics.total(partition, column.where & column.diagonal, axis=1)
        negative = numerics.logsumexp(score, column.off_diagonal) - own - others
        return positive * numerics.ratio(jnp.ones_like(n), n - 1), numerics.exp(
            negative
        )

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


def _leave_one_out(score: Array, where: Array) -> Array:
    """Row log-sum-exp without each entry in turn, ``[b, n]``.

    Removing an entry from the full sum cancels only where that entry dominates, which
    at most one does: for the largest one the sum is taken without it.
    """
    largest = jnp.argmax(jnp.where(where, score, -jnp.inf), axis=1)
    is_largest = jnp.arange(score.shape[1])[None] == largest[:, None]
    without = numerics.logsumexp(score, where & ~is_largest)[:, None]
    full = numerics.logsumexp(score, where)[:, None]
    share = jnp.where(is_largest | ~where, -1, jnp.minimum(score - full, -0.5))
    remove = full + jnp.log1p(-jnp.exp(share))
    return jnp.where(is_largest, without, remove)
