"""Entropy of a normal distribution fitted to samples."""

from __future__ import annotations

import math

import jax.numpy as jnp

from infojax._base import checks, linalg
from infojax.types import Array, ArrayLike

__all__ = ["gaussian"]


def gaussian(
    x: ArrayLike, *, bias_correction: bool = True, where: ArrayLike | None = None
) -> Array:
    r"""Entropy under a normal model, :math:`\frac12 \log |2 \pi e\, S|`.

    S is the sample covariance with n - 1 in its denominator.

    Args:
        x: samples, ``[n, d]`` or ``[n]``, n > d.
        bias_correction: subtract the exact expectation of the log-determinant's error,
            so that the estimate is unbiased for normal data.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats; for other laws an upper bound on average. -inf when S is
        singular (a constant or repeated column); 0 when at most d rows remain.
    Gradients: exact; zero where S is singular.
    Cost: O(n d^2 + d^3).
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0])
        >>> round(float(gaussian(x, bias_correction=False)), 4)
        1.4189
    References: Misra, Singh and Demchuk (2005), estimation of the entropy of a
        multivariate normal distribution.
    """
    name = "entropy.gaussian"
    (x,), dtype = checks.samples(name, x=x)
    d = checks.longer_than_wide(name, x=x)
    mask = checks.row_mask(name, where, len(x))
    matrix, variance, n = linalg.correlation(checks.column_mask(x, mask), mask)
    constant = variance <= 0
    scales = jnp.sum(jnp.log(jnp.where(constant, 1, variance)))
    spread = jnp.where(jnp.any(constant), -jnp.inf, linalg.logdet(matrix) + scales)
    if bias_correction:
        spread = spread - linalg.wishart_logdet_bias(n, (d, 1))
    value = spread / 2 + d * (1 + math.log(2 * math.pi)) / 2
    return jnp.where(n > d, value, 0).astype(dtype)
