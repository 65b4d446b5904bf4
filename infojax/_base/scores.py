"""What every bound does first: scores or pairs, checked, with the row count."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.pairs import Pairs, Rows, score_pairs
from infojax.types import Array, ArrayLike

__all__ = ["log_mean_off_diagonal", "off_diagonal_logsumexp", "open_scores"]


def open_scores(
    name: str, scores: ArrayLike | Pairs, where: ArrayLike | None
) -> tuple[Pairs, Array, Array, Any]:
    """Pairs, their diagonal ``[n]``, the number of rows and the dtype to return."""
    if isinstance(scores, Pairs):
        if where is not None:
            raise checks.fail(
                ValueError, name, "where", "given to `Pairs` itself", "a mask here"
            )
        pairs = scores
        diagonal = pairs.diagonal()
        if not jnp.issubdtype(diagonal.dtype, jnp.floating):
            raise checks.fail(
                TypeError, name, "scores", "floating", str(diagonal.dtype)
            )
        dtype = diagonal.dtype
    else:
        (matrix,), dtype = checks.common_float(name, scores=scores)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise checks.fail(
                ValueError, name, "scores", "square, [n, n]", str(list(matrix.shape))
            )
        if matrix.shape[0] < 2:
            raise checks.fail(
                ValueError, name, "scores", "at least 2 x 2", str(list(matrix.shape))
            )
        mask = checks.row_mask(name, where, matrix.shape[0])
        both = mask[:, None] & mask[None]
        pairs = score_pairs(jnp.where(both, matrix, 0), mask)
        diagonal = pairs.diagonal()
    return pairs, diagonal, pairs.count(diagonal.dtype), dtype


def off_diagonal_logsumexp(rows: Rows) -> Array:
    """Log of each row's sum of exponentials without the positive."""
    return numerics.logsumexp(rows.values, rows.off_diagonal)


def log_mean_off_diagonal(pairs: Pairs, n: Array) -> Array:
    """Log of the mean of ``exp(score)`` over all n (n - 1) negatives."""
    value = pairs.log_mean(pairs.map_rows(off_diagonal_logsumexp))
    return value - jnp.log(jnp.maximum(n - 1, 1))
