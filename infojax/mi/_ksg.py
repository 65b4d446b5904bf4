"""Nearest-neighbour mutual information."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.special import digamma

from infojax import transforms
from infojax._base import checks, neighbors
from infojax._base.distances import chebyshev
from infojax._base.pairs import PairPlan, Pairs, Rows
from infojax.types import Array, ArrayLike, StepFn

__all__ = ["ksg"]


def ksg(
    x: ArrayLike,
    y: ArrayLike,
    *,
    k: int = 3,
    step: StepFn = transforms.hard_step,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Kraskov-Stoegbauer-Grassberger estimate of I(X; Y), first variant.

    :math:`\psi(k) + \psi(n) - \langle\psi(n_x + 1) + \psi(n_y + 1)\rangle`, where
    :math:`n_x, n_y` count the points whose marginal distance to point i is below the
    max-norm distance of pair i to its k-th neighbour.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        k: neighbours, static, ``1 <= k < n``; larger means less variance, more bias.
        step: counts points inside a radius; a soft step gives a trainable estimate.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in nats; slightly negative values are normal near independence. It
        is not invariant under scaling one column against another of the same block:
        standardise first. It saturates at strong dependence (n must exceed exp(I)) and
        falls short in high dimension; discrete ties break its assumption of a density.
        0 when at most k pairs remain.
    Gradients: zero with the hard step, exact for a soft one with neighbours held fixed.
    Cost: O(n log n) with trees (CPU, dx + dy <= 6, many rows); else O(n^2 (dx + dy))
        time and row blocks of memory. A soft step evaluates all pairs.
    Example:
        >>> x = jnp.linspace(-1.0, 1.0, 64)
        >>> round(float(ksg(x, x**3)), 4)
        1.8148
    References: Kraskov, Stoegbauer and Grassberger (2004), equation 8.
    """
    (x, y), dtype = checks.samples("ksg", x=x, y=y)
    rows = checks.same_length("ksg", x=x, y=y)
    k = checks.neighbours("ksg", k, plan.size(rows))
    mask = checks.row_mask("ksg", where, rows)
    x, y = checks.column_mask(x, mask), checks.column_mask(y, mask)
    joint = jnp.concatenate([x, y], axis=1)
    radius = neighbors.nearest(joint, k, where=mask, plan=plan).distance[:, k - 1]
    pairs = Pairs(jnp.add, x, x, plan, mask, mask)
    n = pairs.count(x.dtype)
    radius = jnp.where(mask & (radius != jnp.inf), radius, 0)
    value = digamma(jnp.asarray(k, x.dtype)) + digamma(jnp.maximum(n, 1))
    for block in (x, y):
        count = _count(block, radius, step, mask, plan)
        value = value - pairs.mean(digamma(count + 1))
    return jnp.where(n > k, value, 0).astype(dtype)


def _count(x: Array, radius: Array, step: StepFn, mask: Array, plan: PairPlan) -> Array:
    """Other points closer than the radius, by a hard or a soft step."""
    if step is transforms.hard_step:
        counts = neighbors.count_within(x, radius, strict=True, where=mask, plan=plan)
        return jnp.where(jnp.isnan(radius), radius, counts.astype(x.dtype))

    def closeness(row: tuple[Array, Array], column: tuple[Array, Array]) -> Array:
        return step(row[1][:, None] - chebyshev(row[0], column[0]))

    def others(rows: Rows) -> Array:
        return jnp.sum(jnp.where(rows.off_diagonal, rows.values, 0), axis=1)

    side = (x, radius)
    return Pairs(closeness, side, side, plan, mask, mask).map_rows(others)
