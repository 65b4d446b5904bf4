"""InfoNCE."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.pairs import Pairs
from infojax._base.scores import open_scores
from infojax.types import Array, ArrayLike

__all__ = ["infonce"]


def infonce(scores: ArrayLike | Pairs, *, where: ArrayLike | None = None) -> Array:
    r"""InfoNCE bound, :math:`\log n + \overline{s_{ii} - \log\sum_j e^{s_{ij}}}`.

    Contrasts the y's of a batch for each x; give ``scores.T`` for the other direction.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, never above log n: a larger information needs a larger
        batch. 0 when fewer than two rows remain.
    Gradients: exact, of low variance.
    Cost: O(n^2).
    Example:
        >>> round(float(infonce(100.0 * jnp.eye(4))), 4)  # log 4
        1.3863
    References: van den Oord, Li and Vinyals (2018), contrastive predictive coding.
    """
    pairs, diagonal, n, dtype = open_scores("infonce", scores, where)
    value = pairs.mean(diagonal - _contrast(pairs)) + jnp.log(jnp.maximum(n, 1))
    return jnp.where(n > 1, value, 0).astype(dtype)


def _contrast(pairs: Pairs) -> Array:
    """Log-sum-exp of each row, ``[n]``, 0 where masked."""
    sums = pairs.map_rows(lambda rows: numerics.logsumexp(rows.values, rows.where))
    return jnp.where(pairs.mask, sums, 0)
