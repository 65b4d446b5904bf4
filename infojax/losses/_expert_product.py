"""Several Gaussian opinions of one code, made one."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["ExpertProduct", "expert_product"]


class ExpertProduct(NamedTuple):
    """``mean`` and ``scale`` (a standard deviation) of a product of Gaussians."""

    mean: Array
    scale: Array


def expert_product(
    means: ArrayLike, scales: ArrayLike, *, log_weights: ArrayLike | None = None
) -> ExpertProduct:
    r"""Weighted product of Gaussian experts, :math:`\prod_m N(\mu_m, \sigma_m^2)^{a_m}`
    normalised.

    Precisions add, :math:`\sigma^{-2} = \sum_m a_m \sigma_m^{-2}`, and the mean is
    :math:`\sigma^2 \sum_m a_m \sigma_m^{-2} \mu_m`.

    Args:
        means: of the experts, experts first: ``[m, n, d]``, or ``[m, ...]``.
        scales: standard deviations, of the shape of ``means`` or broadcasting to it.
        log_weights: ``[m]``, the weights :math:`a_m` up to a factor: they are brought
            to sum 1. Equal if None. -inf leaves an expert out.

    Returns: ``ExpertProduct(mean, scale)``, ``[n, d]`` each. Experts that agree give
        back what they say; the plain product of m experts of weight one has the scale
        of this one over the root of m. Draw from it by ``reparameterize``.
    Gradients: exact, also in the weights.
    Cost: O(m n d).
    Example:
        >>> found = expert_product(jnp.array([[0.0], [3.0]]), jnp.array([[1.0], [0.5]]))
        >>> [round(float(value[0]), 4) for value in found]
        [2.4, 0.6325]
    References: Hinton (2002), training products of experts by minimizing contrastive
        divergence; Zhang et al. (2024), arXiv 2401.01646.
    """
    name = "expert_product"
    (means, scales), dtype = checks.common_float(name, means=means, scales=scales)
    if means.ndim == 0 or means.size == 0:
        received = str(list(means.shape))
        raise checks.fail(ValueError, name, "means", "non-empty, [m, n, d]", received)
    try:
        scales = numerics.positive(jnp.broadcast_to(scales, means.shape))
    except ValueError:
        expected = f"broadcastable to {list(means.shape)}"
        received = str(list(scales.shape))
        raise checks.fail(ValueError, name, "scales", expected, received) from None
    weights = jnp.zeros(len(means)) if log_weights is None else log_weights
    weights = jnp.asarray(weights).astype(means.dtype)
    if weights.shape != means.shape[:1]:
        expected, received = f"of shape [{len(means)}]", str(list(weights.shape))
        raise checks.fail(ValueError, name, "log_weights", expected, received)
    weights = weights.reshape(-1, *[1] * (means.ndim - 1))
    # Shares of the precision in logs: neither tiny nor huge scales lose them.
    precisions = weights - numerics.logsumexp(weights, axis=0) - 2 * jnp.log(scales)
    total = numerics.logsumexp(precisions, axis=0)
    mean = jnp.sum(jnp.exp(precisions - total) * means, axis=0)
    return ExpertProduct(mean.astype(dtype), jnp.exp(-total / 2).astype(dtype))
