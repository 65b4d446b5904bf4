"""What does one device hold, and how long does a call take, as devices are added?

    python benchmarks/scaling.py

HSIC, CS-QMI, InfoNCE and KSG with their rows over 1, 2, 4 and 8 devices; the columns of
the other devices are gathered, or passed around a ring. Accelerators are used where
there are several. Else the devices are virtual ones of the CPU, which share its cores:
their temporary memory is what a real device would need, but their time only shows what
splitting the work costs, not what it gains. Samples carry a mask, as padded ones do. A
full run writes ``results/scaling-cpu.json`` and its picture next to this file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import typer
from matplotlib.figure import Figure
from record import RESULTS, Fast, Output, about, progress, write
from rich.console import Console
from scaling_rows import ENTRIES, entries, measure_one

COUNTS = (1, 2, 4, 8)
ROWS, REPEATS = 4096, 20
FAST_ROWS, FAST_REPEATS, FAST_COUNTS = 64, 1, (1, 2)
SCRIPT = Path(__file__).with_name("scaling_rows.py")
MIB = 2**20
COLOURS = {"gather": "#2f6db3", "ring": "#d1622b"}
LINES = {False: "-", True: ":"}


def main(
    fast: Fast = False,
    output: Output = None,
) -> None:
    """Memory a device and time of a call against the number of devices."""
    console = Console()
    virtual = jax.device_count() == 1 and jax.devices()[0].platform == "cpu"
    counts = FAST_COUNTS if fast else COUNTS
    if not virtual:
        counts = [count for count in counts if count <= jax.device_count()]
    total = sum(len(list(entries(count, fast=fast))) for count in counts)
    rows = []
    with progress(console) as bar:
        task = bar.add_task("Starting", total=total)
        for count in counts:
            bar.update(task, description=f"devices: {count}")
            for row in measure(count, virtual=virtual, fast=fast):
                rows.append(row)
                bar.advance(task)
    kind = "virtual, sharing the cores of one CPU" if virtual else "real"
    results = about() | {"devices": kind, "rows": rows}
    console.print(table(results), markup=False, soft_wrap=True)
    folder = output or (None if fast else RESULTS)
    if folder:
        name = f"scaling-{results['platform']}.json"
        write(results, draw(results), folder / name, console)


def measure(count: int, *, virtual: bool, fast: bool) -> Iterator[dict[str, Any]]:
    """The rows of one number of devices; virtual ones in a process of their own."""
    n, repeats = (FAST_ROWS, FAST_REPEATS) if fast else (ROWS, REPEATS)
    if not virtual:
        for entry in entries(count, fast=fast):
            yield measure_one(entry, n, repeats)
        return
    flags = f"--xla_force_host_platform_device_count={count}"
    environment = os.environ | {
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip(),
    }
    command = [sys.executable, str(SCRIPT), str(count), str(n), str(repeats)]
    command += ["fast"] if fast else []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            yield json.loads(line)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)


def lines(rows: list[dict]) -> Iterator[tuple[str, bool, list[dict]]]:
    """Rows of each way to see the columns; one device is where both begin."""
    for columns in COLOURS:
        for blocks in dict.fromkeys(row["blocks"] for row in rows):
            line = [
                row
                for row in rows
                if row["blocks"] == blocks
                and (row["columns"] == columns or row["devices"] == 1)
            ]
            yield columns, blocks, line


def table(results: dict[str, Any]) -> str:
    """Markdown: temporary MiB a device, and milliseconds, by the number of devices."""
    rows = results["rows"]
    counts = list(dict.fromkeys(row["devices"] for row in rows))
    head = " | ".join(f"{count}, MiB | {count}, ms" for count in counts)
    text = [
        f"| estimator | rows at once | columns | {head} |",
        "|---|---|---|" + "--:|--:|" * len(counts),
    ]
    for name, what in ENTRIES:
        own = [r for r in rows if (r["estimator"], r["what"]) == (name, what)]
        for columns, blocks, line in lines(own):
            cells = " | ".join(
                f"{row['temporary_bytes'] / MIB:.3g} | {1e3 * row['run_s']:.3g}"
                for row in line
            )
            size = "default" if blocks else "all"
            text.append(f"| `{name}`, {what} | {size} | {columns} | {cells} |")
    return "\n".join(text)


def draw(results: dict[str, Any]) -> Figure:
    """A column an estimator: memory of a device above, time of a call below."""
    rows = results["rows"]
    found = {(row["estimator"], row["what"]) for row in rows}
    names = [entry for entry in ENTRIES if entry in found]
    figure = Figure(figsize=(1.5 + 2.5 * len(names), 6), layout="constrained")
    panels = figure.subplots(2, len(names), sharey="row", sharex=True, squeeze=False)
    counts = list(dict.fromkeys(row["devices"] for row in rows))
    for (name, what), (above, below) in zip(names, panels.T, strict=True):
        own = [r for r in rows if (r["estimator"], r["what"]) == (name, what)]
        for columns, blocks, line in lines(own):
            at = [row["devices"] for row in line]
            style = {"color": COLOURS[columns], "ls": LINES[blocks], "marker": "o"}
            style["label"] = f"{columns}, {'blocks' if blocks else 'all rows at once'}"
            above.plot(at, [r["temporary_bytes"] / MIB for r in line], **style)
            below.plot(at, [1e3 * r["run_s"] for r in line], **style)
        above.set_title(f"{name}\n{what}", fontsize=9)
        for axes in (above, below):
            axes.set(xscale="log", yscale="log")
            axes.set_xticks(counts, [str(count) for count in counts])
            axes.xaxis.minorticks_off()
            axes.grid(alpha=0.25)
            axes.spines[["top", "right"]].set_visible(False)
        below.set_xlabel("devices", fontsize=9)
    panels[0, 0].set_ylabel("temporary memory of a device [MiB]", fontsize=9)
    panels[1, 0].set_ylabel("time of a call [ms]", fontsize=9)
    panels[0, 0].legend(fontsize=7)
    shared = results["devices"].startswith("virtual")
    note = "devices share the cores: time shows overhead, not speed" if shared else ""
    figure.suptitle(
        f"n = {rows[0]['n']}, {results['precision']}, {results['device']}, "
        f"{results['cores']} cores, jax {results['versions']['jax']}\n{note}",
        fontsize=10,
    )
    return figure


if __name__ == "__main__":
    typer.run(main)
