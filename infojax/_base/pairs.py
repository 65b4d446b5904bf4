"""Pairwise work: one object, the same answer dense, in blocks or across devices.

Most estimators are a reduction along each row of a pairwise matrix followed by a mean
over rows. ``Pairs`` holds the two sides and the function between them and never
materialises more of the matrix than its plan allows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics, tiles
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, finish, in_parts, is_linear, merge
from infojax.types import Array

__all__ = ["Pairs", "gram_pairs", "score_pairs"]

_MANY = 1 << 15  # pairs from which a loop over problems is worth settled columns


class _Side(NamedTuple):
    """Rows or columns, which are cut and sent around together."""

    values: Any
    mask: Any
    weights: Array | None
    numbers: Array


@dataclass(frozen=True)
class Pairs:
    """A lazily evaluated pairwise matrix ``fn(x, y)`` of shape ``[n, m]``.

    Args:
        fn: ``(x [b, ...], y [m, ...]) -> [b, m]``, or a pytree of such.
        x, y: the two sides, arrays or pytrees of arrays with rows first.
        plan: dense, blocked or sharded.
        where_x, where_y: ``[n]`` and ``[m]``; rows and columns marked False are absent.
        weights_x, weights_y: nonnegative weights of rows and columns.
        symmetric: says that both sides are the same and ``fn(x, y)`` is
            ``fn(y, x).T``, so that sums need half of the pairs.
    """

    fn: Callable[[Any, Any], Any]
    x: Any
    y: Any
    plan: PairPlan = field(default_factory=PairPlan)
    where_x: Array | None = None
    where_y: Array | None = None
    weights_x: Array | None = None
    weights_y: Array | None = None
    symmetric: bool = False

    @property
    def rows(self) -> int:
        """Rows on this device."""
        return jax.tree.leaves(self.x)[0].shape[0]

    @property
    def mask(self) -> Array:
        """Rows that exist, ``[n]``."""
        return jnp.ones(self.rows, bool) if self.where_x is None else self.where_x

    @property
    def transpose(self) -> Pairs:
        """The same pairs with rows and columns exchanged."""
        fn = self.fn
        return replace(
            self,
            fn=lambda b, a: jax.tree.map(jnp.transpose, fn(a, b)),
            x=self.y,
            y=self.x,
            where_x=self.where_y,
            where_y=self.where_x,
            weights_x=self.weights_y,
            weights_y=self.weights_x,
        )

    def count(self, dtype: Any) -> Array:
        """Rows that exist, over all devices, as a floating scalar."""
        return self.plan.total(jnp.sum(self.mask.astype(dtype)))

    def map_rows(self, reduce: Callable[[Rows], Any]) -> Any:
        """``reduce(rows)`` of all rows, with results ``[n, ...]``.

        What the reduction returns may be parts, as ``Rows`` makes them, which see the
        columns in pieces, and arrays ``[b, ...]``, which see whole rows.
        """
        plan = self.plan
        columns = _Side(self.y, self.where_y, self.weights_y, _numbers(self._columns))
        if plan.axis_name is None:
            rows = plan.rows_at_once(self.rows)
            halves = self.symmetric and rows < self.rows
            size = tiles.tile_size(self.rows, rows * self.rows) if halves else None
            if size is not None and is_linear(self._shape(reduce, columns)):
                return self._by_halves(reduce, size)
        elif plan.ring and in_parts(self._shape(reduce, columns)):
            return self._around(columns, reduce)
        else:
            columns = plan.gather(columns)
            columns = columns._replace(numbers=_numbers(len(columns.numbers)))
        return self._along(columns, lambda rows: finish(reduce(rows)))

    def _along(self, columns: _Side, reduce: Callable[[Rows], Any]) -> Any:
        """All rows with these columns, as many rows at a time as the plan says."""

        def block(rows: _Side) -> Any:
            return reduce(self._between(rows, columns))

        size = self.plan.rows_at_once(len(columns.numbers))
        if size >= self.rows:
            if self.rows * len(columns.numbers) >= _MANY:
                columns = columns._replace(values=_settled(columns.values))
            return block(self._rows)
        return tiles.by_rows(block, self._rows, self.rows, size)

    def _by_halves(self, reduce: Callable[[Rows], Any], size: int) -> Any:
        """Sums of a symmetric matrix from half of it."""

        def tile(*sides: tuple[_Side, Array]) -> Any:
            real = [side._replace(mask=side.mask & some) for side, some in sides]
            return reduce(self._between(*real)._replace(tile=True))

        return finish(tiles.by_halves(tile, self._rows, self.rows, size))

    def _around(self, columns: _Side, reduce: Callable[[Rows], Any]) -> Any:
        """Parts of the columns of one device after the other."""

        def of_piece(piece: _Side, owner: Array) -> Any:
            numbers = piece.numbers + owner * len(piece.numbers)
            return self._along(piece._replace(numbers=numbers), reduce)

        return finish(self.plan.visit(columns, of_piece, merge))

    def _shape(self, reduce: Callable[[Rows], Any], columns: _Side) -> Any:
        """What the reduction returns, without evaluating it."""
        return jax.eval_shape(
            lambda *sides: reduce(self._between(*sides)), self._rows, columns
        )

    @property
    def _rows(self) -> _Side:
        numbers = self.plan.row_index(self.rows)
        return _Side(self.x, self.mask, self.weights_x, numbers)

    @property
    def _columns(self) -> int:
        return jax.tree.leaves(self.y)[0].shape[0]

    def _between(self, rows: _Side, columns: _Side) -> Rows:
        # Else columns that two Gram matrices of one estimator share would be broadcast
        # to [n, m] and stored, column by column, by XLA on the CPU.
        x, y = lax.optimization_barrier((rows.values, columns.values))
        masks = rows.mask, columns.mask
        numbers = rows.numbers, columns.numbers
        return Rows(self.fn(x, y), *masks, *numbers, rows.weights, columns.weights)

    def diagonal(self) -> Any:
        """Values of row i with column i, ``[n]``, without the rest of the matrix."""

        def one(x: Any, y: Any) -> Any:
            x, y = jax.tree.map(lambda a: a[None], (x, y))
            return jax.tree.map(lambda v: v[0, 0], self.fn(x, y))

        return jax.vmap(one)(self.x, self.y)

    def at(self, columns: Array) -> Any:
        """Values of row i with column ``columns[i]`` of all devices, ``[n]``."""
        return replace(self, y=self.plan.take(self.y, columns)).diagonal()

    def mean(self, values: Array) -> Array:
        """Mean over the rows that exist of one value a row; 0 when there are none."""
        mass = self._mass(values.dtype)
        present = mass > 0
        numerator = self.plan.total(jnp.sum(jnp.where(present, values, 0) * mass))
        return numerics.ratio(numerator, self.plan.total(jnp.sum(mass)))

    def log_mean(self, values: Array) -> Array:
        """Log of the mean of ``exp(values)`` over rows; 0 when there are none."""
        mass = self._mass(values.dtype)
        keep = (mass > 0) & (values != -jnp.inf)
        top = self.plan.maximum(jnp.max(jnp.where(keep, values, -jnp.inf)))
        shift = jnp.where(jnp.isfinite(top), top, 0)
        scaled = jnp.exp(jnp.where(keep, values, shift) - shift)
        amount = self.plan.total(jnp.sum(jnp.where(keep, scaled, 0) * mass))
        count = self.plan.total(jnp.sum(mass))
        nothing = amount == 0
        value = shift + jnp.log(jnp.where(nothing, 1, amount))
        value = value - jnp.log(jnp.where(count > 0, count, 1))
        return jnp.where(count > 0, jnp.where(nothing, -jnp.inf, value), 0)

    def _mass(self, dtype: Any) -> Array:
        mass = self.mask.astype(dtype)
        return mass if self.weights_x is None else mass * self.weights_x


def _numbers(n: int) -> Array:
    return jnp.arange(n, dtype=jnp.int32)


def _settled(tree: Any) -> Any:
    """The same columns, written down side by side before the pairs are evaluated.

    In a loop over problems XLA on the CPU would else look up each column of each pair
    in the stack of all problems, one by one.
    """

    def settle(a: Array) -> Array:
        real = jnp.issubdtype(a.dtype, jnp.floating)
        return numerics.settled(a.T).T if real else a

    return jax.tree.map(settle, tree)


class _ScorePairs(Pairs):
    """Pairs whose matrix already exists."""

    @property
    def transpose(self) -> Pairs:
        return score_pairs(self.x.T, self.where_x)

    def diagonal(self) -> Array:
        return jnp.diagonal(self.x)

    def at(self, columns: Array) -> Array:
        return jnp.take_along_axis(self.x, columns[:, None], axis=1)[:, 0]


def gram_pairs(
    fn: Callable[[Any, Any], Any],
    side: Any,
    plan: PairPlan,
    where: Array,
    weights: Array | None = None,
) -> Pairs:
    """A symmetric function of the same samples on both sides."""
    return Pairs(fn, side, side, plan, where, where, weights, weights, symmetric=True)


def score_pairs(scores: Array, where: Array | None = None) -> Pairs:
    """A score matrix ``[n, n]`` in the clothes of ``Pairs``."""
    unused = jnp.zeros(scores.shape[0], scores.dtype)
    whole = PairPlan(block_size=max(1, scores.shape[0]))
    return _ScorePairs(
        lambda rows, _: rows, scores, unused, whole, where_x=where, where_y=where
    )
