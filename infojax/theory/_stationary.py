"""Derivatives of an encoder at which the self-consistent equations hold.

There the Jacobian of a step is symmetric, once cells are measured in ``sqrt(p(x) /
q(t|x))``, with eigenvalues up to 1. It is 1 where mass moves between equal clusters,
which changes neither rate nor relevance: no answer is sought there, and conjugate
gradients, unlike solvers of general systems, make none up out of rounding.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax.theory._equations import update
from infojax.types import Array

__all__ = ["stationary"]

_LIMIT = 1000  # products with the Jacobian


@jax.custom_jvp
def stationary(joint: Array, encoder: Array, beta: Array) -> Array:
    """The encoder, a fixed point of ``update``, as a function of the other two."""
    return encoder


@stationary.defjvp
def _stationary_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    joint, encoder, beta = primals
    encoder = stationary(joint, encoder, beta)
    others, moves = (joint, beta), (tangents[0], tangents[2])
    _, moved = jax.jvp(lambda j, b: update(j, encoder, b), others, moves)

    # Symmetric for moves that keep the mass of rows, which is all that is left so.
    def step(q: Array) -> Array:
        return update(joint, numerics.normalise(q, axis=1), beta)

    _, push = jax.linearize(step, encoder)

    # The unit of each cell, which the answer does not depend on.
    q, mass = lax.stop_gradient((encoder, jnp.sum(joint, axis=1, keepdims=True)))
    normal = q > jnp.finfo(q.dtype).tiny
    unit = numerics.sqrt(numerics.ratio(jnp.where(normal, mass, 0), q))
    inverse = numerics.ratio(jnp.ones_like(unit), unit)
    pull = 1 - float(jnp.finfo(q.dtype).eps) ** 0.5

    def residual(v: Array) -> Array:
        return v - pull * unit * push(inverse * v)

    # Symmetric here, but not its derivative, as the units do not follow.
    solve = _conjugate_gradients
    answer = lax.custom_linear_solve(
        residual, unit * moved, solve, transpose_solve=solve
    )
    return encoder, moved + push(inverse * answer)


def _conjugate_gradients(product: Callable[[Array], Array], right: Array) -> Array:
    """The solution, or how far positive curvature leads towards it."""
    top = jnp.max(jnp.abs(right))
    scale = jnp.where(top > 0, top, 1)
    right = right / scale
    # As exact as is worth while with derivatives of rounded numbers.
    enough = float(jnp.finfo(right.dtype).eps) ** (4 / 3) * jnp.sum(right**2)

    def going(state: tuple[Array, ...]) -> Array:
        _, _, _, size, steps = state
        return (size > enough) & (steps < _LIMIT)

    def advance(state: tuple[Array, ...]) -> tuple[Array, ...]:
        x, rest, way, size, steps = state
        change = product(way)
        curvature = jnp.sum(way * change)
        fine = curvature > 0
        length = jnp.where(fine, size / jnp.where(fine, curvature, 1), 0)
        x, rest = x + length * way, rest - length * change
        new = jnp.sum(rest**2)
        steps = jnp.where(fine, steps + 1, _LIMIT)
        return x, rest, rest + new / size * way, new, steps

    size, steps = jnp.sum(right**2), jnp.asarray(0, jnp.int32)
    start = jnp.zeros_like(right), right, right, size, steps
    return lax.while_loop(going, advance, start)[0] * scale
