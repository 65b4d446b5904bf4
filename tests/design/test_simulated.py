"""Bounds by simulation: they bracket closed forms, with gradients of them."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from design.models import COIN, DESIGN, LINEAR, PRIOR, TRUTH, posterior
from jax.scipy.stats import norm

from infojax import bounds, design

SIZES = {"outer": 2000, "inner": 100}


def test_bounds_bracket_the_closed_form_and_come_closer():
    @functools.partial(jax.jit, static_argnums=1)
    def found(key, inner):
        return design.eig_bounds(
            key, LINEAR, DESIGN, outer=20000, inner=inner, block_size=2000
        )

    gaps = []
    for inner in (4, 16, 64):
        value = found(jax.random.key(inner), inner)
        assert value.lower < TRUTH + 3 * value.lower_error
        assert value.upper > TRUTH - 3 * value.upper_error
        assert value.lower <= np.log(inner + 1)
        gaps.append(float(value.upper - value.lower))
    # The gap falls in proportion to the draws, once there are some.
    assert gaps[0] / gaps[1] > 2.5 and 3 < gaps[1] / gaps[2] < 5


def test_blocks_change_nothing():
    @functools.partial(jax.jit, static_argnums=0)
    def both(block_size):
        def lower(d):
            return design.eig_bounds(
                jax.random.key(0), LINEAR, d, outer=10, inner=3, block_size=block_size
            ).lower

        return jax.value_and_grad(lower)(DESIGN)

    for got, expected in zip(both(4), both(None), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_a_perfect_guide_leaves_no_gap():
    @jax.jit
    def found(key):
        guided = design.eig_bounds(
            key, LINEAR, DESIGN, outer=200, inner=3, guide=posterior(DESIGN)
        )
        prior = design.eig_bounds(key, LINEAR, DESIGN, outer=200, inner=3, guide=PRIOR)
        plain = design.eig_bounds(key, LINEAR, DESIGN, outer=200, inner=3)
        return guided, prior, plain

    guided, prior, plain = found(jax.random.key(0))
    np.testing.assert_allclose(guided.lower, guided.upper, rtol=1e-12)
    assert abs(guided.upper - TRUTH) < 4 * guided.upper_error
    np.testing.assert_allclose(prior, plain, rtol=1e-12)


def test_a_guide_that_learns_brings_the_bounds_together():
    # Means and scales of a normal guide, by ascent of the lower bound alone.
    def guide(parameters):
        slope, log_scale = parameters
        scale = jnp.exp(log_scale)
        return design.Guide(
            lambda key, y: slope * y + scale * jax.random.normal(key, (2,)),
            lambda theta, y: jnp.sum(norm.logpdf(theta, slope * y, scale)),
        )

    def bounds(key, parameters):
        return design.eig_bounds(
            key, LINEAR, DESIGN, outer=200, inner=4, guide=guide(parameters)
        )

    search = design.gradient_search(
        lambda key, parameters: bounds(key, parameters).lower, optax.sgd(0.3)
    )

    @jax.jit
    def train(key):
        start = search.init((jnp.zeros(2), jnp.zeros(2)))
        keys = jax.random.split(key, 100)
        last, _ = jax.lax.scan(lambda s, k: search.update(k, s), start, keys)
        both = start.design, last.design
        return last.design, [bounds(key, parameters) for parameters in both]

    (slope, _), (before, after) = train(jax.random.key(0))
    expected = DESIGN / (1 + jnp.sum(DESIGN**2))
    np.testing.assert_allclose(slope, expected, atol=0.1)
    gaps = [float(found.upper - found.lower) for found in (before, after)]
    assert gaps[1] < gaps[0] / 3
    assert after.lower > before.lower + 0.05


def test_densities_of_the_posterior_and_of_the_marginal():
    key, scale = jax.random.key(0), jnp.sqrt(1 + jnp.sum(DESIGN**2))
    exact = posterior(DESIGN).log_prob

    @jax.jit
    def found():
        one = functools.partial(design.eig_marginal, key, LINEAR, DESIGN, outer=20000)
        two = functools.partial(design.eig_posterior, key, LINEAR, DESIGN, outer=20000)
        return {
            "marginal": one(lambda y: norm.logpdf(y, 0, scale)),
            "wide marginal": one(lambda y: norm.logpdf(y, 0, 2 * scale)),
            "posterior": two(exact),
            "shifted posterior": two(lambda theta, y: exact(theta + 0.5, y)),
            "both": design.eig_marginal_likelihood(
                key,
                LINEAR,
                DESIGN,
                lambda y, theta: LINEAR.log_prob(y, theta, DESIGN),
                lambda y: norm.logpdf(y, 0, scale),
                outer=20000,
            ),
        }

    values = {name: float(value - TRUTH) for name, value in found().items()}
    near = {name for name, gap in values.items() if abs(gap) < 0.03}
    assert near == {"marginal", "posterior", "both"}
    # Off by the divergence of the model from the truth.
    wide = np.log(2) - 3 / 8
    np.testing.assert_allclose(values["wide marginal"], wide, atol=0.03)
    total = 1 + float(jnp.sum(DESIGN**2))
    shift = jnp.full(2, 0.5)
    precision = jnp.eye(2) + jnp.outer(DESIGN, DESIGN)
    loss = -float(shift @ precision @ shift) / 2
    np.testing.assert_allclose(values["shifted posterior"], loss, atol=0.05)
    assert total > 1


def test_a_sequence_tells_what_its_stacked_designs_tell():
    plan = jnp.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])

    @jax.jit
    def found(key):
        return design.eig_trajectory(
            key, LINEAR, lambda t, *_: plan[t], plan[0], steps=3, **SIZES
        )

    value = found(jax.random.key(0))
    truth = design.linear_gaussian_eig(plan, jnp.eye(2), noise_variance=1.0)
    assert value.lower < truth + 3 * value.lower_error
    assert value.upper > truth - 3 * value.upper_error
    assert value.upper - value.lower < 0.3


def test_a_policy_sees_what_came_before():
    # The second design is 1 after an outcome above 0 and else 0, which tells nothing.
    def policy(step, designs, outcomes):
        np.testing.assert_equal(designs.shape, (2, 2))
        return jnp.where(outcomes[0] > 0, 1.0, 0.0) * jnp.ones(2)

    @jax.jit
    def found(key):
        return design.eig_trajectory(
            key, LINEAR, policy, jnp.array([1.0, 0.0]), steps=2, **SIZES
        )

    first = np.log(2) / 2
    twice = design.linear_gaussian_eig(
        np.array([[1.0, 0.0], [1.0, 1.0]]), np.eye(2), noise_variance=1.0
    )
    value = found(jax.random.key(1))
    middle = (value.lower + value.upper) / 2
    np.testing.assert_allclose(middle, (first + twice) / 2, atol=0.06)


def test_one_square_of_draws_gives_both_bounds():
    keys = jax.random.split(jax.random.key(0), 2)
    thetas = jax.random.normal(keys[0], (400, 2))
    ys = thetas @ DESIGN + jax.random.normal(keys[1], (400,))
    found = design.eig_matrix(LINEAR.log_prob, thetas, ys, DESIGN)
    scores = norm.logpdf(ys[:, None], thetas @ DESIGN)
    np.testing.assert_allclose(found.lower, bounds.infonce(scores), rtol=1e-12)
    off = ~np.eye(400, dtype=bool)
    upper = design.nmc(jnp.diagonal(scores), scores, where_contrastive=off)
    np.testing.assert_allclose(found.upper, upper, rtol=1e-12)
    assert found.lower < found.upper and abs(found.lower - TRUTH) < 0.15


def test_all_outcomes_of_a_coin():
    thetas = jnp.linspace(-2, 2, 9)
    found = design.eig_enumerate(COIN.log_prob, thetas, jnp.arange(2), 1.0)
    p = 1 / (1 + np.exp(-np.asarray(thetas)))

    def h(p):
        return -p * np.log(p) - (1 - p) * np.log(1 - p)

    np.testing.assert_allclose(found, h(p.mean()) - h(p).mean(), rtol=1e-12)
    assert found < np.log(2)
    weights = jnp.arange(9.0)
    found = design.eig_enumerate(
        COIN.log_prob, thetas, jnp.arange(2), 1.0, weights=weights
    )
    w = np.arange(9) / 36
    np.testing.assert_allclose(found, h(w @ p) - w @ h(p), rtol=1e-12)


def test_few_particles_give_too_little_and_never_too_much():
    # The exact sum over outcomes is a lower bound, as the mean of a concave entropy.
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    truth = design.eig_enumerate(
        COIN.log_prob, nodes, jnp.arange(2), 2.0, weights=weights
    )
    draws = jax.random.normal(jax.random.key(0), (4000, 8))
    found = jax.jit(
        jax.vmap(lambda t: design.eig_enumerate(COIN.log_prob, t, jnp.arange(2), 2.0))
    )(draws)
    error = float(found.std() / 4000**0.5)
    assert found.mean() < truth - 5 * error
    # To second order the variance of the mean probability, over 2 p (1 - p) of it.
    p = 1 / (1 + np.exp(-2 * nodes))
    loss = 2 * np.average((p - 0.5) ** 2, weights=weights) / 8
    np.testing.assert_allclose(found.mean(), truth - loss, atol=0.1 * loss + 5 * error)


@pytest.mark.parametrize("bound", ["lower", "upper"])
def test_the_pathwise_gradient_is_that_of_the_closed_form(bound: str):
    @jax.jit
    def slope(d):
        def value(d):
            found = design.eig_bounds(
                jax.random.key(3), LINEAR, d, outer=4000, inner=400, block_size=500
            )
            return getattr(found, bound)

        return jax.grad(value)(d)

    expected = DESIGN / (1 + jnp.sum(DESIGN**2))
    np.testing.assert_allclose(slope(DESIGN), expected, atol=0.03)


def test_the_score_gradient_of_outcomes_that_jump():
    # Of a lower bound from few draws, against differences of its mean.
    @jax.jit
    def both(keys, d):
        def value(key, d, gradient):
            return design.eig_bounds(
                key, COIN, d, outer=50, inner=3, gradient=gradient
            ).lower

        def mean(gradient):
            slopes = jax.vmap(lambda key: jax.grad(value, argnums=1)(key, d, gradient))(
                keys
            )
            return slopes.mean(), slopes.std() / len(keys) ** 0.5

        values = jax.vmap(lambda key: value(key, d, design.pathwise))
        return mean(design.score_function), mean(design.pathwise), values(keys).mean()

    keys = jax.random.split(jax.random.key(0), 4000)
    (score, error), (path, _), _ = both(keys, 1.0)
    ends = [both(keys, 1.0 + step)[2] for step in (0.25, -0.25)]
    expected = float(ends[0] - ends[1]) / 0.5
    np.testing.assert_allclose(score, expected, atol=4 * float(error) + 0.005)
    assert abs(path - expected) > 0.03
