"""Gaussian elimination of a correlation matrix that skips redundant columns."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax.types import Array

__all__ = ["partial_covariance", "sweep", "threshold"]


def threshold(matrix: Array) -> float:
    """Share of a variance below which a column is lost in rounding."""
    return 8 * len(matrix) * float(jnp.finfo(matrix.dtype).eps)


def sweep(correlation: Array, steps: int) -> tuple[Array, Array]:
    """What the first columns leave of a correlation, and which were not redundant.

    A column that the earlier ones determine is skipped. The matrix ``[d, d]`` holds the
    covariances of residuals; rows and columns that were eliminated hold 0.
    """
    lost = threshold(correlation)

    def eliminate(j: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        matrix, alive = state
        column = matrix[:, j]
        here = ~(column[j] <= lost)
        pivot = jnp.where(here, column[j], 0)
        left = matrix - numerics.ratio(jnp.outer(column, column), pivot)
        others = jnp.arange(len(matrix)) != j
        left = jnp.where(others[:, None] & others[None], left, 0)
        return left, alive.at[j].set(here)

    alive = jnp.zeros(len(correlation), bool)
    return lax.fori_loop(0, steps, eliminate, (correlation, alive))


def partial_covariance(correlation: Array, given: int) -> Array:
    """Covariance of the other columns given the first ones, ``[d - given] * 2``.

    In units of the whole variances; columns that are determined hold 0.
    """
    left = sweep(correlation, given)[0][given:, given:]
    moving = ~(jnp.diagonal(left) <= threshold(correlation))
    return jnp.where(moving[:, None] & moving[None], left, 0)
