"""The least rate at which a source is described within a mean distortion."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.theory._equations import open_beta
from infojax.theory._information_bottleneck import limits
from infojax.theory._simplex import best, follow, maximise
from infojax.types import Array, ArrayLike

__all__ = ["RateDistortion", "rate_distortion"]


class RateDistortion(NamedTuple):
    """A point of the rate-distortion curve, how to attain it, and how it was found.

    ``rate`` is I(X; Y), in nats, at mean distortion ``distortion``, both of ``encoder
    [nx, ny]``, q(y | x); ``output [ny]`` is q(y) and ``beta`` minus the slope of the
    curve. ``gap`` bounds by how much ``rate`` may be too large; ``steps`` counts Newton
    steps, and ``converged`` tells whether the gap is within tolerance.
    """

    rate: Array
    distortion: Array
    encoder: Array
    output: Array
    beta: Array
    gap: Array
    steps: Array
    converged: Array


def rate_distortion(
    p: ArrayLike,
    distortion: ArrayLike,
    *,
    beta: ArrayLike,
    tolerance: float = 1e-12,
    max_steps: int = 100,
) -> RateDistortion:
    r"""Rate and distortion at a trade-off: the least of I(X; Y) + beta E[d(X, Y)].

    The least over q(y) of :math:`-\sum_x p(x) \log \sum_y q(y) e^{-\beta d(x, y)}`.
    ``jax.vmap`` over trade-offs gives the curve, convex and of slope ``-beta``. Newton
    steps find it, not the multiplicative ones of Blahut, which are slow where outputs
    fall out of use or resemble each other.

    Args:
        p: law of the source, probabilities or counts, ``[nx]``; normalised.
        distortion: d(x, y), ``[nx, ny]``; +inf where y must not stand for x.
        beta: nats for one unit of distortion, a positive scalar; may be traced. Traced
            trade-offs below 0 count as 0.
        tolerance: stop when the objective is within this, or 32 rounding errors, of a
            lower bound on its least value.
        max_steps: Newton steps at most; 10 to 20 are the rule.

    Returns: ``RateDistortion(rate, distortion, encoder, output, beta, gap, steps,
        converged)``; ``gap`` bounds by how much ``rate + beta * distortion`` may be too
        large. Rate and distortion are +inf where some x of the source has no y to stand
        for it, and 0 where ``p`` is 0. Where the curve is a line of slope ``-beta`` the
        point is one of its points; see ``rate_within``.
    Gradients: exact in ``p``, ``distortion`` and ``beta``, outputs out of use held so:
        ``rate + beta * distortion`` by the envelope theorem, everything else by the
        implicit function theorem. Zero where the value is infinite.
    Cost: O(nx ny^2 + ny^3) a step, and for a gradient.
    Example:
        >>> p, hamming = jnp.array([0.3, 0.7]), 1 - jnp.eye(2)
        >>> found = rate_distortion(p, hamming, beta=2.0)
        >>> round(float(found.rate), 4), round(float(found.distortion), 4)
        (0.2455, 0.1192)
    References: Blahut (1972), computation of channel capacity and rate-distortion
        functions.
    """
    name = "rate_distortion"
    source, table, dtype = open_source(name, p, distortion)
    trade_off = jnp.maximum(open_beta(name, beta, table.dtype), 0)
    problem, least, possible = open_outputs(source, table, trade_off)
    everything = jnp.ones(table.shape[1], bool)
    found = maximise(slopes, problem, everything, **limits(name, tolerance, max_steps))
    value, law, encoder, extra = point(problem, found.law)
    rate = jnp.where(possible, value - trade_off * extra, jnp.inf)
    mean = jnp.where(possible, extra + least, jnp.inf)
    return RateDistortion(
        rate.astype(dtype),
        mean.astype(dtype),
        encoder.astype(dtype),
        law.astype(dtype),
        trade_off.astype(dtype),
        found.gap.astype(dtype),
        found.steps,
        found.converged,
    )


def open_source(
    name: str, p: ArrayLike, distortion: ArrayLike
) -> tuple[Array, Array, Any]:
    """A law ``[nx]`` of mass 1 or 0, distortions ``[nx, ny]``, the dtype to return."""
    source = checks.counts(name, "p", p, 1)
    table = checks.counts(name, "distortion", distortion, 2)
    if len(source) != len(table):
        expected = f"as long as `p` ({len(source)} rows)"
        received = f"{len(table)} rows"
        raise checks.fail(ValueError, name, "distortion", expected, received)
    (source, table), dtype = checks.common_float(name, p=source, distortion=table)
    return numerics.normalise(jnp.where(source < 0, 0, source)), table, dtype


def open_outputs(
    source: Array, table: Array, beta: Array
) -> tuple[tuple[Array, ...], Array, Array]:
    """The problem of the best output law, the least distortion, whether it is finite.

    The problem: the law of those x that have some y, distortion above the least of its
    row, trade-off.
    """
    lost = jnp.all(table == jnp.inf, axis=1)
    bottom = lax.stop_gradient(jnp.min(table, axis=1))
    bottom = jnp.where(lost, 0, bottom)
    law = jnp.where(lost, 0, source)
    possible = ~jnp.any(lost & (source > 0))
    return (law, table - bottom[:, None], beta), jnp.sum(law * bottom), possible


def slopes(law: Array, problem: tuple[Array, ...]) -> tuple[Array, Array]:
    """Slopes of ``gain``, at the optimum 1 where outputs are used, and curvature."""
    source, _, _ = problem
    weights, total = _weights(law, problem)
    slope = jnp.matmul(numerics.ratio(source, total), weights, precision="highest")
    sides = numerics.ratio(numerics.sqrt(source), total), numerics.sqrt(law)
    return slope, weights * sides[0][:, None] * sides[1]


def gain(law: Array, problem: tuple[Array, ...]) -> Array:
    """Minus the rate and the price of the distortion above the least."""
    return jnp.sum(problem[0] * numerics.log(_weights(law, problem)[1]))


def point(problem: tuple[Array, ...], law: Array) -> tuple[Array, Array, Array, Array]:
    """Objective, output law, encoder and distortion, as functions of the problem.

    Objective and distortion above the least.
    """
    moving = follow(slopes, law, problem)
    weights, total = _weights(moving, problem)
    encoder = numerics.ratio(moving * weights, total[:, None])
    table = jnp.where(problem[1] == jnp.inf, 0, problem[1])
    extra = jnp.sum(problem[0] * jnp.sum(encoder * table, axis=1))
    return -best(gain, slopes, law, problem), moving, encoder, extra


def _weights(law: Array, problem: tuple[Array, ...]) -> tuple[Array, Array]:
    """How well each y stands for each x, ``[nx, ny]``, and the mean over y."""
    _, table, beta = problem
    never = table == jnp.inf
    weights = jnp.where(never, 0, jnp.exp(-beta * jnp.where(never, 0, table)))
    return weights, jnp.matmul(weights, law, precision="highest")
