"""``infojax estimate`` reads every format and says what is wrong with a request."""

from __future__ import annotations

import re

import jax.numpy as jnp
import numpy as np
import pytest
from typer.testing import CliRunner

from infojax import mi
from infojax.cli import app

RNG = np.random.default_rng(0)
X = RNG.normal(size=200)
DATA = np.column_stack([X, 0.8 * X + 0.6 * RNG.normal(size=200), RNG.normal(size=200)])


def ask(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["estimate", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def number(output: str) -> float:
    match = re.search(r"= (-?[\d.]+) (nats|bits)", output)
    assert match, output
    return float(match[1])


def write(folder, suffix: str) -> tuple[str, str, str]:
    """The data as a file, and the names of its first two columns in that format."""
    path = folder / f"data.{suffix}"
    if suffix == "npy":
        np.save(path, DATA)
        return str(path), "0", "1"
    if suffix == "npz":
        np.savez(path, a=DATA[:, 0], b=DATA[:, 1:])
        return str(path), "a", "b:0"
    if suffix == "parquet":
        pandas = pytest.importorskip("pandas")
        pytest.importorskip("pyarrow")
        pandas.DataFrame(DATA, columns=["a", "b", "c"]).to_parquet(path)
    else:
        np.savetxt(path, DATA, delimiter=",", header="a,b,c", comments="")
    return str(path), "a", "b"


@pytest.mark.parametrize("suffix", ["csv", "npy", "npz", "parquet"])
def test_every_format_gives_the_estimate_of_the_library(suffix: str, tmp_path):
    file, x, y = write(tmp_path, suffix)
    expected = float(mi.ksg(jnp.asarray(DATA[:, 0]), jnp.asarray(DATA[:, 1])))
    found = number(ask(file, "--x", x, "--y", y, "--method", "ksg"))
    assert found == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize("method", ["gaussian", "gaussian_copula"])
def test_methods_and_groups_of_columns(method: str, tmp_path):
    file, *_ = write(tmp_path, "npy")
    estimator = getattr(mi, method)
    expected = float(estimator(jnp.asarray(DATA[:, :1]), jnp.asarray(DATA[:, 1:])))
    found = number(ask(file, "--x", "0", "--y", "1,2", "--method", method))
    assert found == pytest.approx(expected, abs=6e-5)


def test_words_are_labels_and_bits_are_bits(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("colour,shape\n" + "red,round\nblue,square\n" * 5)
    output = ask(str(path), "--x", "colour", "--y", "shape", "--method", "plugin")
    assert number(output) == pytest.approx(np.log(2), abs=6e-5)
    bits = ask(
        str(path), "--x", "colour", "--y", "shape", "--method", "plugin", "--bits"
    )
    assert number(bits) == 1 and "bits" in bits


def test_the_report_is_what_comes_without_a_method(tmp_path):
    path = tmp_path / "words.csv"
    rows = zip(DATA[:, 0], np.where(DATA[:, 1] > 0, "warm", "cold"), strict=True)
    path.write_text("x,feeling\n" + "\n".join(f"{a},{b}" for a, b in rows))
    picture = tmp_path / "report.png"
    output = ask(str(path), "--x", "x", "--y", "feeling", "--plot", str(picture))
    assert re.search(r"mutual information +0\.\d{4} nats", output)
    assert "neighbours within labels (one side is labels)" in " ".join(output.split())
    assert picture.stat().st_size > 10_000


def test_incomplete_rows_are_left_out(tmp_path):
    data = DATA.copy()
    data[::10, 0] = np.nan
    np.save(tmp_path / "gaps.npy", data)
    file = str(tmp_path / "gaps.npy")
    output = ask(file, "--x", "0", "--y", "1", "--method", "gaussian")
    assert "180 complete rows" in output


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--x", "nine", "--y", "1"), "a column must be one of 0, 1, 2; received nine"),
        (("--x", "0", "--y", "1", "--method", "ksg", "--k", "200"), "k"),
    ],
)
def test_mistakes_are_explained(arguments, message, tmp_path):
    file, *_ = write(tmp_path, "npy")
    result = CliRunner().invoke(app, ["estimate", file, *arguments])
    assert result.exit_code == 1
    assert message in " ".join(result.output.split())


def test_an_unknown_format_is_refused(tmp_path):
    (tmp_path / "data.txt").write_text("1")
    arguments = ["estimate", str(tmp_path / "data.txt"), "--x", "a", "--y", "b"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1 and "csv, npy, npz or parquet" in result.output


def test_bench_prints_a_table():
    result = CliRunner().invoke(app, ["bench", "--samples", "20", "--repeats", "1"])
    assert result.exit_code == 0, result.output
    assert "mi.ksg" in result.output and "run [ms]" in result.output
