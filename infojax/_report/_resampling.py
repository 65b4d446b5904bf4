"""Estimates of parts, of shuffled pairs and of the same samples in other units."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax import transforms
from infojax._report._kinds import Data, Statistic
from infojax.types import Array, PRNGKey

_ENDLESS = 1e3  # nats, for dependence without noise
_BATCH = 8  # shuffles at a time

__all__ = ["p_value", "part_estimates", "slope", "spread", "variance"]


def part_estimates(
    key: PRNGKey, data: Data, estimator: Statistic, parts: tuple[int, ...]
) -> dict[int, np.ndarray]:
    """For each number of parts, the estimates on disjoint parts of shuffled rows."""
    order = np.asarray(jax.random.permutation(key, data.rows))
    shuffled = [np.asarray(side)[order] for side in data]
    found = {}
    for number in parts:
        size = data.rows // number
        cut = [
            side[: number * size].reshape(number, size, *side.shape[1:])
            for side in shuffled
        ]
        found[number] = np.asarray(_each(estimator, *cut), float)
    return found


@functools.partial(jax.jit, static_argnums=0)
def _each(estimator: Statistic, x: Array, y: Array) -> Array:
    """Estimates of a stack of samples."""
    return lax.map(lambda sides: estimator(*sides), (x, y))


def variance(found: dict[int, np.ndarray]) -> tuple[float, int]:
    """Variance at all rows, if it falls like 1/n, and its degrees of freedom.

    Holmes and Nemenman (2019): the variances among parts, each times its part's size.
    """
    several = [v for number, v in found.items() if number > 1]
    freedom = sum(len(v) - 1 for v in several)
    scaled = sum((len(v) - 1) * v.var(ddof=1) / len(v) for v in several)
    return (scaled / freedom, freedom) if freedom else (float("nan"), 0)


def slope(found: dict[int, np.ndarray], rows: int) -> float:
    """Slope of the mean estimate over 1/n, weighted by the variance of the means.

    All means have about the same variance, as they use the same rows.
    """
    if len(found) < 2:
        return 0.0
    inverse = np.array([number / rows for number in found])
    means = np.array([v.mean() for v in found.values()])
    return float(np.polyfit(inverse, means, 1)[0])


def p_value(
    key: PRNGKey,
    data: Data,
    whole: tuple[Statistic, ...],
    local: tuple[Statistic, ...],
    permutations: int,
    most_rows: int,
) -> tuple[float, np.ndarray]:
    """Permutation p-value, and the null values of the statistic.

    Several statistics become one: the largest of their standard scores, each over all
    permutations and the pairs as they came, so that the test stays exact.
    """
    keys = jax.random.split(key, permutations + 1)
    pick = np.asarray(jax.random.permutation(keys[0], data.rows))[:most_rows]
    sides = [np.asarray(side) for side in data]
    if not whole:
        sides, pick = [side[pick] for side in sides], np.arange(len(pick))
    x, y = (np.asarray(_ranked(side)) for side in sides)
    orders = np.asarray(_orders(keys[1:], len(x)))
    # All statistics of a shuffle see the same pairs, as those of the samples do.
    parts = (whole, np.arange(len(x))), (local, pick)
    columns = [
        _shuffled(some, x[rows], y, orders[:, rows]) for some, rows in parts if some
    ]
    values = np.concatenate([np.asarray(c, float) for c in columns], axis=1)
    values = np.minimum(values, _ENDLESS)
    spread = values.std(axis=0)
    scores = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    best = scores.max(axis=1)
    # Rounding must not tell equal values apart: the test would not be conservative.
    above = np.sum(best[1:] >= best[0] - 1e-6)
    return float((1 + above) / (permutations + 1)), best


@functools.partial(jax.jit, static_argnums=1)
def _orders(keys: Array, rows: int) -> Array:
    """The order as it is, and one at random from every key."""
    shuffled = jax.vmap(lambda key: jax.random.permutation(key, rows))(keys)
    return jnp.concatenate([jnp.arange(rows)[None], shuffled])


@functools.partial(jax.jit, static_argnums=0)
def _shuffled(some: tuple[Statistic, ...], x: Array, y: Array, orders: Array) -> Array:
    """Every statistic under every order of the rows of y, ``[orders, statistics]``."""

    def evaluate(order: Array) -> Array:
        return jnp.stack([f(x, y[order]) for f in some])

    return lax.map(evaluate, orders, batch_size=_BATCH)


@jax.jit
def _ranked(side: Array) -> Array:
    return transforms.normal_scores(side) if side.ndim == 2 else side


def spread(data: Data, estimator: Statistic, most_rows: int) -> float:
    """Range of the estimates on the samples as they are, standardised and ranked."""
    if not data.continuous:
        return 0.0
    views = [_views(np.asarray(side)[:most_rows]) for side in data]
    values = np.asarray(_each(estimator, *views), float)
    return float(values.max() - values.min())


@jax.jit
def _views(side: Array) -> Array:
    return jnp.stack(
        [side, transforms.standardise(side), transforms.normal_scores(side)]
    )
