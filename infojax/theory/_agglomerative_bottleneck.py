"""Hard clusters of every number, from one for each x to one for all."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax.theory._equations import open_joint
from infojax.types import Array, ArrayLike

__all__ = ["AgglomerativeBottleneck", "agglomerative_bottleneck"]

_TIE = 16  # rounding errors within which two costs are equal


class AgglomerativeBottleneck(NamedTuple):
    """A tree of clusters, merge by merge, and the values of its levels, in nats.

    ``costs [nx - 1]`` is the I(T; Y) lost by each merge and ``members [nx - 1, nx]``
    whom it put together. Level k has nx - k clusters: ``assignments [nx, nx]`` is in
    row k the cluster of each x, named after its first member; ``relevance [nx]`` is
    I(T; Y) and ``entropy [nx]`` H(T) = I(X; T) there.
    """

    costs: Array
    members: Array
    assignments: Array
    relevance: Array
    entropy: Array


def agglomerative_bottleneck(pxy: ArrayLike) -> AgglomerativeBottleneck:
    r"""Agglomerative bottleneck: merge the two clusters that lose least I(T; Y).

    The loss of a merge is :math:`(p_i + p_j)\, JS_\pi(p(y \mid i), p(y \mid j))` with
    weights :math:`\pi` in proportion to :math:`p_i, p_j`. All losses sum to I(X; Y).

    Args:
        pxy: joint probabilities or counts, ``[nx, ny]``, nonnegative; normalised.

    Returns: ``AgglomerativeBottleneck(costs, members, assignments, relevance,
        entropy)``. Among costs that are equal, up to rounding, the pair of clusters
        whose first members are smallest goes first.
    Gradients: exact in ``pxy``, the merges held fixed; finite at empty cells.
    Cost: O(nx^3 + nx^2 ny) time, O(nx^2 + nx ny) memory.
    Example:
        >>> pxy = jnp.array([[0.3, 0.1], [0.1, 0.3], [0.2, 0.0]])
        >>> tree = agglomerative_bottleneck(pxy)
        >>> tree.assignments.tolist(), round(float(tree.costs[0]), 4)
        ([[0, 1, 2], [0, 1, 0], [0, 0, 0]], 0.0454)
    References: Slonim and Tishby (2000), agglomerative information bottleneck.
    """
    joint, dtype = open_joint("agglomerative_bottleneck", pxy)
    first, second, after = _merges(lax.stop_gradient(joint))
    level_0 = jnp.arange(len(joint), dtype=jnp.int32)[None]
    assignments = jnp.concatenate([level_0, after])

    def parts(cluster: Array) -> Array:
        inside = (assignments[:-1] == cluster[:, None]).astype(joint.dtype)
        return jnp.matmul(inside, joint, precision="highest")

    costs = _cost(parts(first), parts(second))
    left = jnp.cumsum(costs[::-1])[::-1]
    relevance = jnp.concatenate([left, jnp.zeros(1, joint.dtype)])
    mass = jnp.sum(joint, axis=1)

    def entropy(assignment: Array) -> Array:
        clusters = jnp.zeros_like(mass).at[assignment].add(mass)
        return -jnp.sum(numerics.xlogx(clusters))

    return AgglomerativeBottleneck(
        costs.astype(dtype),
        after == first[:, None],
        assignments,
        relevance.astype(dtype),
        jax.vmap(entropy)(assignments).astype(dtype),
    )


def _cost(a: Array, b: Array) -> Array:
    """Information about y lost when masses ``[..., ny]`` are merged."""
    parts = a, b
    masses = [jnp.sum(part, axis=-1, keepdims=True) for part in parts]
    merged = numerics.ratio(a + b, masses[0] + masses[1])
    losses = [
        mass * numerics.relative_entropy_terms(numerics.ratio(part, mass), merged)
        for part, mass in zip(parts, masses, strict=True)
    ]
    return jnp.sum(losses[0] + losses[1], axis=-1)


def _merges(joint: Array) -> tuple[Array, Array, Array]:
    """First members ``[nx - 1]`` of the two clusters of each merge; names after it."""
    n = len(joint)
    names = jnp.arange(n, dtype=jnp.int32)
    ordered = names[:, None] < names[None]
    rounding = _TIE * float(jnp.finfo(joint.dtype).eps)

    def merge(state: tuple[Array, ...], _: None) -> tuple[tuple[Array, ...], tuple]:
        clusters, costs, alive, assignment = state
        mass = jnp.sum(clusters, axis=1)
        there = ordered & alive[:, None] & alive[None]
        least = jnp.min(jnp.where(there, costs, jnp.inf))
        slack = rounding * (mass[:, None] + mass[None])
        best = jnp.argmax((there & (costs <= least + slack)).ravel()).astype(jnp.int32)
        i, j = best // n, best % n
        clusters = clusters.at[i].add(clusters[j]).at[j].set(0)
        new = _cost(clusters[i], clusters)
        costs = costs.at[i].set(new).at[:, i].set(new)
        assignment = jnp.where(assignment == j, i, assignment)
        state = clusters, costs, alive.at[j].set(False), assignment
        return state, (i, j, assignment)

    costs = lax.map(lambda row: _cost(row, joint), joint)
    start = joint, costs, jnp.ones(n, bool), names
    return lax.scan(merge, start, None, length=n - 1)[1]
