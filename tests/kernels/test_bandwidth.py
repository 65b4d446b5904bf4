"""Bandwidth rules against references, formulas and degenerate samples."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy.spatial.distance import pdist

from infojax import kernels

CASES = [c for c in golden("cs_ib") if c["quantity"] == "median_distance"]
RULES = (
    kernels.median_bandwidth,
    kernels.scott_bandwidth,
    kernels.silverman_bandwidth,
)
every = pytest.mark.parametrize("rule", RULES, ids=lambda f: f.__name__)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_median_of_reference(case: dict):
    np.testing.assert_allclose(
        kernels.median_bandwidth(jnp.asarray(case["inputs"]["x"])),
        case["expected"]["value"],
        rtol=case["rtol"],
        atol=case["atol"],
    )


@pytest.mark.parametrize("n", [2, 4, 5])
def test_median_of_even_and_odd_numbers_of_pairs(n: int):
    x = np.random.default_rng(n).normal(size=(n, 3))
    got = kernels.median_bandwidth(x, scale=1.5)
    np.testing.assert_allclose(got, 1.5 * np.median(pdist(x)), rtol=1e-12)


def test_normal_reference_rules():
    x = np.random.default_rng(0).normal(size=(50, 3)) * np.array([1.0, 10.0, 0.1])
    scott = np.std(x, axis=0, ddof=1) * 50 ** (-1 / 7)
    np.testing.assert_allclose(kernels.scott_bandwidth(x), scott, rtol=1e-12)
    silverman = scott * (4 / 5) ** (1 / 7)
    np.testing.assert_allclose(kernels.silverman_bandwidth(x), silverman, rtol=1e-12)


@every
def test_rules_scale_with_the_data_and_are_constants(rule):
    x = jnp.asarray(np.random.default_rng(1).normal(size=(9, 2)))
    np.testing.assert_allclose(rule(3 * x + 5), 3 * rule(x), rtol=1e-10)
    gradient = jax.grad(lambda a: jnp.sum(rule(a)))(x)
    assert (gradient == 0).all()


@every
def test_equal_samples_give_a_small_positive_bandwidth(rule):
    h = rule(jnp.ones((4, 2)))
    assert (h > 0).all()
    gram = kernels.gaussian(h)(jnp.ones((4, 2)), jnp.ones((4, 2)))
    np.testing.assert_array_equal(gram, 1)
