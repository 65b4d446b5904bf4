"""``infojax plane`` goes from recordings to a page and figures."""

from __future__ import annotations

import numpy as np
from typer.testing import CliRunner

from infojax import infoplane
from infojax.cli import app


def saved(folder, seed: int) -> str:
    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=(50, 3)), rng.integers(0, 2, 50)
    layers = {"h": np.tanh(rng.normal(size=(4, 50, 2)))}
    path = folder / f"{seed}.npz"
    infoplane.save(path, infoplane.from_arrays(layers, x, labels, epochs=[0, 1, 5, 20]))
    return str(path)


def test_recordings_become_a_page_and_figures(tmp_path):
    files = [saved(tmp_path, seed) for seed in (0, 1)]
    options = ["--method", "bins", "--method", "noise", "--output", str(tmp_path / "o")]
    result = CliRunner().invoke(app, ["plane", *files, *options])
    assert result.exit_code == 0, result.output
    assert "bins: lost since the peak of I(X; T): h " in result.output
    made = sorted(p.name for p in (tmp_path / "o").iterdir())
    assert made == ["epochs.png", "plane.html", "plane.png"]
    assert all(p.stat().st_size > 1000 for p in (tmp_path / "o").iterdir())


def test_a_file_that_is_no_recording_is_named(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.ones(2))
    result = CliRunner().invoke(app, ["plane", str(tmp_path / "other.npz")])
    assert result.exit_code == 1
    assert "other.npz" in result.output.replace("\n", "")
