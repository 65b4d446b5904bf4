"""The most accurate predictor of which little can be told about an attribute."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.convex import Optimum, interior_point, optimal_value
from infojax._base.scores import scalar, with_gradient_of
from infojax.fairness._informations import disparities_of, labels_of
from infojax.fairness._program import DUAL, Given, masses, start
from infojax.types import Array, ArrayLike

__all__ = ["FairPredictor", "fair_predictor", "open_limits", "open_pzsy", "within"]


class FairPredictor(NamedTuple):
    """A predictor, what it does, and how well it was found.

    ``predictor`` ``[nz, ns, ny, ny]`` is the law of the prediction given attribute,
    client and label. It is wrong with probability ``error``, and ``joint`` ``[nz, ny,
    ns]`` is the law of attribute, prediction and client, as ``disparities`` takes it.
    No predictor within the budgets has an error smaller by more than ``gap``; this one
    is beyond a budget by at most ``excess``. ``steps`` counts the iterations of the
    last program, and ``converged`` tells whether it was solved within tolerance.
    """

    error: Array
    accuracy: Array
    global_disparity: Array
    local_disparity: Array
    predictor: Array
    joint: Array
    gap: Array
    excess: Array
    steps: Array
    converged: Array


def fair_predictor(
    pzsy: ArrayLike,
    *,
    global_budget: ArrayLike,
    local_budget: ArrayLike,
    tolerance: float = 1e-10,
    max_steps: int = 200,
) -> FairPredictor:
    r"""The least error of a predictor within budgets of global and local disparity.

    The prediction :math:`\hat Y` may depend on attribute, client and label, even at
    random, and is as often right as :math:`I(Z; \hat Y) \le` ``global_budget`` and
    :math:`I(Z; \hat Y \mid S) \le` ``local_budget`` allow: what no training, with
    whatever features, can do better than. An interior-point method on the dual program,
    where budgets of 0 are exact: some fifteen steps, more where a budget only just
    binds.

    Args:
        pzsy: law of attribute z, client s and label y, probabilities or counts,
            ``[nz, ns, ny]``, nonnegative; normalised.
        global_budget: most I(Z; prediction) in nats, a scalar; may be traced, and +inf.
            Negative budgets count as 0.
        local_budget: most I(Z; prediction | S) in nats, likewise.
        tolerance: of the program; not less than 256 rounding errors, 3e-5 in float32.
        max_steps: iterations at most.

    Returns: ``FairPredictor(error, accuracy, global_disparity, local_disparity,
        predictor, joint, gap, excess, steps, converged)``. The error is exactly 0, and
        the predictor the label, where that is within both budgets. Labels that never
        occur are not predicted, and where attribute, client and label never meet the
        predictor is the label. Budgets below some 3e-24 nats, in float32 4e-11, count
        as 0. For a law of no mass ``error`` and ``accuracy`` are 0. In float32 some
        laws stop short of the tolerance, at gaps around 1e-4: see ``converged``.
    Gradients: of ``error`` and ``accuracy``, exact by the envelope theorem in the law
        and in both budgets, not through the iterations; one of the two sides where the
        error has a kink. 0 in empty cells, and in budgets of 0, where the error falls
        like the root of the budget. Zero for all other fields.
    Cost: three programs of some 2 nz ns ny unknowns and nz ns ny^2 constraints, a
        linear system of the unknowns a step: as either budget may not bind, each is
        tried alone. For hundreds of unknowns.
    Example:
        >>> law = jnp.array([[[4, 1], [4, 1]], [[1, 4], [1, 4]]]) / 20  # y tells z
        >>> found = fair_predictor(law, global_budget=0.01, local_budget=0.01)
        >>> round(float(found.error), 4), round(float(found.local_disparity), 4)
        (0.2294, 0.01)
    References: Hamman and Dutta (2024), demystifying local and global fairness
        trade-offs in federated learning using partial information decomposition.
    """
    name = "fair_predictor"
    law, dtype = open_pzsy(name, pzsy)
    found = within(
        law,
        scalar(name, "global_budget", global_budget, law.dtype),
        scalar(name, "local_budget", local_budget, law.dtype),
        **open_limits(name, tolerance, max_steps),
    )
    floats = (field.astype(dtype) for field in found[:-2])
    return FairPredictor(*floats, steps=found.steps, converged=found.converged)


def open_pzsy(name: str, pzsy: ArrayLike) -> tuple[Array, Any]:
    """A law of attribute, client and label, of mass 1 or none, and the dtype."""
    table = checks.counts(name, "pzsy", pzsy, 3)
    mass = table.astype(checks.working_dtype(table.dtype))
    return numerics.normalise(jnp.where(mass < 0, 0, mass)), table.dtype


def open_limits(name: str, tolerance: float, max_steps: int) -> dict[str, Any]:
    """How exact, and how many steps at most."""
    return {
        "tolerance": checks.order(name, tolerance, "tolerance", finite=True),
        "max_steps": checks.size(name, max_steps, "max_steps"),
    }


def within(
    law: Array,
    global_budget: Array,
    local_budget: Array,
    *,
    tolerance: float,
    max_steps: int,
) -> FairPredictor:
    """The predictor for a clean law and two scalars of its dtype."""
    eps = float(jnp.finfo(law.dtype).eps)
    possible = jnp.where(law > eps, law, 0)
    most = jnp.stack([global_budget, local_budget])
    lost = numerics.unless_nan(jnp.zeros((), law.dtype), law, most)
    most = jnp.maximum(most, 0)
    # Informations of independent variables are not exactly 0.
    least = eps**1.5
    budgets = jnp.where(most <= least, 0, most)
    fixed, held, limits = lax.stop_gradient((possible, budgets, most))
    roomy = jnp.maximum(limits, least) * (1 + tolerance)
    free = jnp.all(jnp.stack(disparities_of(fixed)) <= roomy)

    def solve(budgets: Array) -> Optimum:
        given = Given(fixed, budgets[0], budgets[1])
        return interior_point(
            DUAL,
            start(given),
            given,
            mass=masses(given),
            tolerance=tolerance,
            max_steps=max_steps,
        )

    def attempt(enough: Array, i: Array) -> tuple[Array, tuple[Optimum, Array]]:
        """Under either budget alone, then under those that are needed."""
        needed = jnp.where(enough[0], one[0], jnp.where(enough[1], one[1], ~free))
        kept = jnp.where(i == 0, one[0], jnp.where(i == 1, one[1], needed & ~free))
        found = solve(jnp.where(kept, held, jnp.inf))
        joint = labels_of(fixed, _rule(fixed, found.multipliers))
        reached = jnp.stack(disparities_of(joint)) <= roomy
        return jnp.where(jnp.arange(2) == i, reached[::-1], enough), (found, kept)

    # A budget that does not bind has no price, and near none the program is slow: it is
    # left out where the other one is enough.
    one = jnp.eye(2, dtype=bool)
    _, every = lax.scan(attempt, jnp.zeros(2, bool), jnp.arange(3))
    found, kept = jax.tree.map(lambda a: a[-1], every)
    given = Given(possible, *jnp.where(kept, budgets, jnp.inf))

    perfect = jnp.eye(law.shape[2], dtype=law.dtype)
    there = (fixed > 0)[..., None] & ~free
    rule = jnp.where(there, _rule(fixed, found.multipliers), perfect)
    joint = labels_of(fixed, rule)
    disparities = jnp.stack(disparities_of(joint))
    wrong = jnp.sum(fixed[..., None] * rule * (1 - perfect))
    # Unknowns that keep to all constraints bound every error from below.
    bound = jnp.where(free, 0, -DUAL.objective(found.value, Given(fixed, *given[1:])))
    value = jnp.where(free, 0, -optimal_value(DUAL, found, given))
    error = with_gradient_of(wrong, value)
    return FairPredictor(
        error + lost,
        jnp.sum(law) - error + lost,
        *(disparities + lost),
        predictor=rule + lost,
        joint=jnp.swapaxes(joint, 1, 2) + lost,
        gap=lax.stop_gradient(jnp.maximum(wrong - bound, 0)) + lost,
        excess=jnp.maximum(jnp.max(disparities - limits), 0) + lost,
        steps=found.steps,
        converged=(found.converged | free) & ~jnp.isnan(lost),
    )


def _rule(law: Array, multipliers: Array) -> Array:
    """The law of the prediction that the multipliers of costs stand for."""
    size = law.size * law.shape[2]
    mass = multipliers[:size].reshape(*law.shape, law.shape[2])
    return numerics.ratio(mass, jnp.sum(mass, axis=3, keepdims=True))
