"""Tiles of a symmetric matrix and pieces of columns: the sums of whole rows."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import logsumexp

from infojax import PairPlan, Pairs, dependence, kernels, mi
from infojax._base import rows as parts
from infojax._base import tiles
from infojax._base.distances import squared_bandwidths
from infojax._base.pairs import gram_pairs
from infojax._base.rows import Rows

RNG = np.random.default_rng(0)
X = jnp.asarray(RNG.normal(size=(23, 2)))
WHERE = jnp.arange(23) % 5 != 1
WEIGHTS = jnp.asarray(RNG.uniform(0.5, 2.0, 23)).at[3].set(0.0)
KERNEL = kernels.gaussian(0.8)


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(tiles, "_LEAST", 1)


def reduce(rows: Rows):
    values = rows.values
    return (
        rows.mean(),
        rows.total(values**2, rows.off_diagonal),
        rows.mean(values, rows.off_diagonal),
    )


@pytest.mark.parametrize("size", [1, 4, 7])
def test_halves_of_a_symmetric_matrix_sum_to_its_rows(size):
    def rows(plan, symmetric=True):
        pairs = gram_pairs(KERNEL, X, plan, WHERE, WEIGHTS)
        pairs = pairs if symmetric else Pairs(**(vars(pairs) | {"symmetric": False}))
        return pairs.map_rows(reduce)

    whole, there = rows(PairPlan()), WHERE & (WEIGHTS > 0)
    for symmetric in (True, False):
        halves = rows(PairPlan(block_size=size), symmetric)
        for got, expected in zip(halves, whole, strict=True):
            np.testing.assert_allclose(
                np.where(there, got, 0), np.where(there, expected, 0), rtol=1e-12
            )


@pytest.mark.parametrize(
    "n, pairs, size",
    [
        (1025, 1 << 21, 513),
        (2000, 1 << 21, 1000),
        (2049, 1 << 22, 683),
        (10_000, 1 << 22, 1000),
        (1000, 125_000, None),  # at most 353
    ],
)
def test_tiles_are_even_and_not_too_small(n, pairs, size, monkeypatch):
    monkeypatch.undo()
    assert tiles.tile_size(n, pairs) == size


def test_half_of_the_pairs_are_evaluated():
    seen = []

    def fn(x, y):
        jax.debug.callback(lambda: seen.append(x.shape[0] * y.shape[0]))
        return KERNEL(x, y)

    plan, n = PairPlan(block_size=1), len(X)
    gram_pairs(fn, X, plan, WHERE).map_rows(Rows.mean)
    jax.effects_barrier()
    halves = sum(seen)
    seen.clear()
    Pairs(fn, X, X, plan, WHERE, WHERE).map_rows(Rows.mean)
    jax.effects_barrier()
    assert sum(seen) == n * n and halves <= 0.7 * n * n


@pytest.mark.parametrize("estimator", [dependence.hsic, mi.cs_qmi])
def test_halves_have_the_gradient_and_the_curvature_of_the_whole(estimator):
    y = jnp.asarray(RNG.normal(size=(23, 1)))

    def curved(plan):
        def f(x):
            return estimator(x, y, where=WHERE, weights=WEIGHTS, plan=plan)

        product = jax.jvp(jax.grad(f), (X,), (jnp.cos(X),))
        return f(X), *product

    for got, expected in zip(
        curved(PairPlan(block_size=2)), curved(PairPlan()), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-13)


def test_parts_of_some_columns_merge_to_the_whole():
    values = jnp.asarray(RNG.normal(size=(3, 8))) * 300  # exponentials overflow
    keep = jnp.asarray(RNG.uniform(size=(3, 8)) < 0.6).at[1, :4].set(False)
    keep = keep.at[2].set(False)

    def of(columns: slice):
        index = jnp.arange(8)[columns]
        some = Rows(
            values[:, columns], jnp.ones(3, bool), None, jnp.arange(3), index, None
        )
        kept = keep[:, columns]
        return (
            some.logsumexp(keep=kept),
            some.logmeanexp(keep=kept),
            some.smallest(3, some.values, kept),
        )

    pieces = parts.merge(of(slice(0, 4)), of(slice(4, 8)))
    whole = parts.finish(of(slice(0, 8)))
    merged = parts.finish(pieces)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), merged[:2], whole[:2]
    )
    expected = logsumexp(np.where(keep[0], values[0], -np.inf))
    np.testing.assert_allclose(merged[0][0], expected)
    assert merged[0][2] == -np.inf and merged[1][2] == 0
    np.testing.assert_array_equal(merged[2].value, whole[2].value)
    near = np.isfinite(whole[2].value)
    np.testing.assert_array_equal(merged[2].column[near], whole[2].column[near])


def test_ties_of_two_pieces_go_to_the_lower_column():
    one = parts.Smallest(jnp.array([[1.0, 2.0]]), jnp.array([[7, 9]]))
    two = parts.Smallest(jnp.array([[1.0, 2.0]]), jnp.array([[3, 4]]))
    assert one.merge(two).column.tolist() == [[3, 7]]


@pytest.mark.parametrize(("radius", "atol"), [(10.8, 1e-4), (1e3, 0)])
def test_products_are_as_good_as_differences_where_they_are_used(radius, atol):
    # Far points fall back on differences, which alone can tell near from equal.
    x = RNG.normal(size=(600, 5))
    x = jnp.asarray(radius * x / np.linalg.norm(x, axis=1, keepdims=True), jnp.float32)
    got = jax.jit(squared_bandwidths)(x, x)
    exact = np.square(np.asarray(x, float)[:, None] - np.asarray(x, float)[None])
    np.testing.assert_allclose(got, exact.sum(-1), rtol=1e-6, atol=atol)
