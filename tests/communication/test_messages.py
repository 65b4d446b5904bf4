"""Messages: codes whose values are known, distances, and what degenerates."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import communication, entropy, mi

GRID = np.array(list(itertools.product(range(3), range(3))), np.int32)
similar = jax.jit(
    communication.topographic_similarity,
    static_argnames=("meaning_distance", "message_distance"),
)
edits = jax.jit(communication.edit_distance)
posdis = jax.jit(communication.positional_disentanglement)


def test_a_code_of_parts():
    renamed = np.array([[4, 2, 7], [1, 5, 0]])
    code = np.stack([renamed[0, GRID[:, 1]], renamed[1, GRID[:, 0]]], axis=1)
    np.testing.assert_allclose(similar(GRID, code), 1, rtol=1e-12)
    np.testing.assert_allclose(posdis(code, GRID), 1, rtol=1e-12)
    full = communication.capacity_used(GRID, vocabulary=3)
    np.testing.assert_allclose(full, 1, rtol=1e-12)
    joint = np.zeros((6, 6))
    for meaning, message in zip(GRID, GRID, strict=True):
        for part in range(2):
            joint[3 * part + meaning[part], 3 * part + message[part]] += 1
    np.testing.assert_allclose(communication.context_independence(joint), 1)


def test_a_code_of_counts():
    # Symbol 1 as often as the first attribute says, symbol 2 as the second.
    code = np.array([[1] * a + [2] * b + [0] * (4 - a - b) for a, b in GRID], np.int32)
    found = communication.bag_disentanglement(code, GRID, vocabulary=3)
    np.testing.assert_allclose(found, 1, rtol=1e-12)
    mixed = np.random.default_rng(0).permuted(code, axis=1)
    again = communication.bag_disentanglement(mixed, GRID, vocabulary=3)
    np.testing.assert_allclose(again, 1, rtol=1e-12)
    assert posdis(mixed, GRID) < 0.9


def test_random_codes_of_many_meanings_are_not_topographic():
    rng = np.random.default_rng(0)
    meanings, code = rng.integers(0, 4, (2, 120, 3))
    assert abs(similar(meanings, code)) < 0.05
    # The bias of the plug-in estimate of two independent variables.
    x, y = rng.integers(0, 4, (2, 2000))
    found = communication.speaker_consistency(x, y)
    assert 0 < found < 3 * 9 / 4000


def test_messages_that_never_change():
    same, weights = np.full((9, 2), 5), jnp.linspace(0.1, 0.9, 9)
    own = communication

    @jax.jit
    def metrics(w):
        return jnp.stack(
            [
                own.message_entropy(same, weights=w),
                own.capacity_used(same, vocabulary=6, weights=w),
                own.speaker_consistency(same, GRID, weights=w),
                own.normalized_speaker_consistency(GRID, same, weights=w),
                own.instantaneous_coordination(same, GRID, weights=w),
                own.positional_disentanglement(same, GRID, weights=w),
                own.positional_disentanglement(GRID, same, weights=w),
                own.bag_disentanglement(same, GRID, vocabulary=6, weights=w),
            ]
        )

    np.testing.assert_allclose(metrics(weights), 0, atol=1e-12)
    assert np.isfinite(jax.jit(jax.jacrev(metrics))(weights)).all()
    assert similar(GRID, same) == 0 and similar(same, GRID) == 0
    assert communication.capacity_used(same, vocabulary=1) == 0
    assert communication.bag_disentanglement(same, GRID, vocabulary=1) == 0
    assert not communication.position_entropies(same).any()


def test_few_messages():
    one = np.array([[1, 2]])
    assert similar(one, one) == 0 and posdis(one, one) == 0
    assert similar(GRID[:2], GRID[:2]) == 0
    nobody = np.zeros(9, bool)
    assert similar(GRID, GRID, where=nobody) == 0
    assert posdis(GRID, GRID, where=nobody) == 0
    # Of one attribute nothing is to be told apart from it.
    np.testing.assert_allclose(posdis(GRID[:, 0], GRID[:, 0]), 1, rtol=1e-12)


def levenshtein(a, b) -> int:
    """By recursion over the last symbols."""
    if not len(a) or not len(b):
        return len(a) + len(b)
    changed = levenshtein(a[:-1], b[:-1]) + (a[-1] != b[-1])
    return min(changed, levenshtein(a[:-1], b) + 1, levenshtein(a, b[:-1]) + 1)


def test_edit_distances_of_words_of_all_lengths():
    rng = np.random.default_rng(0)
    lengths = list(itertools.product(range(5), range(4)))
    words = np.full((2, len(lengths), 5), -1)
    expected = []
    for i, (m, n) in enumerate(lengths):
        a, b = rng.integers(0, 2, m), rng.integers(0, 2, n)
        words[0, i, :m], words[1, i, :n] = a, b
        expected.append(2 * levenshtein(a, b) / max(m + n, 1))
    found = jax.vmap(edits)(jnp.asarray(words[0]), jnp.asarray(words[1]))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    # What comes after the end of a message does not matter.
    assert edits(np.array([1, -1, 7]), np.array([1, -1, -1])) == 0


def test_any_distance_will_do():
    x = jnp.arange(7.0)
    found = similar(
        x, -3 * x, meaning_distance=_apart, message_distance=lambda a, b: -_apart(a, b)
    )
    np.testing.assert_allclose(found, -1, rtol=1e-12)


def _apart(a, b):
    return jnp.abs(a - b)


def test_many_equal_distances_are_exactly_equal():
    # The mean of many equal ranks is rounded in single precision.
    n = 150
    meanings = np.arange(n)[:, None]  # all of them differ: one distance
    with jax.enable_x64(False):
        assert similar(meanings, np.arange(n)[::-1, None]) == 0


def test_symbols_that_are_sure_agree_with_counts():
    attribute = jnp.asarray(GRID[:, 0])
    code = (GRID + GRID[:, ::-1] // 2) % 3
    q = jax.nn.one_hot(code, 3)
    found = communication.symbol_mi(q, attribute, num_values=3)
    counted = [mi.discrete(code[:, j], GRID[:, 0]) for j in range(2)]
    np.testing.assert_allclose(found, counted, rtol=1e-12)
    use = communication.symbol_use(q)
    alone = [entropy.discrete(code[:, j]) for j in range(2)]
    np.testing.assert_allclose(use.vocabulary, alone, rtol=1e-12)
    np.testing.assert_allclose(use.doubt, 0, atol=1e-15)


def test_soft_symbols_by_the_formula():
    q = np.random.default_rng(0).dirichlet(np.ones(4), (6, 1))
    attribute = np.array([0, 1, 0, 1, 1, -1])
    found = communication.symbol_mi(q, attribute, num_values=3)
    h = entropy.plugin
    parts = [q[attribute == c, 0].mean(0) for c in (0, 1)]
    by_hand = h(q[:5, 0].mean(0)) - (2 * h(parts[0]) + 3 * h(parts[1])) / 5
    np.testing.assert_allclose(found, [by_hand], rtol=1e-12)
    use = communication.symbol_use(q)
    np.testing.assert_allclose(use.information, use.vocabulary - use.doubt)
    np.testing.assert_allclose(use.doubt, [h(q[:, 0]).mean()], rtol=1e-12)


def test_soft_symbols_without_classes_or_mass():
    q, one = jnp.ones((3, 2, 4)), jnp.zeros(3, int)
    same = communication.symbol_mi(q, one, num_values=1)
    np.testing.assert_allclose(same, 0, atol=1e-14)

    def empty(q):
        use = communication.symbol_use(q)
        return jnp.sum(communication.symbol_mi(q, one, num_values=2) + sum(use))

    value, slope = jax.jit(jax.value_and_grad(empty))(jnp.zeros((3, 2, 4)))
    assert value == 0 and np.isfinite(slope).all()


def test_concepts_without_mass_are_left_out():
    joint = jnp.array([[0.5, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.25, 0.25]])
    np.testing.assert_allclose(communication.context_independence(joint), 0.75)
    empty = communication.context_independence(jnp.zeros((2, 2)))
    assert empty == 0


@pytest.mark.parametrize("estimator", [entropy.miller_madow])
def test_corrected_estimates_are_passed_on(estimator):
    found = communication.speaker_consistency(GRID, GRID[:, 0], estimator=estimator)
    counted = mi.discrete(GRID, GRID[:, 0], estimator=estimator)
    np.testing.assert_allclose(found, counted, rtol=1e-12)
