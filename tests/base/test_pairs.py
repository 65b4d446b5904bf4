"""Pairs: one answer dense or in blocks, for either side, with any mask."""

from __future__ import annotations

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import PairPlan, Pairs, dependence
from infojax._base import pairs as engine
from infojax._base.pairs import score_pairs

RNG = np.random.default_rng(0)
X, Y = jnp.asarray(RNG.normal(size=(7, 2))), jnp.asarray(RNG.normal(size=(5, 2)))
MATRIX = np.asarray(X @ Y.T)
plans = pytest.mark.parametrize("size", [None, 1, 3, 7, 50])


def product(x, y):
    return x @ y.T


@plans
def test_rows_of_the_matrix(size):
    pairs = Pairs(product, X, Y, PairPlan(block_size=size))
    got = pairs.map_rows(lambda rows: rows.values)
    np.testing.assert_allclose(got, MATRIX, rtol=1e-14)
    got = pairs.transpose.map_rows(lambda rows: rows.values)
    np.testing.assert_allclose(got, MATRIX.T, rtol=1e-14)


@plans
def test_a_reduction_may_return_a_tree(size):
    pairs = Pairs(lambda x, y: (x @ y.T, y[None, :, 0]), X, Y, PairPlan(size))
    largest, first = pairs.map_rows(
        lambda rows: (
            rows.values[0].max(1),
            jnp.where(rows.where, rows.values[1], 0).sum(1),
        )
    )
    np.testing.assert_allclose(largest, MATRIX.max(1), rtol=1e-14)
    np.testing.assert_allclose(first, np.full(7, Y[:, 0].sum()), rtol=1e-14)


@plans
def test_masks_and_the_diagonal_follow_the_blocks(size):
    rows, columns = np.arange(7) != 2, np.arange(5) != 4
    pairs = Pairs(
        product, X, Y, PairPlan(size), jnp.asarray(rows), jnp.asarray(columns)
    )
    where, diagonal = pairs.map_rows(lambda rows: (rows.where, rows.diagonal))
    np.testing.assert_array_equal(where, rows[:, None] & columns[None])
    np.testing.assert_array_equal(diagonal, np.eye(7, 5, dtype=bool))
    other, _ = pairs.transpose.map_rows(lambda rows: (rows.where, rows.diagonal))
    np.testing.assert_array_equal(other, where.T)


def test_diagonal_evaluates_partners_only():
    widths = []

    def fn(x, y):
        widths.append((len(x), len(y)))
        return x @ y.T

    got = Pairs(fn, X[:5], Y).diagonal()
    np.testing.assert_allclose(got, np.diagonal(MATRIX[:5]), rtol=1e-14)
    assert set(widths) == {(1, 1)}


def test_means_over_rows():
    values, mask = jnp.array([1.0, 2.0, jnp.nan, 4.0]), jnp.array([1, 1, 0, 1], bool)
    weights = jnp.array([1.0, 2.0, 3.0, 0.0])
    side = jnp.zeros((4, 1))
    plain = Pairs(product, side, side, where_x=mask)
    np.testing.assert_allclose(plain.mean(values), 7 / 3)
    expected = np.log(np.exp([1, 2, 4]).mean())
    np.testing.assert_allclose(plain.log_mean(values), expected)
    assert plain.count(jnp.float64) == 3
    weighted = Pairs(product, side, side, where_x=mask, weights_x=weights)
    np.testing.assert_allclose(weighted.mean(values), 5 / 3)
    expected = np.log((np.exp(1) + 2 * np.exp(2)) / 3)
    np.testing.assert_allclose(weighted.log_mean(values), expected)
    gradient = jax.grad(weighted.log_mean)(values)
    assert np.isfinite(gradient).all() and gradient[2] == 0


def test_means_of_nothing():
    side, values = jnp.zeros((2, 1)), jnp.array([1.0, -jnp.inf])
    nothing = Pairs(product, side, side, where_x=jnp.zeros(2, bool))
    assert nothing.mean(values) == 0 and nothing.log_mean(values) == 0
    lost = Pairs(product, side, side, where_x=jnp.array([False, True]))
    assert lost.log_mean(values) == -jnp.inf


def test_a_score_matrix_in_the_clothes_of_pairs():
    scores = jnp.asarray(RNG.normal(size=(4, 4)))
    pairs = score_pairs(scores, jnp.array([True, True, False, True]))
    np.testing.assert_array_equal(pairs.diagonal(), jnp.diagonal(scores))
    got = pairs.transpose.map_rows(lambda rows: rows.values)
    np.testing.assert_array_equal(got, scores.T)


@pytest.mark.parametrize("size", [0, -1, 2.5])
def test_a_block_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match="PairPlan: `block_size` must be a positive"):
        PairPlan(block_size=size)


def test_a_loop_over_problems_gives_what_one_problem_gives():
    x, y = RNG.normal(size=(2, 3, 190, 2))
    assert engine._MANY <= 190**2

    def curved(a, b):
        return jax.value_and_grad(dependence.hsic)(a, b)

    looped = jax.jit(lambda *s: jax.lax.map(lambda p: curved(*p), s))(x, y)
    for i in range(len(x)):
        expected = curved(jnp.asarray(x[i]), jnp.asarray(y[i]))
        got = jax.tree.map(lambda leaf, i=i: leaf[i], looped)
        chex.assert_trees_all_close(got, expected, rtol=1e-12)
