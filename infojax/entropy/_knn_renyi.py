"""Renyi entropy of a density from nearest-neighbour distances."""

from __future__ import annotations

import math

import jax.numpy as jnp

from infojax._base import checks, neighbors, numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.entropy._kozachenko_leonenko import log_unit_ball
from infojax.types import Array, ArrayLike

__all__ = ["knn_renyi"]


def knn_renyi(
    x: ArrayLike,
    *,
    alpha: float = 2.0,
    k: int = 5,
    max_norm: bool = False,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Nearest-neighbour estimate of the Renyi entropy of order alpha of a density.

    :math:`\frac{1}{1 - \alpha} \log \frac{B}{n} \sum_i [(n - 1) V_d\, \epsilon_i^d]^{1
    - \alpha}` for :math:`\frac{1}{1 - \alpha} \log \int p^\alpha`, with
    :math:`\epsilon_i` the distance of point i to its k-th neighbour, :math:`V_d` the
    volume of the unit ball and :math:`B = \Gamma(k) / \Gamma(k + 1 - \alpha)`, which
    makes the sum asymptotically unbiased.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        alpha: order, static, positive, not 1 (there it is ``kozachenko_leonenko``), and
            below k + 1; the variance is finite below (k + 2) / 2.
        k: neighbours, static, ``1 <= k < n``.
        max_norm: balls in the max norm instead of the Euclidean one.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in nats, either sign. Falls as alpha grows, for the law and nearly
        so for estimates. Low orders are ruled by the tails, where balls are wide, high
        ones by the few densest samples. A distance of 0 counts as the smallest normal
        number, and for alpha > 1 it decides alone: deduplicate first. 0 when at most k
        rows remain.
    Gradients: exact with the neighbours held fixed, which is exact almost everywhere;
        zero at coincident points.
    Cost: O(n log n) with a tree (CPU, d <= 6, many rows), else O(n^2 d) time in row
        blocks.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (500,))
        >>> round(float(knn_renyi(x, alpha=2.0)), 1)  # of the law: 1.2655
        1.2
    References: Leonenko, Pronzato and Savani (2008), a class of Renyi information
        estimators for multidimensional densities.
    """
    name = "knn_renyi"
    (x,), dtype = checks.samples(name, x=x)
    rows, d = x.shape
    k = checks.neighbours(name, k, plan.size(rows))
    alpha = checks.order(name, alpha, finite=True)
    if not (alpha > 0 and alpha != 1 and alpha < k + 1):
        expected = f"positive, not 1, and below k + 1 = {k + 1}"
        raise checks.fail(ValueError, name, "alpha", expected, str(alpha))
    mask = checks.row_mask(name, where, rows)
    x = checks.column_mask(x, mask)
    radius = neighbors.nearest(x, k, max_norm=max_norm, where=mask, plan=plan).distance
    enough = mask & (radius[:, k - 1] != jnp.inf)
    log_radius = numerics.log(jnp.where(enough, radius[:, k - 1], 1))
    pairs = Pairs(jnp.add, x, x, plan, mask, mask)
    n, power = pairs.count(x.dtype), 1 - alpha
    log_mean = pairs.log_mean(power * d * log_radius)
    log_b = math.lgamma(k) - math.lgamma(k + power)
    value = (log_mean + log_b) / power + log_unit_ball(d, max_norm)
    value = value + jnp.log(jnp.maximum(n - 1, 1))
    return jnp.where(n > k, value, 0).astype(dtype)
