"""Unbiased and partial distance correlation against formulas and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.spatial.distance import cdist

from infojax import dependence
from infojax._base.distances import euclidean

RNG = np.random.default_rng(0)
Z = RNG.normal(size=(15, 2))
X = Z + RNG.normal(size=(15, 2))
Y = Z[:, :1] + X[:, 1:] + RNG.normal(size=(15, 1))
partial = jax.jit(dependence.partial_distance_correlation)
correlation = jax.jit(dependence.unbiased_distance_correlation)
covariance = jax.jit(dependence.unbiased_distance_covariance)


def u_centred(x):
    """Definition 2 of Szekely and Rizzo (2014)."""
    a, n = cdist(x, x), len(x)
    rows = a.sum(axis=0)
    u = a - (rows[:, None] + rows[None]) / (n - 2) + a.sum() / ((n - 1) * (n - 2))
    np.fill_diagonal(u, 0)
    return u


def product(a, b):
    return np.sum(a * b) / (len(a) * (len(a) - 3))


def cosine(a, b):
    return product(a, b) / np.sqrt(product(a, a) * product(b, b))


def test_the_formulas_of_the_paper():
    a, b, c = (u_centred(s) for s in (X, Y, Z))
    np.testing.assert_allclose(covariance(X, Y), product(a, b), rtol=1e-10)
    np.testing.assert_allclose(correlation(X, Y), cosine(a, b), rtol=1e-10)
    # Equations 3.1 and 3.2: the cosine of the projections off the third.
    off_a = a - product(a, c) / product(c, c) * c
    off_b = b - product(b, c) / product(c, c) * c
    np.testing.assert_allclose(partial(X, Y, Z), cosine(off_a, off_b), rtol=1e-9)


def test_it_is_unbiased_hsic_of_minus_the_distance():
    def minus(a, b):
        return -euclidean(a, b)

    expected = dependence.unbiased_hsic(X, Y, kernel_x=minus, kernel_y=minus)
    np.testing.assert_allclose(covariance(X, Y), expected, rtol=1e-10)


def test_independent_samples_of_many_columns_average_to_zero():
    # The V-statistic is above 0.9 here; standard error 0.005 over 400 draws.
    x, y = jnp.asarray(np.random.default_rng(1).normal(size=(2, 400, 10, 50)))
    values = jax.jit(jax.vmap(dependence.unbiased_distance_correlation))(x, y)
    np.testing.assert_allclose(jnp.mean(values), 0, atol=0.02)
    assert dependence.distance_correlation(x[0], y[0]) > 0.9


def test_equal_distances_correlate_fully():
    np.testing.assert_allclose(correlation(X, 5 - 2 * X), 1, rtol=1e-10)
    np.testing.assert_allclose(partial(X, 5 - 2 * X, Z), 1, rtol=1e-9)


def test_taking_out_a_constant_changes_nothing_and_taking_out_a_side_leaves_nothing():
    constant = jnp.ones((15, 1))
    np.testing.assert_allclose(partial(X, Y, constant), correlation(X, Y), rtol=1e-10)
    assert partial(X, Y, 3 * X) == 0
    assert partial(constant, Y, Z) == 0
    slopes = jax.jit(
        jax.grad(dependence.partial_distance_correlation, argnums=(0, 1, 2))
    )(jnp.asarray(X), jnp.asarray(Y), jnp.asarray(X))
    for slope in slopes:
        np.testing.assert_array_equal(slope, 0)


def test_what_a_common_cause_explains_goes_away():
    # Given z, x and y share nothing; without it their correlation is 0.2 to 0.6.
    z, e, f = np.random.default_rng(2).normal(size=(3, 150, 1))
    x, y = z + 0.7 * e, z + 0.7 * f
    assert correlation(x, y) > 0.2
    assert abs(partial(x, y, z)) < 0.1


def test_fewer_than_four_rows_give_zero():
    assert dependence.unbiased_distance_covariance(X[:3], Y[:3]) == 0
    assert dependence.partial_distance_correlation(X[:3], Y[:3], Z[:3]) == 0
