"""Log-sums along rows of scores that are products of factors, by fused kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.plan import PairPlan
from infojax.types import Array

__all__ = ["fused_log_means", "fused_log_sums"]


def fused_log_sums(
    scores: Sequence[Callable[..., Any]],
    rows: Sequence[Array],
    columns: Sequence[Array],
    products: Sequence[tuple[int, ...]],
    plan: PairPlan,
    where: Array,
    weights: Array | None = None,
    *,
    off_diagonal: bool = False,
) -> list[Array] | None:
    """``log sum_j w_j exp(sum of some scores)``, ``[n]``, for each sum of scores.

    ``scores`` are callables whose ``factors(x, y)`` returns the ``Factors`` of their
    values: one for each of ``rows`` and ``columns``. None where the plan does not ask
    for fused kernels, a score has no factors, or the samples are not float32: callers
    then reduce ``Pairs``.
    """
    ways = [getattr(score, "factors", None) for score in scores]
    single = all(a.dtype == jnp.float32 for a in jax.tree.leaves((rows, columns)))
    if not (plan.fused and single and all(ways)):
        return None
    from infojax._base.fused.logsumexp import row_logsumexp

    there = plan.gather((tuple(columns), where, weights))
    others, where, weights = there
    sides = zip(ways, rows, others, strict=True)
    factors = tuple(way(a, b) for way, a, b in sides if way is not None)
    log_mass = jnp.zeros(where.shape, jnp.float32)
    if weights is not None:
        where, log_mass = where & (weights > 0), numerics.log(weights)
    out = row_logsumexp(
        factors,
        tuple(products),
        jnp.where(where, log_mass, -jnp.inf),
        off_diagonal=off_diagonal,
        row_offset=plan.row_index(1)[0] * rows[0].shape[0],
        precision=plan.precision,
    )
    return [out[:, i] for i in range(len(products))]


def fused_log_means(
    scores: Sequence[Callable[..., Any]],
    rows: Sequence[Array],
    columns: Sequence[Array],
    products: Sequence[tuple[int, ...]],
    plan: PairPlan,
    where: Array,
    weights: Array | None = None,
    *,
    off_diagonal: bool = False,
) -> list[Array] | None:
    """As ``fused_log_sums``, over the mass of the columns; 0 of nothing."""
    sums = fused_log_sums(
        scores,
        rows,
        columns,
        products,
        plan,
        where,
        weights,
        off_diagonal=off_diagonal,
    )
    if sums is None:
        return None
    mass = jnp.where(where, 1.0 if weights is None else weights, 0).astype(jnp.float32)
    count = plan.total(jnp.sum(mass)) - (mass if off_diagonal else 0)
    some = count > 0
    log_count = jnp.log(jnp.where(some, count, 1))
    return [jnp.where(some, jnp.where(some, s, 0) - log_count, 0) for s in sums]
