"""What holds for every decomposition whose atoms are nonnegative."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax.pid._atoms import PID, Informations, decompose, informations, open_law
from infojax.types import ArrayLike

__all__ = ["PIDBounds", "bounds", "bounds_of"]


class PIDBounds(NamedTuple):
    """Each atom is between its entry in ``lower`` and its entry in ``upper``."""

    lower: PID
    upper: PID


def bounds(p: ArrayLike) -> PIDBounds:
    r"""Between what limits every decomposition without negative atoms must be.

    Redundancy is between :math:`\max(0, I_x + I_y - I_{xy})` and :math:`\min(I_x,
    I_y)`, and the other atoms follow. The two are close where one source says nothing,
    or where nothing is said twice.

    Args:
        p: joint probabilities or counts, ``[ns, nx, ny]``, the target first,
            nonnegative; normalised.

    Returns: ``PIDBounds(lower, upper)``, each a ``PID`` in nats. Redundancy and synergy
        reach their upper bounds together, and the unique informations their lower ones:
        those of ``mmi``.
    Gradients: exact but at ties, where they are the mean of the two sides. 0 in empty
        cells.
    Cost: O(cells).
    Example:
        >>> both = jnp.array([[[1, 1], [1, 0]], [[0, 0], [0, 1]]]) / 4  # s = x and y
        >>> found = bounds(both)
        >>> round(float(found.lower.synergy), 4), round(float(found.upper.synergy), 4)
        (0.1308, 0.3466)
    References: Williams and Beer (2010), nonnegative decomposition of multivariate
        information.
    """
    law, dtype = open_law("bounds", p)
    low, high = bounds_of(informations(law))
    return PIDBounds(
        PID(*(a.astype(dtype) for a in low)), PID(*(a.astype(dtype) for a in high))
    )


def bounds_of(known: Informations) -> PIDBounds:
    least = decompose(known, jnp.maximum(known.x + known.y - known.both, 0))
    most = decompose(known, jnp.minimum(known.x, known.y))
    return PIDBounds(
        PID(least.redundancy, most.unique_x, most.unique_y, least.synergy),
        PID(most.redundancy, least.unique_x, least.unique_y, most.synergy),
    )
