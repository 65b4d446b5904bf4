"""The law that maximises a concave gain, and its derivatives.

The iterations of Blahut and Arimoto need a number of steps that grows with the inverse
of what is left to gain where a probability vanishes, or where two of its entries do
nearly the same. Newton steps of a primal-dual interior point method need ten to twenty
in all these cases, and stop on the same bound.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.linalg import cho_factor, cho_solve

from infojax._base import numerics
from infojax.types import Array

__all__ = ["Optimum", "best", "follow", "maximise"]

# Of a law and data: the slope of the gain in each entry, up to a constant, and a matrix
# R with R'R = - sqrt(law) Hessian sqrt(law), of which sqrt(law) is a unit eigenvector.
Slopes = Callable[[Array, Any], tuple[Array, Array]]

_SHRINK = 0.1  # of the product of law and slack, each step
_REACH = 0.99  # of the way to the boundary
_ROUNDING = 32  # rounding errors in a slope


class Optimum(NamedTuple):
    """A ``law``, a bound on what it lacks in gain, ``gap``, and how it was found."""

    law: Array
    gap: Array
    steps: Array
    converged: Array


class _State(NamedTuple):
    law: Array
    slack: Array  # of the constraint law >= 0: at the optimum how far the slope is low
    lead: Array  # slope less its mean
    root: Array
    gap: Array
    steps: Array
    going: Array


def maximise(
    slopes: Slopes, data: Any, usable: Array, *, tolerance: float, max_steps: int
) -> Optimum:
    """The best law on the usable entries, constant for differentiation.

    The gain is concave: no law has more of it than this one and the largest slope less
    the mean slope. Without usable entries the law is 0.
    """
    data = lax.stop_gradient(data)
    start = numerics.normalise(usable.astype(jax.tree.leaves(data)[0].dtype))
    eps = float(jnp.finfo(start.dtype).eps)
    floor = float(jnp.finfo(start.dtype).tiny) ** 0.5
    tolerance = max(tolerance, _ROUNDING * eps)

    def look(law: Array) -> tuple[Array, Array, Array]:
        slope, root = slopes(law, data)
        lead = jnp.where(usable, slope - jnp.sum(law * slope), 0)
        return lead, root, jnp.max(lead)

    def advance(state: _State) -> _State:
        law, slack, lead, root, gap, steps, _ = state
        unit = numerics.sqrt(law)
        aim = _SHRINK * jnp.minimum(jnp.mean(law * slack), gap)
        pull = numerics.ratio(aim, law)

        matrix = jnp.matmul(root.T, root, precision="highest")
        matrix = matrix + jnp.diag(slack + 4 * eps)
        right = jnp.stack([unit * (lead + pull), unit], axis=1)
        both = cho_solve(cho_factor(matrix), right)
        free, level = both[:, 0], both[:, 1]
        # The law keeps its mass.
        move = unit * (free - level * (jnp.sum(unit * free) / jnp.sum(unit * level)))
        turn = jnp.where(usable, pull - slack - slack * numerics.ratio(move, law), 0)

        new = jnp.maximum(law + _length(law, move) * move, floor)
        new = numerics.normalise(jnp.where(usable, new, 0))
        slack = jnp.maximum(slack + _length(slack, turn) * turn, floor)
        fine = jnp.all(jnp.isfinite(new)) & jnp.all(jnp.isfinite(slack))
        new = jnp.where(fine, new, law)
        lead, root, gap = look(new)
        steps = steps + 1
        going = fine & (gap > tolerance) & (steps < max_steps)
        return _State(new, slack, lead, root, gap, steps, going)

    lead, root, gap = look(start)
    slack = jnp.where(usable, jnp.maximum(-lead, 0) + gap, 1)
    steps = jnp.asarray(0, jnp.int32)
    first = _State(start, slack, lead, root, gap, steps, gap > tolerance)
    found = lax.while_loop(lambda state: state.going, advance, first)
    return Optimum(found.law, found.gap, found.steps, found.gap <= tolerance)


def _length(value: Array, move: Array) -> Array:
    """How much of a move leaves every value positive, at most 1."""
    fall = jnp.max(numerics.ratio(-move, value))
    return jnp.where(fall > _REACH, _REACH / jnp.where(fall > 0, fall, 1), 1)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def follow(slopes: Slopes, law: Array, data: Any) -> Array:
    """The best law as a function of the data, entries that vanished held at 0.

    The implicit function theorem for ``law * (slope - mean slope) = 0``. Where entries
    can replace each other nothing is moved between them.
    """
    return law


@follow.defjvp
def _follow_jvp(slopes: Slopes, primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    law, data = primals
    law = follow(slopes, law, data)
    slope, moved = jax.jvp(lambda d: slopes(law, d)[0], (data,), (tangents[1],))
    root = slopes(law, data)[1]
    low = 1 - jnp.exp(-jnp.maximum(jnp.sum(law * slope) - slope, 0))
    unit = numerics.sqrt(law)

    def product(v: Array) -> Array:
        across = jnp.matmul(root, v, precision="highest")
        return low * v + jnp.matmul(root.T, across, precision="highest")

    def solve(_: Callable[[Array], Array], right: Array) -> Array:
        matrix = jnp.matmul(root.T, root, precision="highest") + jnp.diag(low)
        sizes, ways = jnp.linalg.eigh(lax.stop_gradient(matrix))
        lost = sizes <= len(sizes) * _ROUNDING * float(jnp.finfo(sizes.dtype).eps)
        inverse = jnp.where(lost, 0, 1 / jnp.where(lost, 1, sizes))
        along = jnp.matmul(ways.T, right, precision="highest")
        return jnp.matmul(ways, inverse * along, precision="highest")

    right = unit * (moved - jnp.sum(law * moved))
    return law, unit * lax.custom_linear_solve(product, right, solve, symmetric=True)


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def best(
    gain: Callable[[Array, Any], Array], slopes: Slopes, law: Array, data: Any
) -> Array:
    """The gain of the best law as a function of the data.

    First derivatives hold the law fixed, by the envelope theorem; in derivatives of
    these it moves as in ``follow``.
    """
    return gain(law, data)


@best.defjvp
def _best_jvp(gain, slopes, primals, tangents):
    law, data = primals
    law = follow(slopes, law, data)
    return jax.jvp(lambda d: gain(law, d), (data,), (tangents[1],))
