"""Rates of a Gaussian encoder against a prior: the variational side of a bottleneck."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.losses._encoder import gaussian_kl, open_encoder
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["gaussian_rate", "reparameterize", "sampled_rate"]


def reparameterize(key: PRNGKey, mean: ArrayLike, scale: ArrayLike) -> Array:
    """Codes drawn from a Gaussian encoder, differentiable in its parameters.

    Args:
        key: draws the noise, in float32 whatever the dtype, so that a key means the
            same codes in every precision.
        mean: means, ``[n, d]`` or ``[n]``.
        scale: standard deviations, of the shape of ``mean`` or a scalar.

    Returns: codes ``mean + scale * noise``, ``[n, d]``. Several for each row:
        ``jax.vmap(reparameterize, (0, None, None))(jax.random.split(key, 12), ...)``.
    Gradients: exact in mean and scale.
    Cost: O(n d).
    Example:
        >>> codes = reparameterize(jax.random.key(0), jnp.ones((4, 2)), 0.0)
        >>> float(jnp.max(jnp.abs(codes - 1.0)))
        0.0
    References: Kingma and Welling (2014), auto-encoding variational Bayes.
    """
    (mean, scale), dtype = open_encoder("reparameterize", mean, scale)
    noise = jax.random.normal(key, mean.shape, jnp.float32).astype(mean.dtype)
    return (mean + scale * noise).astype(dtype)


def gaussian_rate(
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    prior_mean: ArrayLike = 0.0,
    prior_scale: ArrayLike = 1.0,
    where: ArrayLike | None = None,
) -> Array:
    r"""Mean divergence of a Gaussian encoder from a Gaussian prior.

    :math:`\overline{D(N(\mu_i, \sigma_i^2) \| N(m, v^2))}`, summed over the columns and
    averaged over the rows: an upper bound on I(X; Z) for any prior.

    Args:
        mean: means of the codes, ``[n, d]`` or ``[n]``.
        scale: their standard deviations, of the shape of ``mean`` or a scalar.
        prior_mean, prior_scale: the prior's, broadcasting against ``[n, d]``; may be
            arrays, and trained. One row a class, indexed by the labels, gives the
            residual of ``ceb_terms``.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats, >= 0. Scales below the fourth root of the smallest normal
        number are held there.
    Gradients: exact; zero for a scale that is held.
    Cost: O(n d).
    Example:
        >>> round(float(gaussian_rate(jnp.ones((3, 2)), 1.0)), 4)
        1.0
    References: Alemi et al. (2017), deep variational information bottleneck.
    """
    name = "gaussian_rate"
    (mean, scale), dtype = open_encoder(name, mean, scale)
    mask = checks.row_mask(name, where, mean.shape[0])
    at = _like(name, "prior_mean", prior_mean, mean)
    width = numerics.positive(_like(name, "prior_scale", prior_scale, mean))
    mean, at = checks.column_mask(mean, mask), checks.column_mask(at, mask)
    scale, width = (jnp.where(mask[:, None], s, 1) for s in (scale, width))
    return numerics.mean(gaussian_kl(mean, scale, at, width), mask).astype(dtype)


def _like(name: str, argument: str, value: ArrayLike, mean: Array) -> Array:
    array = jnp.asarray(value).astype(mean.dtype)
    try:
        return jnp.broadcast_to(array, mean.shape)
    except ValueError:
        expected = f"broadcastable to {list(mean.shape)}"
        received = str(list(array.shape))
        raise checks.fail(ValueError, name, argument, expected, received) from None


def sampled_rate(
    codes: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    log_prior: Callable[[Array], Array],
    *,
    where: ArrayLike | None = None,
) -> Array:
    r"""Monte Carlo rate, :math:`\overline{\log e(z_i | x_i) - \log r(z_i)}`.

    For priors without a closed form, and for class-conditional ones.

    Args:
        codes: one draw a row, ``[n, d]`` or ``[n]``; see ``reparameterize``.
        mean, scale: of the encoder that drew them, as in ``gaussian_rate``.
        log_prior: codes ``[n, d]`` to the prior's log density at each, ``[n]``.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats. Unbiased for the rate, and noisy: a batch may give a
        negative value, which is not clipped.
    Gradients: exact for this value.
    Cost: O(n d) and the prior's.
    Example:
        >>> def log_normal(z):
        ...     return jnp.sum(jax.scipy.stats.norm.logpdf(z), axis=-1)
        >>> z = jnp.ones((3, 2))
        >>> round(float(sampled_rate(z, z, 1.0, log_normal)), 4)
        1.0
    References: Alemi et al. (2017), equation 14; Fischer (2020), the conditional
        entropy bottleneck.
    """
    name = "sampled_rate"
    (mean, scale, codes), dtype = open_encoder(name, mean, scale, codes=codes)
    (codes,), _ = checks.samples(name, codes=codes)
    checks.same_length(name, mean=mean, codes=codes)
    checks.columns(name, mean=mean, codes=codes)
    mask = checks.row_mask(name, where, mean.shape[0])
    codes, mean = checks.column_mask(codes, mask), checks.column_mask(mean, mask)
    scale = jnp.where(mask[:, None], scale, 1)
    log_density = jax.scipy.stats.norm.logpdf(codes, mean, scale)
    rate = jnp.sum(log_density, axis=-1) - log_prior(codes).reshape(mean.shape[0])
    return numerics.mean(rate, mask).astype(dtype)
