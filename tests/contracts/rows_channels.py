"""Rows of channels and sources: capacity and rate-distortion."""

from __future__ import annotations

import numpy as np

from contracts.row import Case, probabilities
from infojax import theory

EXACT = {"tolerance": 1e-14}
BAD = ("rank", "empty", "mismatch")


def channel(rng: np.random.Generator) -> tuple:
    """Every input tells something else, so that all are used."""
    rows = 0.1 + rng.random((3, 4)) / 4
    rows[np.arange(3), np.arange(3)] += 1
    return (rows / rows.sum(1, keepdims=True),)


def priced(rng: np.random.Generator, number: float) -> tuple:
    """A price or budget, a channel and costs, so that all inputs are used."""
    return number + rng.random(1) / 100, *channel(rng), 0.4 * rng.random(3)


def source(rng: np.random.Generator, number: float) -> tuple:
    """A trade-off or budget, a law, and a y for each x, all of them used."""
    table = 1 + rng.random((3, 3)) / 4
    table[np.arange(3), np.arange(3)] -= 1
    return number + rng.random(1) / 100, *probabilities(3)(rng), table


# Of the other fields gap and steps are rounding.
ROWS = [
    Case(
        "theory.channel_capacity",
        lambda rows: theory.channel_capacity(rows, **EXACT)[:2],
        channel,
        smooth=(0,),
        bad=("rank", "empty"),
        arguments=("channel",),
    ),
    Case(
        "theory.capacity_cost",
        lambda price, rows, costs: theory.capacity_cost(
            rows, costs, price=price[0], **EXACT
        )[:4],
        lambda rng: priced(rng, 0.5),
        smooth=(0, 1, 2),
        bad=("mismatch",),
        arguments=("price", "channel", "costs"),
    ),
    Case(
        "theory.capacity_within",
        lambda budget, rows, costs: theory.capacity_within(
            rows, costs, budget=budget[0], **EXACT
        )[:4],
        lambda rng: priced(rng, 0.1),
        smooth=(0, 1, 2),
        infinite=True,
        bad=("mismatch",),
        arguments=("budget", "channel", "costs"),
    ),
    Case(
        "theory.rate_distortion",
        lambda beta, p, table: theory.rate_distortion(p, table, beta=beta[0], **EXACT)[
            :5
        ],
        lambda rng: source(rng, 4.0),
        smooth=(0, 1, 2),
        bad=("mismatch",),
        arguments=("beta", "p", "distortion"),
    ),
    Case(
        "theory.rate_within",
        lambda budget, p, table: theory.rate_within(
            p, table, budget=budget[0], **EXACT
        )[:5],
        lambda rng: source(rng, 0.25),
        smooth=(0, 1, 2),
        infinite=True,
        bad=("mismatch",),
        arguments=("budget", "p", "distortion"),
    ),
]

# Types, and figures.
TYPES = {
    "theory.CapacityCost",
    "theory.ChannelCapacity",
    "theory.RateDistortion",
    "theory.plot_bottleneck",
    "theory.plot_capacity_cost",
    "theory.plot_rate_distortion",
}
