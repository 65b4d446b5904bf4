"""Distance covariance and correlations without bias, also given a third sample."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.plan import PairPlan
from infojax.dependence._u_centred import u_products
from infojax.types import Array, ArrayLike

__all__ = [
    "partial_distance_correlation",
    "unbiased_distance_correlation",
    "unbiased_distance_covariance",
]


def unbiased_distance_covariance(
    x: ArrayLike,
    y: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Squared distance covariance, the U-statistic.

    :math:`\frac{1}{n (n - 3)} \sum_{i \ne j} \tilde a_{ij} \tilde b_{ij}` of the
    U-centred Euclidean distances; ``unbiased_hsic`` with minus the distance as either
    kernel.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in the product of both units, negative for about half of all
        independent samples. Its mean is the square of the population's distance
        covariance at any n >= 4. 0 when fewer than four pairs remain.
    Gradients: exact; zero between coincident points.
    Cost: O(n^2 (dx + dy)), distances evaluated twice.
    Example:
        >>> x = jnp.array([-1.0, -1.0, 1.0, 1.0])
        >>> round(float(unbiased_distance_covariance(x, x)), 4)
        2.6667
    References: Szekely and Rizzo (2014), partial distance correlation with methods for
        dissimilarities, section 2.
    """
    name = "dependence.unbiased_distance_covariance"
    found = u_products(name, where, plan, x=x, y=y)
    return found.products[0, 1].astype(found.dtype)


def unbiased_distance_correlation(
    x: ArrayLike,
    y: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Squared distance correlation, bias corrected.

    :math:`U(x, y) / \sqrt{U(x, x)\, U(y, y)}` of the unbiased squared covariances U.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in [-1, 1], up to rounding; an estimate of the square of the
        population's distance correlation, with mean 0 under independence also in high
        dimension, where ``distance_correlation`` tends to 1. 0 when one side is
        constant or fewer than four pairs remain.
    Gradients: exact; zero at a constant side and between coincident points.
    Cost: as ``unbiased_distance_covariance``.
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 3.0, 7.0])
        >>> round(float(unbiased_distance_correlation(x, 3 - 2 * x)), 4)
        1.0
    References: Szekely and Rizzo (2013), the distance correlation t-test of
        independence in high dimension; Szekely and Rizzo (2014).
    """
    name = "dependence.unbiased_distance_correlation"
    found = u_products(name, where, plan, x=x, y=y)
    return found.cosine(0, 1).astype(found.dtype)


def partial_distance_correlation(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Distance correlation of x and y with z taken out.

    :math:`\frac{R_{xy} - R_{xz} R_{yz}}{\sqrt{(1 - R_{xz}^2)(1 - R_{yz}^2)}}` of the
    bias-corrected squared distance correlations R: the cosine of the U-centred
    distances of x and y after projection off those of z.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        z: samples paired with ``x``, ``[n, dz]`` or ``[n]``, to be taken out.
        where: ``[n]`` Boolean; triples marked False are as if absent.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in [-1, 1], up to rounding; ``unbiased_distance_correlation`` when z
        is constant, 0 when x or y is constant or has the distances of z up to scale,
        and when fewer than four triples remain. 0 in the population is not the same as
        conditional independence, not even for normal laws.
    Gradients: exact; zero at the constants above and between coincident points.
    Cost: O(n^2 (dx + dy + dz)), distances evaluated twice.
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 3.0, 7.0])
        >>> y = jnp.array([0.0, 1.0, 0.0, 2.0, 3.0])
        >>> round(float(partial_distance_correlation(x, y, jnp.ones(5))), 4)
        0.6489
    References: Szekely and Rizzo (2014), partial distance correlation with methods for
        dissimilarities.
    """
    name = "dependence.partial_distance_correlation"
    found = u_products(name, where, plan, x=x, y=y, z=z)
    xy, xz, yz = found.cosine(0, 1), found.cosine(0, 2), found.cosine(1, 2)
    left = (1 - xz**2), (1 - yz**2)
    floor = 64 * jnp.finfo(xy.dtype).eps
    nothing = (left[0] <= floor) | (left[1] <= floor)
    nothing = nothing | ~(found.moving[0] & found.moving[1])
    scale = numerics.sqrt(left[0]) * numerics.sqrt(left[1])
    value = numerics.ratio(xy - xz * yz, jnp.where(nothing, 0, scale))
    return numerics.unless_nan(value, xy, xz, yz).astype(found.dtype)
