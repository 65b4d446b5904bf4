"""How accurate predictors may be, over a grid of both budgets."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax.fairness._predictor import open_limits, open_pzsy, within
from infojax.types import Array, ArrayLike

__all__ = ["Frontier", "frontier"]


class Frontier(NamedTuple):
    """Least errors ``[ng, nl]`` over budgets ``[ng]`` and ``[nl]``, in nats.

    ``gap``, ``excess`` and ``converged``, ``[ng, nl]``, are those of
    ``fair_predictor``.
    """

    error: Array
    global_budgets: Array
    local_budgets: Array
    gap: Array
    excess: Array
    converged: Array


def frontier(
    pzsy: ArrayLike,
    *,
    global_budgets: ArrayLike,
    local_budgets: ArrayLike,
    tolerance: float = 1e-10,
    max_steps: int = 200,
) -> Frontier:
    """The accuracy-fairness frontier: least errors over a grid of budgets.

    As a function of both budgets the error is convex, and no budget raises it.

    Args:
        pzsy: law of attribute z, client s and label y, probabilities or counts,
            ``[nz, ns, ny]``, nonnegative; normalised.
        global_budgets: most I(Z; prediction) in nats, ``[ng]``, in any order.
        local_budgets: most I(Z; prediction | S) in nats, ``[nl]``.
        tolerance: of ``fair_predictor``.
        max_steps: of ``fair_predictor``.

    Returns: ``Frontier(error, global_budgets, local_budgets, gap, excess, converged)``.
    Gradients: of ``error`` in the law and in all budgets, as of ``fair_predictor``.
    Cost: ng nl times that of ``fair_predictor``, side by side.
    Example:
        >>> law = jnp.array([[[4, 1], [4, 1]], [[1, 4], [1, 4]]]) / 20  # y tells z
        >>> budgets = jnp.array([0.0, 0.05, 0.2])
        >>> found = frontier(law, global_budgets=budgets, local_budgets=budgets)
        >>> [round(float(e), 3) for e in found.error[:, 1]]
        [0.3, 0.143, 0.143]
    References: Hamman and Dutta (2024), demystifying local and global fairness
        trade-offs in federated learning using partial information decomposition.
    """
    name = "frontier"
    law, dtype = open_pzsy(name, pzsy)
    options = open_limits(name, tolerance, max_steps)
    rows = _open_budgets(name, "global_budgets", global_budgets, law)
    columns = _open_budgets(name, "local_budgets", local_budgets, law)

    def one(row: Array, column: Array) -> tuple[Array, Array, Array, Array]:
        found = within(law, row, column, **options)
        return found.error, found.gap, found.excess, found.converged

    along = jax.vmap(one, in_axes=(None, 0))
    error, gap, excess, converged = jax.vmap(along, in_axes=(0, None))(rows, columns)
    floats = (a.astype(dtype) for a in (error, rows, columns, gap, excess))
    return Frontier(*floats, converged=converged)


def _open_budgets(name: str, argument: str, budgets: ArrayLike, law: Array) -> Array:
    array = jnp.asarray(budgets)
    if array.ndim != 1 or array.size == 0:
        received = str(list(array.shape))
        raise checks.fail(ValueError, name, argument, "of shape [n], n > 0", received)
    return array.astype(law.dtype)
