"""Donsker-Varadhan, Nguyen-Wainwright-Jordan and InfoNCE."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.pairs import Pairs
from infojax._base.scores import log_mean_off_diagonal, open_scores
from infojax.types import Array, ArrayLike

__all__ = ["donsker_varadhan", "infonce", "nwj"]


def donsker_varadhan(
    scores: ArrayLike | Pairs, *, where: ArrayLike | None = None
) -> Array:
    r"""Donsker-Varadhan bound, :math:`\overline{s_{ii}} - \log \overline{e^{s_{ij}}}`.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats. On a batch it is biased upwards (the log is outside the
        mean) and its variance grows like exp(I) / n; 0 when fewer than two rows remain.
    Gradients: exact for this value; biased for the population bound.
    Cost: O(n^2).
    Example:
        >>> round(float(donsker_varadhan(2.0 * jnp.eye(3))), 4)
        2.0
    References: Donsker and Varadhan (1983); Belghazi et al. (2018), MINE.
    """
    pairs, diagonal, n, dtype = open_scores("donsker_varadhan", scores, where)
    value = pairs.mean(diagonal) - log_mean_off_diagonal(pairs, n)
    return jnp.where(n > 1, value, 0).astype(dtype)


def nwj(scores: ArrayLike | Pairs, *, where: ArrayLike | None = None) -> Array:
    r"""Nguyen-Wainwright-Jordan bound.

    :math:`\overline{s_{ii}} - e^{-1}\, \overline{e^{s_{ij}}}`, tight at
    :math:`s = 1 + \log p(x, y) / (p(x) p(y))`.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats; unbiased, with variance that grows like exp(I) / n. The
        exponential saturates for scores above 72 in float32, a hugely negative value; 0
        when fewer than two rows remain.
    Gradients: exact and unbiased.
    Cost: O(n^2).
    Example:
        >>> round(float(nwj(jnp.ones((3, 3)))), 4)
        0.0
    References: Nguyen, Wainwright and Jordan (2010); Poole et al. (2019), section 2.2.
    """
    pairs, diagonal, n, dtype = open_scores("nwj", scores, where)
    value = pairs.mean(diagonal) - numerics.exp(log_mean_off_diagonal(pairs, n) - 1)
    return jnp.where(n > 1, value, 0).astype(dtype)


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
    contrast = pairs.map_rows(lambda rows: numerics.logsumexp(rows.values, rows.where))
    contrast = jnp.where(pairs.mask, contrast, 0)
    value = pairs.mean(diagonal - contrast) + jnp.log(jnp.maximum(n, 1))
    return jnp.where(n > 1, value, 0).astype(dtype)
