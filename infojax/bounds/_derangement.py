"""Partners that do not belong together: draws without a fixed point."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["derangement", "other_rows"]


def derangement(key: PRNGKey, n: int, *, where: ArrayLike | None = None) -> Array:
    """A random permutation of n rows that leaves none in its place.

    The cyclic shift of a random order, so one cycle: all (n - 1)! of these are equally
    likely. Longer n also have derangements of several cycles, which never come. Each
    row meets each other one with the same probability 1 / (n - 1) all the same, so that
    a mean over ``(x_i, y_j)`` is unbiased for the product of the marginals.

    Args:
        key: draws the order.
        n: rows, static, n >= 2.
        where: ``[n]`` Boolean; rows marked False keep their place, and the others are
            permuted as if these were absent.

    Returns: ``[n]`` integers, the j of each i, for ``y[order]`` and ``JointProduct``. A
        row that is left alone by the mask keeps its place.
    Gradients: none.
    Cost: O(n log n).
    Example:
        >>> order = derangement(jax.random.key(0), 5)
        >>> bool((order == jnp.arange(5)).any())
        False
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025; Sattolo (1986).
    """
    name = "derangement"
    n = checks.size(name, n, "n")
    if n < 2:
        raise checks.fail(ValueError, name, "n", ">= 2", str(n))
    mask = checks.row_mask(name, where, n)
    draws = jax.vmap(lambda k: jax.random.bits(k))(_row_keys(key, _ranks(mask)))
    # Rows that exist come first, in random order.
    order = jnp.lexsort((draws, ~mask)).astype(jnp.int32)
    place = jnp.arange(n, dtype=jnp.int32)
    count = jnp.sum(mask, dtype=jnp.int32)
    after = jnp.where(place + 1 < count, place + 1, 0)
    follower = jnp.where(place < count, order[after], order)
    return jnp.zeros(n, jnp.int32).at[order].set(follower)


def other_rows(key: PRNGKey, mask: Array) -> Array:
    """For each row one of the others that exist, drawn on its own, ``[n]``."""
    place = _ranks(mask)
    count = jnp.sum(mask, dtype=jnp.int32)
    existing = jnp.argsort(~mask, stable=True).astype(jnp.int32)

    def step(key: PRNGKey) -> Array:
        return jax.random.randint(key, (), 1, jnp.maximum(count, 2), jnp.int32)

    steps = jax.vmap(step)(_row_keys(key, place))
    return existing[(place + steps) % jnp.maximum(count, 1)]


def _ranks(mask: Array) -> Array:
    """Place of each row among those that exist."""
    return jnp.maximum(jnp.cumsum(mask, dtype=jnp.int32) - 1, 0)


def _row_keys(key: PRNGKey, place: Array) -> PRNGKey:
    """One key a row, which depends on its place among the rows that exist only."""
    return jax.vmap(lambda i: jax.random.fold_in(key, i))(place)
