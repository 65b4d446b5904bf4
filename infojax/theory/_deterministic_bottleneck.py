"""Hard clusters that trade entropy against relevance."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.theory._bottleneck_terms import terms
from infojax.theory._equations import log_shares, open_beta, open_problem
from infojax.types import Array, ArrayLike

__all__ = ["DeterministicBottleneck", "deterministic_bottleneck"]


class DeterministicBottleneck(NamedTuple):
    """Hard clusters, their values, and how they were found.

    ``assignment`` is the cluster of each x, ``[nx]`` int32; numbers that do not occur
    are clusters that emptied. ``entropy`` is H(T) = I(X; T) and ``relevance`` I(T; Y),
    in nats; ``steps`` counts the updates, and ``converged`` tells whether the last one
    moved no x.
    """

    assignment: Array
    entropy: Array
    relevance: Array
    steps: Array
    converged: Array


def deterministic_bottleneck(
    pxy: ArrayLike, encoder: ArrayLike, *, beta: ArrayLike, max_steps: int = 1000
) -> DeterministicBottleneck:
    r"""Deterministic bottleneck: hard clusters for H(T) - beta I(T; Y).

    Each x goes to the cluster of largest :math:`\log q(t) - \beta D(p(y \mid x) \|
    q(y \mid t))`, until none moves. It has many local optima: ``jax.vmap`` over starts
    and keep the least ``entropy - beta * relevance``.

    Args:
        pxy: joint probabilities or counts, ``[nx, ny]``, nonnegative; normalised.
        encoder: where to start, q(t | x), ``[nx, nt]``, soft or hard; rows are
            normalised. Ties go to the lowest cluster, and empty clusters stay empty.
        beta: trade-off, a positive scalar; may be traced.
        max_steps: updates at most.

    Returns: ``DeterministicBottleneck(assignment, entropy, relevance, steps,
        converged)``. The encoder is ``jax.nn.one_hot(assignment, nt)``.
    Gradients: of ``entropy`` and ``relevance`` exact in ``pxy``, the assignment held
        fixed; zero in ``beta`` and in the start.
    Cost: O(nx nt ny) an update, of which few are needed.
    Example:
        >>> pxy = jnp.array([[0.3, 0.1], [0.1, 0.3], [0.2, 0.0]])
        >>> found = deterministic_bottleneck(pxy, jnp.eye(3), beta=1.5)
        >>> found.assignment.tolist()
        [0, 1, 0]
    References: Strouse and Schwab (2017), the deterministic information bottleneck.
    """
    name = "deterministic_bottleneck"
    joint, start, dtype = open_problem(name, pxy, encoder)
    trade_off = open_beta(name, beta, start.dtype)
    max_steps = checks.size(name, max_steps, "max_steps")
    fixed, soft, trade_off = lax.stop_gradient((joint, start, trade_off))
    clusters = start.shape[1]

    def hard(assignment: Array) -> Array:
        return jax.nn.one_hot(assignment, clusters, dtype=joint.dtype)

    def assign(encoder: Array) -> Array:
        shares, finite = log_shares(fixed, encoder, trade_off)
        best = jnp.argmax(jnp.where(finite, shares, -jnp.inf), axis=1)
        return best.astype(jnp.int32)

    def moving(state: tuple[Array, Array, Array]) -> Array:
        _, moved, steps = state
        return moved & (steps < max_steps)

    def again(state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        assignment, _, steps = state
        new = assign(hard(assignment))
        return new, jnp.any(new != assignment), steps + 1

    first = assign(soft), jnp.asarray(True), jnp.asarray(1, jnp.int32)
    assignment, moved, steps = lax.while_loop(moving, again, first)
    values = terms(joint, hard(assignment))
    entropy, relevance = (
        numerics.unless_nan(value, soft, trade_off).astype(dtype)
        for value in (values.entropy, values.relevance)
    )
    return DeterministicBottleneck(assignment, entropy, relevance, steps, ~moved)
