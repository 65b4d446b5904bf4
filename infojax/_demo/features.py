"""Which columns of a real table tell about the target?"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from infojax import mi
from infojax._demo.settings import Advance, Settings
from infojax._demo.table import Table
from infojax.types import Array, PRNGKey

__all__ = ["Feature", "rank", "summary"]


class Feature(NamedTuple):
    """Information in nats, with the p-value of independence by permutation."""

    name: str
    information: float
    p_value: float
    correlation: float


def rank(key: PRNGKey, settings: Settings, advance: Advance) -> list[Feature]:
    """Columns of the diabetes table, the most informative first."""
    from sklearn.datasets import load_diabetes

    advance("Ranking the columns of the diabetes table")
    table: Any = load_diabetes(scaled=False)
    noise_key, order_key = jax.random.split(key)
    values = np.column_stack([table.data, table.target])
    noise = jax.random.uniform(noise_key, values.shape, minval=-0.5, maxval=0.5)
    spread = _standardised(values + _resolution(values) * np.asarray(noise))
    columns, target = spread[:, :-1], spread[:, -1]
    orders = jax.vmap(lambda key: jax.random.permutation(key, len(target)))(
        jax.random.split(order_key, settings.permutations)
    )
    information, p_values = jax.jit(_permutation_test)(columns, target, orders)
    exact = _standardised(values)
    correlation = jnp.abs(exact[:, :-1].T @ exact[:, -1]) / len(target)
    features = [
        Feature(str(name), float(i), float(p), float(r))
        for name, i, p, r in zip(
            table.feature_names, information, p_values, correlation, strict=True
        )
    ]
    return sorted(features, key=lambda feature: -feature.information)


def _resolution(x: np.ndarray) -> np.ndarray:
    """The smallest step between recorded values of each column.

    A recorded value stands for an interval that wide. A uniform draw from the interval
    has the same information about anything else, and no ties.
    """
    return np.array([np.diff(np.unique(column)).min() for column in x.T])


def _standardised(x: np.ndarray) -> Array:
    return jnp.asarray((x - x.mean(0)) / x.std(0), jnp.float32)


def _permutation_test(x: Array, y: Array, orders: Array) -> tuple[Array, Array]:
    """Information of each column, and how often a shuffled target has as much."""

    def information(column: Array, target: Array) -> Array:
        return mi.ksg(column, target, k=3)

    def one(column: Array) -> tuple[Array, Array]:
        value = information(column, y)
        # One column at a time bounds memory; its permutations are one vmap.
        shuffled = jax.vmap(lambda order: information(column, y[order]))(orders)
        exceeding = jnp.sum(shuffled >= value)
        return value, (1 + exceeding) / (1 + len(orders))

    return jax.lax.map(one, x.T)


def summary(features: list[Feature]) -> Table:
    return Table(
        "Columns of the diabetes table and what they tell about the disease",
        ("column", "I(column; target) [nats]", "p-value", "|correlation|"),
        [
            (f.name, f"{f.information:.3f}", f"{f.p_value:.3f}", f"{f.correlation:.3f}")
            for f in features
        ],
    )
