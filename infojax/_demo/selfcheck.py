"""Are the estimates right? Laws whose mutual information is known give the answer."""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np

from infojax import mi, tasks
from infojax._demo.settings import Advance, Settings
from infojax._demo.table import Table
from infojax.types import PRNGKey

__all__ = ["METHODS", "Check", "check", "summary"]

METHODS = {
    "ksg": mi.ksg,
    "gaussian_copula": mi.gaussian_copula,
    "gaussian": mi.gaussian,
}


class Check(NamedTuple):
    """One estimator on one task, in nats: mean and standard deviation over draws."""

    task: str
    method: str
    truth: float
    estimate: float
    spread: float


def check(key: PRNGKey, settings: Settings, advance: Advance) -> list[Check]:
    """Every method on every task, each with several independent samples."""
    checks = []
    for name in settings.tasks:
        advance(f"Checking estimators on {name}")
        task = tasks.make(name)

        def estimates(key: PRNGKey, task: tasks.Task = task):
            x, y = task.sample(key, settings.samples)
            return {name: method(x, y) for name, method in METHODS.items()}

        run = jax.jit(estimates)
        draws = [run(k) for k in jax.random.split(key, settings.seeds)]
        for method in METHODS:
            values = np.array([float(draw[method]) for draw in draws])
            truth = task.mutual_information
            checks.append(Check(name, method, truth, values.mean(), values.std()))
    return checks


def summary(checks: list[Check]) -> Table:
    rows: dict[str, list[str]] = {}
    for c in checks:
        row = rows.setdefault(c.task, [c.task, f"{c.truth:.2f}"])
        row.append(f"{c.estimate - c.truth:+.2f} ±{c.spread:.2f}")
    return Table(
        "Estimate minus truth, mean ± standard deviation over draws [nats]",
        ("task", "truth", *METHODS),
        [tuple(row) for row in rows.values()],
    )
