"""Arithmetic on one tile of scores, the same everywhere, and loops over tiles.

Scores are in units of log 2, so that exponentials are to base 2.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base.fused.tiles import Tiles
from infojax.types import Array

__all__ = [
    "LOG2E",
    "absorbed",
    "bias",
    "combined",
    "finished",
    "hidden",
    "loop",
    "masses",
    "nothing",
    "pullback",
    "sweep",
]

LOG2E, _LN2 = math.log2(math.e), math.log(2)
_LOWEST = -3e38  # stands for the maximum of nothing; finite, so that no inf - inf


def combined(dots: Sequence[Array], product: tuple[int, ...], bias: Array) -> Array:
    """Scores of one output in units of log 2, from the products of its sides."""
    return reduce(operator.add, [dots[a] for a in product]) * LOG2E + bias


def absorbed(state: tuple[Array, Array], scores: Array) -> tuple[Array, Array]:
    """Running maximum and sum ``[o, 1]`` after one more tile of scores ``[o, i]``."""
    top, total = state
    new = jnp.maximum(top, jnp.max(scores, axis=1, keepdims=True))
    new = jnp.minimum(new, -_LOWEST)  # passes +inf on rather than make it NaN
    more = jnp.sum(jnp.exp2(scores - new), axis=1, keepdims=True)
    return new, total * jnp.exp2(top - new) + more


def finished(state: tuple[Array, Array]) -> Array:
    top, total = state
    return top * _LN2 + jnp.log(total)


def nothing(rows: int) -> tuple[Array, Array]:
    return jnp.full((rows, 1), _LOWEST, jnp.float32), jnp.zeros((rows, 1), jnp.float32)


def masses(
    products: tuple[tuple[int, ...], ...],
    dots: Sequence[Array],
    outer: Sequence[Array],
    inner: Sequence[Array],
    weight: Sequence[Array],
    hidden: Array | None,
) -> tuple[list[Array], list[Array]]:
    """Weighted probabilities of a tile, for each output, and their sums for each side.

    Biases ``outer [o, 1]`` and ``inner [1, i]`` and weights of either shape are one an
    output.
    """
    outputs: list[Array] = []
    terms: list[list[Array]] = [[] for _ in dots]
    for t, product in enumerate(products):
        scores = combined(dots, product, outer[t] + inner[t])
        mass = jnp.exp2(scores) * weight[t]
        mass = mass if hidden is None else jnp.where(hidden, 0, mass)
        outputs.append(mass)
        for a in product:
            terms[a].append(mass)
    return outputs, [reduce(operator.add, side) for side in terms]


def hidden(first_outer: Array, first_inner: Array, shape: tuple[int, int]) -> Array:
    """Pairs of a tile that are a sample with itself."""
    outer = first_outer + lax.broadcasted_iota(jnp.int32, shape, 0)
    return outer == first_inner + lax.broadcasted_iota(jnp.int32, shape, 1)


def bias(value: Array) -> Array:
    """What is added to scores to make probabilities of them; none where none are."""
    return jnp.where(value == -jnp.inf, value, -value)


def sweep(
    step: Callable, start: Any, first: Array | None, tiles: Tiles, columns: int
) -> Any:
    """``step(tile, state, hide)`` over all inner tiles of a program.

    ``hide`` is True only for the tiles that hold a pair of a sample with itself, whose
    columns begin at ``first``; None when there are no such pairs to leave out.
    """
    size, end = tiles.inner, columns // tiles.inner
    plain, hiding = (partial(step, hide=hide) for hide in (False, True))
    if first is None:
        return loop(0, end, plain, start)
    low, high = (
        lax.div(jnp.minimum(jnp.maximum(first + more, 0), columns), np.int32(size))
        for more in (0, tiles.outer + size - 1)
    )
    state = loop(low, high, hiding, loop(0, low, plain, start))
    return loop(high, end, plain, state)


def loop(low: Any, high: Any, body: Callable, start: Any) -> Any:
    """A loop whose index is int32 in any mode of JAX."""
    low, high = (np.int32(a) if isinstance(a, int) else a for a in (low, high))
    return lax.fori_loop(low, high, body, start)


def pullback(
    pull: Callable[..., tuple[tuple[Array, ...], Array]],
    setting: Any,
    lefts: Sequence[Array],
    rights: Sequence[Array],
    columns: Array,
    offset: Array,
    value: Array,
    cotangent: Array,
    *,
    interpret: bool,
) -> tuple[tuple[Array, ...], tuple[Array, ...], Array]:
    """Gradients of lefts, rights and columns: a pass by rows and one by columns.

    ``pull`` is a platform's pass: gradients of the outer factors and, turned, sums.
    """
    own, zero = bias(value), jnp.zeros_like(offset)
    run = partial(pull, setting, interpret=interpret)
    rows, _ = run(lefts, rights, own, columns, cotangent, (offset, zero), False)
    others, sums = run(rights, lefts, columns, own, cotangent, (zero, offset), True)
    return rows, others, sums
