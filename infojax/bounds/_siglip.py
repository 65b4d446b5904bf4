"""The sigmoid loss of image and text pairs, as a bound."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base.pairs import Pairs
from infojax._base.scores import open_matrix, with_gradient_of
from infojax.bounds._logistic import (
    log_and_softplus_sums,
    log_ratio_bound,
    logistic_objective,
    softplus_sum,
)
from infojax.types import Array, ArrayLike

__all__ = ["siglip", "siglip_objective"]


def siglip(scores: ArrayLike | Pairs, *, where: ArrayLike | None = None) -> Array:
    r"""NWJ's value at :math:`s + \log(n - 1)`, with the gradient of the sigmoid loss.

    With n - 1 negatives for a positive the optimum of ``siglip_objective`` is
    :math:`s = \log p(x, y) / (p(x) p(y)) - \log(n - 1)`; the value
    :math:`1 + \overline{s'_{ii}} - \overline{e^{s'_{ij}}}` of the shifted scores is
    tight there. The learned scale and bias of the loss are part of the scores.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, without the log n ceiling of InfoNCE but with the variance
        of ``nwj``. Compare it at one n: a critic trained with another batch is off by
        the difference of the shifts. 0 when fewer than two rows remain.
    Gradients: those of ``siglip_objective``, not of this value.
    Cost: O(n^2).
    Example:
        >>> round(float(siglip(jnp.full((3, 3), -jnp.log(2.0)))), 4)
        0.0
    References: Zhai et al. (2023), sigmoid loss for language image pre-training.
    """
    two = open_matrix("siglip", scores, where)
    logs, penalties = two.rows(log_and_softplus_sums)
    shift = jnp.log(jnp.maximum(two.others, 1))
    report = log_ratio_bound(two, two.log_mean_product(logs), shift)
    objective = logistic_objective(two, penalties, two.others)
    return two.result(with_gradient_of(report, objective))


def siglip_objective(
    scores: ArrayLike | Pairs, *, where: ArrayLike | None = None
) -> Array:
    r"""The sigmoid loss with its sign changed, what ``siglip`` trains on.

    :math:`-\overline{\log(1 + e^{-s_{ii}})} - (n - 1)\, \overline{\log(1 +
    e^{s_{ij}})}`: a row has one positive and n - 1 negatives of the same weight.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar, <= 0; 0 when fewer than two rows remain.
    Gradients: exact and bounded.
    Cost: O(n^2).
    Example:
        >>> round(float(siglip_objective(jnp.zeros((3, 3)))), 4)  # -3 log 2
        -2.0794
    References: Zhai et al. (2023), sigmoid loss for language image pre-training.
    """
    two = open_matrix("siglip_objective", scores, where)
    return two.result(logistic_objective(two, two.rows(softplus_sum), two.others))
