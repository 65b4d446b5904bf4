"""Divergences between probability tables."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["kl"]


def kl(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Kullback-Leibler divergence :math:`D(p \| q) = \sum p \log(p / q)`.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: the reference, of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, in nats; +inf where q is 0 and p is
        not. Order follows the formula: the first argument is averaged over.
    Gradients: exact; zero at cells where p or q is 0, never NaN.
    Cost: O(cells).
    Example:
        >>> round(float(kl(jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1]))), 4)
        0.5108
    References: Kullback and Leibler (1951).
    """
    p, q = checks.counts("kl", "p", p), checks.counts("kl", "q", q)
    (p, q), dtype = checks.common_float("kl", p=p, q=q)
    try:
        shape = jnp.broadcast_shapes(p.shape, q.shape)
    except ValueError:
        raise checks.fail(
            ValueError,
            "kl",
            "q",
            f"broadcastable to {list(p.shape)}",
            f"{list(q.shape)}",
        ) from None
    if p.shape[axis] != q.shape[axis]:
        raise checks.fail(
            ValueError, "kl", "q", f"of {p.shape[axis]} cells", f"{q.shape[axis]}"
        )
    p, q = jnp.broadcast_to(p, shape), jnp.broadcast_to(q, shape)
    if where is not None:
        p, q = jnp.where(where, p, 0), jnp.where(where, q, 0)
    p = numerics.normalise(jnp.where(p < 0, 0, p), axis=axis)
    q = numerics.normalise(jnp.where(q < 0, 0, q), axis=axis)
    return jnp.sum(numerics.relative_entropy_terms(p, q), axis=axis).astype(dtype)
