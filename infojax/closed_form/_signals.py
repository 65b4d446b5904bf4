"""Correlations of a given information, and what signals in noise tell at most."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike

__all__ = ["bivariate_normal_correlation", "pca_information_loss_bound"]


def bivariate_normal_correlation(information: ArrayLike) -> Array:
    r"""Correlation of two normal variables of a given information.

    :math:`\sqrt{1 - e^{-2 I}}`, the inverse of ``bivariate_normal_mi``.

    Args:
        information: I in nats, any shape, >= 0; for d independent pairs of columns
            give I / d.

    Returns: the shape of ``information``, in [0, 1]; 0 below 0.
    Gradients: exact; zero at 0, where the slope is infinite.
    Cost: elementwise.
    Example:
        >>> round(float(bivariate_normal_correlation(0.2231)), 2)
        0.6
    References: Gelfand and Yaglom (1957).
    """
    name = "bivariate_normal_correlation"
    (nats,), dtype = checks.common_float(name, information=information)
    return numerics.sqrt(-jnp.expm1(-2 * nats)).astype(dtype)


def pca_information_loss_bound(
    eigenvalues: ArrayLike, *, kept: int, noise_variance: ArrayLike
) -> Array:
    r"""Most that principal components of a noisy signal lose of its information.

    For T = f(X) + N with N normal of variance v in every column, and P the projection
    on the leading directions of the covariance of f(X): :math:`I(X; T) - I(X; P T) \leq
    \frac12 \sum_{i > k} \log(1 + \lambda_i / v)`.

    Args:
        eigenvalues: of the covariance of f(X), without the noise, ``[d]``, largest
            first, such as those of ``transforms.principal_components``; negative ones
            count as 0.
        kept: k, how many directions are kept, static, from 0 to d.
        noise_variance: v > 0, scalar; may be traced.

    Returns: scalar in nats, exact for a normal f(X). It goes to 0 with the discarded
        variance, and to infinity as the noise does to 0: a small reconstruction error
        alone bounds nothing. +inf for a variance up to the root of the smallest normal
        number, unless the discarded eigenvalues are 0.
    Gradients: exact; zero where the value is infinite.
    Cost: O(d).
    Example:
        >>> eigenvalues = jnp.array([4.0, 1.0, 0.25])
        >>> bound = pca_information_loss_bound(eigenvalues, kept=2, noise_variance=0.25)
        >>> round(float(bound), 4)  # log(2) / 2
        0.3466
    References: Cover and Thomas (2006), section 9.4, on parallel Gaussian channels;
        Butakov et al. (2024), arXiv 2305.08013, for its use.
    """
    name = "pca_information_loss_bound"
    (values,), dtype = checks.common_float(name, eigenvalues=eigenvalues)
    if values.ndim != 1 or values.size == 0:
        received = str(list(values.shape))
        raise checks.fail(ValueError, name, "eigenvalues", "non-empty, [d]", received)
    if isinstance(kept, bool) or not isinstance(kept, int):
        expected = "a static Python int"
        raise checks.fail(TypeError, name, "kept", expected, repr(kept))
    if not 0 <= kept <= len(values):
        expected = f"in 0 <= kept <= d = {len(values)}"
        raise checks.fail(ValueError, name, "kept", expected, str(kept))
    noise = scalar(name, "noise_variance", noise_variance, values.dtype)
    silent = noise <= jnp.finfo(values.dtype).tiny ** 0.5
    lost = jnp.maximum(values[kept:], 0)
    terms = jnp.log1p(lost / jnp.where(silent, 1, noise))
    terms = jnp.where(silent & (lost > 0), jnp.inf, jnp.where(silent, 0, terms))
    return numerics.unless_nan(jnp.sum(terms) / 2, values).astype(dtype)
