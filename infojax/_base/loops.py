"""Iterations that stop when they have converged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax.types import Array

__all__ = ["FixedPoint", "fixed_point"]


class FixedPoint(NamedTuple):
    """``value`` reached, last ``change`` (max norm), ``steps`` taken, ``converged``."""

    value: Any
    change: Array
    steps: Array
    converged: Array


def fixed_point(
    step: Callable[[Any], Any], start: Any, *, tolerance: float, max_steps: int
) -> FixedPoint:
    """Repeat ``step`` until no entry moves by more than ``tolerance``.

    The result is a constant for differentiation: callers differentiate their objective
    at it by the envelope theorem.
    """
    start = lax.stop_gradient(start)
    dtype = jax.tree.leaves(start)[0].dtype

    def moving(state: tuple[Any, Array, Array]) -> Array:
        _, change, steps = state
        return (change > tolerance) & (steps < max_steps)

    def advance(state: tuple[Any, Array, Array]) -> tuple[Any, Array, Array]:
        value, _, steps = state
        new = lax.stop_gradient(step(value))
        gaps = jax.tree.map(lambda a, b: jnp.max(jnp.abs(a - b)), new, value)
        return new, jnp.max(jnp.stack(jax.tree.leaves(gaps))), steps + 1

    first = (start, jnp.asarray(jnp.inf, dtype), jnp.asarray(0, jnp.int32))
    value, change, steps = lax.while_loop(moving, advance, first)
    return FixedPoint(value, change, steps, change <= tolerance)
