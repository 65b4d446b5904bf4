"""What the kernel two-sample divergences share at the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp

from infojax._base import checks
from infojax._base.grams import FusedRows
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["TwoSamples", "two_samples"]


class TwoSamples(NamedTuple):
    """Clean samples of two laws, their masks and weights, and the dtype to return."""

    x: Array
    y: Array
    side_x: tuple[Array, Array]
    side_y: tuple[Array, Array]
    plan: PairPlan
    dtype: Any

    def pairs(self, fn: Callable, left: str, right: str) -> Pairs:
        """Pairs of two of the samples, ``"x"`` or ``"y"`` on each side."""
        sides = {"x": (self.x, *self.side_x), "y": (self.y, *self.side_y)}
        (a, where_a, weights_a), (b, where_b, weights_b) = sides[left], sides[right]
        same = left == right
        masks, weights = (where_a, where_b), (weights_a, weights_b)
        return Pairs(fn, a, b, self.plan, *masks, *weights, symmetric=same)

    def log_row_means(self, kernel: Kernel, left: str, right: str) -> Array | None:
        """Log of the mean of each row of a Gram matrix, if there is a fused kernel."""
        pairs = self.pairs(kernel, left, right)
        sides = (kernel,), (pairs.x,), (pairs.y,)
        columns = self.side_x if right == "x" else self.side_y
        found = FusedRows(*sides, ((0,),), self.plan, *columns).log_means()
        return None if found is None else found[0]

    def nonempty(self, value: Array) -> Array:
        """The value, or 0 when one of the samples has no mass left."""
        masses = [
            self.plan.total(jnp.sum(side[1])) for side in (self.side_x, self.side_y)
        ]
        some = (masses[0] > 0) & (masses[1] > 0)
        return jnp.where(some, value, 0).astype(self.dtype)


def two_samples(
    name: str,
    x: ArrayLike,
    y: ArrayLike,
    where_x: ArrayLike | None,
    where_y: ArrayLike | None,
    weights_x: ArrayLike | None,
    weights_y: ArrayLike | None,
    plan: PairPlan,
) -> TwoSamples:
    """Validate the arguments that every two-sample divergence has."""
    (x, y), dtype = checks.samples(name, x=x, y=y)
    checks.columns(name, x=x, y=y)
    mask_x = checks.row_mask(name, where_x, x.shape[0], "where_x")
    mask_y = checks.row_mask(name, where_y, y.shape[0], "where_y")
    mass_x = checks.weights(name, weights_x, mask_x, x.dtype, "weights_x")
    mass_y = checks.weights(name, weights_y, mask_y, y.dtype, "weights_y")
    return TwoSamples(
        checks.column_mask(x, mask_x),
        checks.column_mask(y, mask_y),
        (mask_x, mass_x),
        (mask_y, mass_y),
        plan,
        dtype,
    )
