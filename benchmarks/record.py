"""Where and with what a benchmark ran, and how its rows are written."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any

import jax

import infojax

__all__ = ["RESULTS", "about", "as_json"]

RESULTS = Path(__file__).parent / "results"
LIBRARIES = ("jax", "jaxlib", "numpy", "scipy", "scikit-learn")


def about() -> dict[str, Any]:
    """Where and with what the times were measured."""
    device = jax.devices()[0]
    return {
        "date": datetime.date.today().isoformat(),
        "platform": device.platform,
        "device": device.device_kind,
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "precision": "float32",
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in LIBRARIES}
        | {"infojax": infojax.__version__},
    }


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
