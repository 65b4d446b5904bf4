"""The table and the picture of a peers file.

python benchmarks/peer_table.py [FILE]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

__all__ = ["draw", "ranking", "table"]

DEFAULT = Path(__file__).parent / "results" / "peers.json"
NAMES = {"scipy": "NumPy/SciPy by hand"}
AHEAD, BEHIND, OTHERS = "#2f6db3", "#c0392b", "#999999"


def ranking(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """For each row that was timed: infojax, and the others with their ratios to it.

    A ratio is how many times as long as infojax a library takes, in the order of
    time. Who was stopped has the ratio of the limit, and comes after the others.
    """
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(r["row"] for r in results["rows"]):
        rows = {r["library"]: r for r in results["rows"] if r["row"] == name}
        ours = rows.pop("infojax", {})
        if "run_s" not in ours:
            continue
        timed = [
            (r["run_s"] / ours["run_s"], NAMES.get(library, library))
            for library, r in rows.items()
            if "run_s" in r
        ]
        stopped = [
            (r["limit_s"] / ours["run_s"], NAMES.get(library, library))
            for library, r in rows.items()
            if r.get("error") == "time"
        ]
        found[name] = {
            "ours": ours,
            "timed": sorted(timed),
            "stopped": sorted(stopped),
        }
    return found


def seconds(value: float) -> str:
    return f"{value:.2g} s" if value >= 1 else f"{1e3 * value:.3g} ms"


def ratio(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def table(results: dict[str, Any]) -> str:
    """Markdown: time of infojax, and how many times as long the others take."""
    lines = [
        "| what | infojax | compile | how many times as long others take |",
        "|---|--:|--:|---|",
    ]
    for name, row in ranking(results).items():
        told = [f"{library} {ratio(r)}" for r, library in row["timed"]]
        told += [f"{library} > {ratio(r)}" for r, library in row["stopped"]]
        ours = row["ours"]
        cells = (
            name,
            seconds(ours["run_s"]),
            f"{ours['compile_s']:.1f} s",
            ", ".join(told) or "-",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def draw(results: dict[str, Any]) -> Figure:
    """A bar a row to the fastest other library; dots for the rest."""
    rows = {
        name: row
        for name, row in ranking(results).items()
        if row["timed"] or row["stopped"]
    }
    figure = Figure(figsize=(10, 1.3 + 0.33 * max(1, len(rows))), layout="constrained")
    ax = figure.subplots()
    for place, row in enumerate(rows.values()):
        entries = [(r, n, "") for r, n in row["timed"]]
        entries += [(r, n, "> ") for r, n in row["stopped"]]
        value, library, sign = entries[0]
        colour = BEHIND if value < 1 and not sign else AHEAD
        ax.barh(place, value - 1, left=1, color=colour, height=0.6)
        dots = [r for r, *_ in entries[1:]]
        ax.plot(dots, [place] * len(dots), ".", color=OTHERS, ms=6)
        mark = " (behind)" if colour == BEHIND else ""
        ax.annotate(
            f"{library} {sign}{ratio(value)}{mark}",
            (max([1, *(r for r, *_ in entries)]), place),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=colour,
        )
    ax.axvline(1, color="black", lw=1)
    ax.set_yticks(range(len(rows)), list(rows), fontsize=8)
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="time of the fastest other library / time of infojax")
    left, right = ax.get_xlim()
    ax.set_xlim(min(left, 0.5), right * 6)
    ax.grid(axis="x", alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(
        f"{results['threads']} threads on {results['platform'].upper()}, compile time "
        "apart; grey dots: the other libraries",
        fontsize=9,
    )
    return figure


if __name__ == "__main__":
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    measured = json.loads(file.read_text())
    draw(measured).savefig(file.with_suffix(".png"), dpi=130)
    print(table(measured))
