"""Where and with what a benchmark ran, and how its rows are written."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Annotated, Any

import jax
import typer
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

import infojax

__all__ = ["RESULTS", "Fast", "Output", "about", "as_json", "progress", "write"]

RESULTS = Path(__file__).parent / "results"
Fast = Annotated[bool, typer.Option(help="Smallest sizes, to see it work.")]
Output = Annotated[
    Path | None, typer.Option(help="Folder of the JSON and the picture.")
]
LIBRARIES = ("jax", "jaxlib", "numpy", "scipy", "scikit-learn")


def about() -> dict[str, Any]:
    """Where and with what the times were measured."""
    device = jax.devices()[0]
    return {
        "date": datetime.date.today().isoformat(),
        "platform": device.platform,
        "device": device.device_kind,
        "machine": platform.machine(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "precision": "float32",
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in LIBRARIES}
        | {"infojax": infojax.__version__},
    }


def processor() -> str:
    """The first core's name, generation and widest vectors, as far as they are told."""
    told = Path("/proc/cpuinfo")
    if not told.exists():
        return platform.processor()
    lines = told.read_text().partition("\n\n")[0].splitlines()
    parts = (line.partition(":") for line in lines)
    facts = {name.strip(): value.strip() for name, _, value in parts}
    flags = facts.get("flags", "").split()
    found = [facts.get("model name", platform.machine())]
    found += [f"{key} {facts[key]}" for key in ("cpu family", "model") if key in facts]
    found += [flag for flag in ("avx512f", "avx2", "avx") if flag in flags][:1]
    return ", ".join(found)


def as_json(results: dict[str, Any]) -> str:
    """JSON with one row of results a line, so that two runs compare line by line."""

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return float(f"{value:.4g}")
        return [rounded(v) for v in value] if isinstance(value, list) else value

    rows = [
        json.dumps({key: rounded(value) for key, value in row.items()})
        for row in results["rows"]
    ]
    head = json.dumps(results | {"rows": []}, indent=1)
    return head.replace('"rows": []', '"rows": [\n  ' + ",\n  ".join(rows) + "\n ]\n")


def progress(console: Console) -> Progress:
    """A bar that names the law at work, counts and shows the time."""
    columns = (
        "{task.description:<52}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console)


def write(
    results: dict[str, Any], figure: Figure, path: Path, console: Console
) -> None:
    """JSON at the path, and the picture beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_json(results))
    figure.savefig(path.with_suffix(".png"), dpi=130)
    console.print(f"Written: {path}", markup=False, soft_wrap=True)
