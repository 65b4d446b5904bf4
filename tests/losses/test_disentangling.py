"""Disentangling by upper bounds, and why the published sum does not do it."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from conftest import golden
from flax import nnx

from infojax import closed_form, critics, losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
CASES = [c for c in golden("pibd") if c["name"].startswith("club_mean")]
reference = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def unit(x, y):
    """Log-density of y under Gaussians of variance one around x."""
    squares = jnp.sum((x[:, None] - y[None]) ** 2, axis=-1)
    return -(squares + y.shape[1] * math.log(2 * math.pi)) / 2


def nothing(x, y):
    return jnp.zeros((len(x), len(y)))


def club(mu, y):
    return losses.disentangling_terms(mu, y, y, unit, nothing).specific


def squared_error(mu, y):
    """The published fit: a negative log-likelihood without its half and constant."""
    fit = losses.disentangling_fit_loss(mu, y, y, unit, nothing)
    return 2 * fit - y.shape[1] * math.log(2 * math.pi)


def codes(case: dict):
    return (jnp.asarray(case["inputs"][key]) for key in ("mu", "y"))


@reference
def test_bound_and_fit_of_reference(case: dict):
    mu, y = codes(case)
    expected = case["expected"]
    np.testing.assert_allclose(club(mu, y), expected["club"], **TOLERANCE)
    fit = losses.disentangling_fit_loss(mu, y, y, unit, nothing)
    np.testing.assert_allclose(fit, expected["learning_loss_gaussian_nll"], **TOLERANCE)
    official = squared_error(mu, y)
    np.testing.assert_allclose(
        official, expected["learning_loss_official"], **TOLERANCE
    )
    np.testing.assert_allclose(
        club(mu, y) + official, expected["official_sum"], **TOLERANCE
    )


@reference
def test_the_published_sum_is_made_of_attractions_alone(case: dict):
    mu, y = (np.asarray(code) for code in codes(case))
    squares = np.sum((mu[:, None] - y[None]) ** 2, axis=-1)
    attraction = np.mean(np.diag(squares)) / 2 + np.mean(squares) / 2
    np.testing.assert_allclose(
        case["expected"]["official_sum"], attraction, **TOLERANCE
    )


def test_a_step_down_the_bound_parts_codes_and_one_down_the_sum_joins_them():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 1))
    y = 0.6 * x + 0.8 * rng.normal(size=(200, 1))
    x, y = jnp.asarray(x), jnp.asarray(y)
    predicted = 0.6 * x

    def correlation(gradient):
        moved = y - 20 * gradient(y)
        return jnp.corrcoef(x[:, 0], moved[:, 0])[0, 1]

    before = correlation(jnp.zeros_like)
    parted = correlation(jax.grad(lambda y: club(predicted, y)))

    def published(y):
        squares = jnp.sum((predicted - y) ** 2, axis=1)
        return club(predicted, y) + jnp.mean(squares)

    joined = correlation(jax.grad(published))
    assert parted < before - 0.01 and joined > before + 0.01


def test_both_terms_are_bounds_of_the_right_pairs():
    rng = np.random.default_rng(1)
    first, second, common = (jnp.asarray(rng.normal(size=(7, d))) for d in (2, 3, 5))

    def specific(x, y):
        assert (x.shape[1], y.shape[1]) == (2, 3)
        return unit(x @ jnp.ones((2, 3)), y)

    def joint(x, y):
        assert (x.shape[1], y.shape[1]) == (5, 5)
        return unit(jnp.tanh(x), y)

    arguments = first, second, common, specific, joint
    terms = losses.disentangling_terms(*arguments)
    both = jnp.concatenate([first, second], axis=1)
    np.testing.assert_allclose(terms.specific, club(first @ jnp.ones((2, 3)), second))
    np.testing.assert_allclose(terms.common, club(jnp.tanh(both), common))
    np.testing.assert_allclose(
        losses.disentangling_loss(*arguments, weight=0.3),
        terms.specific + 0.3 * terms.common,
        rtol=1e-12,
    )


def test_the_bound_of_unit_variance_is_a_covariance():
    mu, y = codes(CASES[0])
    expected = np.trace(np.cov(mu, y, rowvar=False, bias=True)[:3, 3:])
    np.testing.assert_allclose(club(mu, y), expected, rtol=1e-10)


def test_means_that_tell_nothing_bound_nothing():
    y = jnp.asarray(np.random.default_rng(2).normal(size=(9, 2)))
    assert abs(club(jnp.ones((9, 2)), y)) < 1e-14


def modules():
    make = critics.gaussian_encoder
    return nnx.split(
        (make(1, 1, width=16)(nnx.Rngs(0)), make(2, 1, width=16)(nnx.Rngs(1)))
    )


def test_each_step_moves_its_own_parameters_only():
    graph, parameters = modules()
    codes = tuple(jnp.asarray(np.random.default_rng(3).normal(size=(3, 8, 1))))

    def of(loss):
        def value(codes, parameters):
            return loss(*codes, *nnx.merge(graph, parameters))

        return jax.tree.leaves(jax.grad(value)(codes, parameters)), jax.tree.leaves(
            jax.grad(value, 1)(codes, parameters)
        )

    moved, held = of(losses.disentangling_loss)
    assert all(np.any(g) for g in moved) and not any(np.any(g) for g in held)
    held, moved = of(losses.disentangling_fit_loss)
    assert any(np.any(g) for g in moved) and not any(np.any(g) for g in held)


def test_alternating_steps_remove_what_linear_codes_share():
    """Codes of two views with a common source, whose information is known."""
    rng = np.random.default_rng(4)
    source, *noise = rng.normal(size=(4, 512, 1))
    views = jnp.asarray(
        np.concatenate([source + 0.3 * noise[0], source + 0.3 * noise[1]], axis=1)
    )
    own = jnp.asarray(np.concatenate(noise[1:], axis=1))
    graph, fitted = modules()
    rule, slow = optax.adam(3e-2), optax.adam(1e-2)
    zeros = jnp.zeros((512, 1))

    # The second code may mix its view with another source, at unit scale.
    def codes(angle):
        second = jnp.cos(angle) * views[:, 1:] + jnp.sin(angle) * own[:, 1:]
        return views[:, :1], second, zeros

    def fit(fitted, angle):
        return losses.disentangling_fit_loss(*codes(angle), *nnx.merge(graph, fitted))

    def bound(angle, fitted):
        return losses.disentangling_loss(*codes(angle), *nnx.merge(graph, fitted))

    def step(state, _):
        angle, fitted, fast, moments = state
        updates, fast = rule.update(jax.grad(fit)(fitted, angle), fast)
        fitted = optax.apply_updates(fitted, updates)
        updates, moments = slow.update(jax.grad(bound)(angle, fitted), moments)
        return (optax.apply_updates(angle, updates), fitted, fast, moments), None

    start = jnp.asarray(0.3)
    state = start, fitted, rule.init(fitted), slow.init(start)
    with jax.numpy_dtype_promotion("standard"):
        (angle, *_), _ = jax.jit(lambda s: jax.lax.scan(step, s, None, 150))(state)

    def information(angle):
        first, second, _ = codes(angle)
        return closed_form.gaussian_mi(np.cov(first[:, 0], second[:, 0]), dx=1)

    assert information(angle) < 0.3 * information(start)
