"""Noisy codes near deterministic ones: the best that a bounded entropy lets through.

A code that is a function of the source, but for one symbol that shares its mass between
two values. At a given entropy the shared amount is a root of one equation, and as the
information is convex in it, no other amount is better.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax import closed_form
from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.theory._entropy_bounded_map import allowance, open_budget, path
from infojax.theory._equations import open_joint
from infojax.theory._greedy_coupling import open_marginals
from infojax.types import Array, ArrayLike

__all__ = [
    "EntropyBoundedEnvelope",
    "entropy_bounded_envelope",
    "lower_map_entropy",
    "raise_map_entropy",
]


_TIE = 16  # rounding errors within which two masses are equal


class EntropyBoundedEnvelope(NamedTuple):
    """An encoder of bounded entropy, and its values in nats.

    ``p_xt [n, n + 1]`` is the joint law of source and code, ``information`` I(X; T) and
    ``entropy`` H(T); ``feasible`` tells whether the bound holds.
    """

    p_xt: Array
    information: Array
    entropy: Array
    feasible: Array


class Move(NamedTuple):
    """Mass of a symbol, now in a part ``source``, that may go to a part ``target``."""

    symbol: Array
    source: Array
    target: Array


def raise_map_entropy(p_xt: ArrayLike, *, amount: ArrayLike) -> Array:
    r"""Move a little mass of a code to a value of its own, which raises H(T).

    Of the cells that are not 0 the one of least :math:`p(x \mid t)` gives. For small
    amounts :math:`\epsilon` of a deterministic code, I(X; T) grows by :math:`\epsilon
    \log[1 / p(x \mid t)]`, and H(T) by :math:`-\epsilon \log \epsilon`: a steep price.

    Args:
        p_xt: joint law of source and code, ``[n, t]``, probabilities or counts;
            normalised.
        amount: the mass to move, a scalar; held between 0 and the mass of the cell.

    Returns: joint law ``[n, t + 1]``, the new value last. Of cells that are equal,
        up to rounding, the first gives.
    Gradients: exact in ``p_xt`` and ``amount``, the cell held fixed; zero in an
        ``amount`` beyond its limits.
    Cost: O(n t).
    Example:
        >>> p_xt = jnp.array([[0.5, 0.0], [0.0, 0.25], [0.0, 0.25]])
        >>> raise_map_entropy(p_xt, amount=0.125).tolist()
        [[0.5, 0.0, 0.0], [0.0, 0.125, 0.125], [0.0, 0.25, 0.0]]
    References: Ebrahimi, Chen and Khisti (2024), minimum entropy coupling with
        bottleneck, theorem 3.
    """
    name = "raise_map_entropy"
    joint, dtype = open_joint(name, p_xt, "p_xt")
    mass = jnp.sum(joint, axis=0)
    share = numerics.ratio(joint, mass)
    x, t = jnp.unravel_index(_least(share.ravel(), (joint > 0).ravel()), joint.shape)
    wider = jnp.pad(joint, ((0, 0), (0, 1)))
    moved = _move(name, wider, amount, x, t, joint.shape[1])
    return moved.astype(dtype)


def lower_map_entropy(p_xt: ArrayLike, *, amount: ArrayLike) -> Array:
    r"""Move a little mass of a code's lightest value to its heaviest: H(T) falls.

    Of the cells of the lightest value that are not 0 the least gives.

    Args:
        p_xt: joint law of source and code, ``[n, t]``, probabilities or counts;
            normalised.
        amount: the mass to move, a scalar; held between 0 and the mass of the cell.

    Returns: joint law ``[n, t]``. Of cells and values that are equal, up to rounding,
        the first are taken: where all values have one mass nothing moves.
    Gradients: exact in ``p_xt`` and ``amount``, the cell held fixed; zero in an
        ``amount`` beyond its limits.
    Cost: O(n t).
    Example:
        >>> p_xt = jnp.array([[0.5, 0.0], [0.0, 0.25], [0.25, 0.0]])
        >>> lower_map_entropy(p_xt, amount=0.125).tolist()
        [[0.5, 0.0], [0.125, 0.125], [0.25, 0.0]]
    References: Ebrahimi, Chen and Khisti (2024), minimum entropy coupling with
        bottleneck, theorem 3.
    """
    name = "lower_map_entropy"
    joint, dtype = open_joint(name, p_xt, "p_xt")
    mass = jnp.sum(joint, axis=0)
    light, heavy = _least(mass, mass > 0), _least(-mass, mass > 0)
    column = joint[:, light]
    x = _least(column, column > 0)
    return _move(name, joint, amount, x, light, heavy).astype(dtype)


def entropy_bounded_envelope(
    p: ArrayLike, *, max_entropy: ArrayLike, labels: ArrayLike | None = None
) -> EntropyBoundedEnvelope:
    r"""An encoder with H(T) up to a bound that keeps much information, noise allowed.

    The most :math:`I(X; T)` subject to :math:`H(T) \le R` over deterministic maps and,
    from each of them, the encoders of ``raise_map_entropy`` and ``lower_map_entropy``
    whose entropy is R. Just below the entropy of a map noise costs much information;
    elsewhere it fills the gaps between maps.

    Args:
        p: probabilities or counts, ``[n]``; normalised, and negative ones count as 0.
        max_entropy: R in nats, a scalar >= 0; may be traced. ``jax.vmap`` over many
            draws the curve.
        labels: maps to start from, ``[k, n]``, integers from 0 to n - 1; by default
            those that ``entropy_bounded_map`` goes by. All of them, by
            ``set_partitions``, are better up to n = 8 or so.

    Returns: ``EntropyBoundedEnvelope(p_xt, information, entropy, feasible)``; column n
        of ``p_xt`` is a value that was split off. The bound holds up to 16 rounding
        errors. A traced bound below 0 gives a constant code that is not ``feasible``.
    Gradients: exact in ``p`` and ``max_entropy``, the map and the cell held fixed, by
        the implicit function theorem; at a deterministic map zero in ``max_entropy``.
        Finite everywhere.
    Cost: O(k n) time and memory, and four bisections to rounding for each map.
    Example:
        >>> p, labels = jnp.array([0.7, 0.2, 0.1]), set_partitions(3)
        >>> found = entropy_bounded_envelope(p, max_entropy=0.55, labels=labels)
        >>> round(float(found.information), 4), round(float(found.entropy), 4)
        (0.5196, 0.55)
    References: Ebrahimi, Chen and Khisti (2024), minimum entropy coupling with
        bottleneck.
    """
    name = "entropy_bounded_envelope"
    (law,), dtype = open_marginals(name, p=p)
    bound = open_budget(name, max_entropy, law.dtype)
    if labels is None:
        maps = path(law, bound)
    else:
        maps = checks.integers(name, "labels", labels, ndim=2).astype(jnp.int32)
        if maps.shape[1] != len(law):
            expected = f"[k, {len(law)}], as wide as `p` is long"
            received = str(list(maps.shape))
            raise checks.fail(ValueError, name, "labels", expected, received)
    none = jnp.zeros((1, len(law)), jnp.int32)
    maps = jnp.concatenate([none, maps])

    fixed, limit = lax.stop_gradient((law, bound))
    moves = jax.vmap(partial(_moves, fixed))(maps)
    amounts, values, within = jax.vmap(partial(_candidates, fixed, limit))(maps, moves)
    best = jnp.argmax(jnp.where(within, values, -1))
    i, j, kind = jnp.unravel_index(best, values.shape)
    move = Move(*(part[i, j] for part in moves))
    joint = _encoder(law, bound, maps[i], move, amounts[i, j, kind], kind >= 2)
    joint = numerics.unless_nan(joint, bound)
    information = closed_form.categorical_mi(joint)
    entropy = -jnp.sum(numerics.xlogx(jnp.sum(joint, axis=0)))
    return EntropyBoundedEnvelope(
        joint.astype(dtype),
        information.astype(dtype),
        entropy.astype(dtype),
        allowance(bound) >= 0,
    )


def _least(values: Array, there: Array) -> Array:
    """The first of the least values, which need only be equal up to rounding."""
    values = jnp.where(there, values, jnp.inf)
    least = jnp.min(values)
    slack = _TIE * float(jnp.finfo(values.dtype).eps) * jnp.abs(least)
    return jnp.argmax(values <= least + slack).astype(jnp.int32)


def _move(
    name: str, joint: Array, amount: ArrayLike, x: Array, a: Array, b: Array | int
) -> Array:
    size = scalar(name, "amount", amount, joint.dtype)
    mass = joint[x, a]
    size = jnp.where(size > mass, mass, jnp.where(size < 0, 0, size))
    return joint.at[x, a].add(-size).at[x, b].add(size)


def _parts(law: Array, labels: Array) -> Array:
    """Masses of the values, and of one that does not occur, ``[n + 1]``."""
    return jnp.zeros(len(law) + 1, law.dtype).at[labels].add(law)


def _moves(law: Array, labels: Array) -> Move:
    """The move that raises the entropy of a map and the one that lowers it, ``[2]``."""
    mass, there = _parts(law, labels), law > 0
    giver = _least(numerics.ratio(law, mass[labels]), there)
    light = _least(mass, mass > 0)
    least = _least(law, there & (labels == light))
    # Not the lightest itself where all values have one mass.
    heavy = _least(-mass.at[light].set(0), jnp.ones_like(mass, bool))
    new = jnp.asarray(len(law), jnp.int32)
    sides = (giver, least), (labels[giver], labels[least]), (new, heavy)
    return Move(*(jnp.stack(side) for side in sides))


def _candidates(
    law: Array, limit: Array, labels: Array, moves: Move
) -> tuple[Array, Array, Array]:
    """Amounts to move, information and whether the bound holds, ``[2, 4]``.

    Of each move nothing, all, and what makes the entropy equal to the bound, on the way
    up to where both parts are equal and on the way down.
    """
    mass = _parts(law, labels)
    total = -jnp.sum(numerics.xlogx(mass))
    a, b, cell = mass[moves.source], mass[moves.target], law[moves.symbol]
    rest = total + numerics.xlogx(a) + numerics.xlogx(b)
    peak = jnp.clip((a - b) / 2, 0, cell)
    target = limit - rest
    zero = jnp.zeros_like(cell)
    up = _bisect(a, b, target, zero, peak)
    down = _bisect(a, b, target, cell, peak)
    amounts = jnp.stack([zero, cell, up, down], axis=-1)
    a, b, cell, rest = (v[:, None] for v in (a, b, cell, rest))
    entropy = rest + _two(a - amounts, b + amounts)
    noise = _two(cell - amounts, amounts) - _two(cell, jnp.zeros_like(cell))
    return amounts, entropy - noise, entropy <= allowance(limit)


def _bisect(a: Array, b: Array, target: Array, good: Array, bad: Array) -> Array:
    """The amount nearest to ``bad`` of no more entropy than the target."""

    def halve(_: int, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        good, bad = ends
        middle = (good + bad) / 2
        within = _two(a - middle, b + middle) <= target
        return jnp.where(within, middle, good), jnp.where(within, bad, middle)

    steps = jnp.finfo(a.dtype).nmant + 8
    return lax.fori_loop(0, steps, halve, (good, bad))[0]


def _two(a: Array, b: Array) -> Array:
    """The terms of two masses in an entropy."""
    return -numerics.xlogx(a) - numerics.xlogx(b)


def _encoder(
    law: Array, bound: Array, labels: Array, move: Move, amount: Array, tight: Array
) -> Array:
    """The encoder as a function of the law and of the bound, ``[n, n + 1]``."""
    mass = _parts(law, labels)
    pair = jnp.stack([move.source, move.target])
    a, b = mass[pair[0]], mass[pair[1]]
    rest = -jnp.sum(numerics.xlogx(mass.at[pair].set(0)))
    cell = law[move.symbol]
    whole = jnp.where(amount == 0, 0, cell)
    amount = jnp.where(tight, _root(amount, a, b, bound - rest), whole)
    hard = jax.nn.one_hot(labels, len(law) + 1, dtype=law.dtype)
    joint = law[:, None] * hard
    return joint.at[move.symbol, pair].add(jnp.stack([-amount, amount]))


@jax.custom_jvp
def _root(amount: Array, a: Array, b: Array, target: Array) -> Array:
    """The amount that leaves masses a and b with the entropy ``target``."""
    return amount


@_root.defjvp
def _root_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    amount = _root(*primals)
    _, a, b, _ = primals
    _, da, db, moved = tangents
    left, right = numerics.log(a - amount), numerics.log(b + amount)
    needed = moved + (1 + left) * da + (1 + right) * db
    return amount, numerics.ratio(needed, left - right)
