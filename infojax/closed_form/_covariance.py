"""Covariance matrices at the door, and their factors with a word on singularity."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular

from infojax._base import checks, linalg, numerics
from infojax.types import Array, ArrayLike

__all__ = ["Factor", "block_mi", "factorise", "open_covariance", "open_pair", "split"]


class Factor(NamedTuple):
    """A covariance as scales times correlation, the latter by its Cholesky factor.

    ``regular`` is False for matrices that are singular or not positive definite; the
    other fields are then those of a harmless stand-in, to be discarded.
    """

    regular: Array
    logdet: Array
    scale: Array
    lower: Array

    @property
    def root(self) -> Array:
        """Lower triangular square root of the covariance."""
        return self.scale[:, None] * self.lower

    def whiten(self, x: Array) -> Array:
        """Columns ``[d, m]`` in coordinates that make the covariance the identity."""
        return solve_triangular(self.lower, x / self.scale[:, None], lower=True)


def open_covariance(
    name: str, argument: str, covariance: ArrayLike
) -> tuple[Array, Any]:
    """A square matrix, made symmetric, in the working dtype; the dtype to return."""
    (matrix,), dtype = checks.common_float(name, **{argument: covariance})
    _square(name, argument, matrix)
    return (matrix + matrix.T) / 2, dtype


def open_pair(
    name: str,
    mean_p: ArrayLike,
    covariance_p: ArrayLike,
    mean_q: ArrayLike,
    covariance_q: ArrayLike,
) -> tuple[tuple[Array, Array, Array, Array], Any]:
    """Two normal laws of one dimension, checked; and the dtype to return."""
    arrays, dtype = checks.common_float(
        name,
        mean_p=mean_p,
        covariance_p=covariance_p,
        mean_q=mean_q,
        covariance_q=covariance_q,
    )
    mean_p, covariance_p, mean_q, covariance_q = arrays
    d = _square(name, "covariance_p", covariance_p)
    expected = {"mean_p": mean_p, "mean_q": mean_q}
    for argument, mean in expected.items():
        if mean.shape != (d,):
            received = str(list(mean.shape))
            raise checks.fail(ValueError, name, argument, f"of shape [{d}]", received)
    if covariance_q.shape != (d, d):
        received = str(list(covariance_q.shape))
        expectation = f"of shape [{d}, {d}]"
        raise checks.fail(ValueError, name, "covariance_q", expectation, received)
    symmetric = ((c + c.T) / 2 for c in (covariance_p, covariance_q))
    covariance_p, covariance_q = symmetric
    return (mean_p, covariance_p, mean_q, covariance_q), dtype


def split(name: str, dx: int, d: int) -> int:
    """The static number of leading columns that are x, ``1 <= dx < d``."""
    if isinstance(dx, bool) or not isinstance(dx, int):
        raise checks.fail(TypeError, name, "dx", "a static Python int", repr(dx))
    if not 1 <= dx < d:
        raise checks.fail(ValueError, name, "dx", f"in 1 <= dx < d = {d}", str(dx))
    return dx


def correlation(covariance: Array) -> tuple[Array, Array]:
    """Correlation matrix and scales; a variance of 0 correlates with nothing."""
    scale = numerics.sqrt(jnp.diagonal(covariance))
    off_diagonal = numerics.ratio(covariance, jnp.outer(scale, scale))
    identity = jnp.eye(len(covariance), dtype=bool)
    return jnp.where(identity, 1, off_diagonal), scale


def factorise(covariance: Array) -> Factor:
    """The factor of a covariance; see ``Factor`` for singular ones."""
    matrix, scale = correlation(covariance)
    spread = linalg.logdet(matrix)
    regular = (spread != -jnp.inf) & ~jnp.any(scale <= 0)
    scale = jnp.where(scale <= 0, 1, scale)
    identity = jnp.eye(len(covariance), dtype=covariance.dtype)
    lower = jnp.linalg.cholesky(jnp.where(regular, matrix, identity))
    logdet = jnp.where(regular, spread, 0) + 2 * jnp.sum(jnp.log(scale))
    return Factor(regular, logdet, scale, lower)


def block_mi(covariance: Array, dx: int) -> Array:
    """Half the log-determinants of the blocks less that of the whole; +inf if singular.

    Computed from correlations, so that constant columns tell nothing.
    """
    matrix, _ = correlation(covariance)
    spread = linalg.logdet(matrix)
    regular = spread != -jnp.inf
    safe = jnp.where(regular, matrix, jnp.eye(len(matrix), dtype=matrix.dtype))
    blocks = linalg.logdet(safe[:dx, :dx]) + linalg.logdet(safe[dx:, dx:])
    return jnp.where(regular, blocks - jnp.where(regular, spread, 0), jnp.inf) / 2


def _square(name: str, argument: str, matrix: Array) -> int:
    shape = matrix.shape
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] == 0:
        expected = "square, [d, d] with d >= 1 (use jax.vmap over batches)"
        raise checks.fail(ValueError, name, argument, expected, str(list(shape)))
    return shape[0]
