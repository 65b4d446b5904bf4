"""Principal components: found in some samples, and used on any."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["PrincipalComponents", "principal_components", "principal_scores"]


class PrincipalComponents(NamedTuple):
    """Directions of largest variance, r = min(n, d) of them.

    ``mean [d]`` of the columns; ``components [r, d]``, rows of unit length at right
    angles, and ``eigenvalues [r]``, the variances along them, largest first.
    """

    mean: Array
    components: Array
    eigenvalues: Array


def principal_components(
    x: ArrayLike, *, where: ArrayLike | None = None
) -> PrincipalComponents:
    """Eigenvectors and eigenvalues of the covariance of the columns.

    Args:
        x: samples, ``[n, d]`` or ``[n]``; flatten images.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``PrincipalComponents(mean, components, eigenvalues)``, for
        ``principal_scores``. The covariance divides by n - 1. The first of the largest
        entries of a component (within 1 %) is positive, which fixes its sign; equal
        eigenvalues leave their directions open. Eigenvalues below the rounding error of
        the first are noise.
    Gradients: those of mean and eigenvalues exact, once; components are constants.
    Cost: O(n d^2 + d^3) for n >= d, else O(n^2 d).
    Example:
        >>> x = jnp.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
        >>> fit = principal_components(x)
        >>> [[round(float(v), 4) for v in row] for row in fit.components[:1]]
        [[0.6, 0.8]]
        >>> round(float(fit.eigenvalues[0]), 4)
        25.0
    References: Jolliffe (2002), principal component analysis.
    """
    name = "principal_components"
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    x = checks.column_mask(x, mask)
    mean = numerics.mean(x, mask[:, None], axis=0)
    centred = jnp.where(mask[:, None], x - mean, 0)
    axes = _axes(lax.stop_gradient(centred))
    # The slope of a simple eigenvalue is that of the variance along a fixed direction.
    along = jnp.matmul(centred, axes.T, precision="highest")
    n = jnp.sum(mask.astype(x.dtype))
    values = jnp.sum(along**2, axis=0) / jnp.maximum(n - 1, 1)
    return PrincipalComponents(
        mean.astype(dtype), axes.astype(dtype), values.astype(dtype)
    )


def principal_scores(
    x: ArrayLike,
    fit: PrincipalComponents,
    *,
    k: int | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """Samples in the coordinates of the first principal components.

    Args:
        x: samples, ``[n, d]`` or ``[n]``; best others than those of the fit.
        fit: of ``principal_components``.
        k: how many components, static; all by default.
        where: ``[n]`` Boolean; rows marked False are 0 in the result.

    Returns: ``[n, k]``; ``scores @ fit.components[:k] + fit.mean`` reconstructs. For an
        entropy, keep no more components than the samples have degrees of freedom: on a
        curved surface in more columns there is no density, and ``mi.from_entropies``
        fails where ``mi.ksg`` does not.
    Gradients: exact, also in the fit.
    Cost: O(n d k).
    Example:
        >>> x = jnp.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
        >>> scores = principal_scores(x, principal_components(x), k=1)
        >>> [round(float(s), 4) for s in scores[:, 0]]
        [-5.0, 0.0, 5.0]
    References: Jolliffe (2002), principal component analysis.
    """
    name = "principal_scores"
    (x, mean, components), dtype = checks.common_float(
        name, x=x, mean=fit.mean, components=fit.components
    )
    (x,), _ = checks.samples(name, x=x)
    r, d = components.shape
    if x.shape[1] != d:
        expected, received = (
            f"as wide as the fit ({d} columns)",
            f"{x.shape[1]} columns",
        )
        raise checks.fail(ValueError, name, "x", expected, received)
    k = r if k is None else checks.size(name, k, "k")
    if k > r:
        raise checks.fail(ValueError, name, "k", f"at most {r}", str(k))
    mask = checks.row_mask(name, where, x.shape[0])
    centred = checks.column_mask(x, mask) - mean
    scores = jnp.matmul(centred, components[:k].T, precision="highest")
    return checks.column_mask(scores, mask).astype(dtype)


def _axes(centred: Array) -> Array:
    """Directions of decreasing variance, ``[r, d]``, of determined sign."""
    n, d = centred.shape
    if d <= n:
        axes = _eigenvectors(centred.T)
    else:
        # All variance is in the span of the rows, of which q is a basis.
        q, r = jnp.linalg.qr(centred.T)
        axes = jnp.matmul(_eigenvectors(r), q.T, precision="highest")
    size = jnp.abs(axes)
    # Entries of one size but for rounding are alike, and the first decides.
    large = size > 0.99 * jnp.max(size, axis=1, keepdims=True)
    first = jnp.argmax(large, axis=1)[:, None]
    negative = jnp.take_along_axis(axes, first, axis=1) < 0
    return jnp.where(negative, -axes, axes)


def _eigenvectors(a: Array) -> Array:
    """Of a matrix times its transpose, as rows, largest eigenvalue first."""
    product = jnp.matmul(a, a.T, precision="highest")
    return jnp.linalg.eigh(product)[1].T[::-1]
