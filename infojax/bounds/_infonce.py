"""InfoNCE, in one direction and in both."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base.pairs import Pairs
from infojax._base.scores import open_scores, row_logsumexp
from infojax.types import Array, ArrayLike

__all__ = ["infonce", "infonce_symmetric"]


def infonce(scores: ArrayLike | Pairs, *, where: ArrayLike | None = None) -> Array:
    r"""InfoNCE bound, :math:`\log n + \overline{s_{ii} - \log\sum_j e^{s_{ij}}}`.

    Contrasts the y's of a batch for each x; give ``scores.T`` for the other direction,
    ``infonce_symmetric`` for both.

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


def infonce_symmetric(
    scores: ArrayLike | Pairs, *, where: ArrayLike | None = None
) -> Array:
    """Mean of InfoNCE over both directions: y's contrasted for each x, x's for each y.

    The objective of CLIP, up to its sign and log n.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, never above log n; 0 when fewer than two rows remain.
    Gradients: exact, of low variance.
    Cost: O(n^2); ``Pairs`` evaluate their scores twice.
    Example:
        >>> round(float(infonce_symmetric(100.0 * jnp.eye(4))), 4)  # log 4
        1.3863
    References: Radford et al. (2021), CLIP.
    """
    pairs, diagonal, n, dtype = open_scores("infonce_symmetric", scores, where)
    columns = pairs.transpose
    contrast = pairs.mean(_contrast(pairs)) + columns.mean(_contrast(columns))
    value = pairs.mean(diagonal) - contrast / 2 + jnp.log(jnp.maximum(n, 1))
    return jnp.where(n > 1, value, 0).astype(dtype)


def _contrast(pairs: Pairs) -> Array:
    """Log-sum-exp of each row, ``[n]``, 0 where masked."""
    return jnp.where(pairs.mask, row_logsumexp(pairs), 0)
