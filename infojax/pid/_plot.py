"""Decompositions as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from infojax._base import checks
from infojax.pid._atoms import PID
from infojax.pid._broja import BROJA

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_atoms"]

_COLOURS = {
    "redundancy": "#7a7a7a",
    "unique_x": "#2f6db3",
    "unique_y": "#3d9a6c",
    "synergy": "#d1622b",
}


def plot_atoms(parts: Mapping[str, PID | BROJA]) -> Figure:
    """One bar a decomposition, its four atoms on top of each other.

    Negative atoms, of estimates, hang below zero.

    Args:
        parts: decompositions by name, each of scalars.

    Returns: a matplotlib ``Figure``, in bits; ``figure.savefig(path)``.
    Gradients: none.
    Cost: a second or so.
    Example:
        >>> copy = jnp.zeros((2, 2, 2)).at[0, 0, 0].set(1).at[1, 1, 1].set(1)
        >>> plot_atoms({"copy": mmi(copy)}).axes[0].get_ylabel()
        'information [bits]'
    References: Williams and Beer (2010), nonnegative decomposition of multivariate
        information.
    """
    from matplotlib.figure import Figure

    if not isinstance(parts, Mapping) or not parts:
        expected = "a non-empty mapping of names to decompositions"
        raise checks.fail(TypeError, "plot_atoms", "parts", expected, repr(parts))
    names = list(parts)
    figure = Figure(figsize=(2.5 + 0.8 * len(names), 3.6), layout="constrained")
    axes = figure.subplots()
    above, below = np.zeros(len(names)), np.zeros(len(names))
    for atom, colour in _COLOURS.items():
        bits = np.array([float(getattr(parts[name], atom)) for name in names])
        bits = bits / np.log(2)
        base = np.where(bits < 0, below, above)
        label = atom.replace("_", " ")
        axes.bar(range(len(names)), bits, 0.7, bottom=base, color=colour, label=label)
        above, below = above + np.maximum(bits, 0), below + np.minimum(bits, 0)
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    axes.set_ylabel("information [bits]")
    axes.axhline(0, color="black", lw=0.8)
    axes.margins(y=0.08)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper")
    return figure
