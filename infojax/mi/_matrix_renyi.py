"""Matrix-based Renyi mutual information."""

from __future__ import annotations

import jax.numpy as jnp

from infojax import kernels
from infojax._base import checks, numerics
from infojax._base.plan import PairPlan
from infojax.entropy._spectrum import entropies
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["matrix_renyi", "normalized_matrix_renyi"]


def matrix_renyi(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    alpha: float = 1.01,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Matrix-based Renyi mutual information of order alpha.

    :math:`S_\alpha(K) + S_\alpha(L) - S_\alpha(K \circ L)` of ``entropy.matrix_renyi``;
    the joint Gram matrix is the elementwise product.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        kernel_x, kernel_y: positive semi-definite Gram callables, usually with
            k(x, x) = 1; bandwidths may be arrays.
        alpha: order, a static float >= 0.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of pairs.
        plan: how the Gram matrices of order 2 are evaluated; never changes the value.

    Returns: scalar in nats, at most log n and 0 when one side is constant. With
        k(x, x) = 1 never negative at order 1, and near it in practice. Not an
        estimate of Shannon's mutual information: it depends on bandwidths and n.
    Gradients: as for ``entropy.matrix_renyi``: exact, also in bandwidths; none through
        eigenvalues lost in rounding.
    Cost: O(n^2 (dx + dy)) at order 2, in blocks or sharded with a plan; otherwise three
        spectra, O(n^3) time and n^2 memory, which cannot be blocked.
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0])
        >>> round(float(matrix_renyi(x, x)), 4)
        0.647
    References: Sanchez Giraldo, Rao and Principe (2015), measures of entropy from data
        using infinitely divisible kernels; Yu et al. (2019), multivariate extension of
        matrix-based Renyi's alpha-order entropy functional.
    """
    own_x, own_y, joint, dtype = _terms(
        "mi.matrix_renyi", x, y, kernel_x, kernel_y, alpha, where, weights, plan
    )
    return (own_x + own_y - joint).astype(dtype)


def normalized_matrix_renyi(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    alpha: float = 1.01,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Matrix-based mutual information over the larger of the two entropies.

    :math:`I_\alpha(K; L) / \max(S_\alpha(K), S_\alpha(L))`, free of the unit.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        kernel_x, kernel_y: positive semi-definite Gram callables.
        alpha: order, a static float >= 0.
        where, weights, plan: as in ``mi.matrix_renyi``.

    Returns: scalar without unit, at most 1; 1 for ``y = x`` when the kernel takes the
        values 0 and 1 alone, less for smooth kernels; 0 when one side is constant.
    Gradients: as for ``mi.matrix_renyi``; halved between the sides where their
        entropies are equal, zero where both are constant.
    Cost: as ``mi.matrix_renyi``.
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0])
        >>> round(float(normalized_matrix_renyi(x, x)), 4)
        0.7839
    References: Yu et al. (2021), measuring dependence with matrix-based entropy
        functional.
    """
    own_x, own_y, joint, dtype = _terms(
        "mi.normalized_matrix_renyi",
        x,
        y,
        kernel_x,
        kernel_y,
        alpha,
        where,
        weights,
        plan,
    )
    # Rounding leaves two constant sides a few epsilon, which is not entropy.
    floor = 64 * float(jnp.finfo(joint.dtype).eps)
    scale = jnp.maximum(own_x, own_y)
    value = numerics.ratio(own_x + own_y - joint, scale)
    return jnp.where(scale <= floor, 0, value).astype(dtype)


def _terms(
    name: str,
    x: ArrayLike,
    y: ArrayLike,
    kernel_x: Kernel,
    kernel_y: Kernel,
    alpha: float,
    where: ArrayLike | None,
    weights: ArrayLike | None,
    plan: PairPlan,
) -> tuple[Array, Array, Array, jnp.dtype]:
    """Both entropies, that of the pairs, and the dtype to return."""
    order = checks.order(name, alpha)
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, n)
    mass = checks.weights(name, weights, mask, x.dtype, "weights")
    side = (checks.column_mask(x, mask), checks.column_mask(y, mask))

    def grams(row, column) -> dict[str, Array]:
        k, l = kernel_x(row[0], column[0]), kernel_y(row[1], column[1])
        return {"x": k, "y": l, "xy": k * l}

    found = entropies(grams, side, mask, mass, order, plan)
    return found["x"], found["y"], found["xy"], dtype
