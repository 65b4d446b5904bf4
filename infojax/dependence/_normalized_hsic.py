"""Hilbert-Schmidt criterion scaled to [0, 1]: centred kernel alignment."""

from __future__ import annotations

from infojax import kernels
from infojax._base.plan import PairPlan
from infojax.dependence._centred import centred_products
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["normalized_hsic"]


def normalized_hsic(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Normalised HSIC, which is the centred kernel alignment (CKA).

    :math:`\mathrm{HSIC}(x, y) / \sqrt{\mathrm{HSIC}(x, x)\,\mathrm{HSIC}(y, y)}`, the
    cosine of the two centred Gram matrices; with linear kernels, linear CKA.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        kernel_x, kernel_y: positive semi-definite Gram callables; bandwidths may be
            arrays.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of pairs.
        plan: how the Gram matrices are evaluated; never changes the value.

    Returns: scalar in [0, 1], up to rounding; 1 when the centred Gram matrices are
        proportional, 0 when one side is constant. Biased upwards when n is small or
        the dimension large.
    Gradients: exact, also in the bandwidths; zero at a constant side.
    Cost: O(n^2 (dx + dy)), each Gram matrix evaluated twice.
    Example:
        >>> x, k = jnp.array([-1.0, 0.0, 1.0]), kernels.linear()
        >>> round(float(normalized_hsic(x, 5 - 2 * x, kernel_x=k, kernel_y=k)), 4)
        1.0
    References: Cortes, Mohri and Rostamizadeh (2012), algorithms for learning kernels
        based on centered alignment; Kornblith et al. (2019), similarity of neural
        network representations revisited.
    """
    found = centred_products(
        "dependence.normalized_hsic", x, y, kernel_x, kernel_y, where, weights, plan
    )
    return found.cosine().astype(found.dtype)
