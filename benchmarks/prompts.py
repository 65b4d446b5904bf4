"""How long does it take to score a thousand prompts on a thousand inputs?

    python benchmarks/prompts.py

Ten answers, float32: all scores of prompts and of inputs, the three calibrations, the
scores of calibrated answers, perplexities, and which prompts are confident, in one
compiled call. A full run writes ``results/prompts.json`` and its picture.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import typer
from matplotlib.figure import Figure
from record import RESULTS, Fast, Output, about, write
from rich.console import Console

from infojax import prompts
from infojax._demo.timing import compile_timed, run_seconds

PROMPTS, INPUTS, ANSWERS = 1000, 1000, 10
METHODS = {
    "scores of prompts": lambda p, free: prompts.scores(p),
    "scores of inputs": lambda p, free: prompts.input_scores(p),
    "calibrated by marginals, scores": lambda p, free: prompts.scores(
        prompts.calibrate_by_marginals(p)
    ),
    "calibrated without content": prompts.calibrate_by_content_free,
    "calibrated by domain": lambda p, free: prompts.calibrate_by_domain(
        jnp.log(p), jnp.log(free[0])
    ),
    "perplexity": lambda p, free: prompts.perplexity(jnp.log(p)),
    "confident prompts": lambda p, free: prompts.confident(p),
}


def everything(p: jax.Array, free: jax.Array) -> list[Any]:
    return [method(p, free) for method in METHODS.values()]


def measure(count: int, inputs: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(ANSWERS), (count, inputs)).astype(np.float32)
    free = rng.dirichlet(np.ones(ANSWERS), (3, count)).astype(np.float32)
    arrays = jnp.asarray(p), jnp.asarray(free)
    rows = []
    for name, method in {**METHODS, "all of them": everything}.items():
        call, compile_s = compile_timed(method, *arrays)
        runs = run_seconds(call, *arrays, repeats=10, budget=20)
        seconds = float(np.median(runs))
        rows.append({"what": name, "compile_s": compile_s, "run_s": seconds})
    return rows


def main(fast: Fast = False, output: Output = None) -> None:
    """Each method alone, then all in one call."""
    console = Console()
    count, inputs = (10, 10) if fast else (PROMPTS, INPUTS)
    rows = measure(count, inputs)
    for row in rows:
        console.print(f"{row['what']}: {row['run_s']:.3g} s", highlight=False)
    results = about() | {"prompts": count, "inputs": inputs, "answers": ANSWERS}
    if not fast or output:
        path = (output or RESULTS) / "prompts.json"
        write(results | {"rows": rows}, draw(rows), path, console)


def draw(rows: list[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(6, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.barh([r["what"] for r in rows], [r["run_s"] for r in rows], color="#2f6db3")
    axes.invert_yaxis()
    axes.set_xlabel("one call, compiled [s]")
    return figure


if __name__ == "__main__":
    typer.run(main)
