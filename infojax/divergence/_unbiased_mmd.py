"""Maximum mean discrepancy without bias, in quadratic and in linear time."""

from __future__ import annotations

import jax.numpy as jnp

from infojax import kernels
from infojax._base import numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Mean, Rows
from infojax.divergence._two_sample import two_samples
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["linear_mmd", "unbiased_mmd"]


def unbiased_mmd(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel: Kernel = kernels.gaussian(1.0),
    where_x: ArrayLike | None = None,
    where_y: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Squared maximum mean discrepancy of two samples, the U-statistic.

    ``mmd`` with the means within a sample over pairs of two different rows.

    Args:
        x: samples of the first law, ``[n, d]`` or ``[n]``.
        y: samples of the second law, ``[m, d]`` or ``[m]``.
        kernel: Gram callable; its bandwidth may be an array.
        where_x, where_y: Boolean rows; those marked False are as if absent.
        plan: how the Gram matrices are evaluated; never changes the value.

    Returns: scalar, negative for about half of all samples of equal laws; its mean is
        the population's value. 0 when a sample has fewer than two rows.
    Gradients: exact, also in the bandwidth.
    Cost: O((n + m)^2 d).
    Example:
        >>> round(float(unbiased_mmd(jnp.zeros(3), jnp.ones(2))), 4)
        0.7869
    References: Gretton et al. (2012), a kernel two-sample test, equation 3.
    """
    name = "divergence.unbiased_mmd"
    sample = two_samples(name, x, y, where_x, where_y, None, None, plan)

    def mean(left: str, right: str) -> Array:
        pairs = sample.pairs(kernel, left, right)

        def row_mean(rows: Rows) -> Mean:
            return rows.mean(keep=rows.off_diagonal if left == right else None)

        return pairs.mean(pairs.map_rows(row_mean))

    value = mean("x", "x") + mean("y", "y") - 2 * mean("x", "y")
    counts = [plan.total(jnp.sum(side[0])) for side in (sample.side_x, sample.side_y)]
    enough = (counts[0] > 1) & (counts[1] > 1)
    return jnp.where(enough, value, 0).astype(sample.dtype)


def linear_mmd(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel: Kernel = kernels.gaussian(1.0),
    where_x: ArrayLike | None = None,
    where_y: ArrayLike | None = None,
) -> Array:
    r"""Squared maximum mean discrepancy in linear time.

    The mean of :math:`k(x, x') + k(y, y') - k(x, y') - k(x', y)` over disjoint pairs of
    consecutive rows (rows 0 and 1, rows 2 and 3, ...) of both samples.

    Args:
        x: samples of the first law, ``[n, d]`` or ``[n]``, in random order.
        y: samples of the second law, ``[m, d]`` or ``[m]``, in random order; rows of
            the longer sample beyond the last whole pair of the shorter are not used.
        kernel: Gram callable; its bandwidth may be an array.
        where_x, where_y: Boolean rows; those marked False are as if absent, and the
            rows that remain are paired.

    Returns: scalar, unbiased and often negative, with a standard deviation of order
        1 / sqrt(n) where ``unbiased_mmd`` at equal laws has 1 / n. 0 when a sample has
        fewer than two rows. The order of the rows matters.
    Gradients: exact, also in the bandwidth.
    Cost: O((n + m) d) and two sorts of the masks.
    Example:
        >>> round(float(linear_mmd(jnp.zeros(3), jnp.ones(2))), 4)
        0.7869
    References: Gretton et al. (2012), a kernel two-sample test, section 6.
    """
    name = "divergence.linear_mmd"
    sample = two_samples(name, x, y, where_x, where_y, None, None, PairPlan())
    whole = min(len(sample.x), len(sample.y)) // 2 * 2

    def halves(rows: Array, mask: Array) -> tuple[Array, Array, Array]:
        # Rows that remain come first, in their order.
        order = jnp.argsort(~mask, stable=True)[:whole]
        return rows[order[0::2]], rows[order[1::2]], mask[order[1::2]]

    x0, x1, some_x = halves(sample.x, sample.side_x[0])
    y0, y1, some_y = halves(sample.y, sample.side_y[0])
    if whole == 0:  # nothing to pair, but a NaN is still passed on
        return (0 * (jnp.sum(sample.x) + jnp.sum(sample.y))).astype(sample.dtype)

    def along(a: Array, b: Array) -> Array:
        return Pairs(kernel, a, b).diagonal()

    terms = along(x0, x1) + along(y0, y1) - along(x0, y1) - along(x1, y0)
    return numerics.mean(terms, some_x & some_y).astype(sample.dtype)
