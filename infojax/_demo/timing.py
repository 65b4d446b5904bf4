"""How long the estimators take on this machine, compilation apart."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from infojax import bounds, dependence, divergence, entropy, mi
from infojax._demo.settings import Advance, Settings
from infojax._demo.table import Table
from infojax.types import Array, PRNGKey

__all__ = [
    "ESTIMATORS",
    "Timing",
    "compile_timed",
    "measure",
    "measure_one",
    "run_seconds",
    "summary",
]

ESTIMATORS: dict[str, Callable[[Array, Array], Array]] = {
    "entropy.kozachenko_leonenko": lambda x, y: entropy.kozachenko_leonenko(x),
    "mi.gaussian": mi.gaussian,
    "mi.gaussian_copula": mi.gaussian_copula,
    "mi.ksg": mi.ksg,
    "mi.cs_qmi": mi.cs_qmi,
    "dependence.hsic": dependence.hsic,
    "divergence.mmd": divergence.mmd,
    "bounds.infonce": lambda x, y: bounds.infonce(x @ y.T),
    "gradient of mi.cs_qmi": lambda x, y: jax.grad(mi.cs_qmi)(x, y),
}


class Timing(NamedTuple):
    """Seconds to compile once and, the median, to run once on ``samples`` rows."""

    name: str
    samples: int
    compile_seconds: float
    run_seconds: float


def measure(key: PRNGKey, settings: Settings, advance: Advance) -> list[Timing]:
    """Time every estimator."""
    timings = []
    for name in ESTIMATORS:
        advance(f"Timing {name}")
        timings.append(measure_one(name, key, settings.samples, settings.repeats))
    return timings


def measure_one(name: str, key: PRNGKey, n: int, repeats: int) -> Timing:
    """Time one estimator on correlated normal samples with two columns a side."""
    x, noise = jax.random.normal(key, (2, n, 2))
    y = (x + noise) / 2**0.5
    compiled, compile_seconds = compile_timed(ESTIMATORS[name], x, y)
    runs = run_seconds(compiled, x, y, repeats=repeats)
    return Timing(name, n, compile_seconds, float(np.median(runs)))


def compile_timed(
    function: Callable[..., Any], *arguments: Array
) -> tuple[Callable[..., Any], float]:
    """The function compiled for these arguments, and the seconds that took."""
    start = time.perf_counter()
    compiled = jax.jit(function).lower(*arguments).compile()
    return compiled, time.perf_counter() - start


def run_seconds(
    function: Callable[..., Any],
    *arguments: Any,
    repeats: int,
    budget: float = math.inf,
    least: int = 3,
) -> list[float]:
    """Seconds of each run; at most ``repeats``, ``least`` of them when time runs out.

    The first run pays for buffers and threads: it spends from the ``budget`` of
    seconds, but is not counted.
    """
    start = time.perf_counter()
    jax.block_until_ready(function(*arguments))
    runs: list[float] = []
    while len(runs) < repeats:
        if len(runs) >= least and time.perf_counter() - start > budget:
            break
        before = time.perf_counter()
        jax.block_until_ready(function(*arguments))
        runs.append(time.perf_counter() - before)
    return runs


def summary(timings: list[Timing]) -> Table:
    samples = timings[0].samples
    device = jax.devices()[0]
    return Table(
        f"Time on this machine, {samples} samples of 2 + 2 columns, {device.platform}",
        ("estimator", "compile [s]", "run [ms]"),
        [
            (t.name, f"{t.compile_seconds:.2f}", f"{1e3 * t.run_seconds:.2f}")
            for t in timings
        ],
    )
