"""What the benchmarks compare is the same number, in the same precision."""

from __future__ import annotations

import json

import accuracy
import catalogue
import intervals
import jax
import numpy as np
import pytest
import staircase
import throughput
import trained

COMPARED = [case for case in catalogue.CASES if case.reference]
WIDE = {"SciPy": (np.float32, np.float64), "scikit-learn": (np.float64,)}


def draw(case, n: int, d: int | None = None):
    return case.draw(np.random.default_rng(1), n, d)


@pytest.mark.parametrize("case", COMPARED, ids=lambda case: case.name)
@pytest.mark.parametrize("d", [2, 6])
def test_reference_is_the_same_number(case, d: int):
    inputs = draw(case, 30, d)
    # Both evaluate one formula in float64; only the order of sums differs.
    got = jax.jit(case.infojax)(*inputs)
    np.testing.assert_allclose(got, case.reference(*inputs), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", COMPARED, ids=lambda case: case.name)
def test_reference_keeps_float32_where_its_library_does(case):
    inputs = [throughput.single(a) for a in draw(case, 30, 2)]
    value = np.asarray(case.reference(*inputs))
    assert value.dtype in WIDE.get(case.library, (np.float32,))


def test_every_size_suits_its_estimator():
    for case in catalogue.CASES:
        for _, d in catalogue.grid(case):
            assert d is None or d % 2 == 0  # a pair shares the columns


def test_a_fast_run_is_written_and_drawn(tmp_path, capsys):
    names = ["mi.ksg", "bounds.nwj", "losses.vib_loss"]
    with jax.enable_x64(False):
        throughput.main(fast=True, output=tmp_path, only=names)
    text = (tmp_path / "throughput-cpu.json").read_text()
    results = json.loads(text)
    assert [row["estimator"] for row in results["rows"]] == [
        *("mi.ksg",) * 2,
        *("bounds.nwj",) * 2,
        "losses.vib_loss",
    ]
    assert all(row["run_s"] > 0 for row in results["rows"])
    assert results["versions"]["jax"] == jax.__version__
    assert "/" not in text  # no path
    assert (tmp_path / "throughput-cpu.png").stat().st_size > 0
    printed = capsys.readouterr().out
    assert all(f"| `{name}` |" in printed for name in names)


@pytest.mark.parametrize("suite, file", [("tasks", ""), ("laws", "_laws")])
def test_a_fast_run_of_the_accuracy_benchmark(suite, file, tmp_path, capsys):
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        accuracy.main(suite=accuracy.Suite(suite), fast=True, output=tmp_path)
    assert "mi.auto" in capsys.readouterr().out or suite == "laws"
    (row, _) = accuracy.read(tmp_path / f"accuracy{file}.json")["rows"]
    assert set(accuracy.CONTINUOUS) <= set(row) and row["n"] == 200
    assert (tmp_path / f"accuracy{file}.png").stat().st_size > 10_000


def test_a_fast_run_of_the_benchmark_of_intervals(tmp_path, capsys):
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        intervals.main(fast=True, output=tmp_path)
    assert "of 2 between 92 and 98 %" in capsys.readouterr().out
    rows = json.loads((tmp_path / "intervals.json").read_text())["rows"]
    assert all(row["coverage"] in {0, 0.25, 0.5, 0.75, 1} for row in rows)
    assert all(sum(row["methods"].values()) == 4 for row in rows)
    assert (tmp_path / "intervals.png").stat().st_size > 10_000


def test_a_fast_run_of_the_staircase(tmp_path, capsys):
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        staircase.main(fast=True, output=tmp_path)
    assert "| `club` | cubic |" in capsys.readouterr().out
    results = json.loads((tmp_path / "staircase.json").read_text())
    assert [(r["bound"], r["variant"]) for r in results["rows"]] == [
        (bound, variant) for bound in ("nwj", "club") for variant in staircase.VARIANTS
    ]
    assert all(len(row["bias"]) == len(staircase.STAIRS) for row in results["rows"])
    assert (tmp_path / "staircase.png").stat().st_size > 10_000


def test_the_staircase_knows_bias_and_spread():
    truth = np.array(staircase.STAIRS)[:, None]
    off = np.tile([0.5, -0.5, 1.5, 0.5], 64)
    found = staircase.summary(truth + off)
    np.testing.assert_allclose(found["bias"], 0.5)
    np.testing.assert_allclose(found["deviation"], np.std(off), rtol=0.02)
    np.testing.assert_allclose(np.square(found["rmse"]), 0.75, rtol=0.02)


def test_a_fast_run_of_the_trained_benchmark(tmp_path, capsys):
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        trained.main(fast=True, output=tmp_path)
    assert "`fit.auto`, all 1 laws, n = 2100" in capsys.readouterr().out
    (row,) = json.loads((tmp_path / "trained.json").read_text())["rows"]
    assert row["trained"] and row["fit.auto"] == max(row["flow"], row["mi.auto"])
    assert (tmp_path / "trained.png").stat().st_size > 10_000
