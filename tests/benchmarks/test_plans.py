"""The benchmark of plans runs at its smallest size and draws what it found."""

from __future__ import annotations

import json

import jax
import plans
from typer.testing import CliRunner


def test_small_sizes_are_timed_and_drawn(tmp_path, monkeypatch):
    few = [s for s in plans.SUBJECTS if "hsic" in s.name or "copula" in s.name]
    monkeypatch.setattr(plans, "SUBJECTS", few)
    monkeypatch.setattr(plans, "ROW_SIZES", (500,))
    monkeypatch.setattr(plans, "PAIR_SIZES", (64,))
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        app = plans.typer.Typer()
        app.command()(plans.main)
        run = CliRunner().invoke(app, ["--fast", "--output", str(tmp_path)])
    assert run.exit_code == 0, run.output
    rows = json.loads((tmp_path / "plans-cpu.json").read_text())["rows"]
    kinds = {(row["estimator"], row["plan"]) for row in rows}
    assert ("dependence.hsic, d = 10", "dense") in kinds
    assert ("mi.gaussian_copula, d = 5 + 5", "") in kinds
    assert all(row["run_s"] > 0 for row in rows)
    assert (tmp_path / "plans-cpu.png").exists()
