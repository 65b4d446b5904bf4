"""The one experiment whose information gain has a closed form for every design."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike

__all__ = ["linear_gaussian_eig"]


def linear_gaussian_eig(
    design: ArrayLike, covariance: ArrayLike, *, noise_variance: ArrayLike
) -> Array:
    r"""Information gain of linear measurements of a normal vector in normal noise.

    :math:`\frac12\log|I + D S D^\top / \sigma^2|` for :math:`y = D\theta + e`,
    :math:`\theta \sim N(m, S)` and :math:`e \sim N(0, \sigma^2 I)`.

    Args:
        design: D, ``[m, d]``, one measurement a row.
        covariance: S, ``[d, d]``, of the prior, positive semidefinite; only its
            symmetric part is used.
        noise_variance: :math:`\sigma^2`, a positive scalar; may be traced, and is then
            held above 0.

    Returns: scalar in nats; -inf where S is so far from semidefinite that the matrix of
        the formula is not positive definite.
    Gradients: exact; zero where the value is infinite.
    Cost: O(m d^2 + m^2 d + m^3).
    Example:
        >>> design, prior = jnp.array([[3.0]]), jnp.eye(1)
        >>> round(float(linear_gaussian_eig(design, prior, noise_variance=3.0)), 4)
        0.6931
    References: Chaloner and Verdinelli (1995), Bayesian experimental design: a review.
    """
    name = "linear_gaussian_eig"
    (rows, prior), dtype = checks.common_float(
        name, design=design, covariance=covariance
    )
    if rows.ndim != 2 or rows.size == 0:
        received = str(list(rows.shape))
        raise checks.fail(ValueError, name, "design", "[m, d], non-empty", received)
    d = rows.shape[1]
    if prior.shape != (d, d):
        received = str(list(prior.shape))
        raise checks.fail(ValueError, name, "covariance", f"[{d}, {d}]", received)
    number = isinstance(noise_variance, (int, float, np.integer, np.floating))
    if number and not float(noise_variance) > 0:
        received = str(noise_variance)
        raise checks.fail(ValueError, name, "noise_variance", "positive", received)
    noise = scalar(name, "noise_variance", noise_variance, rows.dtype)
    rows = rows / numerics.sqrt(numerics.positive(noise))
    prior = (prior + prior.T) / 2
    signal = jnp.matmul(rows, prior, precision="highest")
    signal = jnp.matmul(signal, rows.T, precision="highest")
    one = jnp.eye(len(rows), dtype=rows.dtype)
    matrix = one + (signal + signal.T) / 2
    regular = jnp.all(jnp.diagonal(jnp.linalg.cholesky(matrix)) > 0)
    pivots = jnp.diagonal(jnp.linalg.cholesky(jnp.where(regular, matrix, one)))
    value = jnp.where(regular, jnp.sum(jnp.log(pivots)), -jnp.inf)
    return numerics.unless_nan(value, matrix).astype(dtype)
