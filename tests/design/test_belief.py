"""Particles against conjugate posteriors, and twenty steps in one program."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from design.models import LINEAR
from jax import lax
from jax.scipy.stats import norm

from infojax import design

PLAN = jnp.array([[1.0, 0.0], [0.5, 2.0], [1.0, -1.0], [3.0, 1.0], [0.0, 2.0]])
TRUTH = jnp.array([0.8, -1.2])


def exact(designs, outcomes) -> tuple[np.ndarray, np.ndarray, float]:
    """Mean and covariance of the posterior, and the log evidence."""
    d, y = np.asarray(designs), np.asarray(outcomes)
    covariance = np.linalg.inv(np.eye(2) + d.T @ d)
    joint = np.eye(len(d)) + d @ d.T
    evidence = (
        -(
            y @ np.linalg.solve(joint, y)
            + np.linalg.slogdet(joint)[1]
            + len(d) * np.log(2 * np.pi)
        )
        / 2
    )
    return covariance @ d.T @ y, covariance, evidence


@pytest.mark.parametrize("moves, stages", [(0, 1), (5, 1), (5, 4)])
def test_a_normal_posterior_and_its_evidence(moves: int, stages: int):
    follow = design.particle_belief(
        LINEAR, particles=8000, steps=5, moves=moves, stages=stages
    )

    @jax.jit
    def run(key):
        return design.run_experiment(
            key,
            follow,
            lambda key, belief: PLAN[belief.seen],
            lambda key, d: LINEAR.sample_outcome(key, TRUTH, d),
            PLAN[0],
            steps=5,
        )

    last, info = run(jax.random.key(0))
    np.testing.assert_array_equal(last.designs, PLAN)
    mean, covariance, evidence = exact(last.designs, last.outcomes)
    weights = np.exp(last.log_weights)
    np.testing.assert_allclose(weights.sum(), 1, rtol=1e-9)
    got = weights @ last.particles
    centred = last.particles - got
    spread = centred.T @ (weights[:, None] * centred)
    scale = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(got, mean, atol=0.15 * scale.max())
    np.testing.assert_allclose(spread, covariance, atol=0.15 * scale.max() ** 2)
    np.testing.assert_allclose(last.log_evidence, evidence, atol=0.1)
    np.testing.assert_allclose(info.log_predictive.sum(), last.log_evidence)
    assert last.seen == 5 and info.resampled.any()
    if moves:
        assert np.all(info.accepted[info.resampled > 0] > 0.2)
        # Moved particles are all different again.
        assert len(np.unique(np.asarray(last.particles)[:, 0])) > 7000
    else:
        assert np.all(info.accepted == 0)


def test_stages_bear_an_outcome_that_few_particles_expect():
    # A measurement of 1e-3 accuracy, of which 500 draws of the prior know nothing.
    model = LINEAR._replace(
        log_prob=lambda y, theta, d: norm.logpdf(y, jnp.dot(d, theta), 1e-3)
    )
    follow = design.particle_belief(model, particles=500, steps=1, moves=10, stages=20)

    @jax.jit
    def after(key):
        keys = jax.random.split(key)
        belief = follow.init(keys[0], PLAN[0])
        return follow.update(keys[1], belief, PLAN[0], 1.3)

    belief, info = after(jax.random.key(0))
    x, weights = belief.particles, jnp.exp(belief.log_weights)
    mean = weights @ x
    scale = jnp.sqrt(weights @ (x - mean) ** 2)
    np.testing.assert_allclose(mean[0], 1.3, atol=2e-4)
    np.testing.assert_allclose(scale[0], 1e-3, rtol=0.2)
    np.testing.assert_allclose(scale[1], 1, rtol=0.2)
    np.testing.assert_allclose(info.log_predictive, norm.logpdf(1.3), atol=0.5)
    assert 3 < info.resampled < 20 and info.effective > 240


def test_no_more_data_than_there_is_room_for():
    follow = design.particle_belief(LINEAR, particles=10, steps=1)
    belief = follow.init(jax.random.key(0), PLAN[0])
    belief, info = follow.update(jax.random.key(1), belief, PLAN[0], 0.3)
    assert np.isfinite(info.log_predictive)
    belief, info = follow.update(jax.random.key(1), belief, PLAN[0], 0.3)
    assert np.isnan(info.log_predictive) and np.isnan(belief.log_weights).all()


def test_a_belief_is_a_prior_for_the_next_experiment():
    follow = design.particle_belief(LINEAR, particles=4000, steps=1, threshold=0.0)

    @jax.jit
    def after(key):
        keys = jax.random.split(key, 3)
        belief = follow.init(keys[0], PLAN[0])
        belief, _ = follow.update(keys[1], belief, PLAN[1], 1.0)
        return design.eig_bounds(
            keys[2],
            follow.model(belief),
            jnp.array([1.0, 1.0]),
            outer=2000,
            inner=200,
        )

    found = after(jax.random.key(0))
    both = np.stack([PLAN[1], np.ones(2)])
    first, second = (
        design.linear_gaussian_eig(rows, np.eye(2), noise_variance=1.0)
        for rows in (both[:1], both)
    )
    middle = (found.lower + found.upper) / 2
    np.testing.assert_allclose(middle, second - first, atol=0.05)


def test_twenty_chosen_experiments_in_one_program():
    # Each step ranks designs by their exact information under the particles.
    environment = design.environments().hyperbolic_discounting
    model = environment.model
    follow = design.particle_belief(model, particles=128, steps=20, moves=1)
    candidates = jax.vmap(environment.sample_design)(
        jax.random.split(jax.random.key(7), 16)
    )
    traces = []

    @jax.jit
    def run(key):
        traces.append(None)
        theta = model.sample_prior(jax.random.fold_in(key, 1))

        def choose(key, belief):
            def gain(d):
                return design.eig_enumerate(
                    model.log_prob,
                    belief.particles,
                    environment.outcomes,
                    d,
                    weights=jnp.exp(belief.log_weights),
                )

            return design.exhaustive_search(gain, candidates).design

        return design.run_experiment(
            key,
            follow,
            choose,
            lambda key, d: model.sample_outcome(key, theta, d),
            candidates[0],
            steps=20,
        )

    for seed in range(2):
        last, info = run(jax.random.key(seed))
        assert last.seen == 20 and last.designs.shape == (20, 3)
        assert np.isfinite(last.log_evidence) and info.effective.shape == (20,)
    assert len(traces) == 1


def test_a_sequence_of_gradient_steps_lowers_too():
    # Gradient search inside the loop: no step depends on a shape found at run time.
    model = design.environments().location_finding.model
    follow = design.particle_belief(model, particles=16, steps=20, moves=1)

    def run(key):
        def choose(key, belief):
            prior = follow.model(belief)
            search = design.gradient_search(
                lambda key, d: design.eig_bounds(key, prior, d, outer=4, inner=4).lower,
                _SIGN,
            )
            state = search.init(jnp.zeros(2))
            keys = jax.random.split(key, 2)
            return lax.scan(lambda s, k: search.update(k, s), state, keys)[0].design

        return design.run_experiment(
            key,
            follow,
            choose,
            lambda key, d: jnp.sum(d) + jax.random.normal(key),
            jnp.zeros(2),
            steps=20,
        )

    last, info = jax.jit(run)(jax.random.key(0))
    assert np.isfinite(last.designs).all() and info.log_predictive.shape == (20,)
    platforms = ("cpu", "cuda", "tpu")
    exported = jax.export.export(
        jax.jit(lambda key: run(jax.random.wrap_key_data(key))[1]), platforms=platforms
    )(jnp.zeros(2, jnp.uint32))
    assert exported.platforms == platforms


class _Sign:
    """The least of optimizers, which is no Optax."""

    @staticmethod
    def init(design):
        return ()

    @staticmethod
    def update(gradient, state, design):
        return -0.1 * jnp.sign(gradient), state


_SIGN = _Sign()
