"""Contrast of anchors with a table of candidates, by the cosines of embeddings."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.scores import row_logsumexp, scalar
from infojax.losses._distillation import cosine_scores, unit
from infojax.types import Array, ArrayLike

__all__ = ["alignment_loss", "contrast"]


def alignment_loss(
    anchor: ArrayLike,
    positive: ArrayLike,
    candidates: ArrayLike,
    *,
    temperature: ArrayLike = 0.2,
    where: ArrayLike | None = None,
    where_candidates: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Contrast of each anchor's positive with a table of candidates.

    :math:`\overline{\log\sum_k e^{\cos(a_i, c_k) / \tau} - \cos(a_i, p_i) / \tau}`. The
    positives belong among the candidates, where they are contrasted too.

    Args:
        anchor: embeddings, ``[n, d]`` or ``[n]``.
        positive: what each anchor should be close to, ``[n, d]``.
        candidates: what it is told from, ``[m, d]``: the table the positives are from,
            or the positives themselves.
        temperature: tau > 0, a scalar; may be traced.
        where: ``[n]`` Boolean; anchors and positives marked False are as if absent.
        where_candidates: ``[m]`` Boolean, the same for candidates.
        plan: how the cosines are evaluated; never changes the value.

    Returns: scalar to minimise, in nats; log m minus it bounds the information of
        anchors and positives from below where every candidate is as often a positive.
        >= 0 where the positives are candidates; 0 where no candidates are left.
    Gradients: exact for all arrays and the temperature; zero at a row of zeros. Give
        ``jax.lax.stop_gradient`` of what should stay as it is.
    Cost: O(n m d).
    Example:
        >>> table, noise = jax.random.normal(jax.random.key(0), (2, 8, 3))
        >>> def loss(e):
        ...     return alignment_loss(e, table[:4], table)
        >>> e, optimizer = (table + noise)[:4], optax.adam(0.1)
        >>> state, start = optimizer.init(e), loss(e)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(e), state)
        ...     e = optax.apply_updates(e, updates)
        >>> bool(loss(e) < start)
        True
    References: Ren et al. (2024), representation learning with large language models
        for recommendation, arXiv 2310.15950; van den Oord, Li and Vinyals (2018).
    """
    name = "alignment_loss"
    arrays = {"anchor": anchor, "positive": positive, "candidates": candidates}
    (a, p, c), dtype = checks.samples(name, **arrays)
    n = checks.same_length(name, anchor=a, positive=p)
    checks.columns(name, anchor=a, positive=p, candidates=c)
    mask = checks.row_mask(name, where, n)
    keep = checks.row_mask(name, where_candidates, len(c), "where_candidates")
    heat = scalar(name, "temperature", temperature, a.dtype)
    return contrast(a, p, c, mask, keep, heat, plan).astype(dtype)


def contrast(
    anchor: Array,
    positive: Array,
    candidates: Array,
    mask: Array,
    keep: Array,
    temperature: Array,
    plan: PairPlan,
) -> Array:
    """Mean cross-entropy of the positives among the candidates."""
    a, p = (unit(checks.column_mask(x, mask)) for x in (anchor, positive))
    c = unit(checks.column_mask(candidates, keep))
    pairs = Pairs(cosine_scores(temperature), a, c, plan, mask, keep)
    sums = row_logsumexp(pairs)
    own = jnp.sum(a * p, axis=1) / temperature
    return pairs.mean(jnp.where(sums == -jnp.inf, 0, sums - own))
