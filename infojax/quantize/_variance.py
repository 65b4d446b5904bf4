"""Virtual noise that follows the scale of a layer."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["akde_variance"]


def akde_variance(
    x: ArrayLike,
    *,
    scale: ArrayLike = 1e-3,
    power: float = 1,
    where: ArrayLike | None = None,
) -> Array:
    r"""Variance of virtual noise, in proportion to the largest activation of a layer.

    :math:`\max(s \max|x|^p, 10^{-12})`, so that information does not grow merely
    because an unbounded activation does.

    Args:
        x: activations of a layer, ``[n, d]`` or ``[n]``.
        scale: factor s of the variance, a scalar.
        power: exponent p, static. 1 is that of Chelombiev et al.; with 2 estimates do
            not depend on the scale of ``x`` at all.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar, for the ``variance`` of ``mi.kde_kl``, and its root for the
        ``scale`` of ``losses.pairwise_rate_upper``.
    Gradients: stopped in ``x``, so that training does not act on one maximum; exact in
        ``scale``.
    Cost: O(n d).
    Example:
        >>> round(float(akde_variance(jnp.array([[0.0, -4.0], [2.0, 1.0]]))), 4)
        0.004
    References: Chelombiev, Houghton and O'Donnell (2019), adaptive estimators show
        information compression in deep neural networks, for the idea; the factor is
        ours.
    """
    name = "akde_variance"
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    power = checks.order(name, power, "power", finite=True)
    x = lax.stop_gradient(checks.column_mask(x, mask))
    variance = jnp.asarray(scale).astype(x.dtype) * jnp.max(jnp.abs(x)) ** power
    held = jnp.where(variance < 1e-12, 1e-12, variance)
    return numerics.unless_nan(held, x).astype(dtype)
