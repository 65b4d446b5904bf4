"""What the nearest-neighbour estimators of information share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import jax.numpy as jnp

from infojax import transforms
from infojax._base import checks, neighbors, numerics
from infojax._base.distances import chebyshev, paired_distance
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Sum
from infojax.types import Array, ArrayLike, StepFn

__all__ = ["NeighbourRows", "neighbour_rows"]


class NeighbourRows(NamedTuple):
    """Clean blocks of columns with common rows, whose neighbours are in max norm."""

    blocks: tuple[Array, ...]
    mask: Array
    k: int
    plan: PairPlan
    dtype: Any

    @classmethod
    def of(cls, blocks: Iterable[Array], mask: Array, k: int, plan: PairPlan, dtype):
        """Blocks whose rows are the same numbers in every pass over them."""
        return cls(tuple(map(numerics.settled, blocks)), mask, k, plan, dtype)

    @property
    def n(self) -> Array:
        """Rows that exist, over all devices, as a floating scalar."""
        return self._pairs.count(self.blocks[0].dtype)

    @property
    def _pairs(self) -> Pairs:
        x = self.blocks[0]
        return Pairs(jnp.add, x, x, self.plan, self.mask, self.mask)

    @property
    def joint(self) -> Array:
        """All columns side by side."""
        return jnp.concatenate(self.blocks, axis=1)

    def radius(self) -> Array:
        """Joint distance to the k-th neighbour, 0 for rows that have too few."""
        near = neighbors.nearest(self.joint, self.k, where=self.mask, plan=self.plan)
        return self._present(near.distance[:, self.k - 1])

    def sides(self) -> tuple[Array, ...]:
        """For each block, the largest distance in it among the k joint neighbours."""
        near = neighbors.nearest(self.joint, self.k, where=self.mask, plan=self.plan)
        last = near.distance[:, self.k - 1]

        def side(block: Array) -> Array:
            others = self.plan.take(block, near.indices)
            gaps = paired_distance(block[:, None], others, chebyshev=True)
            reach = jnp.where(last == jnp.inf, last, jnp.max(gaps, axis=1))
            return self._present(jnp.where(jnp.isnan(last), last, reach))

        return tuple(side(block) for block in self.blocks)

    def _present(self, radius: Array) -> Array:
        return jnp.where(self.mask & (radius != jnp.inf), radius, 0)

    def within(self, x: Array, radius: Array, *, strict: bool) -> Array:
        """Other rows inside the radius, floating; NaN where the radius is."""
        counts = neighbors.count_within(
            x, radius, strict=strict, where=self.mask, plan=self.plan
        )
        return jnp.where(jnp.isnan(radius), radius, counts.astype(x.dtype))

    def closer(self, x: Array, radius: Array, step: StepFn) -> Array:
        """Other rows closer than the radius, by a hard or a soft step."""
        if step is transforms.hard_step:
            return self.within(x, radius, strict=True)

        def closeness(row: tuple[Array, Array], column: tuple[Array, Array]) -> Array:
            return step(row[1][:, None] - chebyshev(row[0], column[0]))

        def others(rows: Rows) -> Sum:
            return rows.total(keep=rows.off_diagonal)

        side = (x, radius)
        return Pairs(closeness, side, side, self.plan, self.mask, self.mask).map_rows(
            others
        )

    def mean(self, values: Array) -> Array:
        """Mean over the rows that exist."""
        return self._pairs.mean(values)

    def enough(self, value: Array) -> Array:
        """The value in its dtype, or 0 when at most k rows remain."""
        return jnp.where(self.n > self.k, value, 0).astype(self.dtype)


def neighbour_rows(
    name: str, k: int, where: ArrayLike | None, plan: PairPlan, **arrays: ArrayLike
) -> NeighbourRows:
    """Validate the arguments that every such estimator has."""
    blocks, dtype = checks.samples(name, **arrays)
    rows = checks.same_length(name, **dict(zip(arrays, blocks, strict=True)))
    k = checks.neighbours(name, k, plan.size(rows))
    mask = checks.row_mask(name, where, rows)
    clean = (checks.column_mask(block, mask) for block in blocks)
    return NeighbourRows.of(clean, mask, k, plan, dtype)
