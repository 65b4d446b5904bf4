"""Pairs of samples side by side, as models of their joint law take them."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, linalg
from infojax.types import Array, ArrayLike

__all__ = ["JointRows", "joint_rows", "normal_bias"]


class JointRows(NamedTuple):
    """Rows ``[n, d]`` of which the first ``dx`` columns are x; masked ones hold 0.

    ``n`` is how many there are; ``dtype`` that of the estimate.
    """

    rows: Array
    dx: int
    mask: Array
    n: Array
    dtype: jnp.dtype

    @property
    def d(self) -> int:
        """Columns of x and y together."""
        return self.rows.shape[1]

    def enough(self, value: Array) -> Array:
        """The estimate, 0 unless more rows than columns remain."""
        return jnp.where(self.n > self.d, value, 0).astype(self.dtype)


def joint_rows(
    name: str, x: ArrayLike, y: ArrayLike, where: ArrayLike | None
) -> JointRows:
    """Check two paired samples, of more rows than columns together."""
    (x, y), dtype = checks.samples(name, x=x, y=y)
    mask = checks.row_mask(name, where, checks.same_length(name, x=x, y=y))
    checks.longer_than_wide(name, x=x, y=y)
    rows = checks.column_mask(jnp.concatenate([x, y], axis=1), mask)
    return JointRows(rows, x.shape[1], mask, jnp.sum(mask.astype(x.dtype)), dtype)


def normal_bias(n: Array, dx: int, d: int) -> Array:
    """What a normal law fitted to n rows informs too much, in the mean."""
    return linalg.wishart_logdet_bias(n, (dx, 1), (d - dx, 1), (d, -1)) / 2
