"""What does it take to watch a network of twenty layers, and to estimate what was seen?

    python benchmarks/information_plane.py

A perceptron of twenty layers of 32 units, trained on 10,000 rows for a thousand
epochs of which about a hundred are recorded on all rows. Times an epoch with and
without recording, in turns, inside one compiled loop; then the estimation of all layers
and epochs by bins, with compilation, and the drawing of figures and page. Writes
``results/information_plane.json`` and a picture.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import typer
from flax import nnx
from matplotlib.figure import Figure
from record import RESULTS, Fast, Output, about, write
from rich.console import Console
from rich.progress import track

from infojax import infoplane

LAYERS, WIDTH, ROWS, EPOCHS, SEEN, TURNS = 20, 32, 10_000, 1000, 150, 3
WAYS: dict[str, Callable[[], infoplane.LayerEstimator]] = {
    "bins": infoplane.bins,
    "adaptive_bins": partial(infoplane.adaptive_bins, low=-1.000001),
}


class Network(nnx.Module):
    """A deep narrow perceptron that says what its layers hold."""

    def __init__(self, layers: int, rngs: nnx.Rngs):
        widths = [16, *[WIDTH] * layers]
        self.parts = nnx.List(
            nnx.Linear(a, b, rngs=rngs) for a, b in itertools.pairwise(widths)
        )
        self.last = nnx.Linear(WIDTH, 10, rngs=rngs)

    def __call__(self, x):
        for i, part in enumerate(self.parts):
            x = infoplane.sow(self, f"layer {i + 1}", jnp.tanh(part(x)))
        return self.last(x)


def watched(layers: int, rows: int, epochs: int, seen: int):
    """A compiled training run, recorded or not, and what makes an empty recording."""
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.normal(size=(rows, 16)), jnp.float32)
    labels = jnp.asarray(np.abs(x[:, :10]).argmax(1), jnp.int32)
    graph, parameters = nnx.split(Network(layers, nnx.Rngs(0)), nnx.Param)
    parameters, adam = nnx.as_pure(parameters), optax.adam(1e-3)
    grid = infoplane.log_epochs(epochs - 1, seen)

    def empty():
        return infoplane.start(nnx.merge(graph, parameters), x, labels, epochs=grid)

    def loss(parameters, images, wanted):
        logits = nnx.merge(graph, parameters)(images)
        return optax.softmax_cross_entropy_with_integer_labels(logits, wanted).mean()

    batches = x.reshape(10, -1, 16), labels.reshape(10, -1)

    def epoch(state, number):
        parameters, moments, recording = state

        def step(state, batch):
            parameters, moments = state
            gradient = jax.grad(loss)(parameters, *batch)
            updates, moments = adam.update(gradient, moments)
            return (optax.apply_updates(parameters, updates), moments), None

        if recording is not None:
            network = nnx.merge(graph, parameters)
            recording = infoplane.record(recording, number, network)
        state = jax.lax.scan(step, (parameters, moments), batches)[0]
        return (*state, recording), None

    def run(recording):
        state = parameters, adam.init(parameters), recording
        return jax.lax.scan(epoch, state, jnp.arange(epochs))[0]

    # Donated, as a training loop does with its state: else the run starts with a copy.
    return jax.jit(run, donate_argnums=0), empty


def seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = jax.block_until_ready(call())
    return time.perf_counter() - start, found


def main(fast: Fast = False, output: Output = None) -> None:
    """Time the recording, the estimates and the drawing."""
    console = Console()
    layers, rows, epochs, seen = (
        (3, 500, 10, 5) if fast else (LAYERS, ROWS, EPOCHS, SEEN)
    )
    run, empty = watched(layers, rows, epochs, seen)
    plain, recording = run.lower(None).compile(), run.lower(empty()).compile()
    times: dict[str, list[float]] = {"plain": [], "recorded": []}
    state = None
    for _ in track(range(1 if fast else TURNS), "Training", console=console):
        times["plain"].append(seconds(lambda: plain(None))[0])
        state = None  # so that there are not three recordings at a time
        before = jax.block_until_ready(empty())
        taken, state = seconds(partial(recording, before))
        times["recorded"].append(taken)
    assert state is not None
    made = state[2]
    median = {name: float(np.median(t)) for name, t in times.items()}
    shape = {"layers": layers, "rows": rows, "epochs": epochs, "seen": len(made.epochs)}
    found: list[dict[str, Any]] = [
        {"what": "training", "seconds": median["plain"]} | shape,
        {"what": "training, recorded", "seconds": median["recorded"]} | shape,
    ]
    planes = {}
    for name, make in WAYS.items():
        taken, planes[name] = seconds(
            lambda name=name, make=make: infoplane.estimate(
                made,
                estimator=make(),
                progress=partial(track, description=name, console=console),
            )
        )
        found.append({"what": f"estimates by {name}", "seconds": taken} | shape)
    with tempfile.TemporaryDirectory() as folder:
        taken, _ = seconds(lambda: _drawn(planes, Path(folder)))
    found.append({"what": "page and figures", "seconds": taken} | shape)
    for row in found:
        console.print(f"{row['what']}: {row['seconds']:.1f} s", highlight=False)
    slower = median["recorded"] / median["plain"] - 1
    console.print(f"An epoch is {100 * slower:+.1f} % slower when recorded.")
    if not fast or output:
        path = (output or RESULTS) / "information_plane.json"
        write(about() | {"rows": found}, draw(found), path, console)


def _drawn(planes: dict[str, infoplane.Plane], folder: Path) -> None:
    infoplane.write_page(folder / "plane.html", planes)
    infoplane.plot_plane(planes).savefig(folder / "plane.png", dpi=130)
    infoplane.plot_epochs(planes).savefig(folder / "epochs.png", dpi=130)


def draw(rows: list[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axis = figure.subplots()
    axis.barh([row["what"] for row in rows], [row["seconds"] for row in rows])
    axis.invert_yaxis()
    axis.set_xlabel("time [s]")
    first = rows[0]
    axis.set_title(
        f"{first['layers']} layers of {WIDTH}, {first['rows']:,} rows, "
        f"{first['epochs']} epochs, {first['seen']} seen",
        fontsize=10,
    )
    return figure


if __name__ == "__main__":
    typer.run(main)
