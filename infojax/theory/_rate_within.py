"""The least rate at which a source is described within a given mean distortion."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.scores import scalar
from infojax.theory._budget import at_budget, open_room, steepest
from infojax.theory._information_bottleneck import limits
from infojax.theory._rate_distortion import (
    RateDistortion,
    open_outputs,
    open_source,
    point,
    slopes,
)
from infojax.theory._simplex import Optimum, maximise
from infojax.types import Array, ArrayLike

__all__ = ["rate_within"]


def rate_within(
    p: ArrayLike,
    distortion: ArrayLike,
    *,
    budget: ArrayLike,
    tolerance: float = 1e-9,
    max_steps: int = 100,
) -> RateDistortion:
    r"""Rate-distortion function: the least I(X; Y) with E[d(X, Y)] within a budget.

    At the trade-off found by a search between two points of the curve of
    ``rate_distortion``. On straight parts of it the encoder is a mixture of two.

    Args:
        p: law of the source, probabilities or counts, ``[nx]``; normalised.
        distortion: d(x, y), ``[nx, ny]``; +inf where y must not stand for x.
        budget: most mean distortion, a scalar; may be traced, and +inf.
        tolerance: stop when the rate is within this, or 128 rounding errors, of a lower
            bound. ``beta`` is about as close as the root of it.
        max_steps: Newton steps at each trade-off.

    Returns: ``RateDistortion(rate, distortion, encoder, output, beta, gap, steps,
        converged)``; ``steps`` counts the trade-offs tried, some 15, and ``gap`` bounds
        by how much ``rate`` may be too large. Where the budget does not bind ``beta``
        is 0; at the least distortion itself it is no more than minus the slope. Rate
        +inf of a budget below the least distortion.
    Gradients: exact in ``p``, ``distortion`` and ``budget``, outputs out of use held
        so: of ``rate`` by the envelope theorem (in ``budget`` it is ``-beta``), of the
        others by the implicit function theorem. Where the curve is straight
        ``encoder``, ``output`` and ``beta`` are constant. Zero where the rate is
        infinite.
    Cost: O(nx ny^2 + ny^3) a Newton step, of which each trade-off takes 10 to 20.
    Example:
        >>> p, hamming = jnp.array([0.3, 0.7]), 1 - jnp.eye(2)
        >>> found = rate_within(p, hamming, budget=0.1)  # h(0.3) - h(0.1)
        >>> round(float(found.rate), 4), round(float(found.beta), 3)  # log 9
        (0.2858, 2.197)
    References: Blahut (1972), computation of channel capacity and rate-distortion
        functions; Shannon (1959), coding theorems for a discrete source with a fidelity
        criterion.
    """
    name = "rate_within"
    source, table, dtype = open_source(name, p, distortion)
    budget = scalar(name, "budget", budget, table.dtype)
    (law, extra, _), least, possible = open_outputs(source, table, budget)
    room, enough = open_room(budget, least)
    stop = limits(name, tolerance / 8, max_steps)  # a share of the gap for the laws
    everything = jnp.ones(table.shape[1], bool)

    def solve(beta: Array) -> Optimum:
        return maximise(slopes, (law, extra, beta), everything, **stop)

    def evaluate(beta: Array, output: Array) -> tuple[Array, Array, tuple]:
        value, moving, encoder, mean = point((law, extra, beta), output)
        return value, mean, (encoder, moving)

    def free(output: Array) -> Array:
        """At no rate the best single y, if it may stand for every x."""
        there = (law > 0)[:, None]
        means = jnp.sum(jnp.where(there, law[:, None] * extra, 0), axis=0)
        single = jax.nn.one_hot(jnp.argmin(means), len(output), dtype=output.dtype)
        return jnp.where(jnp.min(means) < jnp.inf, single, output)

    found = at_budget(solve, evaluate, room, steepest(extra), free, tolerance=tolerance)
    rate = jnp.where(possible & enough, found.loss, jnp.inf)
    mean = jnp.where(possible, found.cost + least, jnp.inf)
    fields = rate, mean, *found.parts, found.price, found.gap
    fields = (
        numerics.unless_nan(field, budget, law, extra).astype(dtype) for field in fields
    )
    return RateDistortion(*fields, steps=found.steps, converged=found.converged)
