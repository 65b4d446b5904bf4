"""Where and in what pieces pairwise work is done."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
from jax import lax

from infojax.types import Array

__all__ = ["PairPlan", "Precision", "varying"]

Precision = Literal["highest", "high", "bfloat16"]
# 4 MiB of float32: a gradient holds several such matrices, and beyond 32 MiB XLA asks
# for memory afresh at every call on the CPU. Blocks reuse theirs.
_WHOLE_PAIRS, _BLOCK_PAIRS = 1 << 20, 1 << 22


def varying(a: Array, axes: Set[Any]) -> Array:
    """The same array, said to differ over these manual mesh axes (``shard_map``)."""
    missing = tuple(sorted(axes - jax.typeof(a).mat.varying))
    return lax.pcast(a, missing, to="varying") if missing else a


@dataclass(frozen=True)
class PairPlan:
    """How an ``[n, m]`` pairwise matrix is evaluated; it never changes the answer.

    Args:
        block_size: rows evaluated at a time, rematerialised in the backward pass, so
            that memory is ``block_size * m``. None takes all rows at once up to 2^20
            pairs (n = 1024), then halves, and beyond n = 2048 as many as make 2^22
            pairs; a size of n or more takes all of them, which a gradient needs several
            matrices for.
            ``divergence.sinkhorn`` keeps a kernel of up to 2^26 pairs where None.
        axis_name: mesh axis over which the rows are split, inside ``jax.shard_map``
            (``infojax.sharded`` sets it).
        fused: on GPUs and TPUs, let hand-written kernels reduce the rows of Gaussian
            kernels, of inner products and of distances, so that no tile of the matrix
            leaves the chip. Elsewhere, and for anything else, blocks as ever. For
            reverse mode, and forward over reverse: not for ``jax.jvp`` of a value.
        precision: of the products in fused kernels: ``"highest"`` is float32;
            ``"high"`` splits factors in two bfloat16 parts, for an error of
            2^-16 of their size; ``"bfloat16"`` rounds them, for 2^-8.
        ring: with an axis, let the columns of the other devices pass by, one device
            after the other, in place of gathering them all. What needs a whole row or
            a whole spectrum still gathers.

    Returns: a static, hashable value for the ``plan`` argument of any estimator.
    Gradients: the same for every plan, up to rounding.
    Cost: blocks recompute the forward pass once when differentiated. A ring holds one
        device's columns at a time, and sends them once more when differentiated.
    Example:
        >>> PairPlan(block_size=1024).block_size
        1024
    References: Chen et al. (2016), training deep nets with sublinear memory cost; Liu,
        Zaharia and Abbeel (2023), ring attention, for the ring.
    """

    block_size: int | None = None
    axis_name: str | None = None
    ring: bool = False
    fused: bool = False
    precision: Precision = "highest"

    def __post_init__(self) -> None:
        size = self.block_size
        if size is not None and (not isinstance(size, int) or size < 1):
            raise ValueError(
                "PairPlan: `block_size` must be a positive int or None; "
                f"received {size!r}."
            )
        if self.precision not in get_args(Precision):
            raise ValueError(
                f"PairPlan: `precision` must be one of {list(get_args(Precision))}; "
                f"received {self.precision!r}."
            )

    def size(self, n: int) -> int:
        """Rows over all devices, given the rows on this one."""
        return n if self.axis_name is None else n * lax.axis_size(self.axis_name)

    def rows_at_once(self, columns: int) -> int:
        """Rows of a block, given the columns it is evaluated with."""
        if self.block_size is not None:
            return self.block_size
        if columns**2 <= _WHOLE_PAIRS:
            return max(1, _WHOLE_PAIRS // max(1, columns))
        return max(1, min(-(-columns // 2), _BLOCK_PAIRS // columns))

    def gather(self, tree: Any) -> Any:
        """Rows of all devices, in order."""
        if self.axis_name is None:
            return tree
        return jax.tree.map(
            lambda a: lax.all_gather(a, self.axis_name, tiled=True), tree
        )

    def take(self, tree: Any, index: Array) -> Any:
        """The rows with these numbers among the rows of all devices."""
        if self.axis_name is None or not self.ring:
            return jax.tree.map(lambda a: a[index], self.gather(tree))

        def those_of(piece: Any, owner: Array) -> Any:
            rows = len(jax.tree.leaves(piece)[0])
            local = index - owner * rows
            here = (local >= 0) & (local < rows)

            def pick(a: Array) -> Array:
                rest = (1,) * (a.ndim - 1)
                return jnp.where(here.reshape(*here.shape, *rest), a[local], 0)

            return jax.tree.map(pick, piece)

        return self.visit(tree, those_of, partial(jax.tree.map, jnp.add))

    def visit(
        self,
        own: Any,
        of_piece: Callable[[Any, Array], Any],
        merge: Callable[[Any, Any], Any],
    ) -> Any:
        """What ``of_piece(rows of a device, its number)`` gives, merged over devices.

        The rows are asked for again in the backward pass, so that no device ever holds
        more than its own and one other's.
        """
        size, here = lax.axis_size(self.axis_name), lax.axis_index(self.axis_name)

        def from_device(distance: int) -> Callable[[Any], Any]:
            route = [((i + distance) % size, i) for i in range(size)]
            return partial(
                jax.tree.map, lambda a: lax.ppermute(a, self.axis_name, route)
            )

        ways = [from_device(distance) for distance in range(1, size)]

        @jax.checkpoint
        def ask(so_far: Any, step: Array) -> tuple[Any, None]:
            piece = lax.switch(step, ways, own)
            part = of_piece(piece, (here + step + 1) % size)
            return merge(so_far, part), None

        mine = jax.checkpoint(of_piece)(own, here)
        if size == 1:
            return mine
        # What is alike on all devices, such as the mass of unmasked columns, is not
        # known to be so once it went around.
        mine = jax.tree.map(lambda a: varying(a, {self.axis_name}), mine)
        return lax.scan(ask, mine, jnp.arange(size - 1, dtype=jnp.int32))[0]

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
