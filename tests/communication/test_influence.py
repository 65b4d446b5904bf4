"""Influence: closed forms, bounds, identities and empty laws."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import closed_form, communication

rng = np.random.default_rng(0)
POLICY = rng.dirichlet(np.ones(3))
RESPONSES = rng.dirichlet(np.ones(4), (2, 3))
informed = jax.jit(communication.unilateral_influence)


def test_who_ignores_and_who_copies():
    ignoring = np.tile(rng.dirichlet(np.ones(3)), (3, 1))
    found = informed(POLICY, np.stack([ignoring, np.eye(3), np.eye(3)[[1, 2, 0]]]))
    entropy = closed_form.categorical_entropy(POLICY)
    np.testing.assert_allclose(found, [0, entropy, entropy], atol=1e-14)


def test_influence_is_the_mean_of_what_actions_do():
    each = [
        communication.social_influence(POLICY, RESPONSES, action) for action in range(3)
    ]
    found = informed(POLICY, RESPONSES)
    np.testing.assert_allclose(POLICY @ np.stack(each), found, rtol=1e-12)
    terms = communication.unilateral_influence_terms(POLICY, RESPONSES)
    np.testing.assert_allclose(terms.majority + terms.minority, found, rtol=1e-12)
    np.testing.assert_allclose(terms.response, POLICY @ RESPONSES, rtol=1e-12)
    assert np.all(found <= closed_form.categorical_entropy(POLICY))


def test_distances_of_a_one_hot_target():
    target = jnp.array([0.0, 1.0, 0.0, 0.0])
    hit = (POLICY @ RESPONSES)[:, 1]

    def of(distance=None):
        return communication.targeted_influence(
            POLICY, RESPONSES, target, distance=distance
        )

    np.testing.assert_allclose(of(), 2 * (1 - hit), rtol=1e-12)
    np.testing.assert_allclose(of(communication.max_distance), 1 - hit, rtol=1e-12)
    np.testing.assert_allclose(of(communication.surprisal), -np.log(hit), rtol=1e-12)
    assert np.all(of(communication.l2_distance) <= of())


@pytest.mark.parametrize("distance", ["l1", "l2", "max"])
def test_distances_vanish_with_finite_slopes(distance: str):
    function = getattr(communication, f"{distance}_distance")
    law = jnp.array([0.5, 0.5, 0.0])
    value, slope = jax.value_and_grad(function)(law, law)
    assert value == 0 and np.isfinite(slope).all()


def test_targets_that_are_never_met_are_infinitely_surprising():
    never = jnp.array([[1.0, 0.0], [1.0, 0.0]])
    policy, target = jnp.array([0.5, 0.5]), jnp.array([0.0, 1.0])

    def of(responses):
        return communication.targeted_influence(
            policy, responses, target, distance=communication.surprisal
        )

    value, slope = jax.jit(jax.value_and_grad(of))(never)
    assert value == np.inf and np.isfinite(slope).all()
    # An action that is never taken, and answered as no other.
    policy = jnp.array([1.0, 0.0])
    assert communication.social_influence(policy, jnp.eye(2), 1) == np.inf
    assert communication.social_influence(policy, jnp.eye(2), 0) == 0


def test_empty_laws_have_no_influence():
    slope = jax.jit(jax.grad(lambda p, r: jnp.sum(informed(p, r)), argnums=(0, 1)))
    absent = np.stack([RESPONSES[0], np.zeros((3, 4))])
    found = informed(POLICY, absent)
    np.testing.assert_allclose(found[0], informed(POLICY, RESPONSES)[0], rtol=1e-12)
    assert found[1] == 0
    for policy, responses in ((POLICY, absent), (np.zeros(3), RESPONSES)):
        assert all(np.isfinite(g).all() for g in slope(policy, responses))
    assert not informed(np.zeros(3), RESPONSES).any()
    # An action without a response is as if it were never taken.
    two = informed(POLICY[:2], RESPONSES[:, :2])
    three = RESPONSES.copy()
    three[:, 2] = 0
    np.testing.assert_allclose(informed(POLICY, three), two, rtol=1e-12)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"`responses` must be of shape \[..., 3, v\]"):
        communication.unilateral_influence(POLICY, RESPONSES[:, :2])
    with pytest.raises(ValueError, match="`targets` must be broadcastable"):
        communication.targeted_influence(POLICY, RESPONSES, np.ones(3))
