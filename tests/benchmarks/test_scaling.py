"""The benchmark of devices makes virtual ones, and writes what one of them holds."""

from __future__ import annotations

import json

import jax
import scaling
from scaling_rows import entries


def test_a_fast_run(tmp_path, capsys):
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        scaling.main(fast=True, output=tmp_path)
    assert "| `dependence.hsic`, gradient | default | ring |" in capsys.readouterr().out
    results = json.loads((tmp_path / "scaling-cpu.json").read_text())
    assert results["devices"] == "virtual, sharing the cores of one CPU"
    rows = results["rows"]
    expected = [e for n in scaling.FAST_COUNTS for e in entries(n, fast=True)]
    keys = ("estimator", "what", "devices", "columns", "blocks")
    assert [tuple(row[key] for key in keys) for row in rows] == expected
    assert all(row["run_s"] > 0 and row["temporary_bytes"] > 0 for row in rows)
    assert (tmp_path / "scaling-cpu.png").stat().st_size > 10_000
