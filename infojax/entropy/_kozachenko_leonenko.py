"""Differential entropy from nearest-neighbour distances."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jax.scipy.special import digamma

from infojax._base import checks, neighbors, numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.types import Array, ArrayLike

__all__ = ["kozachenko_leonenko", "log_unit_ball"]


def kozachenko_leonenko(
    x: ArrayLike,
    *,
    k: int = 3,
    max_norm: bool = False,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Kozachenko-Leonenko nearest-neighbour entropy of a density.

    :math:`\psi(n) - \psi(k) + \log V_d + \frac{d}{n} \sum_i \log \epsilon_i`, with
    :math:`\epsilon_i` the distance of point i to its k-th neighbour and :math:`V_d`
    the volume of the unit ball.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        k: neighbours, static, ``1 <= k < n``; larger means less variance, more bias.
        max_norm: balls in the max norm instead of the Euclidean one.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in nats. Assumes a density: duplicates drive it towards the log of
        the smallest normal number. Bias grows with d. 0 when at most k rows remain.
    Gradients: exact with the neighbours held fixed, which is exact almost everywhere;
        zero at coincident points.
    Cost: O(n log n) with a tree (CPU, d <= 6, many rows), else O(n^2 d) time in row
        blocks.
    Example:
        >>> x = jnp.linspace(0.0, 1.0, 101)
        >>> round(float(kozachenko_leonenko(x, k=1)), 4)
        1.2754
    References: Kozachenko and Leonenko (1987); Kraskov et al. (2004), equation 20.
    """
    name = "kozachenko_leonenko"
    (x,), dtype = checks.samples(name, x=x)
    rows, d = x.shape
    k = checks.neighbours(name, k, plan.size(rows))
    mask = checks.row_mask(name, where, rows)
    x = checks.column_mask(x, mask)
    near = neighbors.nearest(x, k, max_norm=max_norm, where=mask, plan=plan)
    pairs = Pairs(jnp.add, x, x, plan, mask, mask)
    n = pairs.count(x.dtype)
    radius = near.distance[:, k - 1]
    enough = mask & (radius != jnp.inf)
    log_radius = numerics.log(jnp.where(enough, radius, 1))
    value = d * pairs.mean(log_radius) + log_unit_ball(d, max_norm)
    value = value + digamma(jnp.maximum(n, 1)) - digamma(jnp.asarray(k, x.dtype))
    return jnp.where(n > k, value, 0).astype(dtype)


def log_unit_ball(d: int, max_norm: bool) -> float:
    """Log of the volume of the unit ball in d columns."""
    if max_norm:
        return d * math.log(2)
    return d / 2 * math.log(math.pi) - math.lgamma(d / 2 + 1)
