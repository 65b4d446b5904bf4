"""Memory and time of estimators whose rows are split over the devices there are.

    python benchmarks/scaling_rows.py DEVICES N REPEATS

Prints the rows as one line of JSON: how ``scaling.py`` measures devices that a process
of its own has to make.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from infojax import PairPlan, Pairs, bounds, dependence, mi, sharded
from infojax._demo.timing import compile_timed, run_seconds

__all__ = ["ENTRIES", "FAST", "Entry", "entries", "measure_one"]

COLUMNS, BUDGET = 8, 0.5
FAST = ("dependence.hsic", "bounds.infonce")


def scores(x, y):
    return x @ y.T / COLUMNS**0.5


def infonce(x, y, *, where, plan: PairPlan):
    return bounds.infonce(Pairs(scores, x, y, plan, where_x=where, where_y=where))


ESTIMATORS = {
    "dependence.hsic": dependence.hsic,
    "mi.cs_qmi": mi.cs_qmi,
    "bounds.infonce": infonce,
    "mi.ksg": mi.ksg,
}
ENTRIES = [(name, what) for name in ESTIMATORS for what in ("value", "gradient")][:-1]


class Entry(NamedTuple):
    """What is compiled: ``blocks`` as by default, or all rows of a device at once."""

    estimator: str
    what: str
    devices: int
    columns: str
    blocks: bool


def entries(devices: int, *, fast: bool) -> Iterator[Entry]:
    """On one device nothing is gathered, and there is no ring."""
    for name, what in ENTRIES:
        for columns in ("gather",) if devices == 1 else ("gather", "ring"):
            for blocks in (True,) if fast else (True, False):
                if not fast or (name in FAST and what == "gradient"):
                    yield Entry(name, what, devices, columns, blocks)


def measure_one(entry: Entry, n: int, repeats: int) -> dict[str, Any]:
    """Compile for the first devices, look at the memory of one, and run."""
    devices = jax.devices()[: entry.devices]
    plan = PairPlan(None if entry.blocks else n, ring=entry.columns == "ring")
    estimator, place = ESTIMATORS[entry.estimator], devices[0]
    if entry.devices > 1:
        mesh = jax.make_mesh((entry.devices,), ("data",), devices=devices)
        place = NamedSharding(mesh, P("data"))
        estimator = sharded(estimator, mesh, "data")

    def function(x, y, where):
        return estimator(x, y, where=where, plan=plan)

    if entry.what == "gradient":
        function = jax.grad(function, argnums=(0, 1))
    x, noise = np.random.default_rng(0).normal(size=(2, n, COLUMNS)).astype(np.float32)
    # A mask, as samples have that were padded to a multiple of the devices.
    samples = x, (x + noise) / np.float32(2**0.5), np.ones(n, bool)
    arrays = [jax.device_put(a, place) for a in samples]
    compiled, seconds = compile_timed(function, *arrays)
    runs = run_seconds(compiled, *arrays, repeats=repeats, budget=BUDGET)
    low, middle, high = (float(q) for q in np.quantile(runs, (0.25, 0.5, 0.75)))
    temporary = compiled.memory_analysis().temp_size_in_bytes  # of one device
    times = {"run_s": middle, "quartiles_s": [low, high], "repeats": len(runs)}
    more = {"n": n, "temporary_bytes": int(temporary), "compile_s": seconds}
    return entry._asdict() | more | times


if __name__ == "__main__":
    count, n, repeats = map(int, sys.argv[1:4])
    for entry in entries(count, fast="fast" in sys.argv):
        print(json.dumps(measure_one(entry, n, repeats)), flush=True)
