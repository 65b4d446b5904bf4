"""Draws: frequencies, limits, gradients, masks and infinities."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import communication

KEY = jax.random.key(0)
LOGITS = jnp.array([1.0, -0.5, 0.3, 0.0])
draws = jax.jit(
    lambda key, x, k: communication.straight_through_gumbel(
        key, jnp.broadcast_to(x, (100_000, len(x))), k=k
    ),
    static_argnums=2,
)
expected = jax.jit(
    lambda x, k, where=None: communication.expected_edges(x, k=k, where=where),
    static_argnums=1,
)
top = jax.jit(communication.straight_through_top_k, static_argnames=("k", "relax"))


def within_noise(shares, probabilities, n: int = 100_000) -> None:
    error = np.sqrt(probabilities * (1 - probabilities) / n)
    assert np.all(np.abs(shares - probabilities) <= 4 * error + 1e-12)


def inclusion(logits, k: int) -> np.ndarray:
    """Probabilities to be among the first k, of all orders there are."""
    weights, found = np.exp(np.asarray(logits)), np.zeros(len(logits))
    for order in itertools.permutations(range(len(logits)), k):
        left, probability = weights.copy(), 1.0
        for i in order:
            probability *= left[i] / left.sum()
            left[i] = 0
        found[list(order)] += probability
    return found


def test_one_symbol_is_drawn_from_the_softmax_at_any_temperature():
    shares = draws(KEY, LOGITS, 1).mean(0)
    within_noise(shares, np.asarray(jax.nn.softmax(LOGITS)))
    cold = communication.straight_through_gumbel(KEY, LOGITS, tau=0.01)
    warm = communication.straight_through_gumbel(KEY, LOGITS, tau=10.0)
    np.testing.assert_array_equal(cold, warm)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_expected_edges_are_those_of_all_orders(k: int):
    np.testing.assert_allclose(expected(LOGITS, k), inclusion(LOGITS, k), rtol=1e-12)
    # Far apart too, where the first are certain.
    apart = jnp.array([60.0, 3.0, 0.0, -700.0])
    np.testing.assert_allclose(expected(apart, k), inclusion(apart, k), atol=1e-15)


def test_sets_are_drawn_without_replacement():
    drawn = draws(KEY, LOGITS, 2)
    assert set(np.unique(drawn)) == {0, 1} and (drawn.sum(1) == 2).all()
    within_noise(drawn.mean(0), inclusion(LOGITS, 2))


def test_masked_entries_are_as_if_absent():
    where = jnp.array([True, False, True, True])
    some = LOGITS[where]
    found = expected(LOGITS, 2, where)
    np.testing.assert_allclose(found[where], inclusion(some, 2), rtol=1e-12)
    assert found[1] == 0
    lost = LOGITS.at[1].set(-jnp.inf)
    np.testing.assert_allclose(expected(lost, 2), found, rtol=1e-12)
    for relax in (communication.single_draw, communication.successive_draws):
        whole = relax(LOGITS.at[1].set(jnp.nan), 2, where=where)
        np.testing.assert_allclose(whole[where], relax(some, 2), rtol=1e-12)
        assert whole[1] == 0
    assert top(LOGITS.at[1].set(jnp.nan), k=4, where=where).tolist() == [1, 0, 1, 1]
    drawn = communication.straight_through_gumbel(KEY, lost, k=4)
    assert drawn.tolist() == [1, 0, 1, 1]
    soft = communication.gumbel_softmax(KEY, lost, tau=0.5)
    np.testing.assert_allclose(soft.sum(), 1, rtol=1e-12)
    assert soft[1] == 0


def test_the_gradient_is_that_of_the_soft_choice():
    weights, tau = jnp.array([0.3, -1.0, 2.0, 0.5]), 0.7

    def value(x, relax):
        return weights @ top(x, k=2, tau=tau, relax=relax)

    def soft(x, relax):
        return weights @ relax(x, 2, tau=tau)

    for relax in (communication.single_draw, communication.successive_draws):
        np.testing.assert_allclose(
            jax.grad(value)(LOGITS, relax), jax.grad(soft)(LOGITS, relax), rtol=1e-12
        )
    slope = jax.grad(value)(LOGITS, communication.single_draw)
    y = jax.nn.softmax(LOGITS / tau)
    by_hand = y * (weights - y @ weights) / tau
    np.testing.assert_allclose(slope, by_hand, rtol=1e-12)
    np.testing.assert_allclose(slope.sum(), 0, atol=1e-14)


def test_choices_of_all_and_of_equals():
    assert top(LOGITS, k=4).tolist() == [1, 1, 1, 1]
    assert top(jnp.zeros(4), k=2).tolist() == [1, 1, 0, 0]


def test_successive_draws_sum_to_k_and_tend_to_the_hard_choice():
    for tau in (0.01, 1.0, 30.0):
        soft = communication.successive_draws(LOGITS, 3, tau=tau)
        np.testing.assert_allclose(soft.sum(), 3, rtol=1e-12)
    cold = communication.successive_draws(LOGITS, 3, tau=0.01)
    np.testing.assert_allclose(cold, top(LOGITS, k=3), atol=1e-6)
    one = communication.successive_draws(LOGITS, 1, tau=0.7)
    np.testing.assert_allclose(one, jax.nn.softmax(LOGITS / 0.7), rtol=1e-12)


def test_relaxed_draws_tend_to_hard_ones():
    hard = communication.straight_through_gumbel(KEY, LOGITS)
    soft = communication.gumbel_softmax(KEY, LOGITS, tau=1e-3)
    np.testing.assert_allclose(soft, hard, atol=1e-6)


def test_infinite_and_absent_logits_have_values_and_gradients():
    rows = {
        "an infinite one": ([np.inf, 0.0, 1.0], [1, 0, 0]),
        "nothing there": ([-np.inf] * 3, [0, 0, 0]),
        "huge": ([1e308, -1e308, 0.0], [1, 0, 0]),
        "one there": ([-np.inf, -1e308, -np.inf], [0, 1, 0]),
    }
    for name, (row, chosen) in rows.items():
        value, pull = jax.vjp(lambda x: top(x, tau=1e-3), jnp.array(row))
        assert value.tolist() == chosen, name
        assert np.isfinite(pull(jnp.array([1.0, 2.0, 3.0]))[0]).all(), name
        edges = expected(jnp.array(row), 1)
        np.testing.assert_allclose(edges, chosen, atol=1e-12, err_msg=name)
    assert np.isnan(top(jnp.array([np.nan, 0.0]))).all()


def test_noise_is_finite_at_both_ends():
    noise = communication.gumbel_noise(jnp.array([0.0, np.exp(-1), 1.0]))
    assert np.isfinite(noise).all() and noise[0] < -6 and noise[2] > 30
    np.testing.assert_allclose(noise[1], 0, atol=1e-12)


def test_gates_open_as_often_as_they_should():
    logits = jnp.log(jnp.array([3.0, 1.0, 0.25]))
    many = jnp.broadcast_to(logits, (100_000, 3))
    gates = communication.binary_concrete(KEY, many)
    assert set(np.unique(gates)) == {0, 1}
    within_noise(gates.mean(0), np.array([0.75, 0.5, 0.2]))
    ends = jnp.array([np.inf, -np.inf])
    value, pull = jax.vjp(lambda x: communication.binary_concrete(KEY, x), ends)
    assert value.tolist() == [1, 0] and pull(jnp.ones(2))[0].tolist() == [0, 0]


def test_graphs_keep_their_budget():
    logits = jax.random.normal(KEY, (6, 6))
    away = ~jnp.eye(6, dtype=bool)
    rows = communication.edge_budget_sample(KEY, logits, k=2, where=away)
    assert (rows.sum(1) == 2).all() and not np.diag(rows).any()
    whole = communication.total_edge_budget_sample(KEY, logits, k=9, where=away)
    assert whole.sum() == 9 and not np.diag(whole).any()
    none = jnp.zeros((6, 6), bool)
    for sample in (
        communication.edge_budget_sample,
        communication.total_edge_budget_sample,
    ):

        def total(x, sample=sample):
            return sample(KEY, x, k=3, where=none).sum()

        value, slope = jax.jit(jax.value_and_grad(total))(logits)
        assert value == 0 and not slope.any()


def test_attention_is_over_links_alone_and_reaches_them():
    scores = jnp.array([[0.0, 1.0, 2.0], [3.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    edges = jnp.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    found = communication.edge_attention(scores, edges)
    odds = 1 / (1 + np.e)
    np.testing.assert_allclose(found[0], [odds, 1 - odds, 0], rtol=1e-12)
    assert not found[1].any() and found[2].tolist() == [0, 0, 1]
    slope = jax.grad(lambda e: communication.edge_attention(scores, e)[0, 1])(edges)
    np.testing.assert_allclose(slope[0], [0, 1 - odds, 0], rtol=1e-12)


@pytest.mark.parametrize("k", [0, 5])
def test_budgets_that_can_not_be(k: int):
    for call in (
        lambda: top(LOGITS, k=k),
        lambda: communication.successive_draws(LOGITS, k),
        lambda: communication.expected_edges(LOGITS, k=k),
        lambda: communication.edge_budget_sample(KEY, LOGITS[None], k=k),
    ):
        with pytest.raises(ValueError, match="`k` must be"):
            call()
    with pytest.raises(ValueError, match="`tau` must be positive"):
        communication.straight_through_top_k(LOGITS, tau=0.0)
