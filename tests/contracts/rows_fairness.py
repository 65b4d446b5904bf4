"""Rows of fairness among clients."""

from __future__ import annotations

import numpy as np

from contracts.row import Case
from contracts.rows_pid import codes, law
from infojax import fairness


def problem(rng: np.random.Generator):
    """A law of which both budgets bind, without rare cells."""
    mass = 0.2 + rng.random((2, 2, 2))
    mass[[0, 1], :, [0, 1]] *= 4
    mass[0, 0] *= 2
    return mass / mass.sum(), 0.01 + rng.random(2) / 100


ROWS = [
    Case(
        "fairness.disparities",
        # Of the other fields a gap of rounding differs among platforms.
        lambda p: fairness.disparities(p)[:5],
        law(2, 2, 3),
        smooth=(0,),
        bad=("vector", "empty"),
        arguments=("pzys",),
    ),
    Case(
        "fairness.plugin",
        lambda z, y, s, w, **options: fairness.plugin(
            z, y, s, shape=(2, 2, 3), weights=w, **options
        )[:5],
        codes,
        smooth=(3,),
        masks={"where": (0, 1, 2, 3)},
        joint=((0, 1, 2, 3),),
        bad=("empty", "mismatch", "mask"),
        arguments=("z", "y", "s", "weights"),
    ),
    Case(
        "fairness.fair_predictor",
        # Predictors of the same error may differ.
        lambda p, budgets: fairness.fair_predictor(
            p, global_budget=budgets[0], local_budget=budgets[1]
        )[:2],
        problem,
        smooth=(0, 1),
        bad=("vector", "empty"),
        arguments=("pzsy",),
    ),
    Case(
        "fairness.frontier",
        lambda p, budgets: (
            fairness.frontier(
                p, global_budgets=budgets, local_budgets=0.9 * budgets[:1]
            ).error
        ),
        problem,
        smooth=(0, 1),
        bad=("vector", "empty"),
        arguments=("pzsy",),
    ),
]

TYPES = {
    "fairness.Disparities",
    "fairness.FairPredictor",
    "fairness.Frontier",
    "fairness.plot_frontier",
}
