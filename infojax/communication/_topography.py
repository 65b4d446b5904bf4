"""Whether meanings that are alike have messages that are alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax import transforms
from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["edit_distance", "hamming_distance", "topographic_similarity"]

# Of two rows, a scalar.
RowDistance = Callable[[Any, Any], Array]


def hamming_distance(a: ArrayLike, b: ArrayLike) -> Array:
    """Share of the positions at which two rows of integers differ.

    Args:
        a: integers, ``[L]``.
        b: integers, ``[L]``.

    Returns: scalar from 0 to 1.
    Gradients: none.
    Cost: O(L).
    Example:
        >>> float(hamming_distance(jnp.array([1, 2]), jnp.array([1, 3])))
        0.5
    References: Hamming (1950), error detecting and error correcting codes.
    """
    name = "hamming_distance"
    a, b = checks.integers(name, "a", a), checks.integers(name, "b", b)
    checks.same_length(name, a=a, b=b)
    return jnp.mean((a != b).astype(jnp.result_type(float)))


def edit_distance(a: ArrayLike, b: ArrayLike) -> Array:
    """Insertions, deletions and changes between two messages, over their mean length.

    Args:
        a: integers, ``[L]``; a message ends at the first negative one, so that shorter
            messages are padded with -1.
        b: likewise, ``[M]``.

    Returns: scalar from 0 to 2, 0 if both are empty and 2 if one is.
    Gradients: none.
    Cost: O(L M), L steps one after the other.
    Example:
        >>> a, b = jnp.array([3, 1, 4, 1]), jnp.array([1, 4, 1, -1])
        >>> round(float(edit_distance(a, b)), 4)  # one deletion, mean length 3.5
        0.2857
    References: Levenshtein (1966), binary codes capable of correcting deletions,
        insertions, and reversals.
    """
    name = "edit_distance"
    a, b = checks.integers(name, "a", a), checks.integers(name, "b", b)
    lengths = [
        jnp.sum(jnp.cumprod(s >= 0, dtype=jnp.int32), dtype=jnp.int32) for s in (a, b)
    ]
    steps = jnp.arange(len(b) + 1, dtype=jnp.int32)

    def row(state: tuple[Array, ...], symbol: Array) -> tuple[tuple[Array, ...], None]:
        above, done, edits = state
        replaced = above[:-1] + (b != symbol).astype(jnp.int32)
        best = jnp.concatenate([above[:1] + 1, jnp.minimum(above[1:] + 1, replaced)])
        # Insertions, however many in a row: the least of those to the left.
        new = lax.cummin(best - steps) + steps
        done = done + 1
        return (new, done, jnp.where(done == lengths[0], new[lengths[1]], edits)), None

    start = steps, jnp.zeros((), jnp.int32), lengths[1]
    (_, _, edits), _ = lax.scan(row, start, a)
    dtype = jnp.result_type(float)
    total = (lengths[0] + lengths[1]).astype(dtype)
    return numerics.ratio(2 * edits.astype(dtype), total)


def topographic_similarity(
    meanings: ArrayLike,
    messages: ArrayLike,
    *,
    meaning_distance: RowDistance = hamming_distance,
    message_distance: RowDistance = edit_distance,
    where: ArrayLike | None = None,
) -> Array:
    """Rank correlation of distances between meanings and between their messages.

    Args:
        meanings: ``[n, ...]``, whatever ``meaning_distance`` takes two rows of: as it
            is, integers ``[n, K]``, the attributes.
        messages: likewise ``[n, ...]``: as it is, integers ``[n, L]``, padded with -1
            as in ``edit_distance``.
        meaning_distance: of two rows, a scalar: ``hamming_distance``, or a function of
            your own.
        message_distance: likewise: ``edit_distance`` or ``hamming_distance``.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar, Spearman's correlation over all pairs of rows, from -1 to 1, ties
        sharing their average rank. 0 where all distances on a side are equal, or there
        are fewer than three rows.
    Gradients: zero, as ranks have none.
    Cost: n (n - 1) / 2 distances of each kind, all at once, and their sorting: take a
        few thousand rows at most.
    Example:
        >>> grid = jnp.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> round(float(topographic_similarity(grid, grid + 5)), 4)
        1.0
    References: Brighton and Kirby (2006), understanding linguistic evolution by
        visualizing the emergence of topographic mappings; Kendall (1945) for ties.
    """
    name = "topographic_similarity"
    sides = _rows(name, "meanings", meanings), _rows(name, "messages", messages)
    n = checks.same_length(name, meanings=sides[0], messages=sides[1])
    mask = checks.row_mask(name, where, n)
    first, second = np.triu_indices(n, 1 if n > 1 else 0)
    rules = meaning_distance, message_distance
    pairs = [
        jax.vmap(rule)(side[first], side[second])
        for rule, side in zip(rules, sides, strict=True)
    ]
    keep = mask[first] & mask[second] & (first != second)
    (u, v), dtype = checks.common_float(name, meanings=pairs[0], messages=pairs[1])
    # Average ranks have this mean exactly: equal distances are at it, not near it.
    middle = (jnp.sum(keep).astype(u.dtype) + 1) / 2
    ranks = [
        jnp.where(keep, transforms.ranks(side, where=keep) - middle, 0)
        for side in (u, v)
    ]
    sizes = [numerics.sqrt(jnp.sum(rank**2)) for rank in ranks]
    # Each divided by its size first: products of sums of squares would overflow.
    parts = [numerics.ratio(r, size) for r, size in zip(ranks, sizes, strict=True)]
    return jnp.sum(parts[0] * parts[1]).astype(dtype)


def _rows(name: str, argument: str, x: ArrayLike) -> Array:
    array = jnp.asarray(x)
    if array.ndim < 1 or array.size == 0:
        expected, received = "rows, [n, ...], at least one", str(list(array.shape))
        raise checks.fail(ValueError, name, argument, expected, received)
    return array
