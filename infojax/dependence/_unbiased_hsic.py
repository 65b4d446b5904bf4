"""Hilbert-Schmidt independence criterion without bias."""

from __future__ import annotations

import jax.numpy as jnp

from infojax import kernels
from infojax._base import checks
from infojax._base.pairs import gram_pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Sum
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["unbiased_hsic"]


def unbiased_hsic(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Hilbert-Schmidt independence criterion, the U-statistic.

    :math:`\frac{1}{n (n - 3)} \sum_{i \ne j} \tilde k_{ij} l_{ij}` with
    :math:`\tilde k_{ij} = k_{ij} - \frac{r_i + r_j}{n - 2} + \frac{s}{(n-1)(n-2)}`,
    r and s the sums of the rows and of all of k without its diagonal.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        kernel_x, kernel_y: Gram callables; bandwidths may be arrays.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the Gram matrices are evaluated; never changes the value.

    Returns: scalar, negative for about half of all independent samples; its mean is the
        population's HSIC at any n >= 4. 0 when fewer than four pairs remain.
    Gradients: exact, also in the bandwidths.
    Cost: O(n^2 (dx + dy)).
    Example:
        >>> x, k = jnp.array([-1.0, -1.0, 1.0, 1.0]), kernels.linear()
        >>> round(float(unbiased_hsic(x, x, kernel_x=k, kernel_y=k)), 4)
        2.6667
    References: Song et al. (2012), feature selection via dependence maximization.
    """
    name = "dependence.unbiased_hsic"
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, n)
    side = (checks.column_mask(x, mask), checks.column_mask(y, mask))

    def row_sum(rows: Rows) -> Sum:
        return rows.total(keep=rows.off_diagonal)

    gram_x = gram_pairs(lambda a, b: kernel_x(a[0], b[0]), side, plan, mask)
    sums = gram_x.map_rows(row_sum)
    count = gram_x.count(x.dtype)
    enough = count > 3
    count = jnp.where(enough, count, 4)
    mean = gram_x.mean(sums) * count / ((count - 1) * (count - 2))

    # Centring one Gram first avoids the cancellation of three large sums.
    def centred_product(row, column) -> Array:
        edges = (row[2][:, None] + column[2][None]) / (count - 2)
        k = kernel_x(row[0], column[0]) - edges + mean
        return k * kernel_y(row[1], column[1])

    sides = (*side, sums)
    product = gram_pairs(centred_product, sides, plan, mask)
    value = product.mean(product.map_rows(row_sum)) / (count - 3)
    return jnp.where(enough, value, 0).astype(dtype)
