"""How long the estimators take on this machine, compilation apart."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import jax

from infojax import bounds, dependence, divergence, entropy, mi
from infojax._demo.settings import Advance, Settings
from infojax._demo.table import Table
from infojax.types import Array, PRNGKey

__all__ = ["ESTIMATORS", "Timing", "measure", "measure_one", "summary"]

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
    start = time.perf_counter()
    compiled = jax.jit(ESTIMATORS[name]).lower(x, y).compile()
    compile_seconds = time.perf_counter() - start
    # The first run pays for buffers and threads: it is not counted.
    runs = [_seconds(compiled, x, y) for _ in range(repeats + 1)][1:]
    return Timing(name, n, compile_seconds, statistics.median(runs))


def _seconds(function: Callable[..., Array], x: Array, y: Array) -> float:
    start = time.perf_counter()
    jax.block_until_ready(function(x, y))
    return time.perf_counter() - start


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
