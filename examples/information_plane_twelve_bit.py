"""The information plane of the task of twelve bits, for tanh and for ReLU.

All 4096 words of twelve bits, labelled by a rule of icosahedral symmetry; a network of
10, 7, 5, 4 and 3 units, trained on four fifths of the words by Adam in batches of 512
for 8000 epochs. Every layer is seen on all words at some hundred epochs, and measured
in four ways: the fixed bins of Shwartz-Ziv and Tishby, which end at 1 and so suit tanh
alone; bins that divide the range of a layer; bins of equally many distinct values; and
noise that follows the scale. Small batches within an epoch give the ratio of signal
and noise of each layer's gradient.

Prints how much of its highest I(X; T) each layer has lost by the end, mean and standard
error over seeds, and writes figures and an interactive page.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from _record import RESULTS, measured, write
from _twelve_bit import NAMES, train
from rich.progress import track

from infojax import infoplane, tasks, theory

ACTIVATIONS = {"tanh": jnp.tanh, "ReLU": jax.nn.relu}


def range_bins(t):
    """Thirty bins of one length from the least to the largest value of a layer."""
    low, high = jnp.min(t), jnp.max(t)
    return low + (high - low) * jnp.linspace(0, 1, 30, endpoint=False)


def estimators(activation: str) -> dict[str, infoplane.LayerEstimator]:
    low = -1.000001 if activation == "tanh" else 0.0
    return {
        "fixed bins": infoplane.bins(),
        "range bins": infoplane.bins(range_bins),
        "adaptive bins": infoplane.adaptive_bins(low=low),
        "adaptive noise": infoplane.noise(),
    }


class Result(NamedTuple):
    """``[seeds, layers]`` lost since the peak, and ``[seeds]`` test accuracy."""

    compression: np.ndarray
    accuracy: np.ndarray


def main(fast: bool = False) -> dict[str, Result]:
    seeds, last, count = (2, 12, 6) if fast else (10, 8000, 80)
    grid = infoplane.log_epochs(last, count)
    planes, rows, results = {}, [], {}
    for activation in list(ACTIVATIONS)[: 1 if fast else None]:
        recordings, ratios, accuracy = train(
            ACTIVATIONS[activation], seeds, grid, label=f"Training, {activation}"
        )
        ways = list(estimators(activation).items())[: 1 if fast else None]
        for name, estimator in ways:
            plane = infoplane.estimate(
                recordings,
                estimator=estimator,
                progress=partial(track, description=name, transient=True),
            )
            planes[f"{activation}, {name}"] = plane
            lost = np.asarray(infoplane.compression(plane.xt))
            results[f"{activation}, {name}"] = Result(lost, accuracy)
            for layer, part in enumerate(plane.names):
                peak = plane.epochs[plane.xt[:, layer].argmax(-1)]
                row = {"activation": activation, "estimator": name, "layer": part}
                figures = {
                    "lost": lost[:, layer],
                    "peak_bits": plane.xt[:, layer].max(-1) / np.log(2),
                    "last_bits": plane.xt[:, layer, -1] / np.log(2),
                    "label_bits": plane.ty[:, layer, -1] / np.log(2),
                    "peak_epoch": peak,
                    "accuracy": accuracy,
                }
                rows.append(row | measured(**figures))
            shares = (
                f"{part} {100 * lost[:, i].mean():.0f} ± "
                f"{100 * lost[:, i].std(ddof=1) / seeds**0.5:.0f} %"
                for i, part in enumerate(plane.names)
            )
            print(f"{activation}, {name}: lost {', '.join(shares)}")
        print(f"{activation}: test accuracy {100 * accuracy.mean():.1f} %")
        if not fast:
            mean = dict(zip(NAMES, ratios[1:].mean(1).T, strict=True))
            figure = infoplane.plot_gradients(grid[1:], mean)
            figure.savefig(RESULTS / f"information_plane_{activation.lower()}_snr.png")
    if not fast:
        curve = bottleneck()
        figure = infoplane.plot_plane(planes, curve=curve)
        write("information_plane_twelve_bit", rows, figure)
        figure = infoplane.plot_epochs(
            {k: p for k, p in planes.items() if "noise" not in k}
        )
        figure.savefig(RESULTS / "information_plane_epochs.png", dpi=110)
        title = "Twelve bits: information plane"
        infoplane.write_page(
            RESULTS / "information_plane.html", planes, title=title, curve=curve
        )
    return results


def bottleneck():
    """No representation is above it.

    Labels are a function of the words, so that each nat is of use until all are known:
    the solutions of every trade-off above 1 are the labels themselves, one point.
    """
    labels = tasks.twelve_bit().y
    share = float(labels.mean())
    table = jnp.diag(jnp.array([1 - share, share]))
    known = theory.bottleneck_curve(table, betas=[2.0])
    rate, relevance = float(known.rate[0]), float(known.relevance[0])
    words = float(np.log(len(labels)))
    return np.array([0, rate, words]), np.array([0, relevance, relevance])


if __name__ == "__main__":
    main()
