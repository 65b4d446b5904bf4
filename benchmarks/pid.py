"""How long do a thousand BROJA decompositions take, beside dit's one by one?

    python benchmarks/pid.py

Random laws of a target and two sources of four values each, float64 on both sides:
one compiled call of ``pid.broja`` under ``jax.vmap`` for all of them, and a loop over
dit 2.3's ``PID_BROJA`` in an environment of its own for the first hundred; times are
compared a law. How good a decomposition is shows in the
information that its law leaves: lower is better, and the dual problem says how low it
can be. A full run takes minutes and writes ``results/pid.json`` and its picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import typer
from matplotlib.figure import Figure
from peer_process import default_folder, install, workers
from record import RESULTS, Fast, Output, about, progress, write
from rich.console import Console

from infojax import pid
from infojax._demo.timing import compile_timed, run_seconds

LAWS, PEER_LAWS, FAST_LAWS, VALUES = 1000, 100, 3, 4
LIMIT = 3600.0  # seconds for all of dit's calls
ATOMS = ("redundancy", "unique_x", "unique_y", "synergy")


def draw_laws(count: int) -> np.ndarray:
    """Uniform on all laws of three variables."""
    shape = (VALUES,) * 3
    rng = np.random.default_rng(0)
    return rng.dirichlet(np.ones(VALUES**3), count).reshape(count, *shape)


def ours(laws: np.ndarray) -> tuple[pid.BROJA, dict[str, float]]:
    with jax.enable_x64(True):
        table = jnp.asarray(laws)
        call, compile_s = compile_timed(jax.vmap(pid.broja), table)
        found = jax.tree.map(np.asarray, call(table))
        runs = run_seconds(call, table, repeats=5, budget=60)
    return found, {"compile_s": compile_s, "run_s": float(np.median(runs))}


def theirs(
    laws: np.ndarray, environments: Path, threads: int
) -> tuple[np.ndarray, float]:
    install("dit", environments)
    with workers(["dit"], environments, threads, 8) as (able, scratch):
        data = scratch / "laws.npz"
        np.savez(data, laws=laws)
        order = {"method": "broja", "settings": {}, "data": str(data)}
        answer = able["dit"].ask(order, LIMIT)
        if "error" in answer:
            raise RuntimeError(f"dit: {answer['error']}")
        return np.load(answer["value"]), answer["first_s"]


def main(fast: Fast = False, output: Output = None, threads: int = 2) -> None:
    """Decompose the same laws on both sides."""
    console = Console()
    laws = draw_laws(FAST_LAWS if fast else LAWS)
    with progress(console) as bar:
        task = bar.add_task(f"pid.broja, {len(laws)} laws", total=2)
        found, times = ours(laws)
        some = laws[:PEER_LAWS]
        bar.update(task, advance=1, description=f"dit, {len(some)} laws")
        atoms, seconds = theirs(some, default_folder(), threads)
        bar.advance(task)
    results = about() | {"precision": "float64", "dit": "2.3"}
    results["rows"] = rows = compare(found, times, atoms, seconds)
    row = rows[0]
    console.print(
        f"infojax {row['run_s']:.3g} s, gap {row['gap_max']:.1e}, "
        f"mismatch {row['mismatch_max']:.1e}; dit {row['dit_s']:.3g} s, "
        f"{row['times_as_long']:.0f} times as long a law; its worst law leaves "
        f"{row['dit_excess_max']:.1e} nats more than needed",
        highlight=False,
    )
    if not fast or output:
        figure = draw(found, atoms)
        write(results, figure, (output or RESULTS) / "pid.json", console)


def compare(
    found: pid.BROJA, times: dict[str, float], atoms: np.ndarray, seconds: float
) -> list[dict[str, Any]]:
    ours = np.stack([getattr(found, atom) for atom in ATOMS], axis=1)
    # Both share I(S; X, Y), so that less synergy is more information left.
    excess = ours[: len(atoms), 3] - atoms[:, 3]
    return [
        {
            "laws": len(ours),
            "values": VALUES,
            **times,
            "steps_max": int(np.max(found.steps)),
            "converged": float(np.mean(found.converged)),
            "gap_max": float(np.max(found.gap)),
            "mismatch_max": float(np.max(found.mismatch)),
            "least_atom": float(ours.min()),
            "dit_laws": len(atoms),
            "dit_s": seconds,
            "times_as_long": seconds / len(atoms) / (times["run_s"] / len(ours)),
            "dit_excess_max": float(excess.max()),
            "dit_excess_median": float(np.median(excess)),
            "dit_least_atom": float(atoms.min()),
        }
    ]


def draw(found: pid.BROJA, atoms: np.ndarray) -> Figure:
    """Each atom of dit's beside ours."""
    figure = Figure(figsize=(9, 2.7), layout="constrained")
    for axes, name, theirs in zip(figure.subplots(1, 4), ATOMS, atoms.T, strict=True):
        mine = np.asarray(getattr(found, name))[: len(theirs)]
        axes.scatter(mine, theirs, s=3, color="#2f6db3")
        line = [min(mine.min(), theirs.min()), max(mine.max(), theirs.max())]
        axes.plot(line, line, color="black", lw=0.6)
        axes.set_title(name.replace("_", " "), fontsize=9)
        axes.set_xlabel("infojax [nats]")
        axes.tick_params(labelsize=7)
    figure.axes[0].set_ylabel("dit 2.3 [nats]")
    return figure


if __name__ == "__main__":
    typer.run(main)
