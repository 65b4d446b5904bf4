"""Parameters and their training set, and rankings made of it, against goldens."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy import stats

from infojax.infoplane._generalization import (
    combined_information,
    generalization_g3,
    posterior_log_densities,
    weight_data_information_jensen,
    weight_data_information_mixture,
)

GOLDEN = golden("ib_generalization")
RNG = np.random.default_rng(0)


def cases(quantity: str):
    found = [c for c in GOLDEN if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", found, ids=lambda c: c["name"])


@jax.jit
def both(theta, mean, scale):
    densities = posterior_log_densities(theta, mean, scale)
    return densities, (
        weight_data_information_jensen(densities),
        weight_data_information_mixture(densities),
    )


@cases("dataset_weight_mi")
def test_golden_weights(case: dict):
    names = ("theta", "posterior_mean", "posterior_std")
    densities, got = both(*(np.asarray(case["inputs"][name]) for name in names))
    expected = case["expected"]
    np.testing.assert_allclose(densities[0], expected["log_probs_first"], rtol=1e-8)
    both_ways = [expected[kind] for kind in ("jensen", "mixture")]
    np.testing.assert_allclose(got, both_ways, rtol=1e-8)


def test_weights_of_normal_posteriors():
    mean = 2 * RNG.normal(size=(4, 3))
    one = np.ones_like(mean)
    theta = mean[:, None] + RNG.normal(size=(4, 2000, 3))
    jensen, mixture = both(theta, mean, one)[1]
    squares = ((mean[:, None] - mean[None]) ** 2).sum(axis=-1)
    # Each value has a standard deviation of the root of the squares.
    error = np.sqrt(squares.mean() / theta[..., 0].size)
    np.testing.assert_allclose(jensen, squares.mean() / 2, atol=5 * error)
    assert 0 < mixture < min(float(jensen), np.log(4))
    same = both(theta, np.zeros_like(mean), one)[1]
    np.testing.assert_allclose(same, 0, atol=1e-10)
    far = both(1e3 * mean[:, None], 1e3 * mean, 1e-3 * one)[1]
    np.testing.assert_allclose(far[1], np.log(4))
    assert far[0] > 1e9


@cases("combined_metric")
def test_golden_combination(case: dict):
    given, expected = case["inputs"], case["expected"]
    codes, weights = (
        np.asarray(given[name]) for name in ("i_x_z_given_y", "i_s_theta")
    )
    got = jax.jit(combined_information)(codes, weights)
    np.testing.assert_allclose(got.scale, expected["scale"], rtol=1e-8)
    np.testing.assert_allclose(got.metric, expected["metric"], rtol=1e-8)
    # Both summands have the same mean.
    np.testing.assert_allclose(got.metric.mean(), 2 * codes.mean(), rtol=1e-12)
    tests = stats.spearmanr, stats.pearsonr, stats.kendalltau
    found = np.array([test(got.metric, given["gap"])[0] for test in tests], float)
    names = ("spearman", "pearson", "kendall_tau_b")
    np.testing.assert_allclose(found, [expected[n] for n in names], rtol=1e-8)


@cases("g3_factor")
def test_golden_factor(case: dict):
    losses, mass = (np.asarray(case["inputs"][name]) for name in ("loss", "prob"))
    got = jax.jit(generalization_g3)(losses, mass)
    np.testing.assert_allclose(got.per_class, case["expected"]["per_class"], rtol=1e-8)
    np.testing.assert_allclose(got.value, case["expected"]["value"], rtol=1e-8)
    keep = np.ones(losses.shape, bool)
    keep[:, -1] = False
    spoiled = np.where(keep, losses, np.nan), np.where(keep, mass, np.nan)
    masked = generalization_g3(*spoiled, where=keep)
    fewer = generalization_g3(losses[:, :-1], mass[:, :-1])
    np.testing.assert_allclose(masked.per_class, fewer.per_class, rtol=1e-12)


def test_the_factor_of_a_code_without_probability_has_a_finite_slope():
    def value(mass):
        return generalization_g3(jnp.ones((2, 2)), mass).value

    slope = jax.grad(value)(jnp.array([[0.0, 1.0], [0.5, 0.0]]))
    assert np.isfinite(slope).all()


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="posterior_log_densities: `scale` must be"):
        posterior_log_densities(np.ones((2, 3, 4)), np.ones((2, 4)), np.ones(4))
    with pytest.raises(ValueError, match=r"jensen: `log_densities` must be .*\[M, K"):
        weight_data_information_jensen(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match="combined_information: `weight_information`"):
        combined_information(np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match="generalization_g3: `probabilities` must be"):
        generalization_g3(np.ones((2, 3)), np.ones((3, 2)))
