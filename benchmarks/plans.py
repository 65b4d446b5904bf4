"""What do dense, blocked, fused and sharded plans cost as n grows, in time and memory?

    python benchmarks/plans.py

Value and gradient of pairwise estimators, and what scales otherwise up to a million
rows. Memory is what XLA reports for temporary buffers, compilation is apart. On a CPU
pairs stop at n = 65,536 unless ``--pairs`` says otherwise, and sharding is left to
``scaling.py``. A full run writes ``results/plans-<platform>.json`` and a picture, any
other one to ``build/bench``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import typer
from matplotlib.figure import Figure
from record import RESULTS, Fast, Output, about, progress, write
from rich.console import Console

from infojax import (
    PairPlan,
    Pairs,
    bounds,
    dependence,
    entropy,
    kernels,
    mi,
    sharded,
)
from infojax._demo.timing import compile_timed, run_seconds

DENSE_BYTES = 4e9  # a matrix of all pairs beyond this is not asked for
BUDGET = 2.0
PAIR_SIZES = (1024, 4096, 16384, 65536, 262144, 1048576)
MOST_ROWS = 1_000_000
ROW_SIZES = (10_000, 100_000, MOST_ROWS)
ACROSS = 5  # panels beside each other
STYLES = {"dense": "s:", "blocks": "o-", "fused": "^--", "sharded": "D-.", "": "o-"}

Estimator = Callable[..., Any]


def _infonce(x, y, *, plan=PairPlan()):
    return bounds.infonce(Pairs(kernels.linear(), x, y, plan))


def _gradient(estimator: Estimator) -> Estimator:
    return lambda x, y, **o: jax.value_and_grad(estimator, argnums=(0, 1))(x, y, **o)


class Subject(NamedTuple):
    """An estimator of paired samples of d columns, and whether it compares pairs."""

    name: str
    run: Estimator
    d: int
    pairs: bool = True


SUBJECTS = (
    Subject("dependence.hsic, d = 10", dependence.hsic, 10),
    Subject("gradient of dependence.hsic, d = 10", _gradient(dependence.hsic), 10),
    Subject("mi.cs_qmi, d = 10", mi.cs_qmi, 10),
    Subject("gradient of mi.cs_qmi, d = 10", _gradient(mi.cs_qmi), 10),
    Subject("bounds.infonce, d = 512", _infonce, 512),
    Subject("gradient of bounds.infonce, d = 512", _gradient(_infonce), 512),
    Subject("mi.ksg, d = 1 + 1", mi.ksg, 1, False),
    Subject("mi.gaussian_copula, d = 5 + 5", mi.gaussian_copula, 5, False),
    Subject(
        "entropy.kozachenko_leonenko, d = 3",
        lambda x, y: entropy.kozachenko_leonenko(x),
        3,
        False,
    ),
    Subject(
        "entropy.vendi_features, d = 512",
        lambda x, y: entropy.vendi_features(x),
        512,
        False,
    ),
)


def plans(subject: Subject, n: int) -> dict[str, tuple[Estimator, dict[str, Any]]]:
    """Ways to evaluate a subject at this size, by name."""
    if not subject.pairs:
        return {"": (subject.run, {})}
    found = {"blocks": (subject.run, {"plan": PairPlan()})}
    if 4.0 * n * n <= DENSE_BYTES:
        found["dense"] = (subject.run, {"plan": PairPlan(block_size=n)})
    if jax.default_backend() in ("gpu", "tpu"):
        found["fused"] = (subject.run, {"plan": PairPlan(fused=True)})
    if jax.device_count() > 1 and "gradient" not in subject.name:
        mesh = jax.make_mesh((jax.device_count(),), ("data",))
        found["sharded"] = (sharded(subject.run, mesh, "data"), {})
    return found


def measure(subject: Subject, n: int) -> list[dict[str, Any]]:
    """One row a plan; a row without time where it did not fit."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, subject.d)).astype(np.float32) / subject.d**0.5
    y = x + 0.5 * rng.normal(size=x.shape).astype(np.float32) / subject.d**0.5
    sides, rows = (jnp.asarray(x), jnp.asarray(y)), []
    for plan, (estimator, options) in plans(subject, n).items():
        row: dict[str, Any] = {"estimator": subject.name, "n": n, "plan": plan}
        try:
            compiled, seconds = compile_timed(
                lambda a, b, run=estimator, o=options: run(a, b, **o), *sides
            )
            memory = compiled.memory_analysis()
            row |= {"compile_s": seconds, "temporary_bytes": memory.temp_size_in_bytes}
            runs = run_seconds(compiled, *sides, repeats=20, budget=BUDGET, least=1)
            row |= {"run_s": float(np.median(runs)), "repeats": len(runs)}
        except jax.errors.JaxRuntimeError as error:
            row["failed"] = str(error).splitlines()[0][:120]
        rows.append(row)
    return rows


def main(
    pairs: Annotated[
        int | None, typer.Option(help="Largest n of pairwise estimators.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Largest n of the others.")] = MOST_ROWS,
    fast: Fast = False,
    output: Output = None,
) -> None:
    """Time and memory of the plans, size by size."""
    console = Console()
    most = 65536 if jax.default_backend() == "cpu" else 262144
    pairs = pairs or most
    cases = []
    for subject in SUBJECTS:
        sizes, limit = (PAIR_SIZES, pairs) if subject.pairs else (ROW_SIZES, rows)
        sizes = sizes[:1] if fast else [n for n in sizes if n <= limit]
        cases += [(subject, n) for n in sizes]
    found: list[dict[str, Any]] = []
    with progress(console) as bar:
        task = bar.add_task("Starting", total=len(cases))
        for subject, n in cases:
            bar.update(task, description=f"{subject.name}, n = {n:,}")
            found += measure(subject, n)
            bar.advance(task)
    results = about() | {"rows": found}
    full = not fast and pairs >= most and rows >= MOST_ROWS
    folder = output or (RESULTS if full else Path("build") / "bench")
    path = folder / f"plans-{results['platform']}.json"
    write(results, draw(results), path, console)


def draw(results: dict[str, Any]) -> Figure:
    """Time of each estimator, and memory below it, in bands of five."""
    names = list(dict.fromkeys(row["estimator"] for row in results["rows"]))
    bands, width = -(-len(names) // ACROSS), min(ACROSS, len(names))
    figure = Figure(figsize=(3.2 * width, 5 * bands), layout="constrained")
    axes = figure.subplots(2 * bands, width, sharey="row", squeeze=False)
    for i in range(len(names), bands * width):
        for ax in axes[2 * (i // width) : 2 * (i // width) + 2, i % width]:
            ax.set_visible(False)
    for i, name in enumerate(names):
        band, column = divmod(i, width)
        time_ax, memory_ax = axes[2 * band : 2 * band + 2, column]
        for plan, style in STYLES.items():
            rows = [
                row
                for row in results["rows"]
                if (row["estimator"], row["plan"]) == (name, plan) and "run_s" in row
            ]
            if rows:
                n = [row["n"] for row in rows]
                time_ax.loglog(n, [row["run_s"] for row in rows], style, ms=4)
                memory = [row["temporary_bytes"] / 2**20 for row in rows]
                memory_ax.loglog(n, memory, style, ms=4, label=plan or None)
        time_ax.set_title(name, fontsize=9)
        memory_ax.set_xlabel("rows n")
        if memory_ax.get_legend_handles_labels()[0]:
            memory_ax.legend(fontsize=8, loc="upper left")
        if column == 0:
            time_ax.set_ylabel("time of one call [s]")
            memory_ax.set_ylabel("temporary memory [MiB]")
    device = results["device"]
    figure.suptitle(f"{device}, {results['cores']} cores, float32", fontsize=10)
    return figure


if __name__ == "__main__":
    typer.run(main)
