"""Messages in actions, and policies of decision processes with known answers."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from theory.couplings import couple, inputs, near, of, random_laws

from infojax import closed_form, theory

telling = jax.jit(theory.coding_game_policy)
step = jax.jit(theory.coding_game_step)


@of("mcg_belief_update")
def test_reference_step(case: dict):
    belief, policy = inputs(case, "belief", "policy")
    expected = case["expected"]
    posterior = step(belief, policy, case["inputs"]["action"])
    np.testing.assert_allclose(posterior, expected["posterior"], **near(case))
    given = telling(belief, policy)
    np.testing.assert_allclose(given, expected["conditional_policy"], **near(case))


def test_policies_of_messages_add_up_and_beliefs_follow_bayes():
    belief, policy = random_laws(7), random_laws(4, seed=1)
    given = telling(belief, policy)
    np.testing.assert_allclose(given.sum(1), 1, rtol=1e-12)
    np.testing.assert_allclose(belief @ given, policy, rtol=1e-12)
    after = jnp.stack([step(belief, policy, a) for a in range(4)])
    np.testing.assert_allclose(policy @ after, belief, rtol=1e-12)
    # What an action tells of the message is the information of the coupling.
    entropy = closed_form.categorical_entropy
    told = entropy(belief) - policy @ entropy(after)
    np.testing.assert_allclose(
        told, couple(belief, policy).mutual_information, rtol=1e-12
    )


def test_messages_of_three_bits_are_read_in_three_actions():
    even = jnp.full(2, 0.5)
    for message in range(8):
        belief = jnp.full(8, 1 / 8)
        for _ in range(3):
            action = jnp.argmax(telling(belief, even)[message])
            belief = step(belief, even, action)
        np.testing.assert_allclose(belief[message], 1, rtol=1e-12)


def test_what_never_happens_changes_nothing():
    belief, policy = jnp.array([0.0, 0.3, 0.7]), jnp.array([0.6, 0.4, 0.0])
    np.testing.assert_allclose(telling(belief, policy)[0], policy)
    np.testing.assert_allclose(step(belief, policy, 2), belief, rtol=1e-12)
    assert step(belief, policy, 1)[0] == 0
    assert np.all(telling(jnp.zeros(2), policy) == policy)
    with pytest.raises(TypeError, match="`action` must be an integer array"):
        theory.coding_game_step(belief, policy, 1.0)
    with pytest.raises(ValueError, match="`action` must be of rank 0"):
        theory.coding_game_step(belief, policy, [1])


def decisions(states: int = 4, actions: int = 3) -> tuple[jax.Array, jax.Array]:
    rng = np.random.default_rng(0)
    chances = rng.dirichlet(np.ones(states), (states, actions))
    return jnp.asarray(rng.normal(size=(states, actions))), jnp.asarray(chances)


@jax.jit
def solve(rewards, transitions, temperature):
    return theory.soft_value_iteration(
        rewards, transitions, temperature=temperature, discount=0.8, tolerance=1e-13
    )


def test_one_state_in_closed_form():
    rewards, beta = jnp.array([[0.3, -1.0, 0.5]]), 0.7
    found = solve(rewards, jnp.ones((1, 3, 1)), beta)
    value = beta * jax.nn.logsumexp(rewards[0] / beta) / (1 - 0.8)
    assert found.converged
    np.testing.assert_allclose(found.values[0], value, rtol=1e-11)
    np.testing.assert_allclose(
        found.policy[0], jax.nn.softmax(rewards[0] / beta), rtol=1e-11
    )


def test_values_solve_their_equation():
    rewards, chances = decisions()
    found, beta = solve(rewards, chances, 0.5), 0.5
    q = rewards + 0.8 * chances @ found.values
    np.testing.assert_allclose(found.action_values, q, rtol=1e-11)
    soft = beta * jax.nn.logsumexp(q / beta, axis=1)
    np.testing.assert_allclose(found.values, soft, rtol=1e-11)
    np.testing.assert_allclose(found.policy.sum(1), 1, rtol=1e-12)


def test_a_cold_policy_is_the_best_one():
    rewards, chances = decisions()
    values = jnp.zeros(4)
    for _ in range(200):
        values = jnp.max(rewards + 0.8 * chances @ values, axis=1)
    best = jnp.argmax(rewards + 0.8 * chances @ values, axis=1)
    for beta in (1e-6, 0.0):
        found = solve(rewards, chances, jnp.asarray(beta))
        np.testing.assert_allclose(found.values, values, rtol=1e-5)
        np.testing.assert_allclose(
            found.policy, jax.nn.one_hot(best, 3, dtype=float), atol=1e-12
        )


def test_rows_of_zeros_end_the_episode():
    rewards = jnp.array([[1.0, 2.0], [5.0, 5.0]])
    chances = jnp.zeros((2, 2, 2)).at[0, 0, 1].set(1.0)
    found = solve(rewards, chances, 1.0)
    after = 5 + math.log(2)
    np.testing.assert_allclose(found.values[1], after, rtol=1e-12)
    np.testing.assert_allclose(
        found.action_values[0], [1 + 0.8 * after, 2.0], rtol=1e-12
    )


def test_gradients_are_visits_and_entropies():
    rewards, chances = decisions()
    beta, policy = jnp.asarray(0.5), solve(rewards, chances, 0.5).policy
    moves = jnp.einsum("sa,sat->st", policy, chances)
    visits = jnp.linalg.solve(jnp.eye(4) - 0.8 * moves.T, jnp.eye(4)[0])
    by_reward, by_temperature = jax.grad(
        lambda r, b: solve(r, chances, b).values[0], argnums=(0, 1)
    )(rewards, beta)
    np.testing.assert_allclose(by_reward, visits[:, None] * policy, rtol=1e-9)
    np.testing.assert_allclose(
        by_temperature, visits @ closed_form.categorical_entropy(policy), rtol=1e-9
    )


def test_too_few_steps_and_mistakes_are_told():
    rewards, chances = decisions()
    ask = theory.soft_value_iteration
    short = ask(rewards, chances, temperature=1.0, discount=0.9, max_steps=3)
    assert not short.converged and short.steps == 3
    with pytest.raises(ValueError, match="`discount` must be < 1"):
        ask(rewards, chances, temperature=1.0, discount=1.0)
    with pytest.raises(ValueError, match="`temperature` must be positive"):
        ask(rewards, chances, temperature=0.0, discount=0.5)
