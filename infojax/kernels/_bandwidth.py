"""Rules that read a bandwidth off the data; constants for differentiation."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.distances import euclidean
from infojax.types import Array, ArrayLike

__all__ = ["median_bandwidth", "scott_bandwidth", "silverman_bandwidth"]


def median_bandwidth(
    x: ArrayLike, *, scale: float = 1.0, where: ArrayLike | None = None
) -> Array:
    r"""Median of the Euclidean distances between distinct samples.

    Args:
        x: samples, ``[n, d]`` or ``[n]``, n >= 2.
        scale: factor applied to the median.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: a positive scalar in the units of ``x``, at least the fourth root of the
        smallest normal number, also when all samples are equal or masked.
    Gradients: stopped.
    Cost: O(n^2 d) time and n^2 memory; give a subsample when n is large.
    Example:
        >>> float(median_bandwidth(jnp.array([0.0, 1.0, 3.0])))
        2.0
    References: Gretton et al. (2012), a kernel two-sample test, section 8.
    """
    name = "median_bandwidth"
    (x,), dtype = checks.samples(name, x=x)
    n = x.shape[0]
    if n < 2:
        raise checks.fail(ValueError, name, "x", "at least 2 rows", f"{n} row")
    mask = checks.row_mask(name, where, n)
    x = lax.stop_gradient(checks.column_mask(x, mask))
    first, second = jnp.triu_indices(n, 1)
    distance = jnp.where(
        mask[first] & mask[second], euclidean(x, x)[first, second], jnp.inf
    )
    count = jnp.sum(mask[first] & mask[second])
    ordered = jnp.sort(distance)
    low, high = jnp.maximum(count - 1, 0) // 2, count // 2
    median = (ordered[low] + ordered[jnp.minimum(high, ordered.shape[0] - 1)]) / 2
    median = numerics.unless_nan(jnp.where(count > 0, median, 0), x)
    floor = jnp.finfo(x.dtype).tiny ** 0.25
    return jnp.maximum(scale * median, floor).astype(dtype)


def scott_bandwidth(x: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Scott's rule :math:`\sigma_j\, n^{-1/(d+4)}`, one bandwidth a column.

    Args:
        x: samples, ``[n, d]`` or ``[n]``, n >= 2.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d]``, positive, in the units of ``x``.
    Gradients: stopped.
    Cost: O(n d).
    Example:
        >>> round(float(scott_bandwidth(jnp.array([-1.0, 0.0, 1.0]))[0]), 4)
        0.8027
    References: Scott (1992), Multivariate Density Estimation.
    """
    return _normal_reference("scott_bandwidth", x, where, lambda d: 1.0)


def silverman_bandwidth(x: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Silverman's rule :math:`\sigma_j\,(4/((d+2)\,n))^{1/(d+4)}`, one a column.

    Args:
        x: samples, ``[n, d]`` or ``[n]``, n >= 2.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d]``, positive, in the units of ``x``.
    Gradients: stopped.
    Cost: O(n d).
    Example:
        >>> round(float(silverman_bandwidth(jnp.array([-1.0, 0.0, 1.0]))[0]), 4)
        0.8503
    References: Silverman (1986), Density Estimation, equation 4.14.
    """
    return _normal_reference(
        "silverman_bandwidth", x, where, lambda d: (4 / (d + 2)) ** (1 / (d + 4))
    )


def _normal_reference(name: str, x: ArrayLike, where: ArrayLike | None, factor):
    (x,), dtype = checks.samples(name, x=x)
    n, d = x.shape
    if n < 2:
        raise checks.fail(ValueError, name, "x", "at least 2 rows", f"{n} row")
    mask = checks.row_mask(name, where, n)
    x = lax.stop_gradient(checks.column_mask(x, mask))
    count = jnp.sum(mask.astype(x.dtype))
    centred = x - numerics.mean(x, mask[:, None], axis=0)
    variance = numerics.total(centred**2, mask[:, None], axis=0)
    spread = numerics.sqrt(variance / jnp.maximum(count - 1, 1))
    width = factor(d) * jnp.maximum(count, 1) ** (-1 / (d + 4))
    floor = jnp.finfo(x.dtype).tiny ** 0.25
    return jnp.maximum(spread * width, floor).astype(dtype)
