"""A point of a convex curve of loss against cost, by its cost in place of its slope."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax._base.loops import implicit
from infojax.theory._simplex import Optimum
from infojax.types import Array

__all__ = ["AtBudget", "at_budget", "open_room", "steepest"]

_ROUNDING = 128  # rounding errors in a gap
_SHORT = 16  # rounding errors by which a budget may be too small


class AtBudget(NamedTuple):
    """The least loss within a budget, what it costs, parts of its solution, its price.

    ``gap`` bounds by how much the loss may be too large; ``steps`` counts the prices
    tried.
    """

    loss: Array
    cost: Array
    parts: Any
    price: Array
    gap: Array
    steps: Array
    converged: Array


class _Ends(NamedTuple):
    """Two points of the curve: one too expensive, ``[0]``, and one within budget."""

    price: Array
    law: Array
    cost: Array
    loss: Array
    floor: Array  # no law has less of loss + price * cost


class _State(NamedTuple):
    ends: _Ends
    price: Array
    gap: Array
    steps: Array
    going: Array


def at_budget(
    solve: Callable[[Array], Optimum],
    evaluate: Callable[[Array, Array], tuple[Array, Array, Any]],
    room: Array,
    top: Array,
    free: Callable[[Array], Array],
    *,
    tolerance: float,
    max_steps: int = 60,
) -> AtBudget:
    """The least loss of laws that cost no more than ``room``.

    ``solve(price)`` finds the law of least loss + price * cost; ``evaluate(price,
    law)`` gives that sum, the cost and parts of the solution, differentiable. At the
    price ``top`` nothing is bought, and ``free(law)`` may improve on the law of price
    0. The next price is the slope of the chord between the two points nearest to the
    budget, so that straight parts of the curve are found at once; the solution is a
    mixture of the two.
    """
    dtype = room.dtype
    tolerance = max(tolerance, _ROUNDING * float(jnp.finfo(dtype).eps))
    limit, top = lax.stop_gradient((room, top))

    def advance(state: _State) -> _State:
        ends, price, _, steps, _ = state
        first = steps == 0
        found = solve(price)
        law = jnp.where(first, free(found.law), found.law)
        value, cost, _ = lax.stop_gradient(evaluate(price, law))
        new = _Ends(price, law, cost, value - price * cost, value - found.gap)
        within = (cost <= limit) | (steps == 1)
        replaced = first | (jnp.arange(2) == within.astype(int))

        def put(old: Array, one: Array) -> Array:
            return jnp.where(replaced.reshape(2, *(1,) * one.ndim), one, old)

        ends = jax.tree.map(put, ends, new)
        share = _share(ends, limit)
        loss = ends.loss[0] + share * (ends.loss[1] - ends.loss[0])
        gap = loss - jnp.max(ends.floor - ends.price * limit)
        chord = _chord(ends)
        inside = (chord > ends.price[0]) & (chord < ends.price[1])
        wanted = jnp.where(first, ~within, (gap > tolerance) & inside)
        steps = steps + 1
        going = wanted & (steps < max_steps)
        return _State(ends, jnp.where(first, top, chord), gap, steps, going)

    zero = jnp.zeros((), dtype)
    shape = jax.eval_shape(solve, zero).law.shape
    both = jnp.zeros(2, dtype)
    blank = _Ends(both, jnp.zeros((2, *shape), dtype), both, both, both)
    start = jnp.asarray(0, jnp.int32)
    state = _State(blank, zero, zero, start, jnp.asarray(True))
    ends, _, gap, steps, _ = lax.while_loop(lambda s: s.going, advance, state)
    return _mixture(evaluate, room, ends, gap, steps, tolerance)


def _mixture(
    evaluate: Callable[[Array, Array], tuple[Array, Array, Any]],
    room: Array,
    ends: _Ends,
    gap: Array,
    steps: Array,
    tolerance: float,
) -> AtBudget:
    """The point between two ends, as a function of all that ``evaluate`` depends on."""
    share = _share(ends, lax.stop_gradient(room))
    weights = jnp.stack([1 - share, share])

    def mix(leaf: Array) -> Array:
        return jnp.tensordot(weights, leaf, 1)

    def around(shift: Array) -> tuple[Array, Array, Any]:
        return jax.vmap(evaluate)(ends.price + shift, ends.law)

    # The ends are close to each other, or on a straight part of the curve.
    still = jnp.zeros_like(room)
    _, slopes = jax.jvp(lambda s: around(s)[1], (still,), (still + 1,))
    slopes = lax.stop_gradient(slopes)
    apart = ends.price[1] - ends.price[0]
    fall = ends.cost[0] - ends.cost[1]
    bent = jnp.all(jnp.abs(slopes * apart + fall) <= fall / 4) & (fall > 0)
    price = jnp.where(bent, ends.price[0] + share * apart, _chord(ends))
    price = jnp.where(apart > 0, price, 0)

    # The price moves so that the cost stays within budget, as by Newton's steps.
    moves = bent.astype(room.dtype)
    reply = moves / jnp.where(bent, mix(slopes), 1)

    def step(shift: Array) -> Array:
        return moves * shift - reply * (mix(around(shift)[1]) - room)

    shift = implicit(step, still)
    price = price + shift
    _, costs, parts = around(shift)
    cost, parts = mix(costs), jax.tree.map(mix, parts)
    # On a straight part no small move of the laws leads to the next mixture.
    held = (apart > 0) & ~bent
    fixed, parts_fixed, allowed = lax.stop_gradient((cost, parts, room))
    cost = jnp.where(held, fixed + room - allowed, cost)
    parts = jax.tree.map(partial(jnp.where, held), parts_fixed, parts)
    # Both ends have the least loss at this price.
    values = jax.vmap(lambda law: evaluate(price, law)[0])(ends.law)
    change = mix(values) - price * room
    loss = mix(ends.loss) + change - lax.stop_gradient(change)
    return AtBudget(
        loss,
        cost,
        parts,
        price,
        jnp.maximum(gap, 0),
        steps,
        gap <= tolerance,
    )


def _share(ends: _Ends, limit: Array) -> Array:
    """How much of the second end the mixture has whose cost is the limit."""
    fall = ends.cost[0] - ends.cost[1]
    return jnp.clip(numerics.ratio(ends.cost[0] - limit, fall), 0, 1)


def _chord(ends: _Ends) -> Array:
    """The price at which both ends are equally good."""
    fall = ends.cost[0] - ends.cost[1]
    return numerics.ratio(ends.loss[1] - ends.loss[0], fall)


def open_room(budget: Array, least: Array) -> tuple[Array, Array]:
    """What a budget leaves above the least cost, and whether it covers that."""
    info = jnp.finfo(budget.dtype)
    most = float(info.max) ** 0.5
    room = jnp.clip(budget - least, -most, most)
    short = (
        _SHORT * float(info.eps) * (jnp.minimum(jnp.abs(budget), most) + jnp.abs(least))
    )
    return jnp.where(room > 0, room, 0), room >= -short


def steepest(extra: Array) -> Array:
    """A price at which nothing costs more than the least."""
    info = jnp.finfo(extra.dtype)
    paid = (extra > 0) & (extra < jnp.inf)
    least = jnp.min(jnp.where(paid, extra, jnp.inf))
    top = -2 * jnp.log(info.tiny) / jnp.where(jnp.any(paid), least, 1)
    return jnp.minimum(top, float(info.max) ** 0.5).astype(extra.dtype)
