"""Embeddings of users and items aligned with their profiles, for recommendation."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks
from infojax._base.plan import PairPlan
from infojax._base.scores import scalar
from infojax.losses._alignment import contrast
from infojax.types import Array, ArrayLike

__all__ = [
    "RLMRecTerms",
    "rlmrec_contrastive_loss",
    "rlmrec_contrastive_terms",
    "rlmrec_generative_loss",
]


class RLMRecTerms(NamedTuple):
    """Alignment of users, of the items they chose and of others; scalars in nats."""

    user: Array
    positive: Array
    negative: Array


def rlmrec_contrastive_terms(
    user: ArrayLike,
    user_profile: ArrayLike,
    candidates: ArrayLike,
    positive: ArrayLike,
    positive_profile: ArrayLike,
    negative: ArrayLike,
    negative_profile: ArrayLike,
    *,
    temperature: ArrayLike = 0.2,
    where: ArrayLike | None = None,
    where_candidates: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> RLMRecTerms:
    """The three alignments of a batch of triples, before they are added up.

    Args:
        user, positive, negative: embeddings of the users of n triples, of items they
            chose and of items they did not, ``[n, d]`` each.
        user_profile, positive_profile, negative_profile: profiles of the same users and
            items, brought to that width by a trained projection, ``[n, d]`` each.
        candidates: projected profiles of all users, ``[m, d]``.
        temperature: tau > 0, a scalar; may be traced.
        where: ``[n]`` Boolean; triples marked False (padding) are as if absent.
        where_candidates: ``[m]`` Boolean, the same for candidates.
        plan: how the cosines are evaluated; never changes the values.

    Returns: ``RLMRecTerms(user, positive, negative)``, each an ``alignment_loss``.
        Users are told from all users, items from the items of the same role in the
        batch, so that an item that occurs twice there is a negative of itself.
        ``rlmrec_contrastive_loss`` is their weighted sum.
    Gradients: exact for all arrays and the temperature.
    Cost: O(n (m + n) d).
    Example:
        >>> terms = rlmrec_contrastive_terms(*[jnp.ones((4, 2))] * 7)
        >>> [round(float(term), 4) for term in terms]  # log 4
        [1.3863, 1.3863, 1.3863]
    References: Ren et al. (2024), arXiv 2310.15950.
    """
    return _terms(
        "rlmrec_contrastive_terms",
        {
            "user": user,
            "user_profile": user_profile,
            "candidates": candidates,
            "positive": positive,
            "positive_profile": positive_profile,
            "negative": negative,
            "negative_profile": negative_profile,
        },
        temperature,
        where,
        where_candidates,
        plan,
    )


def rlmrec_contrastive_loss(
    user: ArrayLike,
    user_profile: ArrayLike,
    candidates: ArrayLike,
    positive: ArrayLike,
    positive_profile: ArrayLike,
    negative: ArrayLike,
    negative_profile: ArrayLike,
    *,
    weight: ArrayLike = 1e-2,
    temperature: ArrayLike = 0.2,
    where: ArrayLike | None = None,
    where_candidates: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """RLMRec-Con: embeddings of users and items aligned with their profiles.

    Args:
        user, user_profile, candidates, positive, positive_profile, negative,
            negative_profile: as in ``rlmrec_contrastive_terms``.
        weight: of the terms, one for all or ``[3]`` in their order; may be traced.
        temperature, where, where_candidates, plan: as there.

    Returns: scalar to minimise, in nats: ``weight * (user + positive + negative)``, to
        add to ``bpr_loss`` of the same triples.
    Gradients: exact for all arrays, weight and temperature.
    Cost: O(n (m + n) d).
    Example:
        >>> e, s = jax.random.normal(jax.random.key(0), (2, 6, 3))
        >>> def loss(w):
        ...     p = s @ w
        ...     users, items = (e[:3], p[:3], p[:3]), (e[3:], p[3:])
        ...     return rlmrec_contrastive_loss(*users, *items, e[4:1:-1], p[4:1:-1])
        >>> w, optimizer = jnp.eye(3), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Ren et al. (2024), arXiv 2310.15950.
    """
    name = "rlmrec_contrastive_loss"
    terms = _terms(
        name,
        {
            "user": user,
            "user_profile": user_profile,
            "candidates": candidates,
            "positive": positive,
            "positive_profile": positive_profile,
            "negative": negative,
            "negative_profile": negative_profile,
        },
        temperature,
        where,
        where_candidates,
        plan,
    )
    factors = jnp.asarray(weight)
    if factors.shape not in ((), (3,)):
        expected, received = "a scalar or of shape [3]", str(list(factors.shape))
        raise checks.fail(ValueError, name, "weight", expected, received)
    return jnp.sum(factors.astype(terms.user.dtype) * jnp.stack(terms))


def rlmrec_generative_loss(
    decoded: ArrayLike,
    profiles: ArrayLike,
    *,
    temperature: ArrayLike = 0.5,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""RLMRec-Gen: which masked node is it, from the reconstruction of its profile?

    :math:`-\overline{\log \mathrm{softmax}_k(\cos(d_i, s_k) / \tau)_i}` over the masked
    nodes i, k.

    Args:
        decoded: reconstructions from embeddings of a graph of which some nodes were
            masked, ``[n, d]`` or ``[n]``.
        profiles: profiles of the same nodes, ``[n, d]``; constants.
        temperature: tau > 0, a scalar; may be traced.
        where: ``[n]`` Boolean, True where a node was masked, such as ``where`` of
            ``transforms.mask_nodes``; all by default.
        plan: how the cosines are evaluated; never changes the value.

    Returns: scalar to minimise, in nats, >= 0; 0 when fewer than two nodes are masked.
        The published code adds 1e-8 to numerator, denominator and inside the logarithm,
        which ends its gradient where the loss of a node nears 18.4.
    Gradients: exact for ``decoded`` and the temperature, zero for the profiles.
    Cost: O(n^2 d).
    Example:
        >>> codes, profiles = jax.random.normal(jax.random.key(0), (2, 8, 3))
        >>> def loss(w):
        ...     return rlmrec_generative_loss(codes @ w, profiles)
        >>> w, optimizer = jnp.eye(3), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Ren et al. (2024), arXiv 2310.15950.
    """
    name = "rlmrec_generative_loss"
    (a, p), dtype = checks.samples(name, decoded=decoded, profiles=profiles)
    n = checks.same_length(name, decoded=a, profiles=p)
    checks.columns(name, decoded=a, profiles=p)
    mask = checks.row_mask(name, where, n)
    heat = scalar(name, "temperature", temperature, a.dtype)
    p = lax.stop_gradient(p)
    return contrast(a, p, p, mask, mask, heat, plan).astype(dtype)


def _terms(
    name: str,
    arrays: dict[str, ArrayLike],
    temperature: ArrayLike,
    where: ArrayLike | None,
    where_candidates: ArrayLike | None,
    plan: PairPlan,
) -> RLMRecTerms:
    opened, dtype = checks.samples(name, **arrays)
    named = dict(zip(arrays, opened, strict=True))
    checks.columns(name, **named)
    candidates = named.pop("candidates")
    n = checks.same_length(name, **named)
    mask = checks.row_mask(name, where, n)
    keep = checks.row_mask(name, where_candidates, len(candidates), "where_candidates")
    heat = scalar(name, "temperature", temperature, candidates.dtype)

    def term(role: str, candidates: Array, keep: Array) -> Array:
        anchor, profile = named[role], named[f"{role}_profile"]
        value = contrast(anchor, profile, candidates, mask, keep, heat, plan)
        return value.astype(dtype)

    return RLMRecTerms(
        term("user", candidates, keep),
        term("positive", named["positive_profile"], mask),
        term("negative", named["negative_profile"], mask),
    )
