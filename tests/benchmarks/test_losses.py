"""The benchmark of losses knows every loss, and can write what it measures."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import jax
from flax import nnx
from objectives import OBJECTIVES, Network, Outputs, inputs

from infojax import losses

# By its path, as the tests have a package of the same name.
PATH = Path(__file__).parents[2] / "benchmarks" / "losses.py"
APART = {"disentangling_fit_loss"}  # trains the encoders in turn, not the network


def test_every_loss_has_a_place():
    timed = {name.split()[0] for name in OBJECTIVES}
    assert timed | APART == {n for n in losses.__all__ if n.endswith("_loss")}


def test_every_objective_is_a_scalar_of_the_outputs():
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):

        def every():
            network, key = Network(nnx.Rngs(0)), jax.random.key(0)
            images, labels, teacher = inputs(key)
            mean, raw = network.code(network.second(network.first(images))).reshape(
                2, *teacher.shape
            )
            scale = nnx.softplus(raw)
            logits = network.decode(mean)
            outputs = Outputs(images, labels, teacher, mean, scale, mean, logits)
            return {n: f(key, network, outputs) for n, f in OBJECTIVES.items()}

        shapes = jax.eval_shape(every)
    assert all(value.shape == () for value in shapes.values())


def test_a_fast_run(tmp_path, capsys):
    spec = importlib.util.spec_from_file_location("benchmark_of_losses", PATH)
    assert spec is not None and spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        benchmark.main(fast=True, output=tmp_path)
    assert "| `infonce_loss` |" in capsys.readouterr().out
    rows = json.loads((tmp_path / "losses.json").read_text())["rows"]
    assert {row["loss"] for row in rows} == set(benchmark.FAST)
    assert all(row["ratio"] > 0 and row["first_call_s"] > 0 for row in rows)
    assert (tmp_path / "losses.png").stat().st_size > 10_000
