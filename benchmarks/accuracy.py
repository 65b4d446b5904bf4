"""How far are the estimates from the truth, on the forty tasks that know theirs?

    python benchmarks/accuracy.py

Every estimator of mutual information with its defaults, on the same samples: the first
rows of one draw a seed. Writes ``results/accuracy.json`` and its picture.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import jax
import numpy as np
import typer
from matplotlib.figure import Figure
from record import RESULTS, about, as_json
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from infojax import mi, tasks, transforms


def _standardised(estimator):
    return lambda x, y: estimator(*map(transforms.standardise, (x, y)))


METHODS = {
    "mi.gaussian": mi.gaussian,
    "mi.gaussian_copula": mi.gaussian_copula,
    "mi.student_copula": mi.student_copula,
    "mi.ksg": _standardised(mi.ksg),
    "mi.ksg2": _standardised(mi.ksg2),
}
SIZES = (1000, 5000, 10000)
COLOURS = ("#7a7a7a", "#d1622b", "#b3261e", "#2f6db3", "#3a8f5c")


def main(
    sizes: Annotated[
        list[int] | None, typer.Option(help="Rows; repeatable. All by default.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Draws of each task.")] = 3,
    fast: Annotated[bool, typer.Option(help="Two tasks, one draw, 200 rows.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Folder of the JSON and the picture.")
    ] = None,
) -> None:
    """Estimate, compare with the truth, write what came of it."""
    console = Console()
    names = tasks.names()[:2] if fast else tasks.names()
    sizes = [200] if fast else list(sizes or SIZES)
    rows = measure(names, sizes, 1 if fast else seeds, console)
    results = about() | {"seeds": 1 if fast else seeds, "rows": rows}
    console.print(table(results), markup=False, soft_wrap=True)
    folder = output or (None if fast else RESULTS)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "accuracy.json"
        path.write_text(as_json(results))
        draw(results).savefig(path.with_suffix(".png"), dpi=130)
        console.print(f"Written: {path}", markup=False, soft_wrap=True)


def measure(
    names: list[str], sizes: list[int], seeds: int, console: Console
) -> list[dict[str, Any]]:
    """One row a task, size and seed: the truth, and each estimate in nats."""
    columns = (
        "{task.description:<52}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    rows = []
    with Progress(*columns, console=console) as progress:
        work = progress.add_task("Starting", total=len(names) * len(sizes))
        for name in names:
            task = tasks.make(name)
            for n in sizes:
                progress.update(work, description=f"{name} n={n}")
                run = jax.jit(lambda x, y: {m: f(x, y) for m, f in METHODS.items()})
                for seed in range(seeds):
                    x, y = task.sample(jax.random.key(seed), max(sizes))
                    found = {m: float(v) for m, v in run(x[:n], y[:n]).items()}
                    entry = {"task": name, "n": n, "seed": seed}
                    rows.append(entry | {"truth": task.mutual_information} | found)
                progress.advance(work)
    return rows


def table(results: dict[str, Any]) -> str:
    """Mean absolute error over tasks and seeds, in nats, as markdown."""
    sizes = sorted({row["n"] for row in results["rows"]})
    lines = [
        "| estimator | " + " | ".join(f"n = {n}" for n in sizes) + " |",
        "|---|" + "--:|" * len(sizes),
    ]
    for method in METHODS:
        errors = [
            np.mean(
                [abs(r[method] - r["truth"]) for r in results["rows"] if r["n"] == n]
            )
            for n in sizes
        ]
        cells = " | ".join(f"{error:.3f}" for error in errors)
        lines.append(f"| `{method}` | {cells} |")
    return "\n".join(lines)


def draw(results: dict[str, Any]) -> Figure:
    """Error of every estimator on every task, one panel a size."""
    rows = results["rows"]
    names = list(dict.fromkeys(row["task"] for row in rows))
    sizes = sorted({row["n"] for row in rows})
    height = 1.4 + 0.24 * len(names)
    figure = Figure(figsize=(4 + 3.2 * len(sizes), height), layout="constrained")
    axes = figure.subplots(1, len(sizes), sharey=True, squeeze=False)[0]
    for ax, n in zip(axes, sizes, strict=True):
        for method, colour in zip(METHODS, COLOURS, strict=True):
            chosen = [row for row in rows if row["n"] == n]
            errors = [row[method] - row["truth"] for row in chosen]
            places = [names.index(row["task"]) for row in chosen]
            ax.scatter(errors, places, s=12, color=colour, alpha=0.7, label=method)
        ax.axvline(0, color="black", lw=0.8)
        ax.set(xlabel="estimate minus truth [nats]", title=f"n = {n}", xlim=(-1.2, 0.6))
        ax.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(range(len(names)), names, fontsize=7)
    axes[0].invert_yaxis()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside upper center", ncols=1 + len(sizes), frameon=False
    )
    return figure


def read(path: Path = RESULTS / "accuracy.json") -> dict[str, Any]:
    """A file that was written before."""
    return json.loads(path.read_text())


if __name__ == "__main__":
    typer.run(main)
