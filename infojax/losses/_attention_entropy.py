"""Entropy-guided attention: heads kept between collapse and overload."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "AttentionEntropyTerms",
    "attention_entropy_loss",
    "attention_entropy_terms",
    "hard_dead_zone",
    "soft_dead_zone",
]

Penalty = Callable[[Array, Array], Array]


class AttentionEntropyTerms(NamedTuple):
    """Mean penalties of entropies that are too small or too large, scalars.

    ``collapse`` is of entropies below their target, ``overload`` of those above; in
    squared nats with the penalties offered here.
    """

    collapse: Array
    overload: Array


def hard_dead_zone(deviation: ArrayLike, tolerance: ArrayLike) -> Array:
    r"""Squared deviation outside a tolerance, and nothing within.

    :math:`D^2` where :math:`|D| > t`, else 0; it jumps at the edge.

    Args:
        deviation: of any shape.
        tolerance: t >= 0, broadcast with ``deviation``.

    Returns: the broadcast shape, in squared units of the deviation.
    Gradients: exact but at the jump, where it is 0; zero for the tolerance.
    Cost: elementwise.
    Example:
        >>> hard_dead_zone(jnp.array([-2.0, 0.5, 1.0]), 1.0).tolist()
        [4.0, 0.0, 0.0]
    References: Jha and Reagen (2025), arXiv 2501.03489.
    """
    gap, excess, dtype = _excess("hard_dead_zone", deviation, tolerance)
    outside = jnp.where(excess > 0, gap**2, excess)  # an excess that is NaN stays
    return jnp.where(excess <= 0, 0, outside).astype(dtype)


def soft_dead_zone(deviation: ArrayLike, tolerance: ArrayLike) -> Array:
    r"""Square of what a deviation is beyond a tolerance: continuous, and so its slope.

    :math:`\max(|D| - t, 0)^2`, at most ``hard_dead_zone``.

    Args:
        deviation, tolerance: as in ``hard_dead_zone``.

    Returns: the broadcast shape, in squared units of the deviation.
    Gradients: exact, also in the tolerance.
    Cost: elementwise.
    Example:
        >>> soft_dead_zone(jnp.array([-3.0, 0.5, 1.0]), 1.0).tolist()
        [4.0, 0.0, 0.0]
    References: Jha and Reagen (2025), arXiv 2501.03489, made continuous.
    """
    _, excess, dtype = _excess("soft_dead_zone", deviation, tolerance)
    return jnp.where(excess <= 0, 0, excess**2).astype(dtype)


def attention_entropy_terms(
    entropies: ArrayLike,
    thresholds: ArrayLike,
    *,
    max_entropy: ArrayLike,
    tolerance: ArrayLike = 0.2,
    penalty: Penalty = hard_dead_zone,
    where: ArrayLike | None = None,
) -> AttentionEntropyTerms:
    r"""How far attention entropies are from a target of each head, below and above.

    The mean of ``penalty`` of :math:`D = H - \theta H_{\max}` and the tolerance
    :math:`\gamma H_{\max}`, over heads and queries; D < 0 counts as collapse.

    Args:
        entropies: of the weights of each query, ``[..., layers, heads, n]``, such as
            ``attention.entropy`` gives; batches, if any, stand in front.
        thresholds: theta, the target of each head as a share, ``[layers, heads]`` (or
            ``[heads]`` of one layer); trained with the rest, 0.5 is a neutral start.
        max_entropy: the largest entropy, a scalar such as log n, or broadcast to
            ``entropies``: ``attention.capacity(mask)`` makes each query comparable.
        tolerance: gamma >= 0, half width of the dead zone as a share of
            ``max_entropy``.
        penalty: ``(deviation, tolerance) -> penalty``, elementwise:
            ``hard_dead_zone``, ``soft_dead_zone`` or yours.
        where: Boolean, broadcast to ``entropies``; queries marked False (padding, or
            the first of a causal mask, whose entropy is always 0) are as if absent.

    Returns: ``AttentionEntropyTerms(collapse, overload)``; ``attention_entropy_loss``
        is their sum.
    Gradients: exact for entropies and thresholds, up to the jump of
        ``hard_dead_zone``.
    Cost: O(entries).
    Example:
        >>> found = jnp.array([[0.1], [0.9], [2.0]])  # three heads, one query
        >>> terms = attention_entropy_terms(found, jnp.full(3, 0.5), max_entropy=2.0)
        >>> [round(float(term), 4) for term in terms]
        [0.27, 0.3333]
    References: Jha and Reagen (2025), entropy-guided attention for private LLMs,
        arXiv 2501.03489.
    """
    name = "attention_entropy_terms"
    return _terms(name, entropies, thresholds, max_entropy, tolerance, penalty, where)


def attention_entropy_loss(
    entropies: ArrayLike,
    thresholds: ArrayLike,
    *,
    max_entropy: ArrayLike,
    tolerance: ArrayLike = 0.2,
    penalty: Penalty = hard_dead_zone,
    where: ArrayLike | None = None,
) -> Array:
    """Entropy regulariser of attention heads: ``collapse + overload``.

    The published code sums over batch and queries and means over layers and heads:
    that is this value times batch size times queries, and its weight of 1e-5 is
    ``1e-5 * batch * queries`` here.

    Args:
        entropies, thresholds, max_entropy, tolerance, penalty, where: as in
            ``attention_entropy_terms``.

    Returns: scalar to minimise, >= 0, in squared nats; add it to the loss of the task
        with a small weight. 0 where all heads are within the tolerance.
    Gradients: exact for entropies and thresholds, up to the jump of
        ``hard_dead_zone``.
    Cost: O(entries).
    Example:
        >>> logits = 4 * jax.random.normal(jax.random.key(0), (2, 5, 8))
        >>> parameters = {"logits": logits, "thresholds": jnp.full(2, 0.7)}
        >>> def loss(parameters):
        ...     entropies = attention.entropy_of_logits(parameters["logits"])
        ...     thresholds = parameters["thresholds"]
        ...     return attention_entropy_loss(entropies, thresholds, max_entropy=2.08)
        >>> optimizer = optax.adam(0.1)
        >>> state, values = optimizer.init(parameters), []
        >>> for _ in range(3):
        ...     value, gradient = jax.value_and_grad(loss)(parameters)
        ...     updates, state = optimizer.update(gradient, state)
        ...     parameters = optax.apply_updates(parameters, updates)
        ...     values.append(float(value))
        >>> values[2] < values[0]
        True
    References: Jha and Reagen (2025), arXiv 2501.03489.
    """
    name = "attention_entropy_loss"
    terms = _terms(name, entropies, thresholds, max_entropy, tolerance, penalty, where)
    return terms.collapse + terms.overload


def _terms(
    name: str,
    entropies: ArrayLike,
    thresholds: ArrayLike,
    max_entropy: ArrayLike,
    tolerance: ArrayLike,
    penalty: Penalty,
    where: ArrayLike | None,
) -> AttentionEntropyTerms:
    (found, shares), dtype = checks.common_float(
        name, entropies=entropies, thresholds=thresholds
    )
    if found.ndim < 1 or found.size == 0:
        expected, received = "non-empty, [..., heads, n]", str(list(found.shape))
        raise checks.fail(ValueError, name, "entropies", expected, received)
    heads = found.shape[:-1][max(found.ndim - 1 - shares.ndim, 0) :]
    if shares.shape != heads:
        expected = f"of the shape of the heads, such as {list(heads)}"
        received = str(list(shares.shape))
        raise checks.fail(ValueError, name, "thresholds", expected, received)
    mask = checks.cell_mask(name, where, found.shape)
    top = jnp.asarray(max_entropy).astype(found.dtype)
    try:
        top = jnp.broadcast_to(top, found.shape)
    except ValueError:
        expected = f"broadcastable to {list(found.shape)}"
        received = str(list(top.shape))
        raise checks.fail(ValueError, name, "max_entropy", expected, received) from None
    found, top = jnp.where(mask, found, 0), jnp.where(mask, top, 0)
    deviation = found - shares[..., None] * top
    width = jnp.asarray(tolerance).astype(found.dtype) * top
    costs = penalty(deviation, width)
    below = deviation < 0
    collapse = numerics.mean(jnp.where(below, costs, 0), mask)
    overload = numerics.mean(jnp.where(below, 0, costs), mask)
    return AttentionEntropyTerms(collapse.astype(dtype), overload.astype(dtype))


def _excess(
    name: str, deviation: ArrayLike, tolerance: ArrayLike
) -> tuple[Array, Array, jnp.dtype]:
    """The deviation, how far it is beyond the tolerance, and the dtype to return."""
    (gap,), dtype = checks.common_float(name, deviation=deviation)
    return gap, jnp.abs(gap) - jnp.asarray(tolerance).astype(gap.dtype), dtype
