"""Deterministic codes of bounded entropy that keep the most information."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.theory._greedy_coupling import open_marginals
from infojax.types import Array, ArrayLike

__all__ = [
    "EntropyBoundedMap",
    "allowance",
    "bounded_labels",
    "entropy_bounded_map",
    "open_budget",
    "path",
    "set_partitions",
]

_TIE = 16  # rounding errors by which an entropy may exceed its bound


class EntropyBoundedMap(NamedTuple):
    """A function of the source, and what it keeps.

    ``labels [n]`` is the value at each symbol, int32; values are numbered in the order
    of their first symbol. ``information`` is H(T) = I(X; T) in nats; ``feasible`` tells
    whether it is within the bound.
    """

    labels: Array
    information: Array
    feasible: Array


class Columns(NamedTuple):
    """A partition: the mass of each part at its first symbol, and whose part it is."""

    mass: Array
    owner: Array


def entropy_bounded_map(p: ArrayLike, *, max_entropy: ArrayLike) -> EntropyBoundedMap:
    r"""A function of a source with H(T) up to a bound that keeps much information.

    The most :math:`I(X; T)` subject to :math:`H(T) \le R`. Symbols are merged until the
    bound holds: the two lightest parts if that is enough, else, if merging the two
    heaviest is enough, that is kept as a candidate while the lightest are merged, else
    the two heaviest are merged. Of the candidates the one of most entropy is returned.
    Where :math:`R < H(X)` it is short of R, and so of the best encoder, by at most
    :math:`h(p_{(2)})`, the binary entropy of the second largest probability.

    Args:
        p: probabilities or counts, ``[n]``; normalised, and negative ones count as 0.
        max_entropy: R in nats, a scalar >= 0; may be traced.

    Returns: ``EntropyBoundedMap(labels, information, feasible)``. The bound holds up to
        16 rounding errors. Symbols of probability 0 get the label of the heaviest part,
        and padding changes nothing. A traced bound below 0 gives a constant map that is
        not ``feasible``.
    Gradients: of ``information`` exact in ``p``, the labels held fixed; zero in
        ``max_entropy``. Finite everywhere.
    Cost: n - 1 steps at most, one after the other, of O(n).
    Example:
        >>> p = jnp.array([0.7, 0.2, 0.1])
        >>> found = entropy_bounded_map(p, max_entropy=0.65)
        >>> found.labels.tolist(), round(float(found.information), 4)
        ([0, 1, 1], 0.6109)
    References: Ebrahimi, Chen and Khisti (2024), minimum entropy coupling with
        bottleneck, theorem 2.
    """
    name = "entropy_bounded_map"
    (law,), dtype = open_marginals(name, p=p)
    bound = open_budget(name, max_entropy, law.dtype)
    labels, feasible = bounded_labels(law, bound)
    mass = jnp.zeros_like(law).at[labels].add(law)
    information = numerics.unless_nan(-jnp.sum(numerics.xlogx(mass)), bound)
    return EntropyBoundedMap(labels, information.astype(dtype), feasible)


def set_partitions(n: int) -> Array:
    """Every way to put n symbols into parts: all functions, up to names of values.

    Args:
        n: symbols, a static int, 1 <= n <= 10.

    Returns: labels ``[Bell(n), n]``, int32: parts are numbered in the order of their
        first symbol. Bell numbers are 1, 2, 5, 15, 52, 203, 877, 4140, 21147, 115975.
    Gradients: none, the labels are constants.
    Cost: O(n Bell(n)) on the host.
    Example:
        >>> set_partitions(3).tolist()
        [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 1, 2]]
    References: Knuth (2011), the art of computer programming 4A, section 7.2.1.5.
    """
    n = checks.size("set_partitions", n, "n")
    if n > 10:
        raise checks.fail(ValueError, "set_partitions", "n", "<= 10", str(n))
    rows: list[tuple[int, ...]] = [(0,)]
    for _ in range(n - 1):
        rows = [(*row, label) for row in rows for label in range(max(row) + 2)]
    return jnp.asarray(np.array(rows, np.int32))


def open_budget(name: str, max_entropy: ArrayLike, dtype: Any) -> Array:
    """A bound of an entropy, of rank 0; numbers must not be negative."""
    number = isinstance(max_entropy, (int, float, np.integer, np.floating))
    if number and not float(max_entropy) >= 0:
        received = str(max_entropy)
        raise checks.fail(ValueError, name, "max_entropy", ">= 0", received)
    return scalar(name, "max_entropy", max_entropy, dtype)


def allowance(bound: Array) -> Array:
    """The bound, and a little more for rounding."""
    eps = float(jnp.finfo(bound.dtype).eps)
    return bound + _TIE * eps * jnp.maximum(bound, 1)


def bounded_labels(law: Array, bound: Array) -> tuple[Array, Array]:
    """The greedy map of a clean law, ``[n]``, and whether it is within the bound."""
    law, bound = lax.stop_gradient((law, bound))
    limit = allowance(bound)
    start = _singletons(law)

    def going(state: tuple[Columns, Columns, Array, Array]) -> Array:
        columns, _, _, done = state
        return ~done & (jnp.sum(columns.mass > 0) > 1)

    def advance(state: tuple[Columns, Columns, Array, Array]):
        columns, best, most, _ = state
        light, heavy, after, done = _step(columns, limit)
        candidate = _choose(done, light, heavy)
        value = _entropy(candidate)
        better = (value <= limit) & (value > most)
        best = _choose(better, candidate, best)
        return after, best, jnp.where(better, value, most), done

    whole = _entropy(start) <= limit
    one = Columns(
        jnp.zeros_like(law).at[0].set(jnp.sum(law)), jnp.zeros_like(start.owner)
    )
    best = _choose(whole, start, one)
    first = start, best, jnp.where(whole, _entropy(start), 0), whole
    _, best, _, _ = lax.while_loop(going, advance, first)
    return _canonical(best, law), limit >= 0


def path(law: Array, bound: Array) -> Array:
    """All maps that the greedy one goes by, on to one part, ``[2 n - 1, n]``."""
    law, bound = lax.stop_gradient((law, bound))
    limit = allowance(bound)

    def advance(columns: Columns, _: None) -> tuple[Columns, Array]:
        light, heavy, after = _step(columns, limit)[:3]
        return after, jnp.stack([_canonical(c, law) for c in (light, heavy)])

    start = _singletons(law)
    _, met = lax.scan(advance, start, None, length=len(law) - 1)
    return jnp.concatenate([_canonical(start, law)[None], met.reshape(-1, len(law))])


def _step(columns: Columns, limit: Array) -> tuple[Columns, Columns, Columns, Array]:
    """Both mergers, the one to go on from, and whether the first is enough."""
    light = _merge(columns, *_two_least(columns.mass[::-1], last=True))
    heavy = _merge(columns, *_two_least(-columns.mass))
    enough = _entropy(light) <= limit
    on = _choose(enough | (_entropy(heavy) <= limit), light, heavy)
    return light, heavy, on, enough


def _two_least(key: Array, last: bool = False) -> tuple[Array, Array]:
    """Where the two least of the keys other than 0 are; of equal ones the first."""
    key = jnp.where(key == 0, jnp.inf, key)
    first = jnp.argmin(key)
    pair = first, jnp.argmin(key.at[first].set(jnp.inf))
    return (len(key) - 1 - pair[0], len(key) - 1 - pair[1]) if last else pair


def _merge(columns: Columns, i: Array, j: Array) -> Columns:
    low, high = (f(i, j).astype(jnp.int32) for f in (jnp.minimum, jnp.maximum))
    moved = jnp.where(i == j, 0, columns.mass[high])  # equal where one part is left
    mass = columns.mass.at[high].add(-moved).at[low].add(moved)
    return Columns(mass, jnp.where(columns.owner == high, low, columns.owner))


def _singletons(law: Array) -> Columns:
    return Columns(law, jnp.arange(len(law), dtype=jnp.int32))


def _entropy(columns: Columns) -> Array:
    return -jnp.sum(numerics.xlogx(columns.mass))


def _choose(first: Array, a: Columns, b: Columns) -> Columns:
    return Columns(*(jnp.where(first, x, y) for x, y in zip(a, b, strict=True)))


def _canonical(columns: Columns, law: Array) -> Array:
    """Labels in the order of first symbols; those of no mass join the heaviest part."""
    numbers = jnp.cumsum(columns.mass > 0, dtype=jnp.int32) - 1
    owner = jnp.where(law > 0, columns.owner, jnp.argmax(columns.mass).astype("int32"))
    return jnp.maximum(numbers[owner], 0)
