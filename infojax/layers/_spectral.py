"""The largest singular value by power iteration, and the matrix divided by it."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["SpectralNorm", "spectral_normalise"]


class SpectralNorm(NamedTuple):
    """A normalised matrix ``[n, m]``, its left vector ``[n]`` and what divided it.

    ``left`` starts the next call; ``sigma``, a scalar, is never above the largest
    singular value and reaches it as the iteration converges.
    """

    matrix: Array
    left: Array
    sigma: Array


def spectral_normalise(
    matrix: ArrayLike, left: ArrayLike, *, steps: int = 1
) -> SpectralNorm:
    r"""Divide a matrix by its largest singular value :math:`\sigma = u^\top W v`.

    One step is :math:`v = W^\top u / |W^\top u|,\ u = W v / |W v|`. Training needs one
    a step when ``left`` is kept, because weights move slowly.

    Args:
        matrix: ``[n, m]``.
        left: ``[n]``, where the iteration starts: any vector that is not orthogonal to
            the leading one, such as a normal draw or the last result.
        steps: power iterations, a static int >= 0; 0 only measures.

    Returns: ``SpectralNorm(matrix, left, sigma)``. A zero matrix stays zero.
    Gradients: exact at convergence, :math:`\partial\sigma = u^\top \partial W\, v`;
        none through the iteration.
    Cost: O(n m) a step.
    Example:
        >>> result = spectral_normalise(jnp.diag(jnp.array([3.0, 1.0])), jnp.ones(2))
        >>> round(float(result.sigma), 2)
        2.98
    References: Miyato et al. (2018), spectral normalization for GANs, algorithm 1.
    """
    name = "spectral_normalise"
    (matrix, left), dtype = checks.common_float(name, matrix=matrix, left=left)
    if matrix.ndim != 2:
        raise checks.fail(
            ValueError, name, "matrix", "of shape [n, m]", str(list(matrix.shape))
        )
    if left.shape != matrix.shape[:1]:
        raise checks.fail(
            ValueError,
            name,
            "left",
            f"of shape [{matrix.shape[0]}]",
            str(list(left.shape)),
        )
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise checks.fail(ValueError, name, "steps", "a static int >= 0", repr(steps))
    frozen = lax.stop_gradient(matrix)
    u = _unit(lax.stop_gradient(left))
    v = _unit(frozen.T @ u)
    for _ in range(steps):
        u = _unit(frozen @ v)
        v = _unit(frozen.T @ u)
    sigma = u @ matrix @ v
    normalised = numerics.ratio(matrix, sigma)
    return SpectralNorm(normalised.astype(dtype), u.astype(dtype), sigma.astype(dtype))


def _unit(vector: Array) -> Array:
    """The vector at length one; zero stays zero."""
    largest = jnp.max(jnp.abs(vector))
    scaled = numerics.ratio(vector, largest)
    return numerics.ratio(scaled, jnp.linalg.norm(scaled))
