"""Small convex programs, solved exactly, and derivatives of what they find.

The least of a convex ``objective(v, given)`` where all ``constraints(v, given) <= 0``,
by a primal-dual interior-point method: every step solves one linear system in v, and
some twenty steps reach the last digits, at the boundary of what is allowed as well as
inside. Memory is the square of v, so this is for hundreds of unknowns.
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

__all__ = ["Optimum", "Program", "interior_point", "optimal_value"]

_LEAST, _MOST = 0.05, 0.8  # of the gap is what a step aims at
_HELD = 0.1  # of the slope is the least gap aimed at
_HALVINGS = 24  # of a step that does not help


class Program(NamedTuple):
    """``objective(v, given)``, and ``constraints(v, given)``, ``[m]``, at most 0.

    Both take all they depend on as arguments.
    """

    objective: Callable[[Array, Any], Array]
    constraints: Callable[[Array, Any], Array]


class Optimum(NamedTuple):
    """``value`` v ``[n]`` and ``multipliers`` ``[m]`` of the constraints.

    ``gap`` is the sum of multipliers times slack, by which the objective may exceed its
    least value where ``slope`` is 0, the sum of the sizes of all derivatives of the
    Lagrangian in v.
    """

    value: Array
    multipliers: Array
    gap: Array
    slope: Array
    steps: Array
    converged: Array


class _State(NamedTuple):
    v: Array
    dual: Array
    gap: Array
    slope: Array
    length: Array
    steps: Array


def interior_point(
    program: Program,
    start: Array,
    given: Any,
    *,
    mass: Array,
    tolerance: float,
    max_steps: int,
) -> Optimum:
    """Minimise from a ``start`` ``[n]`` at which all constraints hold strictly.

    ``mass`` ``[m]`` says how large each multiplier may be in the end, roughly: they
    start there, and approach the end in proportion; 0 says that a constraint is absent.
    Directions on which nothing depends are left alone. ``value`` and ``multipliers``
    have derivatives in ``given``, by the implicit function theorem, where each
    constraint either binds or does not.
    """
    fixed, start, mass = lax.stop_gradient((given, start, mass))
    enough = max(tolerance, 256 * float(jnp.finfo(start.dtype).eps))
    where = mass > 0
    shares = numerics.normalise(jnp.where(where, mass, 0))

    def open_state(v: Array, dual: Array, length: Array, steps: Array) -> _State:
        slack = _slack(program, where, v, fixed)
        gap = jnp.sum(jnp.where(where, dual * slack, 0))
        slope = jnp.sum(jnp.abs(_slope(program, where, v, dual, fixed)))
        return _State(v, dual, gap, slope, length, steps)

    def going(state: _State) -> Array:
        rough = (state.gap > enough) | (state.slope > enough)
        return rough & (state.length > 0) & (state.steps < max_steps)

    def advance(state: _State) -> _State:
        v, dual = state.v, state.dual
        # Short steps are a sign of products that are out of proportion, and without
        # a gap to go with it the slope is stuck at the boundary.
        aim = jnp.clip(1 - state.length, _LEAST, _MOST) * state.gap
        aim = shares * jnp.maximum(aim, _HELD * state.slope)
        slope, centre = _residuals(program, where, v, dual, fixed, aim)
        move, dual_move = _newton(program, where, v, dual, fixed, slope, centre)
        before = _norm(slope, centre)
        # All of the way to the boundary would leave the next step no room.
        falling = dual_move < 0
        room = jnp.where(falling, -dual / jnp.where(falling, dual_move, -1), jnp.inf)
        longest = jnp.minimum(1, 0.99 * jnp.min(room))

        def useful(length: Array) -> Array:
            new = v + length * move, dual + length * dual_move
            inside = jnp.all(_slack(program, where, new[0], fixed) > 0)
            after = _norm(*_residuals(program, where, *new, fixed, aim))
            return inside & (after <= (1 - 0.01 * length) * before)

        def halve(tried: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            length, halvings, _ = tried
            return length / 2, halvings + 1, useful(length / 2)

        def unfit(tried: tuple[Array, Array, Array]) -> Array:
            _, halvings, fine = tried
            return ~fine & (halvings < _HALVINGS)

        tried = longest, jnp.asarray(0, jnp.int32), useful(longest)
        length, _, fine = lax.while_loop(unfit, halve, tried)
        length = jnp.where(fine, length, 0)
        # What is not finite is not taken.
        move, dual_move = (
            jnp.where(fine, length * change, 0) for change in (move, dual_move)
        )
        return open_state(v + move, dual + dual_move, length, state.steps + 1)

    one, zero = jnp.ones((), start.dtype), jnp.asarray(0, jnp.int32)
    first = open_state(start, jnp.where(where, mass, 1), one, zero)
    end = lax.while_loop(going, advance, first)
    v, dual = _solution(program, (end.v, end.dual), where, given)
    done = (end.gap <= enough) & (end.slope <= enough)
    dual = jnp.where(where, dual, 0)
    return Optimum(v, dual, end.gap, end.slope, end.steps, done)


def optimal_value(program: Program, optimum: Optimum, given: Any) -> Array:
    """The least value of the objective as a function of ``given``.

    First derivatives hold the solution fixed, by the envelope theorem, at no other
    cost; in derivatives of these it moves.
    """
    point = lax.stop_gradient((optimum.value, optimum.multipliers))
    return _value(program, point, given)


def _slack(program: Program, where: Array, v: Array, given: Any) -> Array:
    return jnp.where(where, -program.constraints(v, given), 1)


def _lagrangian(program: Program, where: Array, v: Array, dual: Array, given: Any):
    held = jnp.where(where, program.constraints(v, given), 0)
    return program.objective(v, given) + jnp.sum(dual * held)


def _slope(program: Program, where: Array, v: Array, dual: Array, given: Any) -> Array:
    return jax.grad(_lagrangian, argnums=2)(program, where, v, dual, given)


def _residuals(
    program: Program, where: Array, v: Array, dual: Array, given: Any, aim: Array
) -> tuple[Array, Array]:
    """The slope of the Lagrangian, and how far products of slack are from the aim."""
    centre = dual * _slack(program, where, v, given) - aim
    return _slope(program, where, v, dual, given), jnp.where(where, centre, 0)


def _norm(slope: Array, centre: Array) -> Array:
    return jnp.sqrt(jnp.sum(slope**2) + jnp.sum(centre**2))


def _second_order(
    program: Program, where: Array, v: Array, dual: Array, given: Any
) -> tuple[Array, Array, Array]:
    """Slack ``[m]``, slopes of the constraints, and curvature of the Lagrangian."""
    slack = _slack(program, where, v, given)
    rows = jax.jacrev(lambda v: -_slack(program, where, v, given))(v)
    curved = jax.hessian(_lagrangian, argnums=2)(program, where, v, dual, given)
    return slack, rows, curved


def _newton(
    program: Program,
    where: Array,
    v: Array,
    dual: Array,
    given: Any,
    slope: Array,
    centre: Array,
) -> tuple[Array, Array]:
    """The moves of v and of the multipliers that cancel residuals to first order."""
    slack, rows, curved = _second_order(program, where, v, dual, given)
    matrix = curved + (rows.T * (dual / slack)) @ rows
    right = -slope + rows.T @ (centre / slack)

    # Diagonal 1, and a little more for directions that nothing depends on.
    size = jnp.diagonal(matrix)
    unit = jnp.where(size > 0, 1 / jnp.sqrt(jnp.where(size > 0, size, 1)), 1)
    ridge = 16 * jnp.finfo(v.dtype).eps
    scaled = matrix * unit * unit[:, None]
    factor = cho_factor(scaled + ridge * jnp.eye(len(v), dtype=v.dtype))

    def solve(right: Array) -> Array:
        return unit * cho_solve(factor, unit * right)

    move = solve(right)
    move = move + solve(right - matrix @ move)
    return move, jnp.where(where, (dual * (rows @ move) - centre) / slack, 0)


def _answer(
    program: Program,
    where: Array,
    v: Array,
    dual: Array,
    given: Any,
    slope: Array,
    centre: Array,
) -> tuple[Array, Array]:
    """The moves of ``_newton`` where slack is known to few digits, as at the end.

    Both moves are unknown, and each constraint is weighed by the larger of multiplier
    and slack: nothing is divided by the smaller one, which is mostly rounding.
    """
    slack, rows, curved = _second_order(program, where, v, dual, given)
    size = jnp.diagonal(curved) + dual @ rows**2
    ridge = 16 * jnp.finfo(v.dtype).eps * jnp.where(size > 0, size, 1)
    larger = jnp.maximum(dual, slack)
    matrix = jnp.block(
        [
            [curved + jnp.diag(ridge), rows.T],
            [-(dual / larger)[:, None] * rows, jnp.diag(slack / larger)],
        ]
    )
    moves = jnp.linalg.solve(matrix, -jnp.concatenate([slope, centre / larger]))
    return moves[: len(v)], jnp.where(where, moves[len(v) :], 0)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _solution(
    program: Program, point: tuple[Array, Array], where: Array, given: Any
) -> tuple[Array, Array]:
    """The solution, constant in itself, as a function of ``given``."""
    return point


@_solution.defjvp
def _solution_jvp(program: Program, primals: tuple, tangents: tuple):
    point, where, given = primals
    v, dual = _solution(program, point, where, given)

    def residuals(given: Any) -> tuple[Array, Array]:
        zero = jnp.zeros((), v.dtype)
        return _residuals(program, where, v, dual, given, zero)

    _, moved = jax.jvp(residuals, (given,), (tangents[2],))
    return (v, dual), _answer(program, where, v, dual, given, *moved)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _value(program: Program, point: tuple[Array, Array], given: Any) -> Array:
    v, dual = point
    return _lagrangian(program, dual > 0, v, dual, given)


@_value.defjvp
def _value_jvp(program: Program, primals: tuple, tangents: tuple):
    (v, dual), given = primals
    where = dual > 0
    v, dual = _solution(program, (v, jnp.where(where, dual, 1)), where, given)
    return jax.jvp(
        lambda given: _lagrangian(program, where, v, dual, given),
        (given,),
        (tangents[1],),
    )
