"""The race against other libraries runs without them, and compares before it times."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import peer_process
import peer_rows
import peer_table
import peers
import pytest


def test_a_fast_run_of_infojax_alone(tmp_path, capsys):
    peers.main(
        only=["MMD, n = 5,000", "plug-in"],
        library=None,
        environments=tmp_path / "none",
        threads=1,
        memory=8.0,
        fast=True,
        output=tmp_path,
    )
    text = (tmp_path / "peers.json").read_text()
    results = json.loads(text)
    assert [row["library"] for row in results["rows"]] == ["infojax", "infojax"]
    for row in results["rows"]:
        assert row["run_s"] > 0 and row["compile_s"] > 0 and row["repeats"] > 1
    assert results["threads"] == 1
    assert results["libraries"]["infojax"]["versions"]["jax"]
    assert "/" not in text  # no path
    assert not (tmp_path / "none").exists()
    assert (tmp_path / "peers.png").stat().st_size > 5_000
    assert "| MMD, n = 5,000 |" in capsys.readouterr().out


def test_every_row_is_known_to_infojax_and_to_another():
    folder = Path(peers.__file__).parent / "peers"
    sides = {path.stem: path.read_text() for path in folder.glob("with_*.py")}
    assert sides.keys() == {
        "with_" + name.replace("-", "_") for name in peer_process.LIBRARIES
    }
    for row in peer_rows.ROWS:
        able = [name for name, text in sides.items() if f"\ndef {row.method}(" in text]
        assert "with_infojax" in able and len(able) > 1, row.method


def test_samples_are_the_same_each_time():
    for row in peer_rows.ROWS:
        settings = row.settings | row.small
        one, two = row.samples(settings), row.samples(settings)
        for name, array in one.items():
            assert array.dtype in (np.float32, np.int32)
            np.testing.assert_array_equal(array, two[name])


class Told:
    """A worker that answers with a value and with times."""

    def __init__(self, value: float, seconds: float, folder: Path) -> None:
        self.seconds, self.asked = seconds, 0
        self.path = folder / f"{value}-{seconds}.npy"
        np.save(self.path, np.asarray(value))

    def ask(self, order: dict, limit: float) -> dict:
        if self.seconds > limit:
            return {"error": "time", "limit_s": limit}
        if "method" in order:
            return {"first_s": self.seconds + 1, "value": str(self.path)}
        self.asked += 1
        return {"runs": [self.seconds], "cpu": [2 * self.seconds]}


def test_other_numbers_are_not_timed_and_slow_ones_stopped(tmp_path):
    row = peer_rows.ROWS[0]
    able = {
        "infojax": Told(1.0, 0.1, tmp_path),
        "ennemi": Told(1.0001, 0.05, tmp_path),
        "scipy": Told(1.0, 0.3, tmp_path),
        "hoi": Told(1.1, 0.01, tmp_path),
        "infomeasure": Told(1.0, 50.0, tmp_path),
    }
    entries = peers.race(row, {"method": "ksg"}, able, told=lambda what: None)
    found = {entry["library"]: entry for entry in entries}
    assert "run_s" not in found["hoi"] and able["hoi"].asked == 0
    assert found["hoi"]["agrees"] is False
    assert found["hoi"]["difference"] == pytest.approx(0.1)
    assert found["infomeasure"]["limit_s"] == peers.SHORTEST
    assert found["infojax"]["compile_s"] == pytest.approx(1.0)
    assert found["scipy"]["repeats"] == peers.TURNS
    results = {"rows": entries, "threads": 2, "platform": "cpu"}
    shown = peer_table.table(results).splitlines()[-1]
    assert shown.endswith("| ennemi 0.5, NumPy/SciPy by hand 3, infomeasure > 200 |")
    assert peer_table.draw(results).axes
    assert "hoi another number, 1.1" in peers.line(row, entries)
