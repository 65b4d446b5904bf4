"""What a channel carries at most within a mean cost of its inputs."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.scores import scalar
from infojax.theory._budget import at_budget, open_room, steepest
from infojax.theory._capacity import (
    CapacityCost,
    open_channel,
    open_inputs,
    point,
    slopes,
)
from infojax.theory._information_bottleneck import limits
from infojax.theory._simplex import Optimum, maximise
from infojax.types import Array, ArrayLike

__all__ = ["capacity_within"]


def capacity_within(
    channel: ArrayLike,
    costs: ArrayLike,
    *,
    budget: ArrayLike,
    tolerance: float = 1e-9,
    max_steps: int = 100,
) -> CapacityCost:
    r"""Capacity of inputs that cost no more than a budget on average.

    The most I(X; Y) of laws with :math:`E[c(X)] \le b`, at the price found by a search
    between two points of the curve of ``capacity_cost``.

    Args:
        channel: p(y | x), probabilities or counts, ``[nx, ny]``, nonnegative; rows are
            normalised. An input whose row is 0 is not used.
        costs: of each input, ``[nx]``; those of +inf are not used.
        budget: most mean cost, a scalar; may be traced, and +inf.
        tolerance: stop when the capacity is within this, or 128 rounding errors, of an
            upper bound. The price is about as close as the root of it.
        max_steps: Newton steps at each price.

    Returns: ``CapacityCost(capacity, cost, input, price, gap, steps, converged)``;
        ``steps`` counts the prices tried, some 15. Price 0 where the budget does not
        bind; at the least cost itself no more than the slope. Capacity -inf of a budget
        below the least cost, 0 where no input can be used.
    Gradients: exact in ``channel``, ``costs`` and ``budget``, inputs out of use held
        so: of ``capacity`` by the envelope theorem (in ``budget`` it is ``price``), of
        the others by the implicit function theorem. Where the curve is straight
        ``input`` and ``price`` are constant. Zero where ``capacity`` is infinite.
    Cost: O(nx^2 ny + nx^3) a Newton step, of which each price takes 10 to 20.
    Example:
        >>> channel, costs = jnp.array([[0.9, 0.1], [0.1, 0.9]]), jnp.array([0.0, 1.0])
        >>> found = capacity_within(channel, costs, budget=0.25)
        >>> round(float(found.capacity), 4), round(float(found.price), 3)
        (0.2858, 0.678)
    References: Blahut (1972), computation of channel capacity and rate-distortion
        functions.
    """
    name = "capacity_within"
    table, costs, dtype = open_channel(name, channel, costs)
    budget = scalar(name, "budget", budget, table.dtype)
    (rows, extra, _), usable, least = open_inputs(table, costs, budget)
    room, enough = open_room(budget, least)
    possible = enough | ~jnp.any(usable)
    stop = limits(name, tolerance / 8, max_steps)  # a share of the gap for the laws

    def solve(price: Array) -> Optimum:
        return maximise(slopes, (rows, extra, price), usable, **stop)

    def evaluate(price: Array, law: Array) -> tuple[Array, Array, Array]:
        value, moving, cost = point((rows, extra, price), law)
        return -value, cost, moving

    found = at_budget(
        solve, evaluate, room, steepest(extra), lambda law: law, tolerance=tolerance
    )
    capacity = jnp.where(possible, 0 - found.loss, -jnp.inf)
    fields = capacity, found.cost + least, found.parts, found.price, found.gap
    fields = (numerics.unless_nan(field, budget).astype(dtype) for field in fields)
    return CapacityCost(*fields, steps=found.steps, converged=found.converged)
