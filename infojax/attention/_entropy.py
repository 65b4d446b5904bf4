"""How spread attention is: entropy of each query's weights, and of heads in bands."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.attention._masks import capacity as capacity_of
from infojax.attention._softmax import softmax
from infojax.types import Array, ArrayLike

__all__ = ["bands", "entropy", "entropy_of_logits", "normalized_entropy"]


def entropy(weights: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Entropy of each query's weights over the keys, :math:`-\sum_k p_k \log p_k`.

    Args:
        weights: attention after the softmax and before any dropout, ``[..., n, m]``
            (or ``[m]``), nonnegative; they are not normalised again.
        where: Boolean, broadcast to ``weights``; keys marked False are as if absent.

    Returns: the shape of ``weights`` without the last axis, in nats: from 0, all on one
        key, to ``capacity``, all keys alike. 0 for a query without a key.
    Gradients: exact; 0 at weights of 0, where the true slope is infinite.
    Cost: O(n m).
    Example:
        >>> weights = jnp.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
        >>> [round(float(e), 4) for e in entropy(weights)]
        [0.6931, 0.0]
    References: Shannon (1948); Jha and Reagen (2025), entropy-guided attention for
        private LLMs, arXiv 2501.03489.
    """
    p, _, dtype = _door("entropy", "weights", weights, where)
    return _entropy(p).astype(dtype)


def entropy_of_logits(logits: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Entropy of the softmax of each query's logits, :math:`-\sum_k p_k \log p_k`.

    Args:
        logits: scores before the softmax, ``[..., n, m]`` or ``[m]``.
        where: Boolean, broadcast to ``logits``; keys marked False are as if absent, and
            so are logits of -inf.

    Returns: the shape of ``logits`` without the last axis, in nats. 0 for a query
        without a key.
    Gradients: exact, :math:`-p_k (\log p_k + H)`.
    Cost: O(n m).
    Example:
        >>> logits = jnp.array([[7.0, 7.0, -jnp.inf], [0.0, 99.0, 0.0]])
        >>> [round(float(e), 4) for e in entropy_of_logits(logits)]
        [0.6931, 0.0]
    References: Shannon (1948); Jha and Reagen (2025), arXiv 2501.03489.
    """
    scores, keep, dtype = _door("entropy_of_logits", "logits", logits, where)
    p, surprisal = softmax(scores, keep)
    return jnp.sum(p * surprisal, axis=-1).astype(dtype)


def normalized_entropy(weights: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    """Entropy of each query's weights as a share of the largest that it can have.

    Where masks differ from query to query, as causal ones do, this is what compares.

    Args:
        weights, where: as in ``entropy``.

    Returns: the shape of ``weights`` without the last axis, from 0 to 1; 0 for a query
        with one key or none.
    Gradients: as in ``entropy``.
    Cost: O(n m).
    Example:
        >>> weights = jnp.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
        >>> normalized_entropy(weights, where=causal_mask(3)).round(4).tolist()
        [0.0, 1.0, 0.0]
    References: Jha and Reagen (2025), arXiv 2501.03489; Wang et al. (2025),
        arXiv 2503.02597.
    """
    p, keep, dtype = _door("normalized_entropy", "weights", weights, where)
    share = numerics.ratio(_entropy(p), capacity_of(keep).astype(p.dtype))
    return share.astype(dtype)


def bands(
    entropies: ArrayLike,
    capacity: ArrayLike,
    *,
    edges: ArrayLike | Sequence[float] = (0.25, 0.5, 0.75),
) -> Array:
    """Share of heads in each band of entropy over capacity, from collapse to overload.

    Args:
        entropies: one a head, such as means over queries, ``[..., heads]``.
        capacity: the largest they can be, a scalar or broadcast to ``entropies``.
        edges: increasing bounds between the bands, ``[bands - 1]``; a head on an edge
            is in the band above.

    Returns: ``[..., bands]``, each row sums to one. By default the first band is
        collapse, the last overload.
    Gradients: zero.
    Cost: O(heads bands).
    Example:
        >>> bands(jnp.array([0.1, 1.9, 2.0, 1.2]), jnp.log(8.0)).tolist()
        [0.25, 0.0, 0.25, 0.5]
    References: Jha and Reagen (2025), arXiv 2501.03489.
    """
    name = "bands"
    (values,), dtype = checks.common_float(name, entropies=entropies)
    if values.ndim < 1 or values.size == 0:
        expected, received = "non-empty, [..., heads]", str(list(values.shape))
        raise checks.fail(ValueError, name, "entropies", expected, received)
    top, limits = (jnp.asarray(a).astype(values.dtype) for a in (capacity, edges))
    if limits.ndim != 1:
        received = str(list(limits.shape))
        raise checks.fail(ValueError, name, "edges", "of shape [bands - 1]", received)
    share = numerics.ratio(values, top)[..., None]
    above = jnp.where(jnp.isnan(share), share, (share >= limits).astype(share.dtype))
    above = jnp.mean(above, axis=-2)
    ends = [(0, 0)] * (above.ndim - 1)
    upto = jnp.pad(above, [*ends, (0, 1)])
    beyond = jnp.pad(above, [*ends, (1, 0)], constant_values=1)
    return (beyond - upto).astype(dtype)


def _entropy(p: Array) -> Array:
    return jnp.sum(-numerics.xlogx(p), axis=-1)  # 0, not -0, where all is on one key


def _door(
    name: str, argument: str, x: ArrayLike, where: ArrayLike | None
) -> tuple[Array, Array, jnp.dtype]:
    """The rows over keys without what is masked, the mask, and the dtype to return."""
    array = checks.table(name, argument, x)
    keep = checks.cell_mask(name, where, array.shape)
    work = array.astype(checks.working_dtype(array.dtype))
    return jnp.where(keep, work, 0), keep, array.dtype
