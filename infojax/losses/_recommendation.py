"""Bayesian personalised ranking, and how good a ranking is."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["bpr_loss", "ndcg_at_k", "recall_at_k"]


def bpr_loss(
    user: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> Array:
    r"""Bayesian personalised ranking: chosen items should score above others.

    :math:`\overline{\log(1 + e^{u_i \cdot n_i - u_i \cdot p_i})}`.

    Args:
        user: embeddings of the users of n triples, ``[n, d]`` or ``[n]``.
        positive: of items they chose, ``[n, d]``.
        negative: of items they did not choose, usually drawn at random, ``[n, d]``.
        where: ``[n]`` Boolean; triples marked False (padding) are as if absent.

    Returns: scalar to minimise, in nats, >= 0; log 2 where scores are equal.
    Gradients: exact and bounded by the embeddings.
    Cost: O(n d).
    Example:
        >>> user, items = jax.random.normal(jax.random.key(0), (2, 6, 3))
        >>> def loss(p):
        ...     return bpr_loss(p["user"], p["items"], p["items"][::-1])
        >>> p, optimizer = {"user": user, "items": items}, optax.adam(0.1)
        >>> state, start = optimizer.init(p), loss(p)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(p), state)
        ...     p = optax.apply_updates(p, updates)
        >>> bool(loss(p) < start)
        True
    References: Rendle et al. (2009), BPR, Bayesian personalized ranking from implicit
        feedback.
    """
    name = "bpr_loss"
    triples = {"user": user, "positive": positive, "negative": negative}
    arrays, dtype = checks.samples(name, **triples)
    named = dict(zip(triples, arrays, strict=True))
    n = checks.same_length(name, **named)
    checks.columns(name, **named)
    mask = checks.row_mask(name, where, n)
    u, p, q = (checks.column_mask(x, mask) for x in arrays)
    margin = jnp.sum(u * (q - p), axis=1)
    return numerics.mean(jax.nn.softplus(margin), mask).astype(dtype)


def recall_at_k(
    scores: ArrayLike,
    relevance: ArrayLike,
    *,
    k: int,
    where: ArrayLike | None = None,
) -> Array:
    """Share of a user's relevant items that are among the k of highest score.

    Args:
        scores: ``[users, items]``, higher is better; ties go to the first item.
        relevance: ``[users, items]`` Boolean, the held-out choices.
        k: length of the list, static; more than all items takes all.
        where: ``[users, items]`` Boolean; items marked False, such as those a user
            chose in training, are neither ranked nor relevant.

    Returns: scalar in [0, 1], the mean over users with a relevant item; users without
        one do not count, 0 if there is none with one. Below 1 for a perfect order where
        users have more than k relevant items.
    Gradients: zero.
    Cost: O(users items log k).
    Example:
        >>> scores = jnp.array([[3.0, 2.0, 1.0, 0.0]])
        >>> relevance = jnp.array([[True, False, True, False]])
        >>> float(recall_at_k(scores, relevance, k=2))
        0.5
        >>> float(recall_at_k(scores, relevance, k=2, where=scores != 2.0))
        1.0
    References: Jarvelin and Kekalainen (2002), cumulated gain-based evaluation of IR
        techniques.
    """

    def share(gains: Array, relevant: Array) -> Array:
        return numerics.ratio(jnp.sum(gains, axis=1), relevant)

    return _over_users("recall_at_k", scores, relevance, k, where, share)


def ndcg_at_k(
    scores: ArrayLike,
    relevance: ArrayLike,
    *,
    k: int,
    where: ArrayLike | None = None,
) -> Array:
    r"""Normalised discounted cumulative gain of the k items of highest score.

    :math:`\sum_{r \le k} g_r / \log_2(1 + r)` for :math:`g_r` = 1 where the item of
    rank r is relevant, over its largest value, of relevant items first.

    Args:
        scores, relevance, k, where: as in ``recall_at_k``.

    Returns: scalar in [0, 1], the mean over users with a relevant item, as in
        ``recall_at_k``; 1 for a perfect order.
    Gradients: zero.
    Cost: O(users items log k).
    Example:
        >>> scores = jnp.array([[3.0, 2.0, 1.0]])
        >>> relevance = jnp.array([[False, True, False]])
        >>> round(float(ndcg_at_k(scores, relevance, k=2)), 4)  # 1 / log2(3)
        0.6309
    References: Jarvelin and Kekalainen (2002), cumulated gain-based evaluation of IR
        techniques.
    """

    def share(gains: Array, relevant: Array) -> Array:
        rank = jnp.arange(gains.shape[1], dtype=gains.dtype)
        discount = 1 / jnp.log2(rank + 2)
        ideal = jnp.where(rank < relevant[:, None], discount, 0)
        return numerics.ratio(jnp.sum(gains * discount, axis=1), jnp.sum(ideal, axis=1))

    return _over_users("ndcg_at_k", scores, relevance, k, where, share)


def _over_users(
    name: str,
    scores: ArrayLike,
    relevance: ArrayLike,
    k: int,
    where: ArrayLike | None,
    share: Callable[[Array, Array], Array],
) -> Array:
    """Mean over users of ``share(gains, relevant)``.

    ``gains [users, k]`` is 1 where the item of a rank is relevant; ``relevant [users]``
    counts the items that are.
    """
    table = checks.table(name, "scores", scores, 2)
    keep = checks.cell_mask(name, where, table.shape)
    wanted = keep & checks.cell_mask(name, relevance, table.shape, "relevance")
    length = min(checks.size(name, k, "k"), table.shape[1])
    work = checks.working_dtype(table.dtype)
    ranked = lax.stop_gradient(jnp.where(keep, table.astype(work), 0))
    # A score of -inf still ranks above what is masked.
    above = jnp.where(keep, jnp.maximum(ranked, jnp.finfo(work).min), -jnp.inf)
    order = lax.top_k(above, length)[1]
    gains = jnp.take_along_axis(wanted, order, axis=1).astype(work)
    relevant = jnp.sum(wanted.astype(work), axis=1)
    value = numerics.mean(share(gains, relevant), relevant > 0)
    return numerics.unless_nan(value, ranked).astype(table.dtype)
