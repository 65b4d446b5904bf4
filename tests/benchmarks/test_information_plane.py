"""The cost of watching a network can be measured, and its rows are complete."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import jax

# By its path, as tests and library have modules of the same name.
PATH = Path(__file__).parents[2] / "benchmarks" / "information_plane.py"


def test_a_fast_run(tmp_path, capsys):
    spec = importlib.util.spec_from_file_location("benchmark_of_the_plane", PATH)
    assert spec is not None and spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        benchmark.main(fast=True, output=tmp_path)
    assert "when recorded" in capsys.readouterr().out
    rows = json.loads((tmp_path / "information_plane.json").read_text())["rows"]
    named = [f"estimates by {name}" for name in benchmark.WAYS]
    trained = ["training", "training, recorded"]
    assert [row["what"] for row in rows] == [*trained, *named, "page and figures"]
    assert all(row["seconds"] > 0 and row["layers"] == 3 for row in rows)
