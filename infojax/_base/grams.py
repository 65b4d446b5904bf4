"""Log-sums along rows of scores that are products of factors, by fused kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.fused.logsumexp import row_logsumexp
from infojax._base.plan import PairPlan
from infojax.types import Array

__all__ = ["FusedRows"]


class FusedRows(NamedTuple):
    """Rows of sums of scores, for each of ``products``, the scores that are added.

    ``scores`` are callables whose ``factors(x, y)`` returns the ``Factors`` of their
    values: one for each of ``rows`` and ``columns``. The results are lists of ``[n]``,
    one a product, or None where the plan does not ask for fused kernels, a score has no
    factors, or the samples are not float32: callers then reduce ``Pairs``.
    """

    scores: Sequence[Callable[..., Any]]
    rows: Sequence[Any]
    columns: Sequence[Any]
    products: Sequence[tuple[int, ...]]
    plan: PairPlan
    where: Array | None = None
    weights: Array | None = None
    off_diagonal: bool = False

    def log_sums(self) -> list[Array] | None:
        """``log sum_j w_j exp(sum of some scores)``; -inf of nothing."""
        ways = [getattr(score, "factors", None) for score in self.scores]
        leaves = jax.tree.leaves((self.rows, self.columns))
        single = all(a.dtype == jnp.float32 for a in leaves)
        if not (self.plan.fused and single and all(ways)):
            return None
        columns, mass = self.plan.gather((tuple(self.columns), self._mass))
        sides = zip(ways, self.rows, columns, strict=True)
        out = row_logsumexp(
            tuple(way(a, b) for way, a, b in sides if way is not None),
            tuple(self.products),
            jnp.where(mass > 0, numerics.log(mass), -jnp.inf),
            off_diagonal=self.off_diagonal,
            row_offset=self.plan.row_index(len(self.rows[0]))[0],
            precision=self.plan.precision,
        )
        return list(out.T)

    def log_means(self) -> list[Array] | None:
        """The same over the mass of the columns; 0 of nothing."""
        sums = self.log_sums()
        if sums is None:
            return None
        mass = self._mass
        count = self.plan.total(jnp.sum(mass)) - (mass if self.off_diagonal else 0)
        some = count > 0
        log_count = jnp.log(jnp.where(some, count, 1))
        return [jnp.where(some, jnp.where(some, s, 0) - log_count, 0) for s in sums]

    @property
    def _mass(self) -> Array:
        """Weight of each column on this device, 0 where it is absent."""
        weights, where = self.weights, self.where
        if weights is None:
            weights = jnp.ones(len(self.columns[0]), jnp.float32)
        return weights if where is None else jnp.where(where, weights, 0)
