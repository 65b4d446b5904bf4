"""Reductions along the rows of a pairwise matrix whose columns may come in pieces.

A reduction looks at some columns and returns *parts*: ``Sum``, ``Mean``, ``LogSum``,
``LogMean`` or ``Smallest``. Parts of other columns merge into them; ``finish`` turns
them into numbers. Sums of a symmetric matrix may come in tiles, each of which serves
its rows and its columns.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax.types import Array

__all__ = [
    "Both",
    "LogMean",
    "LogSum",
    "Mean",
    "Rows",
    "Smallest",
    "Sum",
    "finish",
    "in_parts",
    "is_linear",
    "merge",
]


class Both(NamedTuple):
    """What a tile of a symmetric matrix gives its rows and its columns."""

    rows: Array
    columns: Array


class Sum(NamedTuple):
    """A sum, ``[b]``."""

    amount: Any

    def merge(self, other: Sum) -> Sum:
        return jax.tree.map(jnp.add, self, other)

    def finish(self) -> Array:
        return self.amount


class Mean(NamedTuple):
    """A weighted sum and its weight, ``[b]`` each; 0 of nothing."""

    amount: Any
    mass: Any

    def merge(self, other: Mean) -> Mean:
        return jax.tree.map(jnp.add, self, other)

    def finish(self) -> Array:
        return numerics.ratio(self.amount, self.mass)


class LogSum(NamedTuple):
    """``amount exp(shift)``, ``[b]`` each, whose logarithm is asked for.

    Nothing has a shift of -inf and an amount of 0.
    """

    shift: Array
    amount: Array

    def merge(self, other: LogSum) -> LogSum:
        top = jnp.maximum(self.shift, other.shift)

        def scaled(part: LogSum) -> Array:
            gap = jnp.where(part.shift == -jnp.inf, 0, part.shift - top)
            return part.amount * jnp.exp(gap)

        return LogSum(top, scaled(self) + scaled(other))

    def finish(self) -> Array:
        return numerics.log_of_sum(self.shift, self.amount)


class LogMean(NamedTuple):
    """A ``LogSum`` and its weight; 0 of nothing."""

    sum: LogSum
    mass: Array

    def merge(self, other: LogMean) -> LogMean:
        return LogMean(self.sum.merge(other.sum), self.mass + other.mass)

    def finish(self) -> Array:
        some = self.mass > 0
        value = jnp.where(some, self.sum.finish(), 0)
        return jnp.where(some, value - jnp.log(jnp.where(some, self.mass, 1)), 0)


class Smallest(NamedTuple):
    """The k smallest values of each row, ``[b, k]``, and their columns."""

    value: Array
    column: Array

    def merge(self, other: Smallest) -> Smallest:
        k = self.value.shape[1]
        value, column = (
            jnp.concatenate(pair, axis=1) for pair in zip(self, other, strict=True)
        )
        value, column = lax.sort((value, column), dimension=1, num_keys=2)
        return Smallest(value[:, :k], column[:, :k])

    def finish(self) -> Smallest:
        return self


_PARTS = (Sum, Mean, LogSum, LogMean, Smallest)


def _is_part(leaf: Any) -> bool:
    return isinstance(leaf, _PARTS)


def merge(one: Any, other: Any) -> Any:
    """Parts of some columns with those of others."""
    return jax.tree.map(lambda a, b: a.merge(b), one, other, is_leaf=_is_part)


def finish(tree: Any) -> Any:
    """Numbers in place of parts; anything else as it is."""
    return jax.tree.map(
        lambda leaf: leaf.finish() if _is_part(leaf) else leaf, tree, is_leaf=_is_part
    )


def in_parts(tree: Any) -> bool:
    """Whether nothing in it needs a whole row."""
    return all(map(_is_part, jax.tree.leaves(tree, is_leaf=_is_part)))


def is_linear(tree: Any) -> bool:
    """Whether all of it is sums, which the tiles of a symmetric matrix can serve."""
    leaves = jax.tree.leaves(tree, is_leaf=_is_part)
    return all(isinstance(leaf, Sum | Mean) for leaf in leaves)


class Rows(NamedTuple):
    """Some rows and columns of a pairwise matrix as a reduction sees them.

    ``values`` is what the pair function returned: any pytree of arrays ``[b, c]`` or
    broadcasting. Rows and columns have a mask, a number among all of them, and the
    columns weights (None: all one). Where ``tile`` is set, which a reduction need not
    know, sums serve rows and columns at once, and rows without weight are 0.
    """

    values: Any
    row_mask: Array
    column_mask: Array | None
    row_index: Array
    column_index: Array
    row_weights: Array | None = None
    weights: Array | None = None
    tile: bool = False

    @property
    def where(self) -> Array:
        """Pairs that exist, ``[b, c]``."""
        columns = True if self.column_mask is None else self.column_mask[None]
        shape = self.row_mask.shape[0], self.column_index.shape[0]
        return jnp.broadcast_to(self.row_mask[:, None] & columns, shape)

    @property
    def diagonal(self) -> Array:
        """Pairs of a sample with itself or its partner, ``[b, c]``."""
        return self.row_index[:, None] == self.column_index[None]

    @property
    def off_diagonal(self) -> Array:
        """Pairs that exist and are not a sample with itself."""
        return self.where & ~self.diagonal

    def total(self, values: Any = None, keep: Array | None = None) -> Sum:
        """Sum of each row over the pairs to keep, without weights."""
        values = self.values if values is None else values
        keep = self.where if keep is None else keep
        keep = keep.reshape(*keep.shape, *(1,) * (values.ndim - 2))
        return Sum(self._sums(jnp.where(keep, values, 0), None, None))

    def mean(self, values: Any = None, keep: Array | None = None) -> Mean:
        """Weighted mean of each row over the pairs to keep."""
        values = self.values if values is None else values
        if keep is None:
            mass = self._mass(values.dtype)
        else:
            mass = self._sums(keep.astype(values.dtype), self.row_weights, self.weights)
        keep = self.where if keep is None else keep
        if self.weights is not None:
            keep = keep & (self.weights != 0)[None]
        if self.row_weights is not None and self.tile:
            keep = keep & (self.row_weights != 0)[:, None]
        kept = jnp.where(keep, values, 0)
        return Mean(self._sums(kept, self.row_weights, self.weights), mass)

    def logsumexp(self, values: Any = None, keep: Array | None = None) -> LogSum:
        """Log of the weighted sum of the exponentials of each row."""
        values = self.values if values is None else values
        keep = self.where if keep is None else keep
        weights = None if self.weights is None else self.weights[None]
        return LogSum(*numerics.sum_of_exp(values, keep, weights))

    def logmeanexp(self, values: Any = None, keep: Array | None = None) -> LogMean:
        """Log of the weighted mean of the exponentials of each row."""
        values = self.values if values is None else values
        keep = self.where if keep is None else keep
        mass = keep.astype(values.dtype)
        mass = mass if self.weights is None else mass * self.weights[None]
        return LogMean(self.logsumexp(values, keep), jnp.sum(mass, axis=1))

    def smallest(self, k: int, values: Array, keep: Array) -> Smallest:
        """The k smallest values of each row, ties to the lower column; +inf if none."""
        far = jnp.where(keep, values, jnp.inf)
        if far.shape[1] < k:
            far = jnp.pad(far, ((0, 0), (0, k - far.shape[1])), constant_values=jnp.inf)
        value, place = lax.top_k(-far, k)
        last = self.column_index.shape[0] - 1
        return Smallest(-value, self.column_index[jnp.minimum(place, last)])

    def _sums(self, kept: Array, row_weights: Any, weights: Any) -> Any:
        """Sums along the rows; for a tile along rows and columns, as matrix products,
        which evaluate the tile once."""
        if not self.tile:
            kept = kept if weights is None else kept * weights[None]
            return jnp.sum(kept, axis=1, dtype=kept.dtype)
        kept = jnp.broadcast_to(kept, self.where.shape)

        def ones(given: Array | None, n: int) -> Array:
            return jnp.ones(n, kept.dtype) if given is None else given

        left, right = (
            ones(w, n) for w, n in zip((row_weights, weights), kept.shape, strict=True)
        )
        multiply = partial(jnp.matmul, precision="highest")
        return Both(multiply(kept, right), multiply(left, kept))

    def _mass(self, dtype: Any) -> Any:
        """Weight of the columns that exist, for each row; in a tile, both ways."""

        def of(mask: Array | None, weights: Array | None, size: int, n: int) -> Array:
            mass = jnp.ones(size, dtype) if weights is None else weights
            mass = mass if mask is None else jnp.where(mask, mass, 0)
            return jnp.broadcast_to(jnp.sum(mass), (n,))

        b, c = self.row_index.shape[0], self.column_index.shape[0]
        here = of(self.column_mask, self.weights, c, b)
        if not self.tile:
            return here
        return Both(here, of(self.row_mask, self.row_weights, b, c))
