"""Entropic transport between two samples: its potentials and its value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax._base.loops import FixedPoint, at_optimum, fixed_point
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows
from infojax.types import Array

__all__ = ["Cost", "Side", "transport"]

Cost = Callable[[Array, Array], Array]
Answer = Callable[[Array], Array]

_STORED = 1 << 26  # pairs whose kernel is kept: 256 MiB of float32, n = 8192


class Side(NamedTuple):
    """A sample, the rows of it that exist, and their masses."""

    rows: Array
    mask: Array
    mass: Array

    @property
    def share(self) -> Array:
        """Masses that sum to 1, on one device."""
        return numerics.ratio(self.mass, jnp.sum(self.mass))


def transport(
    cost: Cost, epsilon: Array, x: Side, y: Side, plan: PairPlan, limits: dict
) -> tuple[Array, FixedPoint]:
    """Entropic cost between two samples, and how its potential was found.

    The potential ``g`` of y, over epsilon, maximises ``mean(f(g)) + mean(g)`` with f
    the best answer to it. So the value is differentiated with g held fixed, and g moves
    with the fixed point that it is only in derivatives of derivatives.
    """
    same = x is y
    here = plan.row_index(len(y.rows))

    # The state holds the potential on all devices, which then stop at the same step.
    start = jnp.zeros(plan.size(len(y.rows)), y.rows.dtype)

    def shared(g: Array) -> Array:
        return plan.total(start.at[here].set(g)) if plan.axis_name else g

    def step(to_x: Answer, to_y: Answer, g: Array) -> Array:
        # Of a sample with itself both potentials agree, and averaging finds them.
        if same:
            return (g + shared(to_x(g[here]))) / 2
        return shared(to_y(to_x(g[here])))

    fixed = lax.stop_gradient((epsilon, x, y))
    fixed = (*fixed[:2], fixed[1] if same else fixed[2])
    matrix = _matrix(cost, *fixed, plan)
    to_x, to_y = _answers(cost, *fixed, plan, matrix)
    state = fixed_point(
        lambda g: step(to_x, to_y, g),
        start,
        **limits,
        nearby=_kernel_steps(cost, *fixed, plan, matrix, to_x),
        reach=_reach(start),
    )

    def value(g: Array) -> Array:
        pairs = _pairs(cost, epsilon, x, y, g[here], plan)
        f = _answer(pairs)
        back = _pairs(cost, epsilon, y, x, f, plan)
        return pairs.mean(f) + back.mean(g[here])

    def anchored(g: Array) -> Array:
        """The step without its freedom to add a number to g and take it from f."""
        to_x, to_y = _answers(cost, epsilon, x, y, plan, None)
        new = step(to_x, to_y, g)
        return (
            new if same else new - _pairs(cost, epsilon, y, x, zero, plan).mean(g[here])
        )

    zero = jnp.zeros(len(x.rows), start.dtype)
    return epsilon * at_optimum(value, anchored, state.value), state


def _reach(g: Array) -> float:
    """How far logarithms of scalings may go that products with a kernel stay exact."""
    return math.log(float(jnp.finfo(g.dtype).max)) / 8


def _matrix(
    cost: Cost, epsilon: Array, x: Side, y: Side, plan: PairPlan
) -> Array | None:
    """All costs over epsilon where the plan takes all rows at once."""
    n, m = len(x.rows), len(y.rows)
    whole = min(plan.rows_at_once(n), plan.rows_at_once(m)) >= max(n, m)
    return cost(x.rows, y.rows) / epsilon if whole and not plan.axis_name else None


def _kernel_steps(
    cost: Cost,
    epsilon: Array,
    x: Side,
    y: Side,
    plan: PairPlan,
    matrix: Array | None,
    to_x: Answer,
) -> Callable[[Array], Answer] | None:
    """Steps near a potential as products with the kernel scaled by it.

    Its rows are then probabilities, or nearly, so that no sum of them is lost; far away
    from it the logarithms take over.
    """
    n, m = len(x.rows), len(y.rows)
    fits = matrix is not None or (plan.block_size is None and n * m <= _STORED)
    if plan.axis_name or not fits:
        return None

    def logarithm(sums: Array) -> Array:
        some = sums != 0
        return jnp.where(some, jnp.log(jnp.where(some, sums, 1)), 0)

    def nearby(g: Array) -> Answer:
        f = g if x is y else to_x(g)
        scaled = cost(x.rows, y.rows) / epsilon if matrix is None else matrix
        # Beyond the limit are rows of next to no mass with columns of such alone.
        log_kernel = jnp.minimum(f[:, None] + g[None] - scaled, 5 * _reach(g))
        here = x.mask[:, None] & y.mask[None]
        kernel = jnp.where(here, jnp.exp(log_kernel), 0)

        def to_rows(g: Array) -> Array:
            sums = jnp.matmul(kernel, y.share * jnp.exp(g), precision="highest")
            return -logarithm(sums)

        def to_columns(f: Array) -> Array:
            sums = jnp.matmul(x.share * jnp.exp(f), kernel, precision="highest")
            return -logarithm(sums)

        if x is y:
            return lambda g: (g + to_rows(g)) / 2
        return lambda g: to_columns(to_rows(g))

    return nearby


def _answers(
    cost: Cost, epsilon: Array, x: Side, y: Side, plan: PairPlan, matrix: Array | None
) -> tuple[Answer, Answer]:
    """Potentials of x that answer those of y, and of y that answer those of x.

    They read the costs in the matrix or, where there is none, evaluate them.
    """
    if matrix is not None:
        x_rows, y_rows = x._replace(rows=matrix), y._replace(rows=matrix.T)

        def stored(row: Array, column: Any) -> Array:
            return column[1][None] - row

        def keep(a: Side, b: Side) -> Answer:
            return lambda g: _answer(_joined(stored, a, b, g, plan))

        return keep(x_rows, y), keep(y_rows, x)
    return (
        lambda g: _answer(_pairs(cost, epsilon, x, y, g, plan)),
        lambda f: _answer(_pairs(cost, epsilon, y, x, f, plan)),
    )


def _answer(pairs: Pairs) -> Array:
    """The best potential of the rows given that of the columns; 0 where masked."""
    mass = jnp.asarray(pairs.weights_y)
    log_mass = numerics.log(pairs.plan.total(jnp.sum(mass)))

    total = pairs.map_rows(Rows.logsumexp)
    some = total != -jnp.inf
    return jnp.where(some, log_mass - jnp.where(some, total, 0), 0)


def _pairs(
    cost: Cost, epsilon: Array, x: Side, y: Side, g: Array, plan: PairPlan
) -> Pairs:
    """Potential of the column less the cost, both over epsilon."""

    def fn(row: Array, column: Any) -> Array:
        return column[1][None] - cost(row, column[0]) / epsilon

    return _joined(fn, x, y, g, plan)


def _joined(fn: Callable, x: Side, y: Side, g: Array, plan: PairPlan) -> Pairs:
    return Pairs(fn, x.rows, (y.rows, g), plan, x.mask, y.mask, x.mass, y.mass)
