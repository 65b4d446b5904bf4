"""The race between trainers runs, and its table says who was faster by how much."""

from __future__ import annotations

import json

import jax
import neural_peers
import pytest
from rich.console import Console


def test_a_fast_run_without_a_peer(tmp_path, capsys):
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        neural_peers.main(peer_python=None, repeats=2, fast=True, output=tmp_path)
    text = (tmp_path / "neural_peers.json").read_text()
    results = json.loads(text)
    ours = ["infojax", "infojax, fastest"]
    assert [r["implementation"] for r in results["rows"]] == [*ours, ours[1]]
    for row in results["rows"]:
        assert row["run_s"] > 0 and row["compile_s"] > 0
        assert row["steps_per_s"] == pytest.approx(row["steps"] / row["run_s"], 1e-2)
        # Four steps of a small critic: far from the truth, and never above it.
        assert row["estimate"] < results["information"]
    assert "/" not in text  # no path
    assert (tmp_path / "neural_peers.png").stat().st_size > 10_000
    assert "concatenated, `infonce`, 4 steps" in capsys.readouterr().out


def test_the_table_compares_like_with_like(capsys):
    def row(name: str, seconds: float) -> dict:
        runs = [{"run_s": seconds, "cpu_s": 2 * seconds, "estimate": 1.0}] * 2
        race = neural_peers.Race("separable", "nwj", 100)
        return neural_peers.summary(race, name, runs, first=None)

    rows = [
        row("infojax", 2.0),
        row("infojax, fastest", 1.0),
        row("torch-mist", 30.0),
        row("torch loop", 3.0),
    ]
    shown = neural_peers.table({"rows": rows})
    Console(width=160).print(shown)
    lines = capsys.readouterr().out.splitlines()
    cells = {c[2]: c for line in lines if len(c := line.split("|")) > 6}
    found = {name.strip(): c[5].strip() for name, c in cells.items()}
    assert found["torch-mist"] == "15.00" and found["torch loop"] == "3.00"
    assert found["infojax"] == found["infojax, fastest"] == ""
    assert neural_peers.draw({"rows": rows}).axes
