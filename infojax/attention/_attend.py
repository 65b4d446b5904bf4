"""Attention of all keys, or of the best ones, with its weights."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks
from infojax.attention._softmax import softmax
from infojax.types import Array, ArrayLike

__all__ = ["Attention", "attend", "attend_top_k"]


class Attention(NamedTuple):
    """What attention returns, with any heads and batches in front.

    ``output`` is ``[..., n, e]``; ``weights``, ``[..., n, m]``, are nonnegative, and
    sum to one over the keys, or are 0 where a query has no key.
    """

    output: Array
    weights: Array


def attend(
    q: ArrayLike,
    k: ArrayLike,
    v: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    temperature: ArrayLike = 1.0,
) -> Attention:
    r"""Scaled dot-product attention, :math:`\text{softmax}(q k^\top / \tau\sqrt{d}) v`.

    Args:
        q: queries, ``[..., n, d]``.
        k: keys, ``[..., m, d]``.
        v: values, ``[..., m, e]``. The leading axes of all three, such as batch and
            heads, broadcast.
        mask: Boolean, broadcast to ``[..., n, m]``; keys marked False are as if absent.
        temperature: tau > 0, broadcast to ``[..., n, m]``: ``[heads, 1, 1]`` is one a
            head. Entropy grows with it. May be traced.

    Returns: ``Attention(output, weights)``. A query without a key gets zeros, and what
        no query sees may hold anything.
    Gradients: exact; zero for queries without a key, and keys without a query.
    Cost: O(n m (d + e)).
    Example:
        >>> found = attend(jnp.eye(2), jnp.eye(2), jnp.eye(2), temperature=0.1)
        >>> found.weights.round(2).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    References: Vaswani et al. (2017), attention is all you need.
    """
    q, k, v, keep, dtype = _door("attend", q, k, v, mask)
    return _attend(_logits("attend", q, k, keep, temperature), v, keep, dtype)


def attend_top_k(
    q: ArrayLike,
    k: ArrayLike,
    v: ArrayLike,
    *,
    top_k: int,
    mask: ArrayLike | None = None,
    temperature: ArrayLike = 1.0,
) -> Attention:
    """Attention in which every query sees only the keys it scores highest.

    Homologous attention of the mixed autoencoder, where ``top_k`` is the number of
    patches that one image gives.

    Args:
        q, k, v, mask, temperature: as in ``attend``.
        top_k: keys of a query, a static int, ``1 <= top_k <= m``. Keys that tie with
            the last one stay too; a query with fewer allowed keys sees those.

    Returns: ``Attention(output, weights)``; with ``top_k`` the number of keys it is
        ``attend``.
    Gradients: exact for the keys chosen; none through the choice.
    Cost: O(n m (d + e + log m)).
    Example:
        >>> scores = jnp.array([[3.0, 2.0, 1.0]])
        >>> found = attend_top_k(jnp.ones((1, 1)), scores.T, jnp.eye(3), top_k=2)
        >>> [round(float(w), 4) for w in found.weights[0]]
        [0.7311, 0.2689, 0.0]
    References: Chen et al. (2023), mixed autoencoder for self-supervised visual
        representation learning, arXiv 2303.17152.
    """
    name = "attend_top_k"
    q, k, v, keep, dtype = _door(name, q, k, v, mask)
    keys = k.shape[-2]
    if checks.size(name, top_k, "top_k") > keys:
        expected = f"at most the number of keys, {keys}"
        raise checks.fail(ValueError, name, "top_k", expected, str(top_k))
    logits = _logits(name, q, k, keep, temperature)
    seen = lax.stop_gradient(jnp.where(keep, logits, -jnp.inf))
    last = lax.top_k(seen, top_k)[0][..., -1:]
    # A score that is NaN compares with nothing, and stays.
    return _attend(logits, v, keep & ~(seen < last), dtype)


def _door(
    name: str, q: ArrayLike, k: ArrayLike, v: ArrayLike, mask: ArrayLike | None
) -> tuple[Array, Array, Array, Array, jnp.dtype]:
    """Queries, keys and values without what the mask hides, the mask, the dtype."""
    (q, k, v), dtype = checks.common_float(name, q=q, k=k, v=v)
    for argument, x in (("q", q), ("k", k), ("v", v)):
        if x.ndim < 2 or x.size == 0:
            expected = "non-empty, [..., rows, columns]"
            raise checks.fail(ValueError, name, argument, expected, str(list(x.shape)))
    if k.shape[-1] != q.shape[-1]:
        expected = f"as wide as `q` ({q.shape[-1]} columns)"
        raise checks.fail(ValueError, name, "k", expected, f"{k.shape[-1]} columns")
    if v.shape[-2] != k.shape[-2]:
        expected = f"as long as `k` ({k.shape[-2]} rows)"
        raise checks.fail(ValueError, name, "v", expected, f"{v.shape[-2]} rows")
    leading = [x.shape[:-2] for x in (q, k, v)]
    try:
        front = np.broadcast_shapes(*leading)
    except ValueError:
        expected = "of leading axes that broadcast to those of `k` and `v`"
        raise checks.fail(ValueError, name, "q", expected, str(leading)) from None
    keep = checks.cell_mask(name, mask, (*front, q.shape[-2], k.shape[-2]), "mask")
    if mask is not None:
        # What a product with 0 would not remove: numbers that are not finite.
        q = jnp.where(jnp.any(keep, axis=-1)[..., None], q, 0)
        known = jnp.any(keep, axis=-2)[..., None]
        k, v = jnp.where(known, k, 0), jnp.where(known, v, 0)
    return q, k, v, keep, dtype


def _logits(
    name: str, q: Array, k: Array, keep: Array, temperature: ArrayLike
) -> Array:
    heat = jnp.asarray(temperature).astype(q.dtype)
    try:
        fits = np.broadcast_shapes(heat.shape, keep.shape) == keep.shape
    except ValueError:
        fits = False
    if not fits:
        expected = f"broadcastable to {list(keep.shape)}"
        received = str(list(heat.shape))
        raise checks.fail(ValueError, name, "temperature", expected, received)
    return jnp.matmul(q, jnp.swapaxes(k, -1, -2)) / (heat * q.shape[-1] ** 0.5)


def _attend(logits: Array, v: Array, keep: Array, dtype: jnp.dtype) -> Attention:
    weights, _ = softmax(logits, keep)
    return Attention(jnp.matmul(weights, v).astype(dtype), weights.astype(dtype))
