"""Bounds from a conditional model against loops, and one negative against all."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import PairPlan, Pairs, bounds

EXACT = {"rtol": 1e-12, "atol": 1e-12}
N = 6


def log_q(scale: float = 1.0) -> jax.Array:
    rng = np.random.default_rng(0)
    return jnp.asarray(scale * (rng.normal(size=(N, N)) + 2 * np.eye(N)))


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_leave_one_out_leaves_out_one_x_of_a_column(scale: float):
    # Public code masks with [n, n, 1], which broadcasts and collapses to CLUB; and its
    # mask value of -20 is none where q is confident.
    q = log_q(scale)
    ratios = [[q[k, i] - q[i, i] for k in range(N) if k != i] for i in range(N)]
    expected = -np.mean(np.log(np.mean(np.exp(ratios), axis=1)))
    got = bounds.leave_one_out(q)
    np.testing.assert_allclose(got, expected, rtol=1e-10)
    assert abs(got - bounds.club(q)) > 0.1
    assert abs(got - bounds.leave_one_out(q.T)) > 1e-4


def test_club_of_one_negative_is_in_expectation_that_of_all_negatives():
    q = log_q()
    keys = jax.random.split(jax.random.key(0), 4000)
    draws = np.asarray(jax.vmap(lambda key: bounds.club_sampled(key, q))(keys))
    expected = bounds.club(q) * N / (N - 1)
    off = ~np.eye(N, dtype=bool)
    np.testing.assert_allclose(
        expected, np.diagonal(q).mean() - np.asarray(q)[off].mean(), **EXACT
    )
    error = draws.std() / np.sqrt(len(draws))
    assert abs(draws.mean() - expected) < 4 * error


def test_club_never_draws_the_positive_and_each_other_as_often():
    keys = jax.random.split(jax.random.key(1), 3000)

    def counts(key):
        return -N * jax.grad(lambda q: bounds.club_sampled(key, q))(log_q())

    drawn = np.asarray(jax.vmap(counts)(keys)).sum(0)
    np.testing.assert_allclose(np.diagonal(drawn), -3000, rtol=1e-9)
    off = drawn[~np.eye(N, dtype=bool)]
    # Binomial counts of mean 600 and standard deviation 22.
    np.testing.assert_allclose(off, 600, atol=4.5 * 22)


def test_club_draws_alike_from_a_matrix_from_pairs_and_without_masked_rows():
    rng, key = np.random.default_rng(4), jax.random.key(2)
    x, y = (jnp.asarray(rng.normal(size=(N, 2))) for _ in range(2))
    keep = np.arange(N) != 2
    where = jnp.asarray(keep)

    def score(a, b):
        return -((a[:, None] - b) ** 2).sum(-1)

    expected = bounds.club_sampled(key, score(x[keep], y[keep]))
    pairs = Pairs(score, x, y, PairPlan(block_size=4), where, where)
    for got in (
        bounds.club_sampled(key, pairs),
        bounds.club_sampled(key, score(x, y), where=where),
    ):
        np.testing.assert_allclose(got, expected, **EXACT)


def test_pairs_hold_one_value_a_row_of_the_columns_that_are_asked_for():
    x, y = jnp.arange(4.0), jnp.arange(4.0) * 10
    columns = jnp.array([2, 2, 0, 1])
    pairs = Pairs(lambda a, b: a[:, None] + b, x, y)
    np.testing.assert_array_equal(pairs.at(columns), x + y[columns])


def test_barber_agakov_of_a_binary_symmetric_channel_is_its_information():
    flip = 0.1
    # Ten pairs in the right proportion.
    q = jnp.log(jnp.array([1 - flip] * 9 + [flip]))
    entropy = -(flip * np.log(flip) + (1 - flip) * np.log(1 - flip))
    got = bounds.barber_agakov(q, np.log(2))
    np.testing.assert_allclose(got, np.log(2) - entropy, **EXACT)
    assert bounds.barber_agakov(q, 1, where=jnp.zeros(10, bool)) == 0
    slope = jax.grad(bounds.barber_agakov, argnums=1)(q, 0.3)
    np.testing.assert_allclose(slope, 1, **EXACT)
    with pytest.raises(ValueError, match=r"barber_agakov: `entropy` must be a scalar"):
        bounds.barber_agakov(q, jnp.ones(10))


def test_where_belongs_to_pairs():
    pairs = Pairs(lambda a, b: a[:, None] * b, jnp.ones(3), jnp.ones(3))
    with pytest.raises(ValueError, match=r"club: `where` must be given to `Pairs`"):
        bounds.club(pairs, where=jnp.ones(3, bool))


def test_values_of_rows_have_the_length_of_the_rows():
    scores = jnp.zeros((3, 3))
    for call, argument in ((bounds.tuba, "log_baseline"), (bounds.flo, "u")):
        with pytest.raises(ValueError, match=rf"`{argument}` must be \[3\]; received"):
            call(scores, jnp.zeros((3, 3)))
