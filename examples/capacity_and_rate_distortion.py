"""Capacity, rate-distortion and bottleneck curves of small laws, with known points.

A binary symmetric channel on which a one costs 1, a coin under Hamming distortion, and
a fair bit seen through the channel: all three curves have closed forms, of which some
points are computed by hand. Prints how far the computed curves are from them. A table
of four rows has no closed form; the clusters that merging leaves are drawn with its
curve. Nothing here is random. The figure is drawn from the rows of the JSON.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from _record import Row, write
from matplotlib.figure import Figure

from infojax import theory

NOISE, ONES = 0.1, 0.3  # of the channel, and the share of ones of the coin
CHANNEL = np.array([[1 - NOISE, NOISE], [NOISE, 1 - NOISE]])
TABLE = np.array([[5, 1, 0], [1, 4, 1], [0, 2, 3], [2, 1, 1]]) / 21
PANELS = {
    "capacity": ("mean cost of the input", "capacity [bits]"),
    "rate-distortion": ("mean Hamming distortion", "rate [bits]"),
    "bottleneck": ("I(X; T) [bits]", "I(T; Y) [bits]"),
}


def h(p):
    """Entropy of a coin in bits."""
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -p * np.log2(p) - (1 - p) * np.log2(1 - p)


def through(p):
    """A share of ones after the channel."""
    return NOISE + (1 - 2 * NOISE) * p


def lines(count: int) -> dict[tuple[str, str], np.ndarray]:
    """Computed curves, by panel and law: both axes, ``[n, 2]``, in bits."""
    slopes = jnp.geomspace(0.02, 50, count)
    costs, coin = np.array([0.0, 1.0]), np.array([1 - ONES, ONES])

    @jax.jit
    def channels(prices):
        return jax.vmap(lambda s: theory.capacity_cost(CHANNEL, costs, price=s))(prices)

    @jax.jit
    def sources(betas):
        solve = theory.rate_distortion
        return jax.vmap(lambda b: solve(coin, 1 - np.eye(2), beta=b))(betas)

    bit = f"fair bit through noise {NOISE}"
    cost, rate = channels(slopes), sources(slopes)
    found = {
        ("capacity", f"symmetric channel, noise {NOISE}"): (cost.cost, cost.capacity),
        ("rate-distortion", f"coin, {ONES} ones"): (rate.distortion, rate.rate),
    }
    for law, pxy in ((bit, CHANNEL / 2), ("table of four rows", TABLE)):
        curve = theory.bottleneck_curve(pxy, betas=1 + slopes)
        found["bottleneck", law] = curve.rate, curve.relevance
    scale = {"bottleneck": (1, 1)}  # axes that are information
    unit = np.log(2)
    return {
        key: np.stack(
            [
                np.asarray(values) / (unit if of_nats else 1)
                for values, of_nats in zip(both, scale.get(key[0], (0, 1)), strict=True)
            ],
            axis=1,
        )
        for key, both in found.items()
    }


def known() -> dict[str, np.ndarray]:
    """Points of closed form by panel, the ends of the curves among them, in bits."""
    shares, flips = np.array([0, 0.1, 0.25, 0.5]), np.array([0, 0.02, 0.1, 0.2, 0.5])
    distortions = np.array([0, 0.02, 0.1, 0.2, ONES])
    return {
        "capacity": np.stack([shares, h(through(shares)) - h(NOISE)], axis=1),
        "rate-distortion": np.stack([distortions, h(ONES) - h(distortions)], axis=1),
        "bottleneck": np.stack([1 - h(flips), 1 - h(through(flips))], axis=1),
    }


def errors() -> dict[str, float]:
    """Largest distance in bits from the closed forms, at their points inside."""
    points = {panel: both[1:-1] for panel, both in known().items()}
    costs, coin = np.array([0.0, 1.0]), np.array([1 - ONES, ONES])
    budgets, amounts = (
        jnp.asarray(points[panel][:, 0]) for panel in ("capacity", "rate-distortion")
    )
    capacity = jax.jit(
        jax.vmap(lambda b: theory.capacity_within(CHANNEL, costs, budget=b).capacity)
    )(budgets)
    rate = jax.jit(
        jax.vmap(lambda d: theory.rate_within(coin, 1 - np.eye(2), budget=d).rate)
    )(amounts)
    # The slope of the curve of the bit at the flips of ``known``.
    flips = np.array([0.02, 0.1, 0.2])
    steep = np.log(1 / flips - 1) / np.log(1 / through(flips) - 1) / (1 - 2 * NOISE)
    curve = theory.bottleneck_curve(CHANNEL / 2, betas=jnp.asarray(steep))
    plane = np.stack([curve.rate, curve.relevance], axis=1) / np.log(2)
    return {
        "capacity": float(
            np.max(np.abs(capacity / np.log(2) - points["capacity"][:, 1]))
        ),
        "rate-distortion": float(
            np.max(np.abs(rate / np.log(2) - points["rate-distortion"][:, 1]))
        ),
        "bottleneck": float(np.max(np.abs(plane - points["bottleneck"]))),
    }


def draw(rows: Sequence[Row]) -> Figure:
    """A panel a curve: lines as computed, points by hand or of merged clusters."""
    figure = Figure(figsize=(12, 3.8), layout="constrained")
    for axis, (panel, (x, y)) in zip(
        figure.subplots(1, 3), PANELS.items(), strict=True
    ):
        here = [row for row in rows if row["panel"] == panel]
        for law in dict.fromkeys(row["law"] for row in here):
            points = np.array([(r["x"], r["y"]) for r in here if r["law"] == law])
            kind = next(row["kind"] for row in here if row["law"] == law)
            style = {"computed": "-", "closed form": "ok", "merged": "sk"}[kind]
            axis.plot(*points.T, style, mfc="none", label=law)
        axis.set(xlabel=x, ylabel=y)
        axis.grid(alpha=0.3)
        axis.legend(fontsize=8)
    return figure


def main(fast: bool = False) -> dict[str, float]:
    """Compute, compare and draw."""
    rows = []

    def add(panel: str, law: str, kind: str, points: np.ndarray, **more: float) -> None:
        for x, y in points[np.argsort(points[:, 0])].tolist():
            row = {"panel": panel, "law": law, "kind": kind, "x": x, "y": y}
            rows.append(row | more)

    for (panel, law), points in lines(5 if fast else 100).items():
        add(panel, law, "computed", points)
    found = errors()
    for panel, points in known().items():
        add(panel, "closed form", "closed form", points, largest_error=found[panel])
    tree = theory.agglomerative_bottleneck(TABLE)
    merged = np.stack([tree.entropy, tree.relevance], axis=1) / np.log(2)
    add("bottleneck", "table, clusters merged", "merged", merged)
    for panel, error in found.items():
        print(f"{panel:16} at most {error:.1e} bits from its closed form")
    if not fast:
        write("capacity_and_rate_distortion", rows, draw(rows))
    return found


if __name__ == "__main__":
    main()
