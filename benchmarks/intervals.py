"""Do the intervals of ``mi.auto`` hold the truth as often as they say?

    python benchmarks/intervals.py                  # the forty tasks
    python benchmarks/intervals.py --suite laws     # the laws of laws.py

Value and standard error of ``mi.auto_fit`` on many draws of each law: how often the
95 % interval held the truth, how far off the mean value is, and how the spread of the
values compares with the standard error. Writes ``results/intervals.json`` or
``results/intervals_laws.json`` and a picture of it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any

import jax
import numpy as np
import typer
from accuracy import Problem, Suite, problems
from matplotlib.figure import Figure
from record import RESULTS, Output, about, progress, write
from rich.console import Console
from scipy import stats

from infojax import mi

LEVEL = 0.95
PROMISED = (0.92, 0.98)  # what 200 draws may show of 0.95, two standard errors each way
_fit = jax.jit(mi.auto_fit)


def main(
    samples: Annotated[int, typer.Option(min=10, help="Rows of each draw.")] = 1000,
    draws: Annotated[int, typer.Option(min=2, help="Draws of each law.")] = 200,
    suite: Annotated[Suite, typer.Option(help="What is estimated.")] = Suite.tasks,
    fast: Annotated[bool, typer.Option(help="Two, four draws, 100 rows.")] = False,
    output: Output = None,
) -> None:
    """Estimate again and again, count, write what came of it."""
    console = Console()
    samples, draws = (100, 4) if fast else (samples, draws)
    rows = []
    with progress(console) as bar:
        chosen = problems(suite)[: 2 if fast else None]
        work = bar.add_task("Starting", total=len(chosen) * draws)
        for problem in chosen:
            bar.update(work, description=problem.name)
            step = functools.partial(bar.advance, work)
            rows.append(measure(problem, samples, draws, step))
    results = about() | {"level": LEVEL, "n": samples, "draws": draws, "rows": rows}
    console.print(table(results), markup=False, soft_wrap=True)
    folder = output or (None if fast else RESULTS)
    if folder:
        name = "intervals" if suite is Suite.tasks else f"intervals_{suite}"
        write(results, draw(results), folder / f"{name}.json", console)


def measure(
    problem: Problem,
    n: int,
    draws: int,
    step: Callable[[], None],
    *,
    first: int = 1000,
) -> dict[str, Any]:
    """What came of all draws of one law, from the seed ``first`` on."""
    values, errors, methods = [], [], []
    for seed in range(first, first + draws):
        found = _fit(*problem.draw(seed, n))
        values.append(float(found.value))
        errors.append(float(found.stderr))
        methods.append(found.name)
        step()
    off = np.array(values) - problem.truth
    reach = stats.t.ppf((1 + LEVEL) / 2, n - 1) * np.array(errors)
    return {
        "task": problem.name,
        "kind": problem.kind,
        "truth": problem.truth,
        "coverage": float(np.mean(np.abs(off) <= reach)),
        "bias": float(np.mean(off)),
        "spread": float(np.std(off, ddof=1)),
        "stderr": float(np.mean(errors)),
        "methods": {name: methods.count(name) for name in sorted(set(methods))},
    }


def kept(row: dict[str, Any]) -> bool:
    """Whether the share of intervals that held the truth is what was promised."""
    least, most = PROMISED
    return least <= row["coverage"] <= most


def table(results: dict[str, Any]) -> str:
    """Coverage, bias and spread of each law, in nats, as markdown."""
    lines = [
        "| law | truth | held the truth | bias | spread | standard error |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    rows = results["rows"]
    for row in rows:
        shown = f"{100 * row['coverage']:.1f} %"
        if not kept(row):
            shown = f"**{shown}**"
        lines.append(
            f"| {row['task']} | {row['truth']:.3f} | {shown} | {row['bias']:+.3f} "
            f"| {row['spread']:.3f} | {row['stderr']:.3f} |"
        )
    number = sum(map(kept, rows))
    lines.append(
        f"\n{number} of {len(rows)} between {100 * PROMISED[0]:.0f} and "
        f"{100 * PROMISED[1]:.0f} %, n = {results['n']}, {results['draws']} draws."
    )
    return "\n".join(lines)


def draw(results: dict[str, Any]) -> Figure:
    """Coverage of each law, and mean and spread of its errors."""
    rows = results["rows"]
    places = np.arange(len(rows))
    figure = Figure(figsize=(10, 1.4 + 0.24 * len(rows)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    left.axvspan(*(100 * share for share in PROMISED), color="#3a8f5c", alpha=0.2)
    colours = ["#2f6db3" if kept(row) else "#b3261e" for row in rows]
    left.scatter([100 * r["coverage"] for r in rows], places, s=18, c=colours)
    left.set(
        xlabel="95 % intervals that held the truth [%]",
        xlim=(-3, 103),
    )
    right.axvline(0, color="black", lw=0.8)
    right.errorbar(
        [row["bias"] for row in rows],
        places,
        xerr=[1.96 * row["spread"] for row in rows],
        fmt="o",
        ms=4,
        color="#444444",
        elinewidth=0.8,
    )
    right.set(xlabel="estimate minus truth [nats]:\nmean and 95 % of draws")
    left.set_yticks(places, [row["task"] for row in rows], fontsize=7)
    left.invert_yaxis()
    for ax in (left, right):
        ax.grid(axis="x", alpha=0.3)
    figure.suptitle(f"mi.auto, n = {results['n']}, {results['draws']} draws")
    return figure


if __name__ == "__main__":
    typer.run(main)
