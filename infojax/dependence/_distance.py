"""Distance covariance and correlation."""

from __future__ import annotations

from infojax._base import numerics
from infojax._base.distances import euclidean
from infojax._base.plan import PairPlan
from infojax.dependence._centred import centred_products
from infojax.types import Array, ArrayLike

__all__ = ["distance_correlation", "distance_covariance"]


def distance_covariance(
    x: ArrayLike,
    y: ArrayLike,
    *,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Distance covariance, the V-statistic.

    :math:`\sqrt{\overline{a_{ij} b_{ij}}}` of the doubly centred Euclidean distances.
    Its square is ``hsic`` with minus the distance as either kernel.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of pairs.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar >= 0, in the square root of the product of both units; of a law, 0
        only at independence. Biased upwards: its square by O(1/n).
    Gradients: exact; zero between coincident points and where the value is 0, steep
        where it is small (its square is smooth).
    Cost: O(n^2 (dx + dy)), distances evaluated twice; no bandwidth to choose.
    Example:
        >>> x = jnp.array([-1.0, 1.0])
        >>> round(float(distance_covariance(x, x)), 4)
        1.0
    References: Szekely, Rizzo and Bakirov (2007), measuring and testing dependence by
        correlation of distances.
    """
    found = centred_products(
        "dependence.distance_covariance",
        x,
        y,
        euclidean,
        euclidean,
        where,
        weights,
        plan,
    )
    return numerics.sqrt(found.xy).astype(found.dtype)


def distance_correlation(
    x: ArrayLike,
    y: ArrayLike,
    *,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Distance correlation, the V-statistic.

    :math:`V(x, y) / \sqrt{V(x, x)\, V(y, y)}` of the distance covariances V.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of pairs.
        plan: how the distances are evaluated; never changes the value.

    Returns: scalar in [0, 1], up to rounding; 1 when y is x moved, turned and scaled,
        0 when one side is constant. Biased upwards, to 1 in high dimension at fixed n.
    Gradients: exact; zero at a constant side, between coincident points and where the
        value is 0.
    Cost: as ``distance_covariance``.
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0])
        >>> round(float(distance_correlation(x, 3 - 2 * x)), 4)
        1.0
    References: Szekely, Rizzo and Bakirov (2007), measuring and testing dependence by
        correlation of distances.
    """
    found = centred_products(
        "dependence.distance_correlation",
        x,
        y,
        euclidean,
        euclidean,
        where,
        weights,
        plan,
    )
    return numerics.sqrt(found.cosine()).astype(found.dtype)
