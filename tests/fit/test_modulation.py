"""Adaptive gradient modulation in an Optax chain."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infojax import fit, losses

RNG = np.random.default_rng(0)
X = {m: jnp.asarray(RNG.normal(size=(8, 3))) for m in "ab"}
LABELS = jnp.asarray(RNG.integers(0, 4, 8))
WEIGHTS = {
    "a": {"w": jnp.asarray(RNG.normal(size=(3, 4)))},
    "b": {"w": jnp.asarray(RNG.normal(size=(3, 4))), "c": jnp.zeros(3)},
}
SCORES, ALPHA = jnp.array([0.4, 1.1]), 1.5
INDICES = {"a": 0, "b": 1}


def additive(w, present):
    """Late fusion of two networks, each 0 where it is muted."""
    first = X["a"] @ w["a"]["w"]
    second = jnp.tanh(X["b"] + w["b"]["c"]) @ w["b"]["w"]
    return present[0] * first + present[1] * second


def entangled(w, present):
    """A product of both networks: no late fusion."""
    first = X["a"] @ w["a"]["w"]
    second = jnp.tanh(X["b"] + w["b"]["c"]) @ w["b"]["w"]
    return (
        present[0] * first
        + present[1] * second
        + present[0] * present[1] * (first * second)
    )


def plain_gradient(network):
    def loss(w):
        logits = network(w, (1.0, 1.0))
        return optax.softmax_cross_entropy_with_integer_labels(logits, LABELS).mean()

    return jax.grad(loss)(WEIGHTS)


def modulated_gradient(network, kappa):
    def loss(w):
        subsets = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
        values = jnp.stack([network(w, present) for present in subsets])
        phi = losses.shapley_responses(values)
        return losses.modulated_loss(phi, LABELS, kappa)

    return jax.grad(loss)(WEIGHTS)


def distance(a, b) -> float:
    gaps = jax.tree.map(lambda p, q: jnp.max(jnp.abs(p - q)), a, b)
    return max(jax.tree.leaves(gaps))


def test_it_is_the_modulated_loss_where_fusion_is_late_and_only_there():
    kappa = losses.modulation_coefficients(SCORES, jnp.zeros(2), alpha=ALPHA)
    modulate = fit.adaptive_gradient_modulation(INDICES, alpha=ALPHA)
    gaps = {}
    for network in (additive, entangled):
        gradient = plain_gradient(network)
        state = modulate.init(WEIGHTS)
        got, state = modulate.update(gradient, state, WEIGHTS, scores=SCORES)
        gaps[network.__name__] = distance(got, modulated_gradient(network, kappa))
        np.testing.assert_array_equal(state.running, SCORES)
    assert gaps["additive"] < 1e-14
    assert gaps["entangled"] > 1e-2


def test_the_state_follows_the_running_mean_and_enters_the_next_step():
    modulate = fit.adaptive_gradient_modulation(INDICES, alpha=ALPHA, max_gap=0.1)
    average = losses.running_scores(2)
    state, expected = modulate.init(WEIGHTS), average.init()
    ones = jax.tree.map(jnp.ones_like, WEIGHTS)
    for scores in (SCORES, 2 * SCORES[::-1], SCORES - 0.3):
        kappa = losses.modulation_coefficients(
            scores, expected.running, alpha=ALPHA, max_gap=0.1
        )
        got, state = jax.jit(modulate.update)(ones, state, scores=scores)
        expected = average.update(expected, scores)
        np.testing.assert_allclose(got["a"]["w"], np.full((3, 4), kappa[0]))
        np.testing.assert_allclose(got["b"]["c"], np.full(3, kappa[1]))
        np.testing.assert_allclose(state.running, expected.running)
    assert state.step == 3


def test_parameters_that_are_shared_or_a_single_leaf():
    tree = {"encoders": (jnp.ones(2), jnp.ones(3)), "head": {"w": jnp.ones((2, 2))}}
    indices = {"encoders": (0, 1), "head": None}
    modulate = fit.adaptive_gradient_modulation(lambda params: indices, alpha=1.0)
    got, _ = modulate.update(tree, modulate.init(tree), scores=jnp.array([0.0, 1.0]))
    kappa = np.exp(1 - np.exp([1.0, -1.0]))
    np.testing.assert_allclose(got["encoders"][0], np.full(2, kappa[0]))
    np.testing.assert_allclose(got["encoders"][1], np.full(3, kappa[1]))
    np.testing.assert_array_equal(got["head"]["w"], np.ones((2, 2)))


def test_gradients_keep_their_dtype():
    tree = {"a": jnp.ones(2, jnp.bfloat16), "b": jnp.ones(2, jnp.float32)}
    modulate = fit.adaptive_gradient_modulation(INDICES, alpha=1.0)
    got, state = modulate.update(tree, modulate.init(tree), scores=SCORES)
    assert [g.dtype for g in got.values()] == [jnp.bfloat16, jnp.float32]
    assert state.running.dtype == jnp.float64


@pytest.mark.usefixtures("standard_promotion")
def test_it_composes_in_a_chain_and_a_scan():
    optimizer = optax.chain(
        optax.clip_by_global_norm(1.0),
        fit.adaptive_gradient_modulation(INDICES, alpha=0.5),
        optax.adam(0.05),
    )

    def loss(w):
        logits = additive(w, (1.0, 1.0))
        return optax.softmax_cross_entropy_with_integer_labels(logits, LABELS).mean()

    def step(carry, _):
        w, state = carry
        phi = jnp.stack([additive(w, (1.0, 0.0)), additive(w, (0.0, 1.0))])
        scores = losses.modality_scores(phi, LABELS)
        value, gradient = jax.value_and_grad(loss)(w)
        updates, state = optimizer.update(gradient, state, w, scores=scores)
        return (optax.apply_updates(w, updates), state), value

    carry = WEIGHTS, optimizer.init(WEIGHTS)
    (_, state), values = jax.jit(lambda c: jax.lax.scan(step, c, length=40))(carry)
    assert values[-1] < values[0] / 2
    assert state[1].step == 40


@pytest.mark.parametrize("labels", [{"a": 0.5}, {"a": -1}, {"a": True}, {"a": None}])
def test_labels_that_are_no_indices_are_refused(labels):
    message = "adaptive_gradient_modulation: `labels` must be"
    with pytest.raises(ValueError, match=message):
        fit.adaptive_gradient_modulation(labels, alpha=1.0)
    with pytest.raises(ValueError, match=message):
        fit.adaptive_gradient_modulation(lambda _: labels, alpha=1.0).init(WEIGHTS)


def test_an_update_without_scores_or_with_too_few_is_refused():
    modulate = fit.adaptive_gradient_modulation(INDICES, alpha=1.0)
    state = modulate.init(WEIGHTS)
    with pytest.raises(TypeError, match="`scores` must be given to `update`"):
        modulate.update(WEIGHTS, state)
    with pytest.raises(ValueError, match="`running` must be as long as `scores`"):
        modulate.update(WEIGHTS, state, scores=jnp.ones(3))
