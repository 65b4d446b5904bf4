"""Unbiased and linear MMD and the energy distance against references and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy import stats

from infojax import divergence, kernels

CASES = [c for c in golden("matrix_renyi") if c["quantity"] == "mmd2"]
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(10, 2)), 1 + RNG.normal(size=(7, 2))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_reference_numbers(case):
    x, y = (np.array(case["inputs"][side]) for side in "xy")
    kernel = kernels.gaussian(case["params"]["sigma"])
    tolerance = {"rtol": case["rtol"], "atol": case["atol"]}
    for function, name in (
        (divergence.mmd, "v_statistic"),
        (divergence.unbiased_mmd, "u_statistic"),
    ):
        got = function(x, y, kernel=kernel)
        np.testing.assert_allclose(got, case["expected"][name], **tolerance)


def test_unbiased_estimates_average_to_the_value_of_two_normal_laws():
    # Kernel of width 1, variance 1 on both sides, means one apart.
    within, between = 3**-0.5, 3**-0.5 * np.exp(-1 / 6)
    expected = 2 * (within - between)

    def once(key):
        x, y = jax.random.normal(key, (2, 12, 1), jnp.float64)
        return (
            divergence.unbiased_mmd(x, y + 1),
            divergence.linear_mmd(x, y + 1),
        )

    for values in jax.vmap(once)(jax.random.split(jax.random.key(0), 400)):
        assert abs(values.mean() - expected) < 3 * values.std() / 20


def test_linear_time_takes_consecutive_rows():
    k = np.asarray(kernels.gaussian(1.0)(jnp.asarray(X), jnp.asarray(Y)))
    kx = np.asarray(kernels.gaussian(1.0)(jnp.asarray(X), jnp.asarray(X)))
    ky = np.asarray(kernels.gaussian(1.0)(jnp.asarray(Y), jnp.asarray(Y)))
    terms = [kx[i, i + 1] + ky[i, i + 1] - k[i, i + 1] - k[i + 1, i] for i in (0, 2, 4)]
    np.testing.assert_allclose(divergence.linear_mmd(X, Y), np.mean(terms), rtol=1e-12)


@pytest.mark.parametrize("name", ["unbiased_mmd", "linear_mmd"])
def test_one_row_is_too_few(name):
    function = getattr(divergence, name)
    value, slope = jax.value_and_grad(function)(jnp.asarray(X[:1]), jnp.asarray(Y))
    assert value == 0 and (slope == 0).all()


def test_energy_distance_is_the_square_of_scipys():
    x, y = X[:, 0], Y[:, 0]
    expected = stats.energy_distance(x, y) ** 2
    got = divergence.energy_distance(x, y)
    np.testing.assert_allclose(got, expected, rtol=1e-10)
    weights = RNG.random(7)
    expected = stats.energy_distance(x, y, v_weights=weights) ** 2
    got = divergence.energy_distance(x, y, weights_y=weights)
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_energy_distance_is_a_discrepancy():
    def minus(x, y):
        return -jnp.sqrt(jnp.sum((x[:, None] - y[None]) ** 2, axis=-1))

    expected = divergence.mmd(X, Y, kernel=minus)
    np.testing.assert_allclose(divergence.energy_distance(X, Y), expected, rtol=1e-10)
    np.testing.assert_allclose(divergence.energy_distance(X, X), 0, atol=1e-14)
