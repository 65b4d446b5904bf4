"""Which keys a query may see, how many those are, and what they give away."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["capacity", "causal_mask", "leakage", "modality_mutual_mask"]


def causal_mask(length: int, *, valid: ArrayLike | None = None) -> Array:
    r"""Mask of a decoder: a query sees its own position and those before it.

    :math:`\text{allow}_{ij} = (j \le i) \wedge \text{valid}_j`.

    Args:
        length: positions n, a static int.
        valid: ``[n]`` Boolean; keys marked False (padding) are seen by no query.

    Returns: ``[n, n]`` Boolean, queries by keys; True is allowed.
    Gradients: none.
    Cost: O(n^2).
    Example:
        >>> causal_mask(3).astype(int).tolist()
        [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    References: Vaswani et al. (2017), attention is all you need.
    """
    checks.size("causal_mask", length, "length")
    return _causal(length) & checks.row_mask("causal_mask", valid, length, "valid")


def modality_mutual_mask(
    length: int,
    query_spans: ArrayLike,
    key_spans: ArrayLike,
    *,
    valid: ArrayLike | None = None,
) -> Array:
    r"""Causal mask in which some queries may also see some later keys.

    :math:`\text{allow}_{ij} = (j \le i \vee \exists p: i \in Q_p \wedge j \in K_p)
    \wedge \text{valid}_j`: an image may look at the question that follows it, while
    answers stay causal. Score no token of a key span, or the model sees its own target:
    ``leakage`` counts that. When generating, use the mask for the prompt; later tokens
    are plainly causal.

    Args:
        length: positions n, a static int.
        query_spans: integers ``[pairs, 2]``, start and end (excluded) of each Q; may be
            traced. Spans that are empty, or no pairs at all, leave the causal mask.
        key_spans: the same of each K.
        valid: ``[n]`` Boolean; keys marked False (padding) are seen by no query.

    Returns: ``[n, n]`` Boolean, queries by keys; True is allowed. Positions outside
        0 .. n - 1 are ignored.
    Gradients: none.
    Cost: O(pairs n^2).
    Example:
        >>> mask = modality_mutual_mask(4, [[0, 2]], [[2, 3]])
        >>> mask.astype(int).tolist()
        [[1, 0, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    References: Wang et al. (2025), seeing is understanding, unlocking causal attention
        into modality-mutual attention for multimodal LLMs, arXiv 2503.02597.
    """
    name = "modality_mutual_mask"
    checks.size(name, length, "length")
    queries = _members(name, "query_spans", query_spans, length)
    keys = _members(name, "key_spans", key_spans, length)
    checks.same_length(name, query_spans=queries, key_spans=keys)
    opened = jnp.any(queries[:, :, None] & keys[:, None, :], axis=0)
    allowed = _causal(length) | opened
    return allowed & checks.row_mask(name, valid, length, "valid")


def capacity(mask: ArrayLike) -> Array:
    """Largest entropy a query's weights can have: log of the number of allowed keys.

    Args:
        mask: Boolean ``[..., n, m]``, queries by keys.

    Returns: ``[..., n]`` in nats; 0 for a query with one key or none.
    Gradients: none.
    Cost: O(n m).
    Example:
        >>> [round(float(c), 4) for c in capacity(causal_mask(3))]
        [0.0, 0.6931, 1.0986]
    References: Shannon (1948).
    """
    count = jnp.sum(_boolean("capacity", mask, 1), axis=-1)
    return jnp.log(jnp.maximum(count, 1).astype(jnp.result_type(float)))


def leakage(mask: ArrayLike, targets: ArrayLike) -> Array:
    """How often a query sees a later token that the model is scored on: must be 0.

    Args:
        mask: Boolean ``[..., n, n]``, queries by keys.
        targets: ``[n]`` Boolean, the tokens whose prediction counts in the loss.

    Returns: ``[...]`` integer, allowed pairs of query i and target j with i < j.
    Gradients: none.
    Cost: O(n^2).
    Example:
        >>> mask = modality_mutual_mask(4, [[0, 2]], [[2, 3]])
        >>> int(leakage(mask, jnp.array([False, False, True, True])))
        2
    References: Wang et al. (2025), arXiv 2503.02597.
    """
    allowed = _boolean("leakage", mask, 2)
    n = allowed.shape[-1]
    if allowed.shape[-2] != n:
        received = str(list(allowed.shape))
        raise checks.fail(ValueError, "leakage", "mask", "[..., n, n]", received)
    scored = checks.row_mask("leakage", targets, n, "targets")
    return jnp.sum(allowed & ~_causal(n) & scored, axis=(-2, -1))


def _causal(length: int) -> Array:
    return jnp.tri(length, dtype=bool)


def _members(name: str, argument: str, spans: ArrayLike, length: int) -> Array:
    """Which positions each span holds, ``[pairs, n]``."""
    if np.size(spans) == 0:
        return jnp.zeros((0, length), bool)
    limits = checks.integers(name, argument, spans, ndim=2)
    if limits.shape[1] != 2:
        received = str(list(limits.shape))
        raise checks.fail(ValueError, name, argument, "of shape [pairs, 2]", received)
    positions = jnp.arange(length, dtype=limits.dtype)
    return (limits[:, :1] <= positions) & (positions < limits[:, 1:])


def _boolean(name: str, mask: ArrayLike, ndim: int) -> Array:
    """A Boolean of at least this rank."""
    array = mask if isinstance(mask, jax.Array) else np.asarray(mask)
    if array.ndim < ndim:
        expected = f"of rank {ndim} or more"
        raise checks.fail(ValueError, name, "mask", expected, f"rank {array.ndim}")
    return checks.cell_mask(name, array, array.shape, "mask")
