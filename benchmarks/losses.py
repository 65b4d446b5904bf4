"""What does a loss cost beside the training step that it is added to?

    python benchmarks/losses.py

One network and optimiser, batches of 256, float32. Each step with a loss is timed in
turn with the step without it, and the ratio of the medians is reported. A full run
takes minutes and writes ``results/losses.json`` and its picture next to this file.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import typer
from flax import nnx
from matplotlib.figure import Figure
from objectives import BATCH, OBJECTIVES, Network, Objective, Outputs, inputs
from record import RESULTS, Output, about, progress, write
from rich.console import Console

from infojax import losses

__all__ = ["draw", "main", "table"]

REPEATS, FAST = 40, ("mse_loss", "infonce_loss")
LIMIT = 1.5


def main(
    fast: Annotated[bool, typer.Option(help="Two losses, two steps.")] = False,
    output: Output = None,
) -> None:
    """Time the step with each loss beside the step without; FAST is not written."""
    console = Console()
    names = FAST if fast else tuple(OBJECTIVES)
    rows = []
    with progress(console) as bar:
        task = bar.add_task("Starting", total=len(names))
        for name in names:
            bar.update(task, description=name)
            rows.append(measure(name, OBJECTIVES[name], 2 if fast else REPEATS))
            bar.advance(task)
    results = about() | {"batch": BATCH, "rows": rows}
    console.print(table(results), markup=False, soft_wrap=True)
    folder = output or (None if fast else RESULTS)
    if folder:
        write(results, draw(results), folder / "losses.json", console)


def measure(name: str, objective: Objective, repeats: int) -> dict[str, Any]:
    """Both steps in turn from one state, the first call of each unseen."""
    plain, loaded = (make_step(added) for added in (None, objective))
    start = time.perf_counter()
    loaded()
    compile_s = time.perf_counter() - start
    plain()
    times = np.array([(seconds(plain), seconds(loaded)) for _ in range(repeats)])
    without, with_loss = np.median(times, axis=0)
    return {
        "loss": name,
        "ratio": float(with_loss / without),
        "step_s": float(with_loss),
        "plain_step_s": float(without),
        "first_call_s": compile_s,
    }


def make_step(added: Objective | None):
    """A training step that keeps its own state between calls."""
    network = Network(nnx.Rngs(0))
    graph, parameters = nnx.split(network)
    parameters = nnx.as_pure(parameters)
    optimizer = optax.adam(1e-4)
    batch = inputs(jax.random.key(0))

    def loss(parameters, key, images, labels, teacher):
        net = nnx.merge(graph, parameters)
        first, second = jax.random.split(key)
        hidden = nnx.relu(net.second(nnx.relu(net.first(images))))
        mean, raw = jnp.split(net.code(hidden), 2, axis=-1)
        scale = nnx.softplus(raw)
        drawn = losses.reparameterize(first, mean, scale)
        logits = net.decode(drawn)
        total = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
        if added is None:
            return total
        outputs = Outputs(images, labels, teacher, mean, scale, drawn, logits)
        return total + 1e-3 * added(second, net, outputs)

    @jax.jit
    def step(parameters, moments, key, *batch):
        gradient = jax.grad(loss)(parameters, key, *batch)
        updates, moments = optimizer.update(gradient, moments)
        return optax.apply_updates(parameters, updates), moments

    state = [parameters, optimizer.init(parameters)]

    def run():
        state[:] = jax.block_until_ready(step(*state, jax.random.key(1), *batch))

    return run


def seconds(run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def table(results: dict[str, Any]) -> str:
    """Markdown: the ratio of every loss, and the milliseconds it adds."""
    lines = ["| loss | step / step without | adds [ms] |", "|---|--:|--:|"]
    for row in sorted(results["rows"], key=lambda row: row["ratio"]):
        added = 1e3 * (row["step_s"] - row["plain_step_s"])
        lines.append(f"| `{row['loss']}` | {row['ratio']:.2f} | {added:.1f} |")
    return "\n".join(lines)


def draw(results: dict[str, Any]) -> Figure:
    """Bars of the ratios, the dearest at the bottom."""
    rows = sorted(results["rows"], key=lambda row: row["ratio"])
    figure = Figure(figsize=(7, 1 + 0.25 * len(rows)), layout="constrained")
    axes = figure.subplots()
    axes.barh([row["loss"] for row in rows], [row["ratio"] for row in rows])
    axes.axvline(1, color="black", lw=1)
    axes.axvline(LIMIT, color="black", lw=1, ls=":")
    axes.invert_yaxis()
    axes.set_xlabel(f"training step with the loss / without, batch {results['batch']}")
    axes.tick_params(axis="y", labelsize=8)
    return figure


if __name__ == "__main__":
    typer.run(main)
