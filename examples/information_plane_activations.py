"""What adaptive estimators see in three activation functions, penalised or not.

The task of twelve bits again, in batches of 256. Bins of equally many distinct values
and noise that follows the scale of a layer apply to every activation alike. Prints the
compression of the last hidden layer, mean and standard error over seeds, and Spearman's
correlation of it with the accuracy on words that were not trained on, over the seeds of
each kind, as Chelombiev, Houghton and O'Donnell (2019) report it for this layer.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from _record import RESULTS, measured, points, write
from _twelve_bit import NAMES, train
from rich.progress import track
from scipy import stats

from infojax import infoplane

ACTIVATIONS = {
    "tanh": (jnp.tanh, -1.000001),
    "ReLU": (jax.nn.relu, 0.0),
    "softplus": (jax.nn.softplus, 0.0),
}
PENALTIES = 0.0, 1e-3


class Result(NamedTuple):
    """Per seed: loss of I(X; T) in the last hidden layer, and test accuracy."""

    compression: np.ndarray
    accuracy: np.ndarray


def main(fast: bool = False) -> dict[str, Result]:
    seeds, last, count = (2, 10, 5) if fast else (6, 1500, 24)
    kinds = dict(list(ACTIVATIONS.items())[: 1 if fast else None])
    grid, results, rows, planes = infoplane.log_epochs(last, count), {}, [], {}
    for penalty in PENALTIES[: 1 if fast else None]:
        for name, (activation, low) in kinds.items():
            kind = f"{name}, penalty {penalty:g}"
            trained = train(
                activation, seeds, grid, label=kind, batch=256, penalty=penalty
            )
            for estimator, by in {
                "adaptive bins": infoplane.adaptive_bins(low=low),
                "adaptive noise": infoplane.noise(),
            }.items():
                plane = infoplane.estimate(
                    trained.recordings,
                    estimator=by,
                    progress=partial(track, description=estimator, transient=True),
                )
                lost = np.asarray(infoplane.compression(plane.xt))
                label = f"{kind}, {estimator}"
                planes[label], results[label] = (
                    plane,
                    Result(lost[:, -2], trained.accuracy),
                )
                figures = {"lost": lost[:, -2], "accuracy": trained.accuracy}
                figures |= {"all_lost": lost.mean(1)}
                rows.append(
                    {"kind": kind, "estimator": estimator} | measured(**figures)
                )
                row = rows[-1]
                print(
                    f"{label}: {NAMES[-2]} lost {100 * row['lost']:.0f} ± "
                    f"{100 * row['lost_error']:.0f} %, accuracy "
                    f"{100 * row['accuracy']:.1f} ± {100 * row['accuracy_error']:.1f} %"
                )
    for estimator in ("adaptive bins", "adaptive noise"):
        chosen = [r for key, r in results.items() if key.endswith(estimator)]
        # Within kinds: ranks among the seeds of one activation and penalty.
        ranks = [
            [stats.rankdata(side) - (len(side) + 1) / 2 for side in r] for r in chosen
        ]
        lost, accuracy = (np.concatenate(side) for side in zip(*ranks, strict=True))
        found = float(lost @ accuracy / np.sqrt((lost @ lost) * (accuracy @ accuracy)))
        rows.append({"kind": "all", "estimator": estimator, "rank_correlation": found})
        print(f"{estimator}: rank correlation with accuracy within kinds {found:+.2f}")
    if not fast:
        shown = [r for r in rows if r["estimator"] == "adaptive bins" and "lost" in r]
        figure = points(
            shown,
            "kind",
            lost="lost since the peak of I(X; T), last hidden layer",
            accuracy="test accuracy",
        )
        write("information_plane_activations", rows, figure)
        chosen = {k: p for k, p in planes.items() if k.endswith("bins")}
        infoplane.plot_plane(chosen).savefig(
            RESULTS / "information_plane_activations_plane.png", dpi=110
        )
    return results


if __name__ == "__main__":
    main()
