"""Estimators made of fitted densities and codes come near known information."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.scipy.special import entr

from infojax import bounds, closed_form, critics, fit, mi

pytestmark = pytest.mark.usefixtures("standard_promotion")
RHO = 0.8
TRUTH = float(closed_form.bivariate_normal_mi(RHO))
RULE = optax.adam(3e-3)
ENCODER = critics.gaussian_encoder(1, 1, width=16, depth=1)


def samples(n: int = 2000, seed: int = 0):
    a, b = jax.random.normal(jax.random.key(seed), (2, n, 1), jnp.float32)
    return a, RHO * a + (1 - RHO**2) ** 0.5 * b


def trained(estimator, x, y, steps=400):
    options = {"estimator": estimator, "steps": steps, "batch_size": 256}
    return fit.train(jax.random.key(1), x, y, **options)


def test_an_encoder_evaluates_to_upper_and_other_bounds():
    x, y = samples()
    estimator = fit.encoder_estimator(ENCODER, RULE, evaluate=bounds.leave_one_out)
    found = trained(estimator, x, y)
    assert abs(float(found.value) - TRUTH) < 0.08
    upper = fit.encoder_estimator(ENCODER, RULE)
    # With the exact density: the information, and that of the reversed divergence.
    assert float(upper.estimate(found.state, x, y)) > TRUTH + 0.3
    # Log-likelihood of the exact density, less its variance over 400 rows.
    best = -0.5 * np.log(2 * np.pi * np.e * (1 - RHO**2))
    assert abs(float(jnp.max(found.held_out)) - best) < 0.12


def test_labels_have_encoders_too():
    x, _ = samples()
    labels = (x[:, 0] > 0).astype(jnp.int32)
    make = critics.categorical_encoder(1, 2, width=16)
    estimator = fit.encoder_estimator(make, RULE, evaluate=bounds.leave_one_out)
    assert abs(float(trained(estimator, x, labels).value) - np.log(2)) < 0.05


def test_a_difference_of_entropies():
    x, y = samples()
    both = ENCODER, critics.mixture_density(1)
    estimator = fit.entropy_difference(*both, RULE)
    assert abs(float(trained(estimator, x, y).value) - TRUTH) < 0.1


def test_a_difference_of_entropies_of_labels():
    x, _ = samples()
    labels = (x[:, 0] > 0.5).astype(jnp.int32)
    both = critics.categorical_encoder(1, 2, width=16), critics.categorical_density(2)
    share = jnp.mean(labels.astype(jnp.float32))
    truth = float(entr(share) + entr(1 - share))
    estimator = fit.entropy_difference(*both, optax.adam(1e-2))
    assert abs(float(trained(estimator, x, labels).value) - truth) < 0.08


def test_mine_remembers_its_denominator():
    x, y = samples()
    make = critics.separable(1, 1, width=32, features=8)
    estimator = fit.mine_estimator(make, RULE)
    start = estimator.init(jax.random.key(0))
    assert float(start.memory) == -np.inf
    first, _ = estimator.update(jax.random.key(1), start, x[:64], y[:64])
    assert abs(float(first.memory)) < 1.5  # an untrained critic scores near 0
    found = trained(estimator, x, y)
    assert abs(float(found.value) - TRUTH) < 0.1
    # The average moves by a hundredth of the way a step.
    after, _ = estimator.update(jax.random.key(2), first, x[64:128], y[64:128])
    assert 0 < abs(float(after.memory - first.memory)) < 0.1


PATHS = (
    fit.denoising_mi,
    fit.direct_denoising_mi,
    fit.bridge_mi,
    fit.flow_matching_mi,
)


@pytest.mark.parametrize("make", PATHS)
def test_paths_and_denoisers_find_the_information(make):
    x, y = samples()
    estimator = make(1, 1, optax.adam(3e-3), width=32, depth=2)
    start = estimator.init(jax.random.key(0))
    assert float(estimator.estimate(start, x, y)) == pytest.approx(0, abs=1e-6)
    found = trained(estimator, x, y, steps=600)
    assert abs(float(found.value) - TRUTH) < 0.15


def test_codes_keep_what_the_sides_share():
    key = jax.random.key(0)
    shared, y = samples(1000)
    mixing = jax.random.normal(key, (1, 12), jnp.float32)
    noise = jax.random.normal(key, (1000, 12), jnp.float32)
    x = shared @ mixing + 0.01 * noise
    estimator = fit.latent_mi(12, 1, RULE, latent_dim=1, width=32, depth=1)
    found = trained(estimator, x, y)
    assert abs(float(found.value) - TRUTH) < 0.12
    other = fit.latent_mi(
        12, 1, RULE, latent_dim=1, width=32, depth=1, estimator=mi.gaussian
    )
    assert abs(float(other.estimate(found.state, x, y)) - TRUTH) < 0.15


ESTIMATORS = {
    "encoder_estimator": fit.encoder_estimator(ENCODER, RULE),
    "entropy_difference": fit.entropy_difference(
        ENCODER, critics.mixture_density(1), RULE
    ),
    "mine_estimator": fit.mine_estimator(critics.bilinear(1, 1), RULE),
    **{make.__name__: make(1, 1, RULE, width=8, depth=1) for make in PATHS},
    "latent_mi": fit.latent_mi(
        1, 1, RULE, latent_dim=1, width=8, depth=1, estimator=mi.gaussian
    ),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_updates_with_a_mask_are_finite_and_forget_what_it_hides(name):
    estimator = ESTIMATORS[name]
    x, y = samples(16)
    where = jnp.arange(16) < 12
    state = estimator.init(jax.random.key(0))
    key = jax.random.key(1)
    one, info = estimator.update(key, state, x.at[12:].set(jnp.nan), y, where=where)
    other, _ = estimator.update(key, state, x.at[12:].set(3.0), y, where=where)
    jax.tree.map(np.testing.assert_array_equal, one, other)
    assert np.isfinite(info.bound) and np.isfinite(info.gradient_norm)


@pytest.mark.parametrize("name", sorted(set(ESTIMATORS) - {p.__name__ for p in PATHS}))
def test_a_mask_deletes(name):
    estimator = ESTIMATORS[name]
    x, y = samples(16)
    where = jnp.arange(16) < 12
    state = estimator.init(jax.random.key(0))
    for function in (estimator.estimate, estimator.objective):
        expected = function(state, x[:12], y[:12])
        found = function(state, x, y, where=where)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
