"""How long does one call of each estimator take, beside NumPy, SciPy, scikit-learn?

    python benchmarks/throughput.py

Float32 on both sides, compilation apart, medians of repeated calls. A full run takes
minutes and writes ``results/throughput-cpu.json`` and its picture next to this file.
"""

from __future__ import annotations

from typing import Annotated, Any

import jax
import numpy as np
import plot
import typer
from catalogue import CASES, Case, grid
from record import RESULTS, Fast, Output, about, as_json
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from infojax._demo.timing import compile_timed, run_seconds

# An entry is run until it has 100 times or has used its seconds, but 3 times at least.
REPEATS, BUDGET = 100, 0.5
FAST_REPEATS = 3


def main(
    fast: Fast = False,
    output: Output = None,
    only: Annotated[
        list[str] | None, typer.Option(help="An estimator, such as mi.ksg; repeatable.")
    ] = None,
) -> None:
    """Time the estimators and their references, side by side.

    A run that leaves something out is not written, unless a folder is given.
    """
    console = Console()
    cases = [case for case in CASES if not only or case.name in only]
    unknown = set(only or ()) - {case.name for case in cases}
    if unknown:
        raise typer.BadParameter(f"unknown estimators: {', '.join(sorted(unknown))}")
    results = about() | {"rows": measure(cases, console, fast=fast)}
    console.print(plot.table(results), markup=False, soft_wrap=True)
    folder = output or (None if fast or only else RESULTS)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"throughput-{results['platform']}.json"
        path.write_text(as_json(results))
        plot.draw(results).savefig(path.with_suffix(".png"), dpi=130)
        console.print(f"Written: {path}", markup=False, soft_wrap=True)


def measure(cases: list[Case], console: Console, *, fast: bool) -> list[dict[str, Any]]:
    """Every case at every size, both implementations one after the other."""
    entries = [(case, n, d) for case in cases for n, d in grid(case, fast=fast)]
    repeats = FAST_REPEATS if fast else REPEATS
    columns = (
        "{task.description:<48}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    rows = []
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Starting", total=len(entries))
        for case, n, d in entries:
            size = f"n={n}" if d is None else f"n={n} d={d}"
            progress.update(task, description=f"{case.name} {size}")
            rows += measure_one(case, n, d, repeats)
            progress.advance(task)
    return rows


def measure_one(case: Case, n: int, d: int | None, repeats: int) -> list[dict]:
    """One row for infojax and one for the reference, on the same inputs."""
    inputs = [single(a) for a in case.draw(np.random.default_rng(0), n, d)]
    on_device = [jax.device_put(a) for a in inputs]
    entry = {"estimator": case.name, "n": n, "d": d}
    compiled, seconds = compile_timed(case.infojax, *on_device)
    runs = run_seconds(compiled, *on_device, repeats=repeats, budget=BUDGET)
    extra = {"compile_s": seconds}
    rows = [entry | {"implementation": "infojax"} | spread(runs) | extra]
    if case.reference is not None:
        runs = run_seconds(case.reference, *inputs, repeats=repeats, budget=BUDGET)
        rows.append(entry | {"implementation": case.library} | spread(runs))
    return rows


def single(a: np.ndarray) -> np.ndarray:
    """The 32-bit version of an array, which is what JAX works in by default."""
    return a.astype(np.float32 if np.issubdtype(a.dtype, np.floating) else np.int32)


def spread(runs: list[float]) -> dict[str, Any]:
    low, middle, high = (float(q) for q in np.quantile(runs, (0.25, 0.5, 0.75)))
    return {"run_s": middle, "quartiles_s": [low, high], "repeats": len(runs)}


if __name__ == "__main__":
    typer.run(main)
