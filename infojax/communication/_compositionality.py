"""Whether parts of messages stand for parts of meanings."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from infojax import entropy, quantize
from infojax._base import checks, numerics
from infojax.communication._messages import CountEntropy
from infojax.quantize._rows import integer_rows, row_mass
from infojax.types import Array, ArrayLike

__all__ = [
    "bag_disentanglement",
    "context_independence",
    "positional_disentanglement",
]


def positional_disentanglement(
    messages: ArrayLike,
    attributes: ArrayLike,
    *,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Whether each position of a message tells of one attribute only.

    At each position :math:`(I_1 - I_2) / H`: the two largest informations that its
    symbol has of an attribute, over the entropy of the symbol. Mean over positions
    where the symbol varies.

    Args:
        messages: integers, ``[n, L]`` or ``[n]``.
        attributes: integers, ``[n, K]`` or ``[n]``, what the messages are about. Of one
            attribute the second information is 0.
        estimator: ``counts [n] -> entropy``: ``entropy.plugin`` or a corrected one.
        where: ``[n]`` Boolean; messages marked False are as if absent.
        weights: ``[n]``, floating and nonnegative; whole ones are as if messages were
            repeated.

    Returns: scalar, from 0 to 1 with ``entropy.plugin``; 0 where no symbol varies.
    Gradients: exact in ``weights``, the two attributes held fixed; none in integers.
    Cost: O(L K n log n).
    Example:
        >>> grid = jnp.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> round(float(positional_disentanglement(grid, grid)), 4)
        1.0
    References: Chaabouni et al. (2020), compositionality and generalization in emergent
        languages.
    """
    name = "positional_disentanglement"
    opened = _open(name, messages, attributes, where, weights)
    return _disentangled(*opened[:4], estimator).astype(opened[4])


def bag_disentanglement(
    messages: ArrayLike,
    attributes: ArrayLike,
    *,
    vocabulary: int,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Whether how often each symbol occurs in a message tells of one attribute only.

    As ``positional_disentanglement``, of the number of times a symbol occurs in place
    of the symbol at a position.

    Args:
        messages: integers from 0 to ``vocabulary - 1``, ``[n, L]`` or ``[n]``. Symbol 0
            ends a message and is not counted, nor is any outside the range.
        attributes: integers, ``[n, K]`` or ``[n]``, what the messages are about.
        vocabulary: how many symbols there are, 0 among them, static.
        estimator, where, weights: as in ``positional_disentanglement``.

    Returns: scalar, from 0 to 1 with ``entropy.plugin``; 0 where no count varies.
    Gradients: exact in ``weights``, the two attributes held fixed; none in integers.
    Cost: O(V K n log n + n L V).
    Example:
        >>> messages, meanings = jnp.array([[1, 1], [1, 2], [2, 2]]), jnp.arange(3)
        >>> round(float(bag_disentanglement(messages, meanings, vocabulary=3)), 4)
        1.0
    References: Chaabouni et al. (2020), compositionality and generalization in emergent
        languages.
    """
    name = "bag_disentanglement"
    opened = _open(name, messages, attributes, where, weights)
    size = checks.size(name, vocabulary, "vocabulary")
    if size < 2:
        return jnp.zeros((), opened[4])
    symbols = jnp.arange(1, size, dtype=opened[0].dtype)
    counts = jnp.sum(opened[0][:, :, None] == symbols, axis=1, dtype=jnp.int32)
    return _disentangled(counts, *opened[1:4], estimator).astype(opened[4])


def context_independence(joint: ArrayLike) -> Array:
    r"""Whether each concept has a symbol of its own.

    Mean over concepts c of :math:`p(v^* \mid c)\, p(c \mid v^*)` with the symbol
    :math:`v^* = \arg\max_v p(c \mid v)`.

    Args:
        joint: probabilities or counts of concept and symbol, ``[c, v]``, nonnegative;
            normalised.

    Returns: scalar from 0 to 1; concepts of no mass are left out, and 0 if all are. Of
        symbols that tie the first is taken.
    Gradients: exact, the symbols held fixed; finite at empty cells.
    Cost: O(cells).
    Example:
        >>> float(context_independence(jnp.eye(3)))
        1.0
    References: Bogin, Geva and Berant (2018), emergence of communication in an
        interactive world with consistent speakers.
    """
    name = "context_independence"
    table = checks.counts(name, "joint", joint, 2)
    work = table.astype(checks.working_dtype(table.dtype))
    p = numerics.normalise(jnp.where(work < 0, 0, work))
    mass = jnp.sum(p, axis=1)
    of_symbol = numerics.normalise(p, axis=0)
    of_concept = numerics.normalise(p, axis=1)
    best = jnp.argmax(lax.stop_gradient(of_symbol), axis=1)[:, None]
    first = jnp.take_along_axis(of_concept, best, axis=1)[:, 0]
    second = jnp.take_along_axis(of_symbol, best, axis=1)[:, 0]
    value = numerics.mean(first * second, mass > 0)
    return numerics.unless_nan(value, p).astype(table.dtype)


def _open(
    name: str,
    messages: ArrayLike,
    attributes: ArrayLike,
    where: ArrayLike | None,
    weights: ArrayLike | None,
) -> tuple[Array, Array, Array, Array, Any]:
    rows = integer_rows(name, "messages", messages)
    others = integer_rows(name, "attributes", attributes)
    mask = checks.row_mask(
        name, where, checks.same_length(name, messages=rows, attributes=others)
    )
    mass, dtype = row_mass(name, weights, mask)
    return rows, others, mask, mass, dtype


def _disentangled(
    columns: Array, attributes: Array, mask: Array, mass: Array, estimator: CountEntropy
) -> Array:
    def labels(rows: Array) -> Array:
        return quantize.row_labels(rows, where=mask)

    def entropies(label: Array) -> Array:
        return estimator(jnp.zeros_like(mass).at[label].add(mass))

    of_columns = jax.vmap(labels, in_axes=1)(columns)
    of_attributes = jax.vmap(labels, in_axes=1)(attributes)

    def both(column: Array, attribute: Array) -> Array:
        return entropies(labels(jnp.stack([column, attribute], axis=1)))

    joint = jax.vmap(
        lambda column: jax.vmap(lambda other: both(column, other))(of_attributes)
    )(of_columns)
    own, others = jax.vmap(entropies)(of_columns), jax.vmap(entropies)(of_attributes)
    information = own[:, None] + others - joint
    none = jnp.zeros((len(information), 1), information.dtype)
    best = lax.top_k(jnp.concatenate([information, none], axis=1), 2)[0]
    if attributes.shape[1] > 1:
        best = lax.top_k(information, 2)[0]
    # Rounding gives a symbol that never varies some entropy.
    counts = mask & ~(mass <= 0)
    lead = jnp.take_along_axis(
        of_columns, jnp.argmax(counts)[None, None].astype(jnp.int32), axis=1
    )
    varies = jnp.any(counts & (of_columns != lead), axis=1)
    shares = numerics.ratio(best[:, 0] - best[:, 1], jnp.where(varies, own, 0))
    return numerics.unless_nan(numerics.mean(shares, varies), mass)
