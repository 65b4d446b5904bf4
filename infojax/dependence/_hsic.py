"""Hilbert-Schmidt independence criterion."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from infojax import kernels
from infojax._base import checks
from infojax._base.grams import FusedRows
from infojax._base.pairs import gram_pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Mean, Rows
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["hsic"]


def hsic(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Hilbert-Schmidt independence criterion, the V-statistic.

    :math:`\overline{k_{ij} l_{ij}} + \bar k\,\bar l - 2\,\overline{k_{j\cdot}
    l_{j\cdot}} = \mathrm{tr}(KHLH) / n^2`.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        kernel_x, kernel_y: Gram callables; bandwidths may be arrays.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of pairs.
        plan: how the Gram matrices are evaluated; never changes the value.

    Returns: scalar, >= 0 up to rounding, in the unit of the kernels; biased upwards by
        O(1/n); multiply by (n / (n - 1))^2 for the other common normalisation.
    Gradients: exact, also in the bandwidths.
    Cost: O(n^2 (dx + dy)).
    Example:
        >>> x, k = jnp.array([-1.0, 1.0]), kernels.linear()
        >>> round(float(hsic(x, x, kernel_x=k, kernel_y=k)), 4)
        1.0
    References: Gretton et al. (2005), measuring statistical dependence with
        Hilbert-Schmidt norms.
    """
    (x, y), dtype = checks.samples("hsic", x=x, y=y)
    n = checks.same_length("hsic", x=x, y=y)
    mask = checks.row_mask("hsic", where, n)
    mass = checks.weights("hsic", weights, mask, x.dtype, "weights")
    side = (checks.column_mask(x, mask), checks.column_mask(y, mask))

    def both(row, column) -> tuple[Array, Array]:
        return kernel_x(row[0], column[0]), kernel_y(row[1], column[1])

    # Less numbers near their means, which the value does not depend on, the kernels
    # keep the digits that products of large means would lose.
    few = jax.tree.map(lambda a: a[:: max(1, n // 8)], side)
    near_x, near_y = (
        plan.total(lax.stop_gradient(jnp.mean(kernel))) * n / plan.size(n)
        for kernel in both(few, side)
    )

    def moments(rows: Rows) -> tuple[Mean, Mean, Mean]:
        k, l = rows.values
        k, l = k - near_x, l - near_y
        return rows.mean(k), rows.mean(l), rows.mean(k * l)

    pairs = gram_pairs(both, side, plan, mask, mass)
    sides, terms = ((kernel_x, kernel_y), side, side), ((0,), (1,), (0, 1))
    logs = FusedRows(*sides, terms, plan, mask, mass).log_means()
    if logs is None:
        k, l, product = pairs.map_rows(moments)
    else:
        k, l, product = map(jnp.exp, logs)
    # Row by row, as three large means would cancel.
    inside, outside = pairs.mean(product - k * l), k - pairs.mean(k)
    return (inside - pairs.mean(outside * (l - pairs.mean(l)))).astype(dtype)
