"""Figures of the information plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from infojax._base import checks
from infojax.infoplane._estimate import Plane, interval
from infojax.types import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["named_planes", "plot_epochs", "plot_gradients", "plot_plane"]

_BITS = 1 / np.log(2)
_COLOURS = "viridis"


def plot_plane(
    planes: Plane | Mapping[str, Plane],
    *,
    curve: tuple[ArrayLike, ArrayLike] | None = None,
) -> Figure:
    """The information plane: a trajectory a layer, coloured by epoch, means over seeds.

    Args:
        planes: one, or several by name, which become small multiples on common axes.
        curve: rates and relevances in nats that no representation can exceed, such as
            the fields of ``theory.bottleneck_curve``.

    Returns: a matplotlib ``Figure``, axes in bits; ``figure.savefig(path)``.
    Gradients: none.
    Cost: a second or so.
    Example:
        >>> plane = infojax.infoplane.Plane(
        ...     ("h",), np.array([0, 9]), np.ones((1, 1, 2)), np.ones((1, 1, 2)), 8, 0.7
        ... )
        >>> plot_plane(plane).axes[0].get_xlabel()
        'I(X; T) [bits]'
    References: Shwartz-Ziv and Tishby (2017), opening the black box of deep neural
        networks via information, for the picture.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm

    named = named_planes("plot_plane", planes)
    figure, axes = _grid(len(named))
    last = max(float(plane.epochs[-1]) for plane in named.values())
    norm, colours = LogNorm(1, 1 + max(last, 1)), colormaps[_COLOURS]
    for axis, (title, plane) in zip(axes, named.items(), strict=True):
        _ceilings(axis, plane)
        if curve is not None:
            rate, relevance = (np.asarray(side) * _BITS for side in curve)
            axis.plot(rate, relevance, color="black", lw=1, label="bottleneck curve")
        for layer in range(len(plane.names)):
            x, y = (side[:, layer].mean(0) * _BITS for side in (plane.xt, plane.ty))
            axis.plot(x, y, color="0.75", lw=0.7, zorder=1)
            axis.scatter(
                x, y, c=1 + plane.epochs, cmap=colours, norm=norm, s=14, zorder=2
            )
        axis.set(xlabel="I(X; T) [bits]", ylabel="I(T; Y) [bits]", title=title)
        axis.margins(0.06)
        _labels(axis, plane)
        axis.legend(fontsize=7, loc="lower right")
    bar = figure.colorbar(ScalarMappable(norm, colours), ax=axes, label="1 + epoch")
    bar.ax.tick_params(labelsize=8)
    return figure


def plot_epochs(planes: Plane | Mapping[str, Plane]) -> Figure:
    """Both informations against the epoch, with 95 % intervals of the mean over seeds.

    Args:
        planes: one, or several by name, a row of panels each.

    Returns: a matplotlib ``Figure``, axes in bits.
    Gradients: none.
    Cost: a second or so.
    Example:
        >>> plane = infojax.infoplane.Plane(
        ...     ("h",), np.array([0, 9]), np.ones((1, 1, 2)), np.ones((1, 1, 2)), 8, 0.7
        ... )
        >>> [axis.get_ylabel() for axis in plot_epochs(plane).axes]
        ['I(X; T) [bits]', 'I(T; Y) [bits]']
    References: none needed.
    """
    from matplotlib.figure import Figure

    named = named_planes("plot_epochs", planes)
    figure = Figure(figsize=(9, 3.2 * len(named)), layout="constrained")
    axes = figure.subplots(len(named), 2, squeeze=False)
    for row, (title, plane) in zip(axes, named.items(), strict=True):
        limits = np.log(plane.rows), plane.label_entropy
        sides = ("I(X; T)", plane.xt), ("I(T; Y)", plane.ty)
        for axis, (label, values), limit in zip(row, sides, limits, strict=True):
            for layer, name in enumerate(plane.names):
                mean, low, high = (part * _BITS for part in interval(values[:, layer]))
                colour = _colour(layer, len(plane.names))
                axis.plot(1 + plane.epochs, mean, color=colour, label=name)
                axis.fill_between(
                    1 + plane.epochs, low, high, color=colour, alpha=0.2, lw=0
                )
            if np.isfinite(limit):
                axis.axhline(limit * _BITS, color="0.6", lw=0.8, ls=":")
            axis.set(xscale="log", xlabel="1 + epoch", ylabel=f"{label} [bits]")
            axis.set_title(title)
        row[1].legend(fontsize=7, title="layer", loc="lower right")
    return figure


def plot_gradients(epochs: ArrayLike, snr: Mapping[str, ArrayLike]) -> Figure:
    """Signal-to-noise ratio of each layer's gradient against the epoch.

    Args:
        epochs: ``[e]``.
        snr: for each layer ``[e]``, such as ``gradient_snr(...).snr``.

    Returns: a matplotlib ``Figure``. Above 1 gradients agree across batches and weights
        drift; far below 1 they diffuse.
    Gradients: none.
    Cost: a second or so.
    Example:
        >>> plot_gradients([1, 10], {"h": [2.0, 0.1]}).axes[0].get_xlabel()
        '1 + epoch'
    References: Shwartz-Ziv and Tishby (2017), opening the black box of deep neural
        networks via information, for the picture.
    """
    from matplotlib.figure import Figure

    there = 1 + np.asarray(epochs)
    for name, values in snr.items():
        if np.shape(values) != there.shape or there.ndim != 1:
            expected = f"of shape {list(there.shape)}, one value an epoch"
            received = f"{name} {list(np.shape(values))}"
            raise checks.fail(ValueError, "plot_gradients", "snr", expected, received)
    figure = Figure(figsize=(5.5, 3.6), layout="constrained")
    axis = figure.subplots()
    for layer, (name, values) in enumerate(snr.items()):
        colour = _colour(layer, len(snr))
        axis.plot(there, np.asarray(values), color=colour, label=name)
    axis.axhline(1, color="0.6", lw=0.8, ls=":")
    axis.set(xscale="log", yscale="log", xlabel="1 + epoch")
    axis.set_ylabel("signal to noise of gradients")
    axis.legend(fontsize=7, title="layer")
    return figure


def named_planes(name: str, planes: Plane | Mapping[str, Plane]) -> dict[str, Plane]:
    named = {"": planes} if isinstance(planes, Plane) else dict(planes)
    if not named or not all(isinstance(plane, Plane) for plane in named.values()):
        expected = "a `Plane`, or several by name"
        raise checks.fail(TypeError, name, "planes", expected, f"{planes!r:.40}")
    return named


def _grid(count: int) -> tuple[Figure, list[Axes]]:
    """Equal panels, three in a row, or four where those are full."""
    from matplotlib.figure import Figure

    across = min(count, 4 if count % 4 == 0 else 3)
    down = -(-count // across)
    width = 6.2 if count == 1 else 3.9 * across + 0.8
    figure = Figure(figsize=(width, 4.4 if count == 1 else 3.4 * down))
    figure.set_layout_engine("constrained")
    panels = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True)
    for panel in panels.flat[count:]:
        panel.set_visible(False)
    return figure, list(panels.flat[:count])


def _labels(axis: Axes, plane: Plane) -> None:
    """Names at the ends of the trajectories, below each other where ends are close."""
    ends = np.stack([side[:, :, -1].mean(0) * _BITS for side in (plane.xt, plane.ty)])
    reach = np.maximum(np.ptp([axis.get_xlim(), axis.get_ylim()], axis=1), 1e-9)
    # Of the panel: about the width of a name, and two lines of it.
    close = np.all(
        np.abs(ends[:, :, None] - ends[:, None]) / reach[:, None, None]
        < np.array([0.14, 0.09])[:, None, None],
        axis=0,
    )
    for layer, name in enumerate(plane.names):
        line = int(close[layer, :layer].sum())
        # To the left of what is in the right third.
        right = (ends[0, layer] - axis.get_xlim()[0]) / reach[0] > 0.66
        axis.annotate(
            name,
            (ends[0, layer], ends[1, layer]),
            textcoords="offset points",
            xytext=(-4 if right else 4, -9 - 8 * line),
            ha="right" if right else "left",
            fontsize=7,
        )


def _ceilings(axis: Axes, plane: Plane) -> None:
    style: dict[str, Any] = {"color": "0.6", "lw": 0.8, "ls": ":"}
    axis.axvline(np.log(plane.rows) * _BITS, **style, label="log n, H(Y)")
    if np.isfinite(plane.label_entropy):
        axis.axhline(plane.label_entropy * _BITS, **style)


def _colour(layer: int, layers: int) -> tuple[float, ...]:
    """Early layers dark, late ones light."""
    from matplotlib import colormaps

    return colormaps["plasma"](0.85 * layer / max(layers - 1, 1))
