"""How fast is a critic trained, beside torch-mist and a loop in plain torch?

    python -m venv PEER && PEER/bin/pip install -r benchmarks/peers/requirements.txt
    python benchmarks/neural_peers.py --peer-python PEER/bin/python

The same critic, bound, batch size, optimiser and samples on all sides, in float32 on
the same cores. The peers live in an environment and a process of their own; the sides
take turns, a run each, so that none works while another is timed. infojax is compiled
in its first call, and that time is kept apart. Writes ``results/neural_peers.json`` and
a picture of it; without a peer only infojax is timed, and nothing written.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import typer
from matplotlib.figure import Figure
from record import RESULTS, Output, about, progress, write
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table
from throughput import spread

from infojax import bounds, critics, fit

CORRELATION = 0.5  # of each of the pairs of columns
FRESH = 20  # batches, which nothing was trained on
REPEATS = 5
COLOURS = {"infojax": "#2f6db3", "torch-mist": "#d1622b", "torch loop": "#888888"}
# What each peer is compared with: both with their defaults, or both without checks.
PEERS = {
    "torch-mist": "infojax",
    "torch-mist, fastest": "infojax, fastest",
    "torch loop": "infojax, fastest",
}


@dataclass(frozen=True)
class Race:
    """A critic and a bound, and everything that the sides have in common."""

    critic: str
    bound: str
    steps: int
    n: int = 10_000
    d: int = 20
    batch_size: int = 256
    width: int = 256
    depth: int = 2
    features: int = 32
    rate: float = 5e-4
    defaults: bool = True  # with the default checks too, or only the fastest settings

    @property
    def name(self) -> str:
        return f"{self.critic}, {self.bound}"


# A concatenated critic evaluates its network on 65,536 pairs a step: fewer steps, among
# which default checks, on a million pairs each, would weigh more than in a long run.
RACES = (
    Race("separable", "infonce", 2000),
    Race("separable", "nwj", 500),
    Race("concatenated", "infonce", 20, defaults=False),
)
SMALL = {"steps": 4, "n": 128, "d": 2, "batch_size": 16, "width": 8, "features": 4}

Runner = Callable[[int], dict[str, float]]
Ask = Callable[[dict[str, Any]], dict[str, float]]


def main(
    peer_python: Annotated[
        Path | None, typer.Option(help="A Python with benchmarks/peers' requirements.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=2, help="Runs of each.")] = REPEATS,
    fast: Annotated[bool, typer.Option(help="Few steps of small critics.")] = False,
    output: Output = None,
) -> None:
    """Train on all sides in turn, compare, write what came of it."""
    console = Console()
    races = [replace(race, **SMALL) for race in RACES[::2]] if fast else list(RACES)
    repeats = 2 if fast else repeats
    samples = draw_samples(races[0])
    results = about() | {"threads": threads(), "load": [os.getloadavg()[0]]}
    with contextlib.ExitStack() as stack:
        ask = None
        if peer_python is not None:
            ask, peer = stack.enter_context(peer_process(peer_python, samples))
            results["peer"] = peer
        results["settings"] = asdict(races[0]) | {"correlation": CORRELATION}
        for name in ("critic", "bound", "steps", "defaults"):
            del results["settings"][name]
        results["information"] = information(races[0].d)
        rows = measure(races, samples, ask, repeats, console)
    results["load"].append(os.getloadavg()[0])
    results["rows"] = rows
    # As wide as the table needs, for a terminal that is not.
    Console(width=160).print(table(results))
    folder = output or (None if fast or ask is None else RESULTS)
    if folder:
        write(results, draw(results), folder / "neural_peers.json", console)


def threads() -> int:
    """Cores that this process may use, and so the peer's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def information(d: int) -> float:
    """Of d pairs of correlated normal columns, in nats."""
    return -d / 2 * float(np.log1p(-(CORRELATION**2)))


def draw_samples(race: Race) -> dict[str, np.ndarray]:
    """Pairs to train on and fresh ones, float32."""
    rng = np.random.default_rng(0)
    fresh = FRESH * race.batch_size
    x = rng.standard_normal((race.n + fresh, race.d))
    noise = rng.standard_normal(x.shape)
    y = CORRELATION * x + np.sqrt(1 - CORRELATION**2) * noise
    x, y = x.astype(np.float32), y.astype(np.float32)
    n = race.n
    return {"x": x[:n], "y": y[:n], "fresh_x": x[n:], "fresh_y": y[n:]}


@contextlib.contextmanager
def peer_process(
    python: Path, samples: dict[str, np.ndarray]
) -> Iterator[tuple[Ask, dict[str, Any]]]:
    """The torch side, as a function from a race to times, and its versions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples.npz"
        np.savez(path, **samples)
        script = Path(__file__).parent / "peers" / "torch_side.py"
        with subprocess.Popen(
            [python, script, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None and process.stdout is not None
            lines, told = process.stdout, process.stdin

            def answer() -> Any:
                line = lines.readline()
                if not line:
                    raise RuntimeError("the peer ended; its errors are above")
                return json.loads(line)

            def ask(race: dict[str, Any]) -> dict[str, float]:
                told.write(json.dumps(race) + "\n")
                told.flush()
                return answer()

            try:
                yield ask, answer()
            finally:
                process.kill()


def infojax(race: Race, samples: dict[str, np.ndarray], *, fastest: bool) -> Runner:
    """``fit.train``, with its default checks or one on one batch, at the end."""
    x, y = jnp.asarray(samples["x"]), jnp.asarray(samples["y"])
    shape = (-1, race.batch_size, race.d)
    fresh = [jnp.asarray(samples[f"fresh_{side}"]).reshape(shape) for side in "xy"]
    sizes = {"width": race.width, "depth": race.depth}
    if race.critic == "separable":
        sizes["features"] = race.features
    make = getattr(critics, race.critic)(race.d, race.d, **sizes)
    bound, optimizer = getattr(bounds, race.bound), optax.adam(race.rate)
    estimator = fit.critic_estimator(bound, make, optimizer)
    few = {"held_out": race.batch_size, "every": race.steps} if fastest else {}
    judge = jax.jit(jax.vmap(estimator.estimate, in_axes=(None, 0, 0)))

    def run(seed: int) -> dict[str, float]:
        wall, processor = time.perf_counter(), time.process_time()
        trained = fit.train(
            jax.random.key(seed),
            x,
            y,
            estimator=estimator,
            steps=race.steps,
            batch_size=race.batch_size,
            patience=race.steps,  # never stops early
            **few,
        )
        jax.block_until_ready(trained)
        seconds = {
            "run_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - processor,
        }
        return seconds | {"estimate": float(judge(trained.state, *fresh).mean())}

    return run


def torch(race: Race, name: str, ask: Ask) -> Runner:
    """One of the implementations of the torch side."""
    return lambda seed: ask(asdict(race) | {"implementation": name, "seed": seed})


def measure(
    races: list[Race],
    samples: dict[str, np.ndarray],
    ask: Ask | None,
    repeats: int,
    console: Console,
) -> list[dict[str, Any]]:
    """One row a race and implementation; those of a race take turns."""
    rows = []
    with progress(console) as bar:
        work = bar.add_task("Starting", total=len(races) * (1 + repeats))
        for race in races:
            runners = {"infojax": infojax(race, samples, fastest=False)}
            runners["infojax, fastest"] = infojax(race, samples, fastest=True)
            if ask:
                runners |= {name: torch(race, name, ask) for name in PEERS}
            if not race.defaults:
                del runners["infojax"]
                runners.pop("torch-mist", None)
            short = replace(race, steps=min(race.steps, 10))
            firsts, runs = {}, {name: [] for name in runners}
            for name, run in runners.items():  # compiles, or warms up
                bar.update(work, description=f"{race.name}: {name}, first")
                if name in PEERS and ask:
                    torch(short, name, ask)(0)
                else:
                    firsts[name] = run(0)["run_s"]
            bar.advance(work)
            for seed in range(1, repeats + 1):
                for name, run in runners.items():
                    bar.update(work, description=f"{race.name}: {name}, {seed}")
                    runs[name].append(run(seed))
                bar.advance(work)
            for name, found in runs.items():
                rows.append(summary(race, name, found, firsts.get(name)))
    return rows


def summary(
    race: Race, name: str, found: list[dict[str, float]], first: float | None
) -> dict[str, Any]:
    """The row of one implementation: medians, and the first call less a later one."""
    row = {
        "critic": race.critic,
        "bound": race.bound,
        "steps": race.steps,
        "implementation": name,
    }
    row |= spread([one["run_s"] for one in found])
    row["steps_per_s"] = race.steps / row["run_s"]
    row["cpu_s"] = float(np.median([one["cpu_s"] for one in found]))
    if first is not None:
        row["compile_s"] = first - row["run_s"]
    row["estimate"] = float(np.mean([one["estimate"] for one in found]))
    return row


def by_race(results: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Rows by the race and then by the implementation."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in results["rows"]:
        race = f"{row['critic']}, `{row['bound']}`, {row['steps']} steps"
        found.setdefault(race, {})[row["implementation"]] = row
    return found


def table(results: dict[str, Any]) -> Table:
    """Speed, its quartiles, the ratio to infojax and the estimate, as markdown."""
    shown = Table(box=MARKDOWN)
    shown.add_column("race")
    shown.add_column("implementation")
    for name in (
        "steps a second",
        "quartiles",
        "infojax faster by",
        "in CPU time",
        "compile, s",
        "nats, fresh pairs",
    ):
        shown.add_column(name, justify="right")
    for race, rows in by_race(results).items():
        for name, row in rows.items():
            slow, quick = (row["steps"] / s for s in reversed(row["quartiles_s"]))
            ours = rows.get(PEERS.get(name, ""))
            shown.add_row(
                race,
                name,
                f"{row['steps_per_s']:.3g}",
                f"{slow:.3g} to {quick:.3g}",
                f"{row['run_s'] / ours['run_s']:.2f}" if ours else "",
                f"{row['cpu_s'] / ours['cpu_s']:.2f}" if ours else "",
                f"{row['compile_s']:.1f}" if "compile_s" in row else "",
                f"{row['estimate']:.2f}",
            )
    return shown


def draw(results: dict[str, Any]) -> Figure:
    """Steps a second of each implementation, one panel a race."""
    races = by_race(results)
    figure = Figure(figsize=(4.2 * len(races), 2.6), layout="constrained")
    axes = figure.subplots(1, len(races), squeeze=False)[0]
    for ax, (race, rows) in zip(axes, races.items(), strict=True):
        for place, (name, row) in enumerate(rows.items()):
            colour = COLOURS[name.split(",")[0]]
            slow, quick = (row["steps"] / s for s in reversed(row["quartiles_s"]))
            speed = row["steps_per_s"]
            ax.barh(place, speed, color=colour)
            ax.plot([slow, quick], [place, place], color="black", lw=1)
            ax.annotate(f" {speed:.3g}", (max(speed, quick), place), va="center")
        ax.set_yticks(range(len(rows)), list(rows) if ax is axes[0] else [])
        ax.invert_yaxis()
        ax.set(title=race.replace("`", ""), xlabel="steps a second")
        ax.margins(x=0.18)
        ax.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    typer.run(main)
