"""The pictures of the report, one function a picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from infojax._demo.classifier import Curves
from infojax._demo.features import Feature
from infojax._demo.selfcheck import METHODS, Check
from infojax._demo.timing import Timing

__all__ = ["checks", "features", "timings", "training"]

BLUE, GREY = "#2f6db3", "#9aa3ad"
COLOURS = ("#2f6db3", "#d1622b", "#3a8f5c", "#8a5bb0", "#444444", "#c2a11b")
MARKERS = ("o", "s", "^")


def _axes(columns: int, width: float, height: float) -> tuple[Any, np.ndarray]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)[0]
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, axes


def features(found: list[Feature]) -> Any:
    """Information and correlation of every column, side by side."""
    figure, (left, right) = _axes(2, 9, 3.8)
    names = [f.name for f in found]
    sure = [f.p_value <= 0.05 for f in found]
    colours = [BLUE if s else GREY for s in sure]
    places = np.arange(len(found))
    left.barh(places, [f.information for f in found], color=colours)
    right.barh(places, [f.correlation for f in found], color=colours)
    reach = max(f.information for f in found)
    for place, feature in zip(places, found, strict=True):
        left.text(
            max(feature.information, 0) + 0.02 * reach,
            place,
            f"p = {feature.p_value:.3f}",
            va="center",
            fontsize=8,
        )
    left.set(xlabel="I(column; target) [nats]", xlim=(None, 1.25 * reach))
    left.axvline(0, color="black", linewidth=0.8)
    right.set(xlabel="|correlation with target|")
    for ax in (left, right):
        ax.set_yticks(places, names)
        ax.invert_yaxis()
    left.set_title("Mutual information (blue: p ≤ 0.05)", fontsize=10)
    right.set_title("Linear correlation", fontsize=10)
    return figure


def training(curves: dict[str, Curves]) -> Any:
    """Error and information over the epochs, mean over seeds and their range."""
    figure, axes = _axes(3, 12, 4.6)
    panels = {
        "Test error [%]": lambda c: 100 * np.asarray(c.error),
        "I(Z; Y), lower bound [nats]": lambda c: np.asarray(c.code_label),
        "I(X; Z), Cauchy-Schwarz [nats]": lambda c: np.asarray(c.input_code),
    }
    for ax, (label, read) in zip(axes, panels.items(), strict=True):
        for colour, (name, curve) in zip(COLOURS, curves.items(), strict=True):
            values = read(curve)
            epochs = np.arange(1, values.shape[1] + 1)
            style = "--" if name.startswith("small") else "-"
            ax.plot(epochs, values.mean(0), style, color=colour, label=name)
            ax.fill_between(
                epochs, values.min(0), values.max(0), color=colour, alpha=0.12, lw=0
            )
        ax.set(xlabel="epoch", ylabel=label)
    axes[0].set_yscale("log")
    axes[0].set_yticks([1, 2, 5, 10, 20, 50, 100])
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].yaxis.set_minor_formatter("")
    axes[0].set_ylim(1, 100)
    # The first epochs say nothing about information yet.
    lowest = min(np.asarray(c.code_label)[:, -1].min() for c in curves.values())
    axes[1].set_ylim(max(lowest - 0.5, 0), math.log(10) + 0.05)
    axes[1].axhline(math.log(10), color="black", lw=0.8, ls=":")
    axes[1].text(1, math.log(10), " log 10", va="bottom", fontsize=8)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure


def checks(found: list[Check]) -> Any:
    """Estimates beside the truth, task by task."""
    tasks = list(dict.fromkeys(c.task for c in found))
    figure, (ax,) = _axes(1, 9, 1.2 + 0.42 * len(tasks))
    rows = dict(zip(tasks, range(len(tasks)), strict=True))
    truths = [next(c.truth for c in found if c.task == task) for task in tasks]
    ax.scatter(truths, list(rows.values()), marker="|", s=500, color="black")
    ax.scatter([], [], marker="|", s=150, color="black", label="truth")
    for shift, method in enumerate(METHODS):
        own = [c for c in found if c.method == method]
        ax.errorbar(
            [c.estimate for c in own],
            [rows[c.task] + 0.22 * (shift - 1) for c in own],
            xerr=[c.spread for c in own],
            fmt=MARKERS[shift],
            markersize=5,
            color=COLOURS[shift],
            label=f"mi.{method}",
        )
    ax.set_yticks(list(rows.values()), tasks)
    ax.invert_yaxis()
    ax.grid(axis="x", alpha=0.3)
    ax.set(xlabel="mutual information [nats]; bars: one standard deviation of draws")
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return figure


def timings(found: list[Timing]) -> Any:
    """Time to compile once, and to run once."""
    figure, (ax,) = _axes(1, 9, 3.8)
    places = np.arange(len(found))
    run = [1e3 * t.run_seconds for t in found]
    compiling = [1e3 * t.compile_seconds for t in found]
    ax.barh(places - 0.2, run, 0.38, color=BLUE, label="one run")
    ax.barh(places + 0.2, compiling, 0.38, color=GREY, label="compilation, once")
    ax.set_yticks(places, [t.name for t in found])
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.set(xlabel=f"time [ms], {found[0].samples} samples", xlim=(min(run) / 3, None))
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure
