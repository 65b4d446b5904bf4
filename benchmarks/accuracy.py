"""How far are the estimates from the truth, where it is known?

    python benchmarks/accuracy.py                   # the forty tasks
    python benchmarks/accuracy.py --suite laws      # the laws of laws.py

``mi.auto`` and every member it chooses from, with their defaults, on the same samples:
the first rows of one draw a seed. Writes ``results/accuracy.json`` or
``results/accuracy_laws.json`` and a picture of it.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import jax
import numpy as np
import typer
from laws import LAWS
from matplotlib.figure import Figure
from members import COLOURS, CONTINUOUS, METHODS, estimates
from record import RESULTS, Output, about, progress, write
from rich.console import Console

from infojax import tasks

SIZES = (1000, 5000, 10000)


class Suite(enum.StrEnum):
    """What is estimated."""

    tasks = "tasks"
    laws = "laws"


@dataclass(frozen=True)
class Problem:
    """A name, its kind, the truth in nats and pairs of one seed."""

    name: str
    kind: str
    truth: float
    draw: Callable[[int, int], tuple[Any, Any]]


def problems(suite: Suite) -> list[Problem]:
    """The tasks of the benchmark of Czyz et al. (2023), or the laws beside it."""

    def task(name: str) -> Problem:
        made = tasks.make(name)
        sample = jax.jit(made.sample, static_argnums=1)
        return Problem(
            name,
            "tasks",
            made.mutual_information,
            lambda seed, n: sample(jax.random.key(seed), n),
        )

    if suite is Suite.tasks:
        return [task(name) for name in tasks.names()]
    return [
        Problem(
            f"{law.kind}: {law.name}",
            law.kind,
            float(law.information()),
            lambda seed, n, law=law: law.sample(np.random.default_rng(seed), n),
        )
        for law in LAWS
    ]


def main(
    sizes: Annotated[
        list[int] | None, typer.Option(help="Rows; repeatable. All by default.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Draws of each task.")] = 3,
    suite: Annotated[Suite, typer.Option(help="What is estimated.")] = Suite.tasks,
    fast: Annotated[bool, typer.Option(help="Two, one draw, 200 rows.")] = False,
    output: Output = None,
) -> None:
    """Estimate, compare with the truth, write what came of it."""
    console = Console()
    chosen = problems(suite)[: 2 if fast else None]
    sizes = [200] if fast else list(sizes or SIZES)
    rows = measure(chosen, sizes, 1 if fast else seeds, console)
    results = about() | {"seeds": 1 if fast else seeds, "rows": rows}
    console.print(table(results), markup=False, soft_wrap=True)
    if suite is Suite.tasks:
        shown = "\n\n".join(groups(results, n) for n in sizes)
        console.print("\n" + shown, markup=False, soft_wrap=True)
    folder = output or (None if fast else RESULTS)
    if folder:
        name = "accuracy" if suite is Suite.tasks else f"accuracy_{suite}"
        write(results, draw(results), folder / f"{name}.json", console)


def measure(
    chosen: list[Problem], sizes: list[int], seeds: int, console: Console
) -> list[dict[str, Any]]:
    """One row a task, size and seed: the truth, and each estimate in nats."""
    rows = []
    with progress(console) as bar:
        work = bar.add_task("Starting", total=len(chosen) * len(sizes))
        for problem in chosen:
            for n in sizes:
                bar.update(work, description=f"{problem.name} n={n}")
                for seed in range(seeds):
                    x, y = problem.draw(seed, max(sizes))
                    entry = {"task": problem.name, "kind": problem.kind, "n": n}
                    entry |= {"seed": seed, "truth": problem.truth}
                    rows.append(entry | estimates(x[:n], y[:n]))
                bar.advance(work)
    return rows


def group(name: str) -> str:
    """What makes a task easy or hard."""
    rules = {
        "spiral": "spirals",
        "student": "Student laws",
        "additive": "additive noise, swiss roll",
        "swissroll": "additive noise, swiss roll",
        "25-25": "normal, 50 or 100 columns",
        "50-50": "normal, 50 or 100 columns",
        "normal_cdf": "normal, columns mapped",
        "half_cube": "normal, columns mapped",
        "bimodal": "normal, columns mapped",
        "wiggly": "normal, columns mapped",
    }
    return next((kind for part, kind in rules.items() if part in name), "normal")


def groups(results: dict[str, Any], n: int) -> str:
    """Mean absolute error of each kind of task at one size, as markdown."""
    rows = [row for row in results["rows"] if row["n"] == n]
    kinds = list(dict.fromkeys(group(row["task"]) for row in rows))
    lines = [
        f"| error in nats, n = {n} | {' | '.join(kinds)} | all |",
        "|---|" + "--:|" * (len(kinds) + 1),
    ]
    for method in CONTINUOUS:
        cells = [
            _error([row for row in rows if group(row["task"]) == kind], method)
            for kind in kinds
        ]
        cells.append(_error(rows, method))
        shown = " | ".join(f"{cell:.3f}" for cell in cells)
        lines.append(f"| `{method}` | {shown} |")
    return "\n".join(lines)


def _error(rows: list[dict[str, Any]], method: str) -> float:
    return float(np.mean([abs(r[method] - r["truth"]) for r in rows]))


def table(results: dict[str, Any]) -> str:
    """Mean absolute error over problems and seeds, in nats, as markdown.

    For tasks, each method at each size; for laws, ``mi.auto`` at each size, and the
    best single member of each law at the largest.
    """
    rows = results["rows"]
    sizes = sorted({row["n"] for row in rows})
    ends = " | ".join(f"n = {n}" for n in sizes)
    if {row["kind"] for row in rows} == {"tasks"}:
        lines = [f"| estimator | {ends} |", "|---|" + "--:|" * len(sizes)]
        for method in CONTINUOUS:
            cells = [_error([r for r in rows if r["n"] == n], method) for n in sizes]
            lines.append(
                f"| `{method}` | " + " | ".join(f"{c:.3f}" for c in cells) + " |"
            )
        return "\n".join(lines)
    lines = [
        f"| law | truth | {ends} | best member at n = {sizes[-1]} |",
        "|---|--:|" + "--:|" * len(sizes) + "---|",
    ]
    excess = {n: [] for n in sizes}
    for name in dict.fromkeys(row["task"] for row in rows):
        mine = [row for row in rows if row["task"] == name]
        cells = []
        for n in sizes:
            some = [row for row in mine if row["n"] == n]
            members = [m for m in METHODS if m in some[0] and m != "mi.auto"]
            errors = {m: _error(some, m) for m in members}
            best = min(errors, key=errors.__getitem__)
            auto = _error(some, "mi.auto")
            excess[n].append(auto - errors[best])
            cells.append(f"{auto:.3f}")
        cells.append(f"`{best}` {errors[best]:.3f}")
        lines.append(f"| {name} | {mine[0]['truth']:.3f} | " + " | ".join(cells) + " |")
    means = [f"{np.mean(values):+.3f}" for values in excess.values()]
    lines.append("| mean excess over the best member of each law | | ")
    lines[-1] += " | ".join(means) + " | |"
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
        for method, colour in reversed(COLOURS.items()):  # mi.auto on top
            chosen = [row for row in rows if row["n"] == n and method in row]
            if not chosen:
                continue
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
