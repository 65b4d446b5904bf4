"""The cheapest one-to-one assignment, by shortest augmenting paths."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from infojax.types import Array

__all__ = ["cheapest_assignment"]


def cheapest_assignment(cost: Array) -> Array:
    """Row assigned to each column of a finite ``[n, n]`` cost, exactly, in O(n^3).

    The Hungarian method: rows are added one at a time; each searches the columns in
    the order of their reduced cost until it meets a free one, and the assignments along
    the path shift by one. Column n is a stand-in that holds the row being added.
    """
    n = cost.shape[0]
    everywhere = jnp.arange(n + 1)
    # The stand-in costs nothing and is never a destination.
    wide = jnp.concatenate([cost, jnp.zeros((n, 1), cost.dtype)], axis=1)

    def add(row: Array, state: tuple[Array, Array, Array]):
        rows, columns, owner = state
        owner = owner.at[n].set(row)
        search = (
            jnp.asarray(n),
            rows,
            columns,
            jnp.full(n + 1, jnp.inf, cost.dtype),
            jnp.full(n + 1, n),
            jnp.zeros(n + 1, bool),
        )

        def occupied(search: tuple) -> Array:
            return owner[search[0]] >= 0

        def visit(search: tuple) -> tuple:
            here, rows, columns, slack, previous, seen = search
            seen = seen.at[here].set(True)
            reduced = wide[owner[here]] - rows[owner[here]] - columns
            nearer = ~seen & (reduced < slack)
            slack = jnp.where(nearer, reduced, slack)
            previous = jnp.where(nearer, here, previous)
            reachable = jnp.where(seen | (everywhere == n), jnp.inf, slack)
            nearest = jnp.argmin(reachable)
            step = reachable[nearest]
            rows = rows.at[jnp.where(seen, owner, n)].add(step, mode="drop")
            columns = columns - jnp.where(seen, step, 0)
            slack = slack - jnp.where(seen, 0, step)
            return nearest, rows, columns, slack, previous, seen

        free, rows, columns, _, previous, _ = lax.while_loop(occupied, visit, search)

        def shift(path: tuple[Array, Array]) -> tuple[Array, Array]:
            here, owner = path
            return previous[here], owner.at[here].set(owner[previous[here]])

        _, owner = lax.while_loop(lambda path: path[0] != n, shift, (free, owner))
        return rows, columns, owner.at[n].set(-1)

    potentials = jnp.zeros(n, cost.dtype), jnp.zeros(n + 1, cost.dtype)
    nobody = jnp.full(n + 1, -1)
    return lax.fori_loop(0, n, add, (*potentials, nobody))[2][:n]
