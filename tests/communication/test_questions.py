"""Questions: known games, exact values by enumeration, impossible answers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import closed_form, communication, mi

play = jax.jit(
    communication.greedy_questions, static_argnames=("rounds", "tolerance", "value")
)
BITS = np.array([[b >> j & 1 for b in range(8)] for j in range(3)])
KNOW = np.eye(2)[BITS]  # [3, 8, 2]
rng = np.random.default_rng(0)


def test_what_parties_lack_and_can_get():
    p = rng.dirichlet(np.ones(24)).reshape(3, 2, 4)
    found = communication.exchange_terms(p)
    h = closed_form.categorical_entropy
    whole = h(p.ravel())
    np.testing.assert_allclose(
        found.missing_first, h(p.sum(2).ravel()) - h(p.sum((0, 2)))
    )
    np.testing.assert_allclose(
        found.missing_second, h(p.sum(1).ravel()) - h(p.sum((0, 1)))
    )
    np.testing.assert_allclose(found.missing_together, whole - h(p.sum(0).ravel()))
    left = found.missing_together
    np.testing.assert_allclose(found.from_second, found.missing_first - left)
    np.testing.assert_allclose(found.from_first, found.missing_second - left)


def test_parties_without_a_law():
    slope = jax.jit(jax.grad(lambda p: sum(communication.exchange_terms(p))))
    assert np.isfinite(slope(jnp.zeros((2, 2, 2)))).all()
    assert all(term == 0 for term in communication.exchange_terms(np.zeros((2, 2, 2))))
    # An answer that is always the same.
    sure = communication.exchange_terms(np.ones((1, 2, 3)))
    np.testing.assert_allclose(sure, 0, atol=1e-14)


def test_gains_are_what_beliefs_are_expected_to_lose():
    joint, laws = rng.dirichlet(np.ones(12)).reshape(4, 3), rng.random((5, 4, 2))
    laws /= laws.sum(2, keepdims=True)
    found = communication.question_gains(joint, laws)
    h = closed_form.categorical_entropy
    for q in range(5):
        left = 0.0
        for answer in range(2):
            after = communication.question_step(joint, laws, q, answer)
            np.testing.assert_allclose(after.sum(), 1, rtol=1e-12)
            left += (joint.sum(1) @ laws[q, :, answer]) * h(after.sum(0))
        np.testing.assert_allclose(found[q], h(joint.sum(0)) - left, rtol=1e-10)


@pytest.mark.parametrize("known", range(8))
def test_three_bits_take_three_questions(known: int):
    found = play(np.eye(8), KNOW, BITS[:, known], rounds=4)
    assert found.asked.tolist() == [0, 1, 2, -1]
    nats = np.log(2) * np.array([3, 2, 1, 0, 0])
    np.testing.assert_allclose(found.remaining, nats, atol=1e-14)
    np.testing.assert_allclose(found.gains, [*[np.log(2)] * 3, 0], atol=1e-14)
    np.testing.assert_allclose(found.joint[known, known], 1)


def test_greedy_asks_for_what_matters_and_then_stops():
    target = np.eye(2)[BITS[2]]  # [8, 2]: the third bit
    for known in range(8):
        found = play(target, KNOW, BITS[:, known], rounds=3)
        assert found.asked.tolist() == [2, -1, -1]
        assert found.remaining[1] == found.remaining[-1] == 0


def test_parity_tells_nothing_before_the_last_question():
    parity = np.eye(2)[BITS.sum(0) % 2]
    np.testing.assert_allclose(
        communication.question_gains(parity, KNOW), 0, atol=1e-15
    )
    found = play(parity, KNOW, BITS[:, 5], rounds=3)
    np.testing.assert_allclose(
        found.remaining, np.log(2) * np.array([1, 1, 1, 0]), atol=1e-14
    )


def test_values_of_ones_own_decide():
    order = jnp.array([0.1, 0.9, 0.5])
    found = communication.greedy_questions(
        np.eye(8), KNOW, BITS[:, 3], rounds=3, value=lambda joint, laws: order
    )
    assert found.asked.tolist() == [1, 2, 0]


def test_answers_that_can_not_be_change_nothing():
    joint, lie = jnp.eye(2), jnp.array([[[1.0, 0.0], [1.0, 0.0]]])
    after = communication.question_step(joint, lie, 0, 1)
    np.testing.assert_array_equal(after, joint / 2)
    slope = jax.grad(lambda j: communication.question_step(j, lie, 0, 1)[0, 0])(joint)
    assert np.isfinite(slope).all()
    found = play(joint, lie, np.array([1]), rounds=2)
    np.testing.assert_allclose(found.remaining, np.log(2))
    assert found.asked.tolist() == [0, -1]


def test_beliefs_without_mass():
    empty = play(np.zeros((8, 2)), KNOW, BITS[:, 0], rounds=2)
    assert empty.asked.tolist() == [-1, -1] and not empty.remaining.any()
    assert not empty.joint.any()
    assert not communication.question_gains(np.zeros((8, 2)), KNOW).any()


def test_questions_with_fewer_answers_are_padded():
    three = np.eye(3)[np.arange(8) % 3]
    padded = np.concatenate([KNOW, np.zeros((3, 8, 1))], axis=2)
    laws = np.concatenate([padded, three[None]])
    found = communication.question_gains(np.eye(8), laws)
    alone = mi.plugin(three.T)
    np.testing.assert_allclose(found, [*[np.log(2)] * 3, alone], rtol=1e-12)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"`answers` must be of shape \[q, 4, r\]"):
        communication.question_gains(np.eye(4), KNOW)
    with pytest.raises(ValueError, match="`replies` must be as long as `answers`"):
        communication.greedy_questions(np.eye(8), KNOW, BITS[0], rounds=1)
