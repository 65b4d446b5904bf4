"""Entropy, divergence and mutual information of normal laws."""

from __future__ import annotations

import math

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.closed_form._covariance import (
    block_mi,
    factorise,
    open_covariance,
    open_pair,
    split,
)
from infojax.types import Array, ArrayLike

__all__ = [
    "bivariate_normal_mi",
    "diagonal_gaussian_kl",
    "gaussian_entropy",
    "gaussian_kl",
    "gaussian_mi",
]


def gaussian_entropy(covariance: ArrayLike) -> Array:
    r"""Entropy of a normal law, :math:`\frac12 \log |2 \pi e\, \Sigma|`.

    Args:
        covariance: positive definite, ``[d, d]``; only its symmetric part is used.

    Returns: scalar in nats; -inf where the covariance is not positive definite.
    Gradients: exact; zero where the value is infinite.
    Cost: O(d^3).
    Example:
        >>> round(float(gaussian_entropy(jnp.eye(1))), 4)
        1.4189
    References: Cover and Thomas (2006), theorem 8.4.1.
    """
    matrix, dtype = open_covariance("gaussian_entropy", "covariance", covariance)
    factor = factorise(matrix)
    value = (factor.logdet + len(matrix) * (1 + math.log(2 * math.pi))) / 2
    return jnp.where(factor.regular, value, -jnp.inf).astype(dtype)


def gaussian_kl(
    mean_p: ArrayLike,
    covariance_p: ArrayLike,
    mean_q: ArrayLike,
    covariance_q: ArrayLike,
) -> Array:
    r"""Kullback-Leibler divergence :math:`D(p \| q)` of two normal laws.

    :math:`\frac12 [\operatorname{tr} \Sigma_q^{-1} \Sigma_p + \delta^\top \Sigma_q^{-1}
    \delta - d + \log |\Sigma_q| - \log |\Sigma_p|]` with :math:`\delta = m_p - m_q`.

    Args:
        mean_p, mean_q: ``[d]``.
        covariance_p, covariance_q: positive definite, ``[d, d]``.

    Returns: scalar in nats; +inf where a covariance is not positive definite.
    Gradients: exact; zero where the value is infinite.
    Cost: O(d^3).
    Example:
        >>> one = jnp.eye(1)
        >>> round(float(gaussian_kl(jnp.ones(1), one, jnp.zeros(1), one)), 4)
        0.5
    References: Kullback (1959), information theory and statistics, chapter 9.
    """
    arrays, dtype = open_pair("gaussian_kl", mean_p, covariance_p, mean_q, covariance_q)
    p, q = factorise(arrays[1]), factorise(arrays[3])
    spread = jnp.sum(q.whiten(p.root) ** 2)
    shift = jnp.sum(q.whiten((arrays[0] - arrays[2])[:, None]) ** 2)
    value = (spread + shift - len(arrays[0]) + q.logdet - p.logdet) / 2
    return jnp.where(p.regular & q.regular, value, jnp.inf).astype(dtype)


def diagonal_gaussian_kl(mean: ArrayLike, scale: ArrayLike) -> Array:
    r"""KL divergence of a diagonal normal law from the standard normal one.

    :math:`\frac12 \sum_j (m_j^2 + s_j^2 - 1 - 2 \log s_j)`, summed over the last axis:
    the rate of a variational bottleneck, one value a row.

    Args:
        mean: means, ``[..., d]``.
        scale: standard deviations, of the shape of ``mean`` or broadcasting with it;
            their sign is irrelevant.

    Returns: the leading shape, in nats; +inf where a scale is 0.
    Gradients: exact; zero where the value is infinite.
    Cost: O(entries).
    Example:
        >>> round(float(diagonal_gaussian_kl(jnp.ones(2), jnp.ones(2))), 4)
        1.0
    References: Kingma and Welling (2014), appendix B; Alemi et al. (2017).
    """
    name = "diagonal_gaussian_kl"
    (mean, scale), dtype = checks.common_float(name, mean=mean, scale=scale)
    if not mean.ndim or not mean.size:
        received = str(list(mean.shape))
        raise checks.fail(ValueError, name, "mean", "[..., d], non-empty", received)
    try:
        shape = jnp.broadcast_shapes(mean.shape, scale.shape)
    except ValueError:
        expected = f"broadcastable to {list(mean.shape)}"
        received = str(list(scale.shape))
        raise checks.fail(ValueError, name, "scale", expected, received) from None
    mean, scale = jnp.broadcast_to(mean, shape), jnp.broadcast_to(scale, shape)
    regular = jnp.all(scale != 0, axis=-1)
    keep = regular[..., None]
    mean, scale = jnp.where(keep, mean, 0), jnp.where(keep, jnp.abs(scale), 1)
    terms = mean**2 + scale**2 - 1 - 2 * numerics.log(scale)
    return jnp.where(regular, jnp.sum(terms, axis=-1) / 2, jnp.inf).astype(dtype)


def gaussian_mi(covariance: ArrayLike, *, dx: int) -> Array:
    r"""Mutual information of the two parts of a normal vector.

    :math:`\frac12 (\log|\Sigma_x| + \log|\Sigma_y| - \log|\Sigma|)`.

    Args:
        covariance: joint covariance, ``[d, d]``, x first; only its symmetric part is
            used.
        dx: static number of leading columns that are x, ``1 <= dx < d``.

    Returns: scalar in nats; +inf where the joint correlation is not positive definite.
        Columns of variance 0 tell nothing.
    Gradients: exact; zero where the value is infinite.
    Cost: O(d^3).
    Example:
        >>> covariance = jnp.array([[1.0, 0.6], [0.6, 1.0]])
        >>> round(float(gaussian_mi(covariance, dx=1)), 4)
        0.2231
    References: Cover and Thomas (2006), example 8.5.1.
    """
    name = "gaussian_mi"
    matrix, dtype = open_covariance(name, "covariance", covariance)
    return block_mi(matrix, split(name, dx, len(matrix))).astype(dtype)


def bivariate_normal_mi(rho: ArrayLike) -> Array:
    r"""Mutual information of two normal variables, :math:`-\frac12 \log(1 - \rho^2)`.

    Args:
        rho: correlation, any shape.

    Returns: the shape of ``rho``, in nats; +inf where ``|rho| >= 1``.
    Gradients: exact; zero where the value is infinite.
    Cost: elementwise.
    Example:
        >>> round(float(bivariate_normal_mi(0.6)), 4)
        0.2231
    References: Gelfand and Yaglom (1957).
    """
    (rho,), dtype = checks.common_float("bivariate_normal_mi", rho=rho)
    outside = jnp.abs(rho) >= 1
    safe = jnp.where(outside, 0, rho)
    value = -(jnp.log1p(safe) + jnp.log1p(-safe)) / 2
    return jnp.where(outside, jnp.inf, value).astype(dtype)
