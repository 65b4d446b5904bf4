"""Redundancy as the least specific information of the sources."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax.pid._atoms import PID, decompose, informations, open_law
from infojax.types import Array, ArrayLike

__all__ = ["i_min", "specific_information"]


def i_min(p: ArrayLike) -> PID:
    r"""Williams and Beer's decomposition: the least said of each target value.

    Redundancy :math:`\sum_s p(s) \min_k \sum_a p(a \mid s) \log \frac{p(s \mid a)}
    {p(s)}` over the sources k. Like ``mmi`` it takes two independent bits that are both
    copied for redundant.

    Args:
        p: joint probabilities or counts, ``[ns, nx, ny]``, the target first,
            nonnegative; normalised.

    Returns: ``PID(redundancy, unique_x, unique_y, synergy)`` in nats, all nonnegative.
    Gradients: exact but where both sources say equally much of a value; there the mean
        of the two sides. 0 in empty cells.
    Cost: O(cells).
    Example:
        >>> both = jnp.array([[[1, 1], [1, 0]], [[0, 0], [0, 1]]]) / 4  # s = x and y
        >>> round(float(i_min(both).redundancy), 4)
        0.2158
    References: Williams and Beer (2010), nonnegative decomposition of multivariate
        information.
    """
    law, dtype = open_law("i_min", p)
    of_x = specific_information(jnp.sum(law, axis=2))
    of_y = specific_information(jnp.sum(law, axis=1))
    redundancy = numerics.unless_nan(jnp.sum(jnp.minimum(of_x, of_y)), law)
    parts = decompose(informations(law), redundancy)
    return PID(*(a.astype(dtype) for a in parts))


def specific_information(pair: Array) -> Array:
    """What a source says of each target value, times its probability, ``[ns]``."""
    target, source = jnp.sum(pair, axis=1, keepdims=True), jnp.sum(pair, axis=0)
    backward = numerics.ratio(pair, source[None] + jnp.zeros_like(pair))
    there = (pair > 0) & (backward > 0)
    gain = numerics.log(jnp.where(there, backward, 1)) - numerics.log(
        jnp.where(there, target, 1)
    )
    return jnp.sum(jnp.where(there, pair * gain, 0), axis=1)
