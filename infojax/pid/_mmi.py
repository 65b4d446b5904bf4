"""Redundancy as the least of the informations of the sources."""

from __future__ import annotations

import jax.numpy as jnp

from infojax import closed_form
from infojax._base import checks
from infojax.pid._atoms import PID, Informations, informations, open_law
from infojax.types import Array, ArrayLike

__all__ = ["gaussian_mmi", "mmi"]


def mmi(p: ArrayLike) -> PID:
    r"""Minimum mutual information decomposition: redundancy :math:`\min(I_x, I_y)`.

    The largest redundancy that leaves all atoms nonnegative, and the simplest: it asks
    how much the sources say, not whether they say the same. Two independent bits that
    are both copied count as redundant.

    Args:
        p: joint probabilities or counts, ``[ns, nx, ny]``, the target first,
            nonnegative; normalised.

    Returns: ``PID(redundancy, unique_x, unique_y, synergy)`` in nats, all nonnegative;
        at most one of the unique informations is above 0.
    Gradients: exact but where both sources say equally much; there the mean of the two
        sides. 0 in empty cells.
    Cost: O(cells).
    Example:
        >>> both = jnp.array([[[1, 1], [1, 0]], [[0, 0], [0, 1]]]) / 4  # s = x and y
        >>> round(float(mmi(both).redundancy), 4)
        0.2158
    References: Barrett (2015), exploration of synergistic and redundant information
        sharing in static and dynamical Gaussian systems.
    """
    law, dtype = open_law("mmi", p)
    known = informations(law)
    return PID(*(a.astype(dtype) for a in least_of(known)))


def gaussian_mmi(covariance: ArrayLike, *, ds: int, dx: int) -> PID:
    """Minimum mutual information decomposition of jointly normal variables.

    Equal to BROJA, and to every decomposition whose redundancy depends on the pairs
    (S, X) and (S, Y) alone, when the target has one column.

    Args:
        covariance: of columns s, x, y in this order, ``[d, d]``, positive definite.
        ds: how many of the columns are the target, static.
        dx: how many are the first source, static; the others are the second.

    Returns: ``PID(redundancy, unique_x, unique_y, synergy)`` in nats. Informations are
        +inf where the covariance is singular, and such ones leave nothing of each
        other: an atom is then +inf or 0.
    Gradients: exact but where both sources say equally much; there the mean of the two
        sides. Zero where informations are infinite.
    Cost: O(d^3).
    Example:
        >>> covariance = jnp.array([[1.0, 0.5, 0.3], [0.5, 1.0, 0.0], [0.3, 0.0, 1.0]])
        >>> parts = gaussian_mmi(covariance, ds=1, dx=1)
        >>> round(float(parts.redundancy), 4), round(float(parts.synergy), 4)
        (0.0472, 0.0639)
    References: Barrett (2015), exploration of synergistic and redundant information
        sharing in static and dynamical Gaussian systems.
    """
    name = "gaussian_mmi"
    (matrix,), dtype = checks.common_float(name, covariance=covariance)
    ds, dx = checks.size(name, ds, "ds"), checks.size(name, dx, "dx")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        received = str(list(matrix.shape))
        raise checks.fail(ValueError, name, "covariance", "of shape [d, d]", received)
    cut = ds + dx
    if cut >= len(matrix):
        expected = f"such that ds + dx < d = {len(matrix)}"
        raise checks.fail(ValueError, name, "dx", expected, f"ds={ds}, dx={dx}")
    columns = jnp.arange(len(matrix))
    without_x = jnp.concatenate([columns[:ds], columns[cut:]])

    def information(matrix: Array) -> Array:
        return closed_form.gaussian_mi(matrix, dx=ds)

    known = Informations(
        information(matrix[:cut, :cut]),
        information(matrix[jnp.ix_(without_x, without_x)]),
        information(matrix),
    )
    return PID(*(a.astype(dtype) for a in least_of(known)))


def least_of(known: Informations) -> PID:
    """The least information is redundant; nothing is left of infinite ones alike."""
    redundancy = jnp.minimum(known.x, known.y)
    return PID(
        redundancy,
        _less(known.x, redundancy),
        _less(known.y, redundancy),
        _less(known.both, jnp.maximum(known.x, known.y)),
    )


def _less(a: Array, b: Array) -> Array:
    alike = (a == jnp.inf) & (b == jnp.inf)
    return jnp.where(alike, 0, jnp.where(alike, 0, a) - jnp.where(alike, 0, b))
