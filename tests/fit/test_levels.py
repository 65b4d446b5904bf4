"""Paths with known fields have the known information: nothing is trained."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infojax import closed_form, fit
from infojax.fit._bridge_mi import next_rows
from infojax.fit._levels import Levels, waves

RHO = 0.8
TRUTH = float(closed_form.bivariate_normal_mi(RHO))
N = 4000


def samples():
    a, b = jax.random.normal(jax.random.key(0), (2, N, 1), jnp.float64)
    return a, RHO * a + (1 - RHO**2) ** 0.5 * b


def test_levels_are_spread_evenly_and_rows_take_turns():
    levels = Levels(-1.0, 3.0)
    first, noise = levels.draw(jax.random.key(0), jnp.zeros((8, 2)))
    later, _ = levels.draw(jax.random.key(0), jnp.zeros((8, 2)), 3)
    np.testing.assert_allclose(jnp.diff(first), 0.5)
    np.testing.assert_allclose(later, jnp.roll(first, -3))
    assert noise.shape == (8, 2) and float(first[0]) >= -1 and float(first[-1]) <= 3


def test_integrals_of_known_functions():
    levels, x = Levels(0.0, 2.0), jnp.zeros((50, 3))
    found = levels.average(lambda t, _: t[:, None] ** 2 * jnp.ones(3), x, x[:, 0] == 0)
    np.testing.assert_allclose(found, 3 * 8 / 3, rtol=3e-3)
    noise = levels.average(lambda t, noise: noise**2, x, x[:, 0] == 0)
    np.testing.assert_allclose(noise, 2 * 3, rtol=0.05)


def test_the_errors_of_exact_denoisers_integrate_to_the_information():
    x, y = samples()
    levels = Levels(-8.0, 10.0)

    def gain(level, noise):
        signal = jax.nn.sigmoid(level)[:, None]
        mixed = jnp.sqrt(signal) * x + jnp.sqrt(1 - signal) * noise
        # Posterior of x given y is normal with mean RHO y and variance 1 - RHO^2.
        variance = 1 - RHO**2
        total = signal * variance + 1 - signal
        guess = jnp.sqrt(1 - signal) * mixed
        informed = jnp.sqrt(1 - signal) * (mixed - jnp.sqrt(signal) * RHO * y) / total
        return (informed - guess) ** 2

    found = levels.average(gain, x, x[:, 0] == x[:, 0]) / 2
    np.testing.assert_allclose(found, TRUTH, rtol=0.03)


def test_waves_tell_levels_apart():
    features = waves(jnp.linspace(-8.0, 10.0, 37))
    gaps = jnp.linalg.norm(features[:, None] - features[None], axis=-1)
    assert float(jnp.min(gaps + 9 * jnp.eye(37))) > 0.1


def test_the_next_row_that_exists():
    x = jnp.arange(5.0)[:, None]
    assert next_rows(x, None).ravel().tolist() == [1, 2, 3, 4, 0]
    where = jnp.array([True, False, True, False, True])
    assert next_rows(x, where).ravel()[where].tolist() == [2, 4, 0]


@pytest.mark.parametrize("make", [fit.bridge_mi, fit.flow_matching_mi])
def test_sides_of_different_width(make):
    x, y = jax.random.normal(jax.random.key(0), (2, 32, 3), jnp.float32)
    estimator = make(3, 1, optax.sgd(1e-3), width=8, depth=1)
    state = estimator.init(jax.random.key(0))
    state, info = estimator.update(jax.random.key(1), state, x, y[:, :1])
    assert np.isfinite(info.bound)
    assert np.isfinite(estimator.estimate(state, x, y[:, :1]))
