"""The picture and the table of a throughput file.

python benchmarks/plot.py [FILE]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

__all__ = ["draw", "table"]

DEFAULT = Path(__file__).parent / "results" / "throughput-cpu.json"
COLOURS = {2: "#2f6db3", 6: "#d1622b", 20: "#3a8f5c", None: "#444444"}
OURS = {"ls": "-", "lw": 1.8, "marker": "o", "ms": 4}
THEIRS = {"ls": "--", "lw": 1.2, "marker": "s", "ms": 4, "markerfacecolor": "white"}
COLUMNS = 6
SIZES = (100, 1000, 10000)


def draw(results: dict[str, Any]) -> Figure:
    """One panel an estimator: time of a call against n, both implementations."""
    names = list(dict.fromkeys(row["estimator"] for row in results["rows"]))
    height = len(names) // COLUMNS + 1  # one place at least is left for the legend
    figure = Figure(figsize=(15, 2.8 * height + 0.4), layout="constrained")
    axes = figure.subplots(height, COLUMNS, sharey=True, squeeze=False)
    for ax, name in zip(axes.flat, names, strict=False):
        _panel(ax, [row for row in results["rows"] if row["estimator"] == name])
    for ax in axes.flat[len(names) :]:
        ax.set_axis_off()
    axes.flat[-1].legend(handles=_handles(), loc="center", frameon=False)
    for ax in axes[:, 0]:
        ax.set_ylabel("time of one call [ms]", fontsize=9)
    versions = results["versions"]
    libraries = ("jax", "numpy", "scipy", "scikit-learn")
    figure.suptitle(
        f"{results['precision']}, {results['platform'].upper()} with "
        f"{results['cores']} cores, quartiles shaded; "
        + ", ".join(f"{name} {versions[name]}" for name in libraries),
        fontsize=11,
    )
    return figure


def _panel(ax: Any, rows: list[dict]) -> None:
    beside = "value and gradient"
    for implementation, d in dict.fromkeys((r["implementation"], r["d"]) for r in rows):
        ours = implementation == "infojax"
        line = [r for r in rows if (r["implementation"], r["d"]) == (implementation, d)]
        n = [r["n"] for r in line]
        low, high = zip(*(r["quartiles_s"] for r in line), strict=True)
        style = OURS if ours else THEIRS
        ax.plot(n, _ms(r["run_s"] for r in line), color=COLOURS[d], **style)
        ax.fill_between(n, _ms(low), _ms(high), color=COLOURS[d], alpha=0.2, lw=0)
        beside = beside if ours else f"beside {implementation}"
    ax.set_title(f"{rows[0]['estimator']}\n{beside}", fontsize=9)
    ax.set(xscale="log", yscale="log")
    sizes = sorted({r["n"] for r in rows})
    ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
    ax.xaxis.minorticks_off()
    ax.yaxis.set_major_formatter("{x:g}")
    tables = not rows[0]["d"] and not rows[0]["estimator"].startswith("bounds.")
    ax.set_xlabel("n, cells" if tables else "n, rows", fontsize=8)
    ax.grid(alpha=0.25)
    ax.tick_params(labelsize=8)
    ax.spines[["top", "right"]].set_visible(False)


def _ms(seconds: Iterable[float]) -> list[float]:
    return [1e3 * s for s in seconds]


def _handles() -> list[Line2D]:
    kinds = {"infojax": OURS, "reference": THEIRS}
    return [
        *(
            Line2D([], [], color="black", label=k, **style)
            for k, style in kinds.items()
        ),
        *(
            Line2D([], [], color=colour, lw=4, label=f"d = {d}" if d else "no columns")
            for d, colour in COLOURS.items()
        ),
    ]


def table(results: dict[str, Any]) -> str:
    """Markdown: how many times as long as infojax the reference takes.

    Where d varies a cell holds the ratios of d = 2, 6 and 20 in that order.
    """
    time = {
        (r["estimator"], r["n"], r["d"], r["implementation"] == "infojax"): r
        for r in results["rows"]
    }
    lines = [
        "| estimator | reference | compile [s] | n = 1000 [ms] | "
        + " | ".join(f"ratio, n = {n}" for n in SIZES)
        + " |",
        "|---|---|--:|--:|" + "--:|" * len(SIZES),
    ]
    for name in dict.fromkeys(r["estimator"] for r in results["rows"]):
        rows = [r for r in results["rows"] if r["estimator"] == name]
        ours = [r for r in rows if "compile_s" in r]
        widths = list(dict.fromkeys(r["d"] for r in rows))
        library = next((r["implementation"] for r in rows if r not in ours), "none")
        middle = time.get((name, 1000, widths[len(widths) // 2], True))
        cells = [
            f"`{name}`",
            library,
            f"{np.median([r['compile_s'] for r in ours]):.1f}",
            f"{1e3 * middle['run_s']:.2g}" if middle else "",
        ]
        for n in SIZES:
            pairs = [
                [time.get((name, n, d, who)) for who in (True, False)] for d in widths
            ]
            ratios = [
                f"{b['run_s'] / a['run_s']:.2g}" if a and b else "-" for a, b in pairs
            ]
            cells.append(" / ".join(ratios) if set(ratios) != {"-"} else "")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    measured = json.loads(file.read_text())
    draw(measured).savefig(file.with_suffix(".png"), dpi=130)
    print(table(measured))
