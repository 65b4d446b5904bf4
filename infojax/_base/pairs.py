"""Pairwise work: one object, the same answer dense, in row blocks or across devices.

Most estimators are a reduction along each row of a pairwise matrix followed by a mean
over rows. ``Pairs`` holds the two sides and the function between them and never
materialises more of the matrix than its plan allows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax.types import Array

__all__ = ["PairPlan", "Pairs", "Rows", "score_pairs"]


@dataclass(frozen=True)
class PairPlan:
    """How an ``[n, m]`` pairwise matrix is evaluated; it never changes the answer.

    Args:
        block_size: rows evaluated at a time, rematerialised in the backward pass, so
            that memory is ``block_size * m``. None takes all rows at once up to four
            million pairs (n = 2048) and beyond that as many as stay below; a size of n
            or more takes all of them, which a gradient needs several matrices for.
        axis_name: mesh axis over which the rows are split, inside ``jax.shard_map``
            (``infojax.sharded`` sets it).

    Returns: a static, hashable value for the ``plan`` argument of any estimator.
    Gradients: the same for every plan, up to rounding.
    Cost: blocks recompute the forward pass once when differentiated.
    Example:
        >>> PairPlan(block_size=1024).block_size
        1024
    References: Chen et al. (2016), training deep nets with sublinear memory cost.
    """

    block_size: int | None = None
    axis_name: str | None = None

    def __post_init__(self) -> None:
        size = self.block_size
        if size is not None and (not isinstance(size, int) or size < 1):
            raise ValueError(
                "PairPlan: `block_size` must be a positive int or None; "
                f"received {size!r}."
            )

    def size(self, n: int) -> int:
        """Rows over all devices, given the rows on this one."""
        return n if self.axis_name is None else n * lax.axis_size(self.axis_name)

    def rows_at_once(self, columns: int) -> int:
        """Rows of a block, given the columns over all devices."""
        return self.block_size or max(1, _BLOCK_PAIRS // columns)

    def gather(self, tree: Any) -> Any:
        """Rows of all devices, in order."""
        if self.axis_name is None:
            return tree
        return jax.tree.map(
            lambda a: lax.all_gather(a, self.axis_name, tiled=True), tree
        )

    def total(self, x: Array) -> Array:
        """Sum over devices."""
        return x if self.axis_name is None else lax.psum(x, self.axis_name)

    def replicated(self, tree: Any) -> Any:
        """What all devices computed alike from gathered rows, marked as such."""
        return jax.tree.map(lambda a: self.total(jnp.asarray(a)) / self.size(1), tree)

    def maximum(self, x: Array) -> Array:
        """Maximum over devices, a constant for differentiation."""
        x = lax.stop_gradient(x)
        return x if self.axis_name is None else lax.pmax(x, self.axis_name)

    def row_index(self, n: int) -> Array:
        """Position of this device's rows among all rows."""
        here = jnp.arange(n, dtype=jnp.int32)
        if self.axis_name is None:
            return here
        return lax.axis_index(self.axis_name) * n + here


_BLOCK_PAIRS = 1 << 22  # 16 MiB of float32; a reduction may hold several such blocks


class Rows(NamedTuple):
    """A block of rows as a reduction sees it, every array ``[b, m]`` or broadcasting.

    ``values`` is what the pair function returned (any pytree), ``where`` marks the
    pairs that exist, ``diagonal`` those of a sample with itself or its partner, and
    ``weights`` multiplies the columns (None: all one).
    """

    values: Any
    where: Array
    diagonal: Array
    weights: Array | None

    def mean(self) -> Array:
        """Masked, weighted mean of each row of the values, ``[b]``."""
        return numerics.mean(self.values, self.where, self.weights, axis=1)

    @property
    def off_diagonal(self) -> Array:
        """Pairs that exist and are not a sample with itself."""
        return self.where & ~self.diagonal


@dataclass(frozen=True)
class Pairs:
    """A lazily evaluated pairwise matrix ``fn(x, y)`` of shape ``[n, m]``.

    Args:
        fn: ``(x [b, ...], y [m, ...]) -> [b, m]``, or a pytree of such.
        x, y: the two sides, arrays or pytrees of arrays with rows first.
        plan: dense, blocked or sharded.
        where_x, where_y: ``[n]`` and ``[m]``; rows and columns marked False are absent.
        weights_x, weights_y: nonnegative weights of rows and columns.
    """

    fn: Callable[[Any, Any], Any]
    x: Any
    y: Any
    plan: PairPlan = PairPlan()
    where_x: Array | None = None
    where_y: Array | None = None
    weights_x: Array | None = None
    weights_y: Array | None = None

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
        """Apply ``reduce`` to blocks of rows; results ``[b, ...]`` are concatenated."""
        y, where_y, weights_y = self.plan.gather((self.y, self.where_y, self.weights_y))
        columns = jnp.arange(jax.tree.leaves(y)[0].shape[0], dtype=jnp.int32)

        def block(piece: tuple[Any, Array, Array]) -> Any:
            x, mask, index = piece
            # Else columns that two Gram matrices of one estimator share would be
            # broadcast to [n, m] and stored, column by column, by XLA on the CPU.
            x, others = lax.optimization_barrier((x, y))
            where = mask[:, None] & (True if where_y is None else where_y[None])
            where = jnp.broadcast_to(where, (mask.shape[0], columns.shape[0]))
            weights = None if weights_y is None else weights_y[None]
            diagonal = index[:, None] == columns[None]
            return reduce(Rows(self.fn(x, others), where, diagonal, weights))

        pieces = (self.x, self.mask, self.plan.row_index(self.rows))
        size = self.plan.rows_at_once(len(columns))
        if size >= self.rows:
            return block(pieces)
        return _blocked(block, pieces, self.rows, size)

    def diagonal(self) -> Any:
        """Values of row i with column i, ``[n]``, without the rest of the matrix."""

        def one(x: Any, y: Any) -> Any:
            x, y = jax.tree.map(lambda a: a[None], (x, y))
            return jax.tree.map(lambda v: v[0, 0], self.fn(x, y))

        return jax.vmap(one)(self.x, self.y)

    def at(self, columns: Array) -> Any:
        """Values of row i with column ``columns[i]`` of all devices, ``[n]``."""
        partners = jax.tree.map(lambda a: a[columns], self.plan.gather(self.y))
        return replace(self, y=partners).diagonal()

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


class _ScorePairs(Pairs):
    """Pairs whose matrix already exists."""

    @property
    def transpose(self) -> Pairs:
        return score_pairs(self.x.T, self.where_x)

    def diagonal(self) -> Array:
        return jnp.diagonal(self.x)

    def at(self, columns: Array) -> Array:
        return jnp.take_along_axis(self.x, columns[:, None], axis=1)[:, 0]


def score_pairs(scores: Array, where: Array | None = None) -> Pairs:
    """A score matrix ``[n, n]`` in the clothes of ``Pairs``."""
    unused = jnp.zeros(scores.shape[0], scores.dtype)
    whole = PairPlan(block_size=max(1, scores.shape[0]))
    return _ScorePairs(
        lambda rows, _: rows, scores, unused, whole, where_x=where, where_y=where
    )


def _blocked(block: Callable, pieces: Any, n: int, size: int) -> Any:
    """``block`` over chunks of ``size`` rows, recomputed in the backward pass."""
    blocks = -(-n // size)
    padding = blocks * size - n

    def split(a: Array) -> Array:
        # Padding repeats row 0, a value that `block` handles; it is cut off again.
        filler = jnp.broadcast_to(a[:1], (padding, *a.shape[1:]))
        padded = jnp.concatenate([a, filler])
        return padded.reshape(blocks, size, *a.shape[1:])

    out = lax.map(jax.checkpoint(block), jax.tree.map(split, pieces))
    return jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:])[:n], out)
