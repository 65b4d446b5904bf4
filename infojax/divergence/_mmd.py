"""Maximum mean discrepancy."""

from __future__ import annotations

import jax.numpy as jnp

from infojax import kernels
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows
from infojax.divergence._two_sample import two_samples
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["mmd"]


def mmd(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel: Kernel = kernels.gaussian(1.0),
    where_x: ArrayLike | None = None,
    where_y: ArrayLike | None = None,
    weights_x: ArrayLike | None = None,
    weights_y: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Squared maximum mean discrepancy of two samples, the V-statistic.

    :math:`\overline{k(x, x')} + \overline{k(y, y')} - 2\,\overline{k(x, y)}`, means
    over all pairs, a sample with itself included.

    Args:
        x: samples of the first law, ``[n, d]`` or ``[n]``.
        y: samples of the second law, ``[m, d]`` or ``[m]``.
        kernel: Gram callable; its bandwidth may be an array.
        where_x, where_y: Boolean rows; those marked False are as if absent.
        weights_x, weights_y: nonnegative; integers equal repetition of rows.
        plan: how the Gram matrices are evaluated; never changes the value.

    Returns: scalar, >= 0 up to rounding, unit of the kernel; biased upwards by O(1/n).
        0 when a sample is empty.
    Gradients: exact, also in the bandwidth.
    Cost: O((n + m)^2 d).
    Example:
        >>> round(float(mmd(jnp.zeros(3), jnp.ones(2))), 4)
        0.7869
    References: Gretton et al. (2012), a kernel two-sample test, equation 5.
    """
    sample = two_samples("mmd", x, y, where_x, where_y, weights_x, weights_y, plan)

    def mean(left: str, right: str) -> Array:
        pairs = sample.pairs(kernel, left, right)
        logs = sample.log_row_means(kernel, left, right)
        return pairs.mean(pairs.map_rows(Rows.mean) if logs is None else jnp.exp(logs))

    value = mean("x", "x") + mean("y", "y") - 2 * mean("x", "y")
    return sample.nonempty(value)
