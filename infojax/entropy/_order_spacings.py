"""Differential entropy of one column from the gaps between its ordered values."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.special import digamma

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["order_spacings"]


def order_spacings(
    x: ArrayLike, *, m: int = 3, where: ArrayLike | None = None
) -> Array:
    r"""Entropy of one column from spacings of order statistics, after Vasicek.

    :math:`\psi(n + 1) + \langle \log(x_{(u_i)} - x_{(l_i)}) - \psi(u_i - l_i)
    \rangle_i` with :math:`u_i = \min(i + m, n)` and :math:`l_i = \max(i - m, 1)`:
    Vasicek's statistic with the bias it has for a uniform law taken away.

    Args:
        x: samples of one variable, ``[n]`` or ``[n, 1]``.
        m: places on either side, static, ``1 <= m < n``. Larger means less variance
            and more bias; of the whole error little is to gain past 3.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats. Unbiased for a uniform law at any n; at m = 3 the bias is
        below 0.05 at n = 30, and 0.005 at n = 1000, for normal, exponential and Student
        laws. Spacings across the gap between two clusters make it too high, the more
        the larger m is. A spacing of 0 counts as the smallest normal number:
        deduplicate first. 0 when at most m rows remain.
    Gradients: exact, the order held fixed; zero through spacings of 0.
    Cost: O(n log n), one sort; not blocked or sharded.
    Notes: at m = 3 and n = 30 to 1000 its error was below that of the estimates of van
        Es and of Ebrahimi, both in SciPy, on four of five laws; not on two clusters.
    Example:
        >>> x = jax.random.uniform(jax.random.key(0), (500,))
        >>> round(float(order_spacings(4 * x)), 1)  # of the law: log 4
        1.4
    References: Vasicek (1976), a test for normality based on sample entropy; van Es
        (1992), estimating functionals related to a density by a class of statistics
        based on spacings.
    """
    name = "order_spacings"
    (x,), dtype = checks.samples(name, x=x)
    rows, d = x.shape
    if d != 1:
        raise checks.fail(ValueError, name, "x", "a single column", f"{d} columns")
    m = checks.neighbours(name, m, rows, "m")
    mask = checks.row_mask(name, where, rows)
    column = checks.column_mask(x, mask)[:, 0]
    # Rows that remain come first.
    ordered = column[jnp.argsort(jnp.where(mask, column, jnp.inf))]
    n = jnp.sum(mask)
    i = jnp.arange(rows)
    present = i < n
    upper = jnp.where(present, jnp.minimum(i + m, n - 1), 1)
    lower = jnp.where(present, jnp.maximum(i - m, 0), 0)
    gap = jnp.where(present, ordered[upper] - ordered[lower], 1)
    width = jnp.maximum(upper - lower, 1).astype(column.dtype)
    terms = numerics.log(gap) - digamma(width)
    value = numerics.mean(terms, present) + digamma(n.astype(column.dtype) + 1)
    value = numerics.unless_nan(value, column)
    return jnp.where(n > m, value, 0).astype(dtype)
