"""Iterations that stop when they have converged, and derivatives at their end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.sparse.linalg import bicgstab

from infojax.types import Array

__all__ = ["FixedPoint", "at_optimum", "fixed_point", "implicit"]

Step = Callable[[Any], Any]
State = tuple[Any, Array, Array]


class FixedPoint(NamedTuple):
    """``value`` reached, last ``change`` (max norm), ``steps`` taken, ``converged``."""

    value: Any
    change: Array
    steps: Array
    converged: Array


def fixed_point(
    step: Step,
    start: Any,
    *,
    tolerance: float,
    max_steps: int,
    nearby: Callable[[Any], Step] | None = None,
    reach: float = 0.0,
) -> FixedPoint:
    """Repeat ``step`` until no entry moves by more than ``tolerance``.

    ``nearby(value)`` may give the same step in terms of what is added to ``value``,
    good for steps and sums up to ``reach``: it is prepared once and used while they
    are. The result is a constant for differentiation: see ``implicit`` and
    ``at_optimum``.
    """
    start = lax.stop_gradient(start)
    dtype = jax.tree.leaves(start)[0].dtype

    def moving(state: State) -> Array:
        _, change, steps = state
        return (change > tolerance) & (steps < max_steps)

    def repeat(step: Step, state: State) -> State:
        value, _, steps = state
        new = lax.stop_gradient(step(value))
        return new, _size(jax.tree.map(jnp.subtract, new, value)), steps + 1

    def around(nearby: Callable[[Any], Step], state: State) -> State:
        base, change, steps = state
        close = nearby(base)

        def moving_here(state: State) -> Array:
            return moving(state) & (_size(state[0]) <= reach)

        first = jax.tree.map(jnp.zeros_like, base), change, steps
        added, change, steps = lax.while_loop(
            moving_here, partial(repeat, close), first
        )
        return jax.tree.map(jnp.add, base, added), change, steps

    def advance(state: State) -> State:
        state = repeat(step, state)
        if nearby is None:
            return state
        useful = moving(state) & (state[1] <= reach)
        return lax.cond(useful, partial(around, nearby), lambda state: state, state)

    first = (start, jnp.asarray(jnp.inf, dtype), jnp.asarray(0, jnp.int32))
    value, change, steps = lax.while_loop(moving, advance, first)
    return FixedPoint(value, change, steps, change <= tolerance)


def _size(tree: Any) -> Array:
    return jnp.max(jnp.stack([jnp.max(jnp.abs(a)) for a in jax.tree.leaves(tree)]))


def implicit(step: Step, value: Any) -> Any:
    """A fixed point of ``step`` as a function of all that ``step`` depends on.

    The value is returned as it is; its derivatives, of any order, are those of the
    implicit function theorem. ``step`` must have no direction that it leaves alone.
    """
    closed, given = jax.closure_convert(step, value)
    return _implicit(closed, lax.stop_gradient(value), tuple(given))


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _implicit(step: Callable[..., Any], value: Any, given: tuple[Any, ...]) -> Any:
    return value


@_implicit.defjvp
def _implicit_jvp(step, primals, tangents):
    value, given = primals
    value = _implicit(step, value, given)
    _, moved = jax.jvp(lambda *c: step(value, *c), given, tangents[1])
    _, push = jax.linearize(lambda v: step(v, *given), value)

    def residual(v: Any) -> Any:
        return jax.tree.map(jnp.subtract, v, push(v))

    def solve(matvec: Step, right: Any) -> Any:
        # As exact as is worth while with derivatives of rounded numbers.
        tolerance = float(jnp.finfo(jax.tree.leaves(right)[0].dtype).eps) ** (2 / 3)
        return bicgstab(matvec, right, tol=tolerance, maxiter=1000)[0]

    change = lax.custom_linear_solve(residual, moved, solve, transpose_solve=solve)
    return value, change


def at_optimum(objective: Callable[[Any], Array], step: Step, value: Any) -> Array:
    """``objective(value)`` where its slope is 0, at a fixed point of ``step``.

    First derivatives hold the value fixed, by the envelope theorem, at no other cost;
    in derivatives of these the value moves as in ``implicit``.
    """
    value = lax.stop_gradient(value)
    outer, objective_given = jax.closure_convert(objective, value)
    inner, step_given = jax.closure_convert(step, value)
    return _at_optimum(outer, inner, value, tuple(objective_given), tuple(step_given))


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _at_optimum(objective, step, value, objective_given, step_given):
    return objective(value, *objective_given)


@_at_optimum.defjvp
def _at_optimum_jvp(objective, step, primals, tangents):
    value, given, step_given = primals
    value = _implicit(step, value, step_given)
    return jax.jvp(lambda *c: objective(value, *c), given, tangents[1])
