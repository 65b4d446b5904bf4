"""What does a trained flow add where neither copula nor neighbours suffice?

    python benchmarks/trained.py                    # the forty tasks
    python benchmarks/trained.py --suite laws       # the laws of laws.py
    python benchmarks/trained.py --fast             # a few steps: does it run?

``fit.auto`` beside ``mi.auto`` on the samples of ``accuracy.py``. The two differ only
where the first trains, and then it is the larger of ``mi.auto`` and the flow. Writes
``results/trained.json`` or ``results/trained_laws.json`` and a picture of it.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

import jax
import numpy as np
import typer
from accuracy import Problem, Suite, problems
from matplotlib.figure import Figure
from record import RESULTS, Output, about, progress, write
from rich.console import Console

from infojax import fit

NEAR = 0.1  # nats, within which a task counts as solved


def main(
    samples: Annotated[int, typer.Option(min=10, help="Rows of a draw.")] = 10_000,
    seeds: Annotated[int, typer.Option(min=1, help="Draws of each law.")] = 1,
    suite: Annotated[Suite, typer.Option(help="What is estimated.")] = Suite.tasks,
    only: Annotated[list[str] | None, typer.Option(help="Laws, by name.")] = None,
    fast: Annotated[bool, typer.Option(help="One spiral, 20 steps.")] = False,
    output: Output = None,
) -> None:
    """Estimate every law both ways, and write what came of it."""
    console = Console()
    options = {"steps": 20, "width": 8, "depth": 1} if fast else {}
    only = ["spiral-multinormal-sparse-3-3-2-2.0"] if fast else only
    samples = 2100 if fast else samples
    chosen = [p for p in problems(suite) if not only or p.name in only]
    rows = []
    with progress(console) as bar:
        work = bar.add_task("Starting", total=len(chosen) * seeds)
        for problem in chosen:
            bar.update(work, description=problem.name)
            for seed in range(seeds):
                rows.append(measure(problem, seed, samples, options))
                bar.advance(work)
    results = about() | {"n": samples, "seeds": seeds, "rows": rows}
    console.print(table(results), markup=False, soft_wrap=True)
    folder = output or (None if fast or only else RESULTS)
    if folder:
        name = "trained" if suite is Suite.tasks else f"trained_{suite}"
        write(results, draw(results), folder / f"{name}.json", console)


def measure(
    problem: Problem, seed: int, n: int, options: dict[str, int]
) -> dict[str, Any]:
    """Both estimates of one draw, and the seconds that they took together."""
    x, y = problem.draw(seed, n)
    start = time.perf_counter()
    found = fit.auto(jax.random.key(seed), x, y, **options)
    value = float(found.value)
    return {
        "task": problem.name,
        "seed": seed,
        "truth": problem.truth,
        "mi.auto": float(found.classical.value),
        "flow": float(value if found.flow is None else found.flow),
        "fit.auto": value,
        "trained": found.training is not None,
        "seconds": time.perf_counter() - start,
    }


def errors(results: dict[str, Any], name: str) -> dict[str, float]:
    """Mean absolute error of each law."""
    found: dict[str, list[float]] = {}
    for row in results["rows"]:
        found.setdefault(row["task"], []).append(abs(row[name] - row["truth"]))
    return {task: float(np.mean(values)) for task, values in found.items()}


def trained(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Draws where a flow was trained."""
    return [row for row in results["rows"] if row["trained"]]


def table(results: dict[str, Any]) -> str:
    """Where a flow was trained, both errors; and over all laws, markdown."""
    lines = [
        "| law | truth | `mi.auto` | flow | `fit.auto` | seconds |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row in trained(results):
        names = "mi.auto", "flow", "fit.auto"
        cells = " | ".join(f"{row[name] - row['truth']:+.3f}" for name in names)
        lines.append(
            f"| {row['task']} | {row['truth']:.3f} | {cells} | {row['seconds']:.0f} |"
        )
    for name in ("mi.auto", "fit.auto"):
        found = errors(results, name)
        near = sum(error <= NEAR for error in found.values())
        lines.append(
            f"\n`{name}`, all {len(found)} laws, n = {results['n']}: mean absolute "
            f"error {np.mean(list(found.values())):.4f}, {near} within {NEAR} nats."
        )
    return "\n".join(lines)


def draw(results: dict[str, Any]) -> Figure:
    """Errors of both estimates where a flow was trained."""
    rows = trained(results)
    figure = Figure(figsize=(9, 1.6 + 0.3 * max(1, len(rows))), layout="constrained")
    ax = figure.subplots()
    ax.axvspan(-NEAR, NEAR, color="#3a8f5c", alpha=0.15, label=f"within {NEAR} nats")
    ax.axvline(0, color="black", lw=0.8)
    styles = {"mi.auto": ("#d1622b", "s"), "flow": ("#2f6db3", "o")}
    for name, (colour, marker) in styles.items():
        off = [row[name] - row["truth"] for row in rows]
        ax.scatter(off, range(len(rows)), c=colour, marker=marker, label=name)
    ax.set_yticks(range(len(rows)), [row["task"] for row in rows], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel("estimate minus truth [nats]")
    ax.grid(axis="x", alpha=0.3)
    ax.legend(fontsize=8)
    figure.suptitle(f"Where a flow was trained, n = {results['n']}")
    return figure


if __name__ == "__main__":
    typer.run(main)
