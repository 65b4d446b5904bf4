"""Cauchy-Schwarz divergence and quadratic mutual information of normal laws."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from infojax.closed_form._covariance import (
    factorise,
    open_covariance,
    open_pair,
    split,
)
from infojax.types import Array, ArrayLike

__all__ = ["gaussian_cauchy_schwarz", "gaussian_cs_qmi"]


def gaussian_cauchy_schwarz(
    mean_p: ArrayLike,
    covariance_p: ArrayLike,
    mean_q: ArrayLike,
    covariance_q: ArrayLike,
) -> Array:
    r"""Cauchy-Schwarz divergence of two normal laws.

    :math:`-\log \frac{(\int p q)^2}{\int p^2 \int q^2} = \log |S| - \frac12 \log
    |\Sigma_p| - \frac12 \log |\Sigma_q| - d \log 2 + \delta^\top S^{-1} \delta`, where
    :math:`S = \Sigma_p + \Sigma_q` and :math:`\delta = m_p - m_q`.

    Args:
        mean_p, mean_q: ``[d]``.
        covariance_p, covariance_q: positive definite, ``[d, d]``.

    Returns: scalar in nats, symmetric in p and q; +inf where a covariance is not
        positive definite. A sample estimate with Gaussian kernels of bandwidth h tends
        to this value with ``h**2 / 2`` added to every variance.
    Gradients: exact; zero where the value is infinite.
    Cost: O(d^3).
    Example:
        >>> one, zero = jnp.eye(1), jnp.zeros(1)
        >>> round(float(gaussian_cauchy_schwarz(zero + 2.0, one, zero, one)), 4)
        2.0
    References: Principe (2010), information theoretic learning; Kampa, Hasanbelliu and
        Principe (2011), closed-form Cauchy-Schwarz divergence.
    """
    arrays, dtype = open_pair(
        "gaussian_cauchy_schwarz", mean_p, covariance_p, mean_q, covariance_q
    )
    return _divergence(arrays[0] - arrays[2], arrays[1], arrays[3], dtype)


def gaussian_cs_qmi(covariance: ArrayLike, *, dx: int) -> Array:
    r"""Cauchy-Schwarz quadratic mutual information of a normal vector.

    The Cauchy-Schwarz divergence of the joint law from the product of its marginals;
    for unit variances and correlation rho it is
    :math:`\log(4 - \rho^2) - \frac12 \log(1 - \rho^2) - 2 \log 2`.

    Args:
        covariance: joint covariance, ``[d, d]``, x first, positive definite.
        dx: static number of leading columns that are x, ``1 <= dx < d``.

    Returns: scalar in nats; +inf where the covariance is not positive definite. A
        sample estimate with Gaussian kernels of bandwidth h tends to this value with
        ``h**2 / 2`` added to every variance.
    Gradients: exact; zero where the value is infinite.
    Cost: O(d^3).
    Example:
        >>> covariance = jnp.array([[1.0, 0.6], [0.6, 1.0]])
        >>> round(float(gaussian_cs_qmi(covariance, dx=1)), 4)
        0.1288
    References: Principe (2010), information theoretic learning.
    """
    name = "gaussian_cs_qmi"
    joint, dtype = open_covariance(name, "covariance", covariance)
    is_x = jnp.arange(len(joint)) < split(name, dx, len(joint))
    product = jnp.where(is_x[:, None] == is_x[None], joint, 0)
    return _divergence(jnp.zeros_like(joint[0]), joint, product, dtype)


def _divergence(shift: Array, p: Array, q: Array, dtype: Any) -> Array:
    factors = factorise(p), factorise(q), factorise(p + q)
    regular = factors[0].regular & factors[1].regular & factors[2].regular
    half, other, both = (factor.logdet for factor in factors)
    distance = jnp.sum(factors[2].whiten(shift[:, None]) ** 2)
    value = both - (half + other) / 2 - len(shift) * math.log(2) + distance
    return jnp.where(regular, value, jnp.inf).astype(dtype)
