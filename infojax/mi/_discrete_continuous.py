"""Nearest-neighbour mutual information of labels and continuous samples."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax
from jax.scipy.special import digamma

from infojax._base import checks, neighbors, numerics
from infojax._base.distances import chebyshev
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Smallest, Sum
from infojax.types import Array, ArrayLike

__all__ = ["class_terms", "discrete_continuous"]


def discrete_continuous(
    x: ArrayLike,
    labels: ArrayLike,
    *,
    k: int = 3,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Ross's estimate of the information between continuous samples and labels.

    :math:`\psi(n) + \langle\psi(k_i) - \psi(N_i) - \psi(m_i)\rangle`, where :math:`N_i`
    is the size of the class of point i and :math:`m_i` counts the other points, of any
    class, up to the distance of its :math:`k_i`-th neighbour in the class.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        labels: integer classes, ``[n]``; their values are names only.
        k: neighbours, static, ``1 <= k < n``. Smaller classes use all they have,
            :math:`k_i = \min(k, N_i - 1)`, and classes of one point are left out.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in nats, at most about the entropy of the labels; slightly negative
        values are normal near independence. Needs a density in every class: it is 0 for
        one class, and negative for many repeated values. 0 when every point is alone.
    Gradients: zero, since values are made of counts.
    Cost: O(n^2 d) time, in row blocks of memory.
    Example:
        >>> x = jnp.linspace(0.0, 1.0, 60) ** 2
        >>> round(float(discrete_continuous(x, (x > 0.5).astype(int))), 4)
        0.591
    References: Ross (2014), mutual information between discrete and continuous data
        sets.
    """
    name = "discrete_continuous"
    (x,), dtype = checks.samples(name, x=x)
    labels = checks.integers(name, "labels", labels)
    rows = checks.same_length(name, x=x, labels=labels)
    k = checks.neighbours(name, k, plan.size(rows))
    mask = checks.row_mask(name, where, rows)
    x = lax.stop_gradient(checks.column_mask(x, mask))
    terms, kept = class_terms(x, labels, k, mask, plan)
    return Pairs(jnp.add, x, x, plan, kept, kept).mean(terms).astype(dtype)


def class_terms(
    x: Array, labels: Array, k: int, mask: Array, plan: PairPlan
) -> tuple[Array, Array]:
    """One term a row, ``[n]``, and which rows count: those with others in the class."""
    x = numerics.settled(x)
    others, radius = _within_class(x, labels, k, mask, plan)
    kept = mask & (others > 0)
    count = neighbors.count_within(x, radius, strict=False, where=kept, plan=plan)
    n = plan.total(jnp.sum(kept.astype(x.dtype)))
    terms = digamma(jnp.clip(others, 1, k).astype(x.dtype))
    terms = terms - digamma(others.astype(x.dtype) + 1)
    terms = terms - digamma(jnp.maximum(count, 1).astype(x.dtype))
    terms = terms + digamma(jnp.maximum(n, 1))
    return jnp.where(jnp.isnan(radius), radius, terms), kept


def _within_class(
    x: Array, labels: Array, k: int, mask: Array, plan: PairPlan
) -> tuple[Array, Array]:
    """Others in the class of each point, and the distance to the k-th of them.

    Where there are fewer, to the last; 0 where there are none.
    """

    def pair(row: tuple[Array, Array], column: tuple[Array, Array]):
        return chebyshev(row[0], column[0]), row[1][:, None] == column[1][None]

    def nearest(rows: Rows) -> tuple[Sum, Smallest]:
        distance, same = rows.values
        same = same & rows.off_diagonal
        return rows.total(same.astype(jnp.int32), same), rows.smallest(
            k, distance, same
        )

    side = (x, labels)
    others, near = Pairs(pair, side, side, plan, mask, mask).map_rows(nearest)
    last = jnp.clip(others, 1, k)[:, None] - 1
    radius = jnp.take_along_axis(near.value, last, axis=1)[:, 0]
    radius = jnp.where(others > 0, radius, 0)
    lost = jnp.any(jnp.isnan(x), axis=1)
    return others, jnp.where(lost, jnp.nan, radius)
