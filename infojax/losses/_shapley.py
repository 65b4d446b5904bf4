"""What each modality adds to a fused output: Shapley values of its logits."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["shapley_responses"]


def shapley_responses(values: ArrayLike) -> Array:
    r"""Response of each modality: its Shapley value in the game of fused outputs.

    :math:`\phi^m = \sum_{S \not\ni m} \frac{|S|!\,(M - |S| - 1)!}{M!}\,[f(S \cup \{m\})
    - f(S)]`, where f(S) is the output when only the modalities in S are given and the
    others are muted, by zeros or what else stands for nothing.

    Args:
        values: ``[2 ** M, n, classes]``; index i is the subset whose modality m is
            present where bit m of i is set, so that 0 is empty, 1 has the first only
            and 2 ** M - 1 has all. ``values[0]`` is the output of nothing, zeros as
            published or the real one.

    Returns: responses ``[M, n, classes]``. They add up to ``values[-1] - values[0]``.
        If f is a sum of networks, one a modality and 0 where muted, they are these.
    Gradients: exact; each output of a subset receives its share.
    Cost: O(M 2^M n classes), beside the 2 ** M - 1 passes that give the values.
    Example:
        >>> left, right, both = jnp.array([[[3.0, 1.0]], [[1.0, 0.0]], [[6.0, 1.0]]])
        >>> values = jnp.stack([jnp.zeros((1, 2)), left, right, both])
        >>> shapley_responses(values).tolist()
        [[[4.0, 1.0]], [[2.0, 0.0]]]
    References: Shapley (1953), a value for n-person games; Li et al. (2023), boosting
        multi-modal model performance with adaptive gradient modulation, arXiv
        2308.07686.
    """
    name = "shapley_responses"
    (games,), dtype = checks.common_float(name, values=values)
    subsets = games.shape[0] if games.ndim else 0
    modalities = subsets.bit_length() - 1
    if modalities < 1 or subsets != 1 << modalities or games.size == 0:
        expected = "of shape [2 ** M, n, classes], one row a subset"
        raise checks.fail(ValueError, name, "values", expected, str(list(games.shape)))
    weights = jnp.asarray(_weights(modalities), games.dtype)
    responses = jnp.tensordot(weights, games, 1, precision="highest")
    return responses.astype(dtype)


def _weights(modalities: int) -> np.ndarray:
    """Weight of every subset in the value of every modality, ``[M, 2 ** M]``."""
    table = np.zeros((modalities, 1 << modalities))
    for subset in range(1 << modalities):
        for m in range(modalities):
            others = (subset & ~(1 << m)).bit_count()
            share = 1 / (modalities * math.comb(modalities - 1, others))
            table[m, subset] = share if subset >> m & 1 else -share
    return table
