"""How long do other libraries take for the same number on the same cores?

    python benchmarks/peers.py

Every library works in an environment and a process of its own, with the same number of
threads, on the same samples. Its value must agree with that of infojax before it is
timed. Then all take turns, so that none works while another is timed. The first call,
in which JAX and numba compile, is kept apart. Environments are made in a cache folder
in the first run and used again. Writes ``results/peers.json`` and a picture of it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import peer_table
import typer
from peer_process import (
    HERE,
    LIBRARIES,
    UNABLE,
    Worker,
    default_folder,
    install,
    workers,
)
from peer_rows import NOTES, ROWS, Row
from record import RESULTS, Output, about, progress, write
from rich.console import Console

# Turns; calls and seconds in each, one call at least.
TURNS, CALLS, BUDGET = 3, 10, 0.7
# Calls of so many seconds get one turn; a longer first call is what is reported, unless
# the library compiles in it.
SLOW, SLOWEST = 4.0, 20.0
COMPILING = (HERE, "hoi", "ott-jax")
# A library is stopped after so many times the time of infojax, within the bounds.
TIMES, SHORTEST, LIMIT = 10.0, 20.0, 90.0


def main(
    only: Annotated[
        list[str] | None,
        typer.Option(help="Rows whose name or method starts so; repeatable."),
    ] = None,
    library: Annotated[
        list[str] | None, typer.Option(help="A library beside infojax; repeatable.")
    ] = None,
    environments: Annotated[
        Path | None, typer.Option(help="Folder of environments, kept between runs.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Of each library; all cores if not said.")
    ] = None,
    limit: Annotated[float, typer.Option(help="Longest call, in seconds.")] = LIMIT,
    long: Annotated[bool, typer.Option(help="Rows of many minutes as well.")] = False,
    memory: Annotated[float, typer.Option(help="GiB that a library may take.")] = 14.0,
    fast: Annotated[
        bool, typer.Option(help="Few samples; infojax alone if no library is named.")
    ] = False,
    output: Output = None,
) -> None:
    """Compare, print a table, and write the results of a full run."""
    console = Console()
    rows = [row for row in ROWS if long or not row.long]
    rows = [row for row in rows if not only or any(chosen(row, o) for o in only)]
    if not rows:
        raise typer.BadParameter(f"no row starts with any of {only}")
    unknown = set(library or ()) - set(LIBRARIES)
    if unknown:
        raise typer.BadParameter(f"unknown libraries: {', '.join(sorted(unknown))}")
    names = library or ([] if fast else list(LIBRARIES))
    names = [HERE, *(name for name in names if name != HERE)]
    folder = environments or default_folder()
    prepare(names, folder, console)
    threads = min(threads or cores(), cores())
    results = about() | {"threads": threads, "load": [os.getloadavg()[0]]}
    with workers(names, folder, threads, memory) as (found, scratch):
        results["rows"] = measure(rows, found, scratch, console, limit, fast=fast)
        results["libraries"] = {
            name: worker.about for name, worker in found.items() if worker.about
        }
    results["load"].append(os.getloadavg()[0])
    results["rows"] = results.pop("rows")  # last in the file
    console.print(peer_table.table(results), markup=False, soft_wrap=True)
    place = output or (None if fast or only or library else RESULTS)
    if place:
        write(results, peer_table.draw(results), place / "peers.json", console)


def chosen(row: Row, start: str) -> bool:
    return row.name.lower().startswith(start.lower()) or row.method == start


def cores() -> int:
    """Cores that this process may use, and so all others."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def prepare(names: list[str], folder: Path, console: Console) -> None:
    with progress(console) as bar:
        task = bar.add_task("Environments", total=len(names))
        for name in names:
            bar.update(task, description=f"Environment of {name}")
            install(name, folder)
            bar.advance(task)


def measure(
    rows: list[Row],
    found: dict[str, Worker],
    scratch: Path,
    console: Console,
    limit: float = LIMIT,
    *,
    fast: bool,
) -> list[dict[str, Any]]:
    """Every row in every library that can do it."""
    done = []
    with progress(console) as bar:
        task = bar.add_task("Starting", total=len(rows))
        for row in rows:
            told = lambda what: bar.update(task, description=f"{row.name}: {what}"[:52])  # noqa: B023, E731
            settings = row.settings | (row.small if fast else {})
            data = scratch / "samples.npz"
            np.savez(data, allow_pickle=False, **row.samples(settings))
            order = {"method": row.method, "settings": settings, "data": str(data)}
            able = {name: w for name, w in found.items() if w.can(row.method)}
            entries = race(row, order, able, told, limit)
            done += entries
            console.print(line(row, entries), markup=False, soft_wrap=True)
            bar.advance(task)
    return done


def line(row: Row, entries: list[dict[str, Any]]) -> str:
    """The row as it is found, failures among it."""
    told = []
    for entry in entries:
        if "run_s" in entry:
            what = peer_table.seconds(entry["run_s"])
        elif entry.get("error") == "time":
            what = f"> {entry['limit_s']:.0f} s"
        elif "error" in entry:
            what = entry["error"]
        else:
            what = f"another number, {entry['value']:.6g}"
        told.append(f"{entry['library']} {what}")
    return f"{row.name}: {', '.join(told)}"


def race(
    row: Row,
    order: dict[str, Any],
    able: dict[str, Worker],
    told: Callable[[str], None],
    longest: float = LIMIT,
) -> list[dict[str, Any]]:
    """First calls, whose values are compared, and then turns."""
    entries: dict[str, dict[str, Any]] = {}
    limit, ours = longest, None
    for name, worker in able.items():
        told(f"{name}, first")
        answer = worker.ask(order, longest if name in COMPILING else limit)
        if answer.get("error") == UNABLE:
            continue
        entry = entries[name] = {"row": row.name, "library": name}
        if "error" in answer:
            entry |= answer
            continue
        value = np.load(answer["value"])
        entry["first_s"] = answer["first_s"]
        entry["value"] = float(np.nanmean(value))
        if name == HERE:
            ours = value
            again = worker.ask({"repeats": 1, "budget": 0}, longest)
            run = again.get("runs", [longest])[0]
            limit = max(SHORTEST, min(TIMES * run, longest))
        elif ours is not None:
            entry |= compare(row, name, value, ours)
    timed = [n for n, e in entries.items() if "first_s" in e and e.get("agrees", True)]
    runs: dict[str, list[float]] = {name: [] for name in timed}
    cpu: dict[str, list[float]] = {name: [] for name in timed}
    for turn in range(TURNS):
        for name in timed:
            last = min([entries[name]["first_s"], *runs[name]])
            if last > (SLOW if turn else math.inf if name in COMPILING else SLOWEST):
                continue
            told(f"{name}, turn {turn + 1}")
            again = able[name].ask({"repeats": CALLS, "budget": BUDGET}, longest)
            runs[name] += again.get("runs", [])
            cpu[name] += again.get("cpu", [])
    for name in timed:
        entries[name] |= summary(entries[name]["first_s"], runs[name], cpu[name])
    return list(entries.values())


def compare(row: Row, name: str, value: np.ndarray, ours: np.ndarray) -> dict[str, Any]:
    """How far the values are apart, where both are finite."""
    there = np.isfinite(value) & np.isfinite(ours)
    scale = float(np.max(np.abs(ours[there]), initial=0)) if row.relative else 1.0
    gap = float(np.max(np.abs(value - ours)[there], initial=0)) / (scale or 1.0)
    agrees = bool(there.any()) and gap <= row.tolerance
    found: dict[str, Any] = {"difference": gap, "agrees": agrees}
    note = NOTES.get((row.method, name))
    return found | ({"note": note, "agrees": True} if note else {})


def summary(first: float, runs: list[float], cpu: list[float]) -> dict[str, Any]:
    """Median and quartiles; of one long call, that call."""
    if not runs:
        return {"run_s": first, "quartiles_s": [first, first], "repeats": 1}
    low, middle, high = (float(q) for q in np.quantile(runs, (0.25, 0.5, 0.75)))
    return {
        "run_s": middle,
        "quartiles_s": [low, high],
        "repeats": len(runs),
        "cpu_s": float(np.median(cpu)),
        "compile_s": max(0.0, first - middle),
    }


if __name__ == "__main__":
    typer.run(main)
