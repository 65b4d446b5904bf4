"""Global and local disparity, and the parts they share."""

from __future__ import annotations

from typing import NamedTuple

from infojax import pid
from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["Disparities", "disparities", "plugin"]


class Disparities(NamedTuple):
    """What predictions tell of an attribute, in all and within clients, in nats.

    ``unique`` is what only the prediction tells, ``redundant`` what the client tells as
    well, ``masked`` what shows only when the client is known. ``gap`` and ``converged``
    are those of ``pid.broja``.
    """

    global_disparity: Array
    local_disparity: Array
    unique: Array
    redundant: Array
    masked: Array
    gap: Array
    converged: Array


def disparities(
    pzys: ArrayLike, *, tolerance: float = 1e-10, max_steps: int = 200
) -> Disparities:
    r"""Global and local disparity, and what either has that the other has not.

    With attribute Z, prediction :math:`\hat Y` and client S, the global disparity
    :math:`I(Z; \hat Y)` is ``unique + redundant`` and the local one :math:`I(Z; \hat Y
    \mid S)` is ``unique + masked``, by ``pid.broja``. Redundant disparity is at most
    I(Z; S): no client shows it, and only where clients differ in Z is there any. Masked
    disparity is at most :math:`I(Z; S \mid \hat Y)`, and cancels among clients.

    Args:
        pzys: law of attribute z, prediction y and client s, probabilities or counts,
            ``[nz, ny, ns]``, nonnegative; normalised.
        tolerance: of ``pid.broja``.
        max_steps: of ``pid.broja``.

    Returns: ``Disparities(global_disparity, local_disparity, unique, redundant, masked,
        gap, converged)`` in nats. All zeros for a law of no mass.
    Gradients: exact by the envelope theorem; 0 in empty cells. Zero for ``gap``.
    Cost: that of ``pid.broja``: a linear system of nz (ny + ns) unknowns a step.
    Example:
        >>> same = jnp.array([[[9, 1], [0, 0]], [[0, 0], [1, 9]]]) / 20  # y = z
        >>> found = disparities(same)
        >>> round(float(found.redundant), 4), round(float(found.unique), 4)
        (0.3681, 0.3251)
    References: Hamman and Dutta (2024), demystifying local and global fairness
        trade-offs in federated learning using partial information decomposition.
    """
    name = "disparities"
    table = checks.counts(name, "pzys", pzys, 3)
    tolerance = checks.order(name, tolerance, "tolerance", finite=True)
    max_steps = checks.size(name, max_steps, "max_steps")
    found = pid.broja(table, tolerance=tolerance, max_steps=max_steps)
    return Disparities(
        found.unique_x + found.redundancy,
        found.unique_x + found.synergy,
        found.unique_x,
        found.redundancy,
        found.synergy,
        found.gap,
        found.converged,
    )


def plugin(
    z: ArrayLike,
    y: ArrayLike,
    s: ArrayLike,
    *,
    shape: tuple[int, int, int],
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Disparities:
    """Plug-in disparities: those of the table of how often codes occur together.

    Biased upwards: of n samples without any dependence the global disparity is some
    (nz - 1) (ny - 1) / 2n nats, and the local one ns times that.

    Args:
        z: codes of the attribute, integers from 0 to ``shape[0] - 1``, ``[n]``.
        y: codes of the prediction, below ``shape[1]``, ``[n]``.
        s: codes of the client, below ``shape[2]``, ``[n]``.
        shape: how many codes there are of each, static.
        where: ``[n]`` Boolean; samples marked False are as if absent.
        weights: ``[n]``, floating and nonnegative, in place of ones.

    Returns: ``Disparities`` in nats, as of ``disparities``. Samples with another code,
        such as -1 for a missing one, are left out.
    Gradients: those of ``disparities`` in ``weights``; none in the codes.
    Cost: O(n), and that of ``disparities``.
    Example:
        >>> z, s = jnp.array([0, 0, 1, 1]), jnp.array([0, 1, 0, 1])
        >>> found = plugin(z, z ^ s, s, shape=(2, 2, 2))
        >>> round(float(found.global_disparity), 4), round(float(found.masked), 4)
        (0.0, 0.6931)
    References: Hamman and Dutta (2024), demystifying local and global fairness
        trade-offs in federated learning using partial information decomposition.
    """
    name = "plugin"
    z, y = checks.integers(name, "z", z), checks.integers(name, "y", y)
    s = checks.integers(name, "s", s)
    checks.same_length(name, z=z, y=y, s=s)
    return pid.plugin(
        z, y, s, shape=shape, measure=disparities, where=where, weights=weights
    )
