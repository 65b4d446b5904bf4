"""Nearest-neighbour mutual information."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.special import digamma

from infojax import transforms
from infojax._base.plan import PairPlan
from infojax.mi._neighbour_rows import NeighbourRows, neighbour_rows
from infojax.types import Array, ArrayLike, StepFn

__all__ = ["ksg", "ksg2", "ksg_terms"]


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
    Cost: neighbours O(n log n) by a tree (CPU, dx + dy <= 8, 768 (dx + dy)^2 rows or
        more), else O(n^2 (dx + dy)) time and row blocks of memory; counts by sorting in
        one column, else by tiles, of which those out of reach are skipped. A soft step
        evaluates all pairs.
    Example:
        >>> x = jnp.linspace(-1.0, 1.0, 64)
        >>> round(float(ksg(x, x**3)), 4)
        1.8148
    References: Kraskov, Stoegbauer and Grassberger (2004), equation 8.
    """
    rows = neighbour_rows("ksg", k, where, plan, x=x, y=y)
    return rows.enough(rows.mean(ksg_terms(rows, step)))


def ksg_terms(rows: NeighbourRows, step: StepFn = transforms.hard_step) -> Array:
    """Information of each row, whose mean is the estimate."""
    radius = rows.radius()
    kth = digamma(jnp.asarray(rows.k, radius.dtype))
    counts = [rows.closer(block, radius, step) for block in rows.blocks]
    terms = kth + digamma(jnp.maximum(rows.n, 1))
    return terms - sum(digamma(count + 1) for count in counts)


def ksg2(
    x: ArrayLike,
    y: ArrayLike,
    *,
    k: int = 3,
    step: StepFn = transforms.hard_step,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Kraskov-Stoegbauer-Grassberger estimate of I(X; Y), second variant.

    :math:`\psi(k) - 1/k + \psi(n) - \langle\psi(m_x) + \psi(m_y)\rangle`, where
    :math:`m_x` counts the points whose distance to point i in x is at most the largest
    one among its k neighbours in the max norm of (x, y), and :math:`m_y` likewise.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        k: neighbours, static, ``1 <= k < n``; larger means less variance, more bias.
        step: counts points inside a radius; a soft step gives a trainable estimate. The
            neighbour on the border, of which it sees a part, is completed to one.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in nats; slightly negative values are normal near independence. The
        radii fit each side, which suits sides of unlike scale. Like ``ksg`` it needs a
        density and n above exp(I). Among neighbours that tie, the earlier rows are
        taken, so that there the order of rows matters. 0 when at most k pairs remain.
    Gradients: zero with the hard step, exact for a soft one with neighbours held fixed.
    Cost: neighbours O(n log n) by a tree (CPU, dx + dy <= 8, 768 (dx + dy)^2 rows or
        more), else O(n^2 (dx + dy)) time and row blocks of memory; counts by sorting in
        one column, else by tiles, of which those out of reach are skipped. A soft step
        evaluates all pairs.
    Example:
        >>> x = jnp.exp(jnp.linspace(0.0, 1.0, 64))
        >>> round(float(ksg2(x, jnp.sqrt(x))), 4)
        2.8949
    References: Kraskov, Stoegbauer and Grassberger (2004), equation 9.
    """
    rows = neighbour_rows("ksg2", k, where, plan, x=x, y=y)
    k_ = jnp.asarray(k, rows.blocks[0].dtype)
    value = digamma(k_) - 1 / k_ + digamma(jnp.maximum(rows.n, 1))
    for block, radius in zip(rows.blocks, rows.sides(), strict=True):
        if step is transforms.hard_step:
            count = rows.within(block, radius, strict=False)
        else:
            border = 1 - step(jnp.zeros_like(radius))
            count = rows.closer(block, radius, step) + border
        value = value - rows.mean(digamma(jnp.maximum(count, 1)))
    return rows.enough(value)
