"""How much memory do values and gradients of 200,000 samples take?

    python benchmarks/large.py

Every estimator works in a process of its own, whose highest resident memory is read
before and after: the difference is what the call took above samples, compiler and
programs. A tiny call of the same program kind comes first, so that compilation of
libraries is not counted; that of the program itself is. Writes ``results/large.json``
and a picture.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import typer
from matplotlib.figure import Figure
from record import RESULTS, Fast, Output, about, progress, write
from rich.console import Console

from infojax import PairPlan, Pairs, bounds, dependence, entropy, kernels, mi
from infojax.transforms import sigmoid_step

ROWS, FAST_ROWS = 200_000, 2_000
Estimator = Callable[..., Any]


def _infonce(x, y):
    return bounds.infonce(Pairs(kernels.linear(), x, y, PairPlan()))


# Estimator and columns of each side. Counts have no gradient: a soft step has one.
SUBJECTS: dict[str, tuple[Estimator, int]] = {
    "mi.cs_qmi": (mi.cs_qmi, 2),
    "dependence.hsic": (dependence.hsic, 2),
    "bounds.infonce": (_infonce, 16),
    "entropy.kde": (lambda x, y: entropy.kde(x, bandwidth=0.2), 2),
    "mi.ksg": (mi.ksg, 1),
    "mi.ksg, soft": (lambda x, y: mi.ksg(x, y, step=sigmoid_step(0.01)), 1),
}
GRADIENTS = [name for name in SUBJECTS if name != "mi.ksg"]


def calls() -> list[tuple[str, bool]]:
    values = [(name, False) for name in SUBJECTS if name != "mi.ksg, soft"]
    return values + [(name, True) for name in GRADIENTS]


def peak() -> int:
    """Highest resident memory of this process so far, in bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(name: str, gradient: bool, n: int) -> dict[str, Any]:
    estimator, d = SUBJECTS[name]
    if gradient:
        run = jax.jit(jax.value_and_grad(estimator, argnums=(0, 1)))
    else:
        run = jax.jit(estimator)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, d)).astype(np.float32) / d**0.5
    y = x + 0.5 * rng.normal(size=x.shape).astype(np.float32) / d**0.5
    jax.block_until_ready(run(x[:256], y[:256]))
    sides = jnp.asarray(x), jnp.asarray(y)
    before, start = peak(), time.perf_counter()
    found = jax.block_until_ready(run(*sides))
    seconds = time.perf_counter() - start
    finite = all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(found))
    return {
        "estimator": name,
        "gradient": gradient,
        "n": n,
        "columns": 2 * d,
        "first_call_s": seconds,
        "peak_mib": (peak() - before) / 2**20,
        "finite": finite,
    }


def main(
    fast: Fast = False,
    output: Output = None,
    only: Annotated[str | None, typer.Option(hidden=True)] = None,
    gradient: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Values and gradients, one process each."""
    n = FAST_ROWS if fast else ROWS
    if only:
        print(json.dumps(measure(only, gradient, n)))
        return
    console, rows = Console(), []
    with progress(console) as bar:
        task = bar.add_task("Starting", total=len(calls()))
        for name, slope in calls():
            title = f"{'gradient of ' if slope else ''}{name}, n = {n:,}"
            bar.update(task, description=title)
            options = ["--only", name, *["--gradient"] * slope, *["--fast"] * fast]
            done = subprocess.run(
                [sys.executable, __file__, *options],
                capture_output=True,
                text=True,
                check=True,
            )
            rows.append(json.loads(done.stdout.splitlines()[-1]))
            row = rows[-1]
            console.print(
                f"{title}: {row['peak_mib']:.0f} MiB, {row['first_call_s']:.1f} s",
                highlight=False,
            )
            bar.advance(task)
    folder = output or RESULTS
    results = about() | {"rows": rows}
    if not fast or output:
        write(results, draw(rows), folder / "large.json", console)


def draw(rows: list[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    names = [f"{'gradient of ' * r['gradient']}{r['estimator']}" for r in rows]
    for axis, key, label in (
        (axes[0], "peak_mib", "memory above the samples [MiB]"),
        (axes[1], "first_call_s", "first call, with compilation [s]"),
    ):
        axis.barh(names, [row[key] for row in rows])
        axis.set_xlabel(label)
    axes[0].invert_yaxis()
    figure.suptitle(f"n = {rows[0]['n']:,}", fontsize=10)
    return figure


if __name__ == "__main__":
    typer.run(main)
