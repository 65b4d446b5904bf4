"""Normalised and adjusted information against scikit-learn."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.metrics import (
    adjusted_mutual_info_score,
    normalized_mutual_info_score,
)

from infojax import mi, quantize

RNG = np.random.default_rng(0)
ESTIMATORS = [jax.jit(mi.normalized_plugin), jax.jit(mi.adjusted_plugin)]
adjusted = ESTIMATORS[1]
AVERAGES = {
    "arithmetic": lambda a, b: (a + b) / 2,
    "geometric": lambda a, b: jnp.sqrt(a * b),
    "min": jnp.minimum,
    "max": jnp.maximum,
}


def labels(n: int, k: int) -> tuple:
    x, y = RNG.integers(0, k, (2, n))
    return x, np.where(RNG.random(n) < 0.4, x, y)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize(
    "estimator, reference",
    [
        (mi.normalized_plugin, normalized_mutual_info_score),
        (mi.adjusted_plugin, adjusted_mutual_info_score),
    ],
    ids=["normalized", "adjusted"],
)
def test_values_of_scikit_learn(estimator, reference, average: str):
    got = jax.jit(lambda table: estimator(table, average=AVERAGES[average]))
    for n in (20, 400, 5000):
        x, y = labels(n, 6)
        table = quantize.contingency(x, y, shape=(6, 6))
        expected = reference(x, y, average_method=average)
        np.testing.assert_allclose(got(table), expected, rtol=1e-10, atol=1e-12)


def test_float32_keeps_its_digits():
    x, y = labels(5000, 6)
    table = quantize.contingency(x, y, shape=(6, 6)).astype(jnp.float32)
    got, expected = adjusted(table), adjusted_mutual_info_score(x, y)
    np.testing.assert_allclose(got, expected, rtol=2e-5)


def test_a_relabelling_has_one_and_a_constant_nothing():
    table = np.diag([3, 4, 5])[:, [2, 0, 1]]
    for estimator in ESTIMATORS:
        np.testing.assert_allclose(estimator(table), 1, rtol=1e-12)
        assert estimator(table[:1]) == 0
        assert estimator(table[:, :1]) == 0
    # Every label once: chance does as well.
    assert adjusted(np.eye(5, dtype=int)) == 0


def test_independent_labels_are_at_chance():
    # The standard deviation is about 0.03.
    x, y = RNG.integers(0, 6, (2, 100))
    table = quantize.contingency(x, y, shape=(6, 6))
    assert mi.normalized_plugin(table) > 0.02
    np.testing.assert_allclose(adjusted(table), 0, atol=0.1)


def test_tables_in_front_are_kept():
    tables = RNG.integers(0, 9, (2, 3, 4))
    for estimator in ESTIMATORS:
        single = [estimator(table) for table in tables]
        np.testing.assert_allclose(estimator(tables), single, rtol=1e-12)


def test_masked_cells_are_empty():
    table, keep = RNG.integers(1, 9, (3, 4)), RNG.random((3, 4)) < 0.6
    for estimator in ESTIMATORS:
        masked = estimator(table, where=keep)
        np.testing.assert_allclose(masked, estimator(table * keep), rtol=1e-12)
