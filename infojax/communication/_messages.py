"""What messages say: entropies and informations of integer messages, and soft ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from infojax import entropy, mi
from infojax._base import checks, numerics
from infojax.quantize._rows import integer_rows, row_mass
from infojax.types import Array, ArrayLike

__all__ = [
    "CountEntropy",
    "SymbolUse",
    "capacity_used",
    "instantaneous_coordination",
    "message_entropy",
    "normalized_speaker_consistency",
    "position_entropies",
    "speaker_consistency",
    "symbol_mi",
    "symbol_use",
]

CountEntropy = Callable[[Array], Array]


class SymbolUse(NamedTuple):
    """How symbols are used at each position ``[L]``, in nats.

    ``vocabulary`` is the entropy of the mean law, high where many symbols are used;
    ``doubt`` the mean entropy of the laws, low where each speaker is sure;
    ``information`` their difference, I(symbol; message).
    """

    vocabulary: Array
    doubt: Array
    information: Array


def message_entropy(
    messages: ArrayLike,
    *,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Entropy of whole messages.

    Args:
        messages: integers of any range, ``[n, L]`` or ``[n]``; a row is a message.
        estimator: ``counts [n] -> entropy``: ``entropy.plugin`` or a corrected one.
        where: ``[n]`` Boolean; messages marked False are as if absent.
        weights: ``[n]``, floating and nonnegative; whole ones are as if messages were
            repeated.

    Returns: scalar in nats; 0 for one message only or none. At most log n.
    Gradients: those of the estimator in ``weights``; none in the integers.
    Cost: O(L n log n).
    Example:
        >>> messages = jnp.array([[0, 1], [1, 0], [0, 1], [1, 1]])
        >>> round(float(message_entropy(messages)), 4)
        1.0397
    References: Shannon (1948); Chaabouni et al. (2020) for emergent codes.
    """
    rows, mask, mass, dtype = _open("message_entropy", messages, where, weights)
    value = entropy.discrete(rows, estimator=estimator, where=mask, weights=mass)
    return value.astype(dtype)


def position_entropies(
    messages: ArrayLike,
    *,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Entropy of the symbols at each position of the messages.

    Args:
        messages: integers of any range, ``[n, L]`` or ``[n]``.
        estimator, where, weights: as in ``message_entropy``.

    Returns: ``[L]`` in nats; their sum is at least the entropy of whole messages.
    Gradients: those of the estimator in ``weights``; none in the integers.
    Cost: O(L n log n).
    Example:
        >>> messages = jnp.array([[0, 1], [1, 1], [0, 1], [1, 1]])
        >>> print(abs(position_entropies(messages)).round(4))
        [0.6931 0.    ]
    References: Shannon (1948).
    """
    rows, mask, mass, dtype = _open("position_entropies", messages, where, weights)

    def of(column: Array) -> Array:
        return entropy.discrete(column, estimator=estimator, where=mask, weights=mass)

    return jax.vmap(of, in_axes=1)(rows).astype(dtype)


def capacity_used(
    messages: ArrayLike,
    *,
    vocabulary: int,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Entropy of messages over the largest there could be, :math:`L \log V`.

    Args:
        messages: integers, ``[n, L]`` or ``[n]``.
        vocabulary: V, how many symbols there are, static.
        estimator, where, weights: as in ``message_entropy``.

    Returns: scalar from 0 to 1; 0 where there is only one symbol. From fewer messages
        than V^L it can not reach 1.
    Gradients: those of the estimator in ``weights``; none in the integers.
    Cost: O(L n log n).
    Example:
        >>> messages = jnp.array([[0, 1], [1, 1], [0, 1], [1, 1]])
        >>> float(capacity_used(messages, vocabulary=2))
        0.5
    References: Shannon (1948).
    """
    name = "capacity_used"
    rows, mask, mass, dtype = _open(name, messages, where, weights)
    most = rows.shape[1] * math.log(checks.size(name, vocabulary, "vocabulary"))
    value = entropy.discrete(rows, estimator=estimator, where=mask, weights=mass)
    return (value / most if most else 0 * value).astype(dtype)


def speaker_consistency(
    messages: ArrayLike,
    actions: ArrayLike,
    *,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Mutual information of messages and what their speaker does.

    Args:
        messages: integers, ``[n, L]`` or ``[n]``; a row is a message.
        actions: integers, ``[n]`` or ``[n, k]``: of the speaker, at the same time.
        estimator, where, weights: as in ``message_entropy``.

    Returns: scalar in nats, as ``mi.discrete``; 0 where messages or actions never
        change. Biased upwards where messages are few: subtract what it is with actions
        shuffled.
    Gradients: those of the estimator in ``weights``; none in the integers.
    Cost: O(L n log n).
    Example:
        >>> messages = jnp.array([[0, 1], [1, 0], [0, 1]])
        >>> actions = jnp.array([5, 7, 5])
        >>> round(float(speaker_consistency(messages, actions)), 4)
        0.6365
    References: Jaques et al. (2019), social influence as intrinsic motivation; Lowe et
        al. (2019), on the pitfalls of measuring emergent communication.
    """
    return _shared("speaker_consistency", messages, actions, estimator, where, weights)


def normalized_speaker_consistency(
    messages: ArrayLike,
    actions: ArrayLike,
    *,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Speaker consistency as a share of the entropy of the actions.

    Args:
        messages: integers, ``[n, L]`` or ``[n]``; a row is a message.
        actions: integers, ``[n]`` or ``[n, k]``.
        estimator, where, weights: as in ``message_entropy``.

    Returns: scalar, from 0 to 1 with ``entropy.plugin``; 0 where actions never change.
    Gradients: those of the estimator in ``weights``; none in the integers.
    Cost: O(L n log n).
    Example:
        >>> messages = jnp.array([[0, 1], [1, 0], [0, 1]])
        >>> actions = jnp.array([5, 7, 5])
        >>> round(float(normalized_speaker_consistency(messages, actions)), 4)
        1.0
    References: Jaques et al. (2019); Lowe et al. (2019).
    """
    name = "normalized_speaker_consistency"
    shared = _shared(name, messages, actions, estimator, where, weights)
    rows = integer_rows(name, "actions", actions)
    mask = checks.row_mask(name, where, len(rows))
    mass, _ = row_mass(name, weights, mask)
    most = entropy.discrete(rows, estimator=estimator, where=mask, weights=mass)
    several = jnp.any(mask & (mass > 0) & jnp.any(rows != _first(rows, mass), axis=1))
    most = jnp.where(several | jnp.isnan(most), most, 0)
    return numerics.ratio(shared.astype(most.dtype), most).astype(shared.dtype)


def instantaneous_coordination(
    messages: ArrayLike,
    actions: ArrayLike,
    *,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Mutual information of messages and what the listener does next.

    What the two have in common for another reason, such as a state that both see,
    counts too; ``unilateral_influence`` of messages drawn at will does not have that.

    Args:
        messages: integers, ``[n, L]`` or ``[n]``, of the speaker at time t.
        actions: integers, ``[n]`` or ``[n, k]``, of the listener at time t + 1.
        estimator, where, weights: as in ``message_entropy``.

    Returns: scalar in nats, as ``mi.discrete``; 0 where messages or actions never
        change. Biased upwards where messages are few.
    Gradients: those of the estimator in ``weights``; none in the integers.
    Cost: O(L n log n).
    Example:
        >>> messages, actions = jnp.array([0, 1, 0, 1]), jnp.array([1, 0, 0, 1])
        >>> abs(round(float(instantaneous_coordination(messages, actions)), 4))
        0.0
    References: Jaques et al. (2019); Lowe et al. (2019), on the pitfalls of measuring
        emergent communication.
    """
    name = "instantaneous_coordination"
    return _shared(name, messages, actions, estimator, where, weights)


def symbol_mi(
    q: ArrayLike,
    attributes: ArrayLike,
    *,
    num_values: int,
    where: ArrayLike | None = None,
) -> Array:
    r"""Information of soft symbols about an attribute, at each position.

    :math:`H(\bar q) - \sum_c p(c)\, H(\bar q_c)`, where :math:`\bar q_c` is the mean
    law of the messages whose attribute is c.

    Args:
        q: laws of the symbols, ``[n, L, V]``, nonnegative; normalised. An empty law
            leaves its message out at that position.
        attributes: integers from 0 to ``num_values - 1``, ``[n]``; messages with
            another one, such as -1, are left out.
        num_values: how many values the attribute has, static.
        where: ``[n]`` Boolean; messages marked False are as if absent.

    Returns: ``[L]`` in nats, >= 0 up to rounding; 0 for one class, or no message.
    Gradients: exact; finite at empty cells. Its negative is a loss for speakers.
    Cost: O(n L V num_values).
    Example:
        >>> q = jnp.array([[[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.5, 0.5]]])
        >>> print(symbol_mi(q, jnp.array([0, 1]), num_values=2).round(4))
        [0.6931 0.    ]
    References: Shannon (1948).
    """
    name = "symbol_mi"
    laws, mask, dtype = _laws(name, q, where)
    values = checks.integers(name, "attributes", attributes)
    checks.same_length(name, q=laws, attributes=values)
    classes = jnp.arange(
        checks.size(name, num_values, "num_values"), dtype=values.dtype
    )
    member = (mask[:, None] & (values[:, None] == classes)).astype(laws.dtype)
    table = jnp.einsum("nlv,nc->lcv", laws, member, precision="highest")
    return mi.plugin(table).astype(dtype)


def symbol_use(q: ArrayLike, *, where: ArrayLike | None = None) -> SymbolUse:
    """How many symbols are in use, and how sure the speaker is of each.

    Args:
        q: laws of the symbols, ``[n, L, V]``, nonnegative; normalised.
        where: ``[n]`` Boolean; messages marked False are as if absent.

    Returns: ``SymbolUse(vocabulary, doubt, information)``, each ``[L]``, in nats; 0
        where no message is left.
    Gradients: exact; 0 at empty cells.
    Cost: O(n L V).
    Example:
        >>> q = jnp.array([[[1.0, 0.0]], [[0.0, 1.0]]])
        >>> found = symbol_use(q)
        >>> round(float(found.vocabulary[0]), 4), abs(float(found.doubt[0]))
        (0.6931, 0.0)
    References: Shannon (1948).
    """
    laws, mask, dtype = _laws("symbol_use", q, where)
    laws = jnp.where(mask[:, None, None], laws, 0)
    present = jnp.sum(laws, axis=-1)
    mean = numerics.normalise(jnp.sum(laws, axis=0), axis=-1)
    vocabulary = -jnp.sum(numerics.xlogx(mean), axis=-1)
    each = -jnp.sum(numerics.xlogx(laws), axis=-1)
    doubt = numerics.ratio(jnp.sum(each, axis=0), jnp.sum(present, axis=0))
    fields = vocabulary, doubt, vocabulary - doubt
    return SymbolUse(*(field.astype(dtype) for field in fields))


def _open(
    name: str, messages: ArrayLike, where: ArrayLike | None, weights: ArrayLike | None
) -> tuple[Array, Array, Array, Any]:
    """Messages ``[n, L]``, which are there, how much each counts, dtype to return."""
    rows = integer_rows(name, "messages", messages)
    mask = checks.row_mask(name, where, len(rows))
    mass, dtype = row_mass(name, weights, mask)
    return rows, mask, mass, dtype


def _shared(
    name: str,
    messages: ArrayLike,
    actions: ArrayLike,
    estimator: CountEntropy,
    where: ArrayLike | None,
    weights: ArrayLike | None,
) -> Array:
    rows, mask, mass, dtype = _open(name, messages, where, weights)
    others = integer_rows(name, "actions", actions)
    checks.same_length(name, messages=rows, actions=others)
    value = mi.discrete(rows, others, estimator=estimator, where=mask, weights=mass)
    return value.astype(dtype)


def _first(rows: Array, mass: Array) -> Array:
    """The first row that counts, ``[d]``."""
    return rows[jnp.argmax(mass > 0)]


def _laws(name: str, q: ArrayLike, where: ArrayLike | None) -> tuple[Array, Array, Any]:
    """Laws ``[n, L, V]`` of mass 1 or 0, which are there, the dtype to return."""
    table = checks.counts(name, "q", q, 3)
    mask = checks.row_mask(name, where, len(table))
    work = checks.column_mask(table.astype(checks.working_dtype(table.dtype)), mask)
    laws = numerics.normalise(jnp.where(work < 0, 0, work), axis=-1)
    return laws, mask, table.dtype
