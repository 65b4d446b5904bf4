"""What a channel carries at most, free of charge and at a price of its inputs."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.theory._information_bottleneck import limits
from infojax.theory._simplex import best, follow, maximise
from infojax.types import Array, ArrayLike

__all__ = [
    "CapacityCost",
    "ChannelCapacity",
    "capacity_cost",
    "channel_capacity",
]


class ChannelCapacity(NamedTuple):
    """A capacity in nats, the law of the inputs that attains it, and how it was found.

    ``input [nx]`` is p(x); ``gap`` bounds what the capacity may lack; ``steps`` counts
    Newton steps, and ``converged`` tells whether the gap is within tolerance.
    """

    capacity: Array
    input: Array
    gap: Array
    steps: Array
    converged: Array


class CapacityCost(NamedTuple):
    """A point of the curve of capacity against mean cost, and how it was found.

    ``capacity`` is the most I(X; Y), in nats, of inputs that cost ``cost`` on average;
    ``price`` is the slope of the curve there and ``input [nx]`` the law p(x). ``gap``
    bounds what ``capacity`` may lack; ``converged`` tells whether it is within
    tolerance.
    """

    capacity: Array
    cost: Array
    input: Array
    price: Array
    gap: Array
    steps: Array
    converged: Array


def channel_capacity(
    channel: ArrayLike, *, tolerance: float = 1e-12, max_steps: int = 100
) -> ChannelCapacity:
    r"""Capacity of a channel: the most I(X; Y) over laws of its input.

    Stops on the bounds :math:`I(X; Y) \le C \le \max_x D(p(y \mid x) \| p(y))`. The
    search is by Newton steps, not by the multiplicative ones of Blahut and Arimoto,
    which are slow where inputs fall out of use.

    Args:
        channel: p(y | x), probabilities or counts, ``[nx, ny]``, nonnegative; rows are
            normalised. An input whose row is 0 is not used.
        tolerance: stop when the bounds are within this, or within 32 rounding errors.
        max_steps: Newton steps at most; 10 to 20 are the rule.

    Returns: ``ChannelCapacity(capacity, input, gap, steps, converged)``; all 0 where no
        input can be used. Of inputs that can replace each other all are used.
    Gradients: exact in ``channel``, of ``capacity`` by the envelope theorem and of
        ``input`` by the implicit function theorem, inputs out of use held so; 0 at
        empty cells, where the true slope is infinite.
    Cost: O(nx^2 ny + nx^3) a step, and for a gradient of ``input``.
    Example:
        >>> found = channel_capacity(jnp.array([[1.0, 0.0], [0.5, 0.5]]))
        >>> round(float(found.capacity), 4), round(float(found.input[0]), 4)  # log 5/4
        (0.2231, 0.6)
    References: Blahut (1972), computation of channel capacity and rate-distortion
        functions; Arimoto (1972), an algorithm for computing the capacity of arbitrary
        discrete memoryless channels.
    """
    name = "channel_capacity"
    table = checks.counts(name, "channel", channel, 2)
    work = table.astype(checks.working_dtype(table.dtype))
    costs = jnp.zeros(len(work), work.dtype)
    problem, usable, _ = open_inputs(work, costs, jnp.zeros((), work.dtype))
    found = maximise(slopes, problem, usable, **limits(name, tolerance, max_steps))
    return ChannelCapacity(
        best(gain, slopes, found.law, problem).astype(table.dtype),
        follow(slopes, found.law, problem).astype(table.dtype),
        found.gap.astype(table.dtype),
        found.steps,
        found.converged,
    )


def capacity_cost(
    channel: ArrayLike,
    costs: ArrayLike,
    *,
    price: ArrayLike,
    tolerance: float = 1e-12,
    max_steps: int = 100,
) -> CapacityCost:
    r"""Capacity and mean cost where inputs have a price: the most I(X; Y) - s E[c(X)].

    ``jax.vmap`` over prices gives the curve, concave and of slope s at its point of
    price s. At price 0 it ends in the capacity.

    Args:
        channel: p(y | x), probabilities or counts, ``[nx, ny]``, nonnegative; rows are
            normalised. An input whose row is 0 is not used.
        costs: of each input, ``[nx]``; those of +inf are not used.
        price: nats for one unit of cost, a nonnegative scalar; may be traced. Traced
            prices below 0 count as 0.
        tolerance, max_steps: as in ``channel_capacity``.

    Returns: ``CapacityCost(capacity, cost, input, price, gap, steps, converged)``;
        ``gap`` bounds what ``capacity - price * cost`` may lack. At price 0 inputs
        that can replace each other need not be the cheapest.
    Gradients: exact in ``channel``, ``costs`` and ``price``, inputs out of use held so:
        ``capacity - price * cost`` by the envelope theorem, each of the two by the
        implicit function theorem; 0 at empty cells.
    Cost: O(nx^2 ny + nx^3) a step, and for a gradient.
    Example:
        >>> channel, costs = jnp.array([[0.9, 0.1], [0.1, 0.9]]), jnp.array([0.0, 1.0])
        >>> found = capacity_cost(channel, costs, price=0.5)
        >>> round(float(found.capacity), 4), round(float(found.cost), 4)
        (0.3215, 0.3108)
    References: Blahut (1972), computation of channel capacity and rate-distortion
        functions.
    """
    name = "capacity_cost"
    table, costs, dtype = open_channel(name, channel, costs)
    price = open_multiplier(name, "price", price, table.dtype)
    problem, usable, least = open_inputs(table, costs, price)
    found = maximise(slopes, problem, usable, **limits(name, tolerance, max_steps))
    value, law, extra = point(problem, found.law)
    return CapacityCost(
        (value + price * extra).astype(dtype),
        (extra + least).astype(dtype),
        law.astype(dtype),
        price.astype(dtype),
        found.gap.astype(dtype),
        found.steps,
        found.converged,
    )


def open_channel(
    name: str, channel: ArrayLike, costs: ArrayLike
) -> tuple[Array, Array, Any]:
    """A channel ``[nx, ny]`` and its costs ``[nx]``, and the dtype to return."""
    table = checks.counts(name, "channel", channel, 2)
    prices = checks.counts(name, "costs", costs, 1)
    if len(prices) != len(table):
        expected = f"as long as `channel` ({len(table)} rows)"
        received = f"{len(prices)} entries"
        raise checks.fail(ValueError, name, "costs", expected, received)
    (table, prices), dtype = checks.common_float(name, channel=table, costs=prices)
    return table, prices, dtype


def open_multiplier(name: str, argument: str, value: ArrayLike, dtype: Any) -> Array:
    """A multiplier of rank 0; numbers must be nonnegative and finite."""
    if isinstance(value, int | float):
        value = checks.order(name, float(value), argument, finite=True)
    return jnp.maximum(scalar(name, argument, value, dtype), 0)


def open_inputs(
    table: Array, costs: Array, price: Array
) -> tuple[tuple[Array, ...], Array, Array]:
    """The problem of the best input, which inputs are usable, and the least cost.

    The problem: rows of mass 1, or of 0 where not usable; costs above the least; price.
    """
    affordable = costs != jnp.inf
    rows = numerics.normalise(jnp.where(table < 0, 0, table), axis=1)
    rows = jnp.where(affordable[:, None], rows, 0)
    usable = affordable & (jnp.sum(rows, axis=1) != 0)
    some = jnp.any(usable)
    least = lax.stop_gradient(jnp.min(jnp.where(usable, costs, jnp.inf)))
    least = jnp.where(some, least, 0)
    extra = jnp.where(usable, jnp.where(usable, costs, 0) - least, 0)
    return (rows, extra, price), usable, least


def slopes(law: Array, problem: tuple[Array, ...]) -> tuple[Array, Array]:
    """Information of each input less what it costs, and the curvature."""
    rows, extra, price = problem
    output = jnp.matmul(law, rows, precision="highest")
    news = jnp.sum(numerics.relative_entropy_terms(rows, output[None]), axis=1)
    root = numerics.ratio(rows * numerics.sqrt(law)[:, None], numerics.sqrt(output))
    return news - price * extra, root.T


def gain(law: Array, problem: tuple[Array, ...]) -> Array:
    """I(X; Y) less the price of the mean cost."""
    return jnp.sum(law * slopes(law, problem)[0])


def point(problem: tuple[Array, ...], law: Array) -> tuple[Array, Array, Array]:
    """Gain, law and mean cost above the least, as functions of the problem."""
    moving = follow(slopes, law, problem)
    return best(gain, slopes, law, problem), moving, jnp.sum(moving * problem[1])
