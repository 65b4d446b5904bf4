"""The benchmark of fused kernels runs at small sizes and draws what it found."""

from __future__ import annotations

import json

import fused_gpu
import jax
from typer.testing import CliRunner


def test_small_sizes_are_timed_and_drawn(tmp_path, monkeypatch):
    few = [s for s in fused_gpu.SUBJECTS if s.name in ("mi.cs_qmi", "mi.ksg")]
    monkeypatch.setattr(fused_gpu, "SUBJECTS", few)
    monkeypatch.setattr(fused_gpu, "FAST_ROWS", 64)
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        app = fused_gpu.typer.Typer()
        app.command()(fused_gpu.main)
        run = CliRunner().invoke(app, ["--fast", "--output", str(tmp_path)])
    assert run.exit_code == 0, run.output
    rows = json.loads((tmp_path / "fused-cpu.json").read_text())["rows"]
    assert len(rows) == 6 and all(row["run_s"] > 0 for row in rows)
    assert (tmp_path / "fused-cpu.png").exists()
