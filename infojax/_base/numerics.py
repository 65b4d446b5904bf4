"""The only home of guards: each function is safe in its value *and* its gradient.

The pattern throughout is the double ``where``: a branch that could misbehave gets a
harmless input before it is evaluated and its output is discarded afterwards. Guards
catch the numbers they name and nothing else: a NaN in the data comes out as NaN.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from infojax.types import Array

__all__ = [
    "exp",
    "log",
    "log1p",
    "log_moment",
    "log_of_sum",
    "logmeanexp",
    "logsumexp",
    "mean",
    "moment",
    "normalise",
    "positive",
    "ratio",
    "relative_entropy_terms",
    "settled",
    "sqrt",
    "sum_of_exp",
    "total",
    "unless_nan",
    "xlogx",
]


def xlogx(x: Array) -> Array:
    """``x log x``, 0 with zero gradient where ``x <= 0``."""
    empty = x <= 0
    safe = jnp.where(empty, 1, x)
    return jnp.where(empty, 0, safe * jnp.log(safe))


def log(x: Array) -> Array:
    """``log x``; below the smallest normal number its logarithm, with zero gradient."""
    tiny = jnp.finfo(x.dtype).tiny
    small = x <= tiny
    return jnp.where(small, jnp.log(tiny), jnp.log(jnp.where(small, 1, x)))


def log1p(x: Array) -> Array:
    """``log(1 + x)``; from -1 downwards the logarithm of the smallest normal number."""
    low = x <= -1
    bottom = jnp.log(jnp.finfo(x.dtype).tiny)
    return jnp.where(low, bottom, jnp.log1p(jnp.where(low, 0, x)))


def exp(x: Array) -> Array:
    """``exp x``, saturating far enough below overflow to be summed a million times.

    The gradient keeps its direction and the size of the saturated value.
    """
    top = jnp.log(jnp.finfo(x.dtype).max) - 16
    return jnp.exp(x - jax.lax.stop_gradient(jnp.maximum(x - top, 0)))


def sqrt(x: Array, floor: float = 0.0) -> Array:
    """``sqrt(max(x, floor))`` with zero gradient where ``x <= floor``."""
    below = x <= floor
    return jnp.where(below, floor**0.5, jnp.sqrt(jnp.where(below, 1, x)))


def ratio(a: Array, b: Array) -> Array:
    """``a / b``, 0 with zero gradient where ``b`` is 0."""
    fine = b != 0
    return jnp.where(fine, a / jnp.where(fine, b, 1), 0)


def relative_entropy_terms(p: Array, q: Array) -> Array:
    """``p log(p / q)``: 0 where p is 0, +inf (zero gradient) where only q is 0."""
    lacking = (p <= 0) | (q <= 0)
    value = jnp.where(lacking, 1, p) * (
        jnp.log(jnp.where(lacking, 1, p)) - jnp.log(jnp.where(lacking, 1, q))
    )
    return jnp.where(lacking, jnp.where(p <= 0, 0.0, jnp.inf), value)


@jax.custom_jvp
def settled(x: Array) -> Array:
    """The same numbers for every reader; rows first.

    XLA computes cheap arithmetic anew in each loop that reads it, and may contract it
    to fused multiply-adds in one loop only. A point is then no longer as far from its
    neighbour as a moment ago, and counts within that distance are off by one. XLA for
    CPUs drops the barrier before it fuses, but not a loop that writes the rows.
    """
    return lax.platform_dependent(x, cpu=_copied, default=lax.optimization_barrier)


def _copied(x: Array) -> Array:
    """The rows, copied in two strokes, as a loop of one is no loop."""
    half = (len(x) + 1) // 2

    def copy(stroke: int, out: Array) -> Array:
        start = stroke * (len(x) - half)
        rows = lax.dynamic_slice_in_dim(x, start, half)
        return lax.dynamic_update_slice_in_dim(out, rows, start, axis=0)

    return lax.fori_loop(0, 2, copy, jnp.zeros_like(x))


@settled.defjvp
def _settled_jvp(primals: tuple[Array], tangents: tuple[Array]):
    return settled(*primals), tangents[0]


def unless_nan(value: Array, *sources: Array) -> Array:
    """The value, NaN where a source holds one: for what comparisons made of them."""
    lost = jnp.zeros((), bool)
    for source in sources:
        lost = lost | jnp.any(jnp.isnan(source))
    return jnp.where(lost, jnp.nan, value)


def total(x: Array, where: Array | None = None, axis: int | None = None) -> Array:
    """Sum in which masked entries are absent, whatever they hold."""
    return jnp.sum(x if where is None else jnp.where(where, x, 0), axis=axis)


def mean(
    x: Array,
    where: Array | None = None,
    weights: Array | None = None,
    axis: int | None = None,
) -> Array:
    """Masked, weighted mean; 0 with zero gradient when nothing is left."""
    mass = jnp.ones_like(x) if weights is None else jnp.broadcast_to(weights, x.shape)
    if where is not None:
        mass = jnp.where(where, mass, 0)
    present = mass != 0
    numerator = jnp.sum(jnp.where(present, x, 0) * mass, axis=axis)
    return ratio(numerator, jnp.sum(mass, axis=axis))


def moment(
    x: Array, mass: Array, order: float, lost: Array | None = None, axis: int = -1
) -> Array:
    """``sum mass (exp(order x) - 1)``; entries that are lost have ``exp`` 0."""
    if lost is None:
        return jnp.sum(mass * jnp.expm1(order * x), axis=axis)
    growth = jnp.where(lost, -1, jnp.expm1(order * jnp.where(lost, 0, x)))
    return jnp.sum(mass * growth, axis=axis)


def log_moment(
    x: Array, mass: Array, order: float, lost: Array | None = None, axis: int = -1
) -> Array:
    """``log sum mass exp(order x)`` of unit mass, accurate for small orders too.

    0 where there is no mass; -inf where all of it is lost.
    """
    keep = ~(mass <= 0) if lost is None else ~((mass <= 0) | lost)
    value = logsumexp(order * x + log(mass), keep, axis=axis)
    if abs(order) <= 0.5:
        # Near 0 the logarithm of a sum close to 1 would lose all its digits.
        small = moment(x, mass, order, lost, axis)
        near = jnp.abs(small) < 0.5
        value = jnp.where(near, jnp.log1p(jnp.where(near, small, 0)), value)
    return jnp.where(jnp.all(mass <= 0, axis=axis), 0, value)


def positive(scale: Array) -> Array:
    """Scales held above a floor whose square and its inverse are normal numbers."""
    floor = float(jnp.finfo(scale.dtype).tiny) ** 0.25
    return jnp.where(scale < floor, floor, scale)


def normalise(mass: Array, axis: int | None = None) -> Array:
    """Nonnegative mass divided by its sum; all zeros stay zeros."""
    return ratio(mass, jnp.sum(mass, axis=axis, keepdims=True))


def sum_of_exp(
    x: Array, where: Array | None = None, weights: Array | None = None, axis: int = -1
) -> tuple[Array, Array]:
    """A shift and ``sum w exp(x - shift)``: -inf and 0 when nothing is left."""
    keep = jnp.ones(x.shape, bool) if where is None else where
    if weights is not None:
        keep = keep & (weights > 0)
        x = x + jnp.log(jnp.where(weights > 0, weights, 1))
    keep = jnp.broadcast_to(keep & (x != -jnp.inf), x.shape)
    # An infinite score dominates its row: +inf is passed on rather than made NaN.
    top = jnp.max(jnp.where(keep, x, -jnp.inf), axis=axis, keepdims=True)
    shift = jax.lax.stop_gradient(jnp.where(jnp.isfinite(top), top, 0))
    scaled = jnp.exp(jnp.where(keep, x, shift) - shift)
    amount = jnp.sum(jnp.where(keep, scaled, 0), axis=axis)
    some = jnp.any(keep, axis=axis)
    return jnp.where(some, jnp.squeeze(shift, axis), -jnp.inf), amount


def log_of_sum(shift: Array, amount: Array) -> Array:
    """``log(amount) + shift``; -inf with zero gradient when nothing is left."""
    some = shift != -jnp.inf
    return jnp.log(jnp.where(some, amount, 1)) + shift


def logsumexp(
    x: Array, where: Array | None = None, weights: Array | None = None, axis: int = -1
) -> Array:
    """``log sum w exp x``; -inf with zero gradient when nothing is left."""
    return log_of_sum(*sum_of_exp(x, where, weights, axis))


def logmeanexp(
    x: Array, where: Array | None = None, weights: Array | None = None, axis: int = -1
) -> Array:
    """Log of the masked, weighted mean of ``exp x``; 0 when nothing is left."""
    mass = jnp.ones_like(x) if weights is None else jnp.broadcast_to(weights, x.shape)
    if where is not None:
        mass = jnp.where(where, mass, 0)
    count = jnp.sum(mass, axis=axis)
    some = count > 0
    value = logsumexp(x, mass > 0, mass, axis)
    value = jnp.where(some, value, 0) - jnp.log(jnp.where(some, count, 1))
    return jnp.where(some, value, 0)
