"""The demonstration: real data, trained networks, known answers, timings, one page."""

from __future__ import annotations

from pathlib import Path

import jax
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from infojax._demo import report
from infojax._demo.sections import compute, steps
from infojax._demo.settings import FAST, FULL
from infojax._demo.table import to_rich

__all__ = ["run"]


def run(folder: Path, console: Console, *, fast: bool = False) -> Path:
    """Compute everything with live progress, print tables, write the report."""
    settings = FAST if fast else FULL
    total = steps(settings)
    columns = (
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Starting", total=total)
        begun = 0

        def advance(what: str) -> None:
            nonlocal begun
            progress.update(task, description=what, completed=begun)
            begun += 1

        sections = compute(jax.random.key(0), settings, advance)
        progress.update(task, description="Done", completed=total)
    for section in sections:
        console.print(to_rich(section.table), "")
    return report.write(folder, sections)
