"""Correlations and log-determinants, regular and not."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import digamma

from infojax._base import linalg

RNG = np.random.default_rng(0)
X = RNG.normal(size=(9, 3)) @ RNG.normal(size=(3, 3))
ALL = jnp.ones(9, bool)


def test_correlation_of_numpy_for_rows_that_exist():
    keep = np.arange(9) != 4
    spoiled = jnp.asarray(X).at[4].set(0)
    matrix, variance, n = linalg.correlation(spoiled, jnp.asarray(keep))
    np.testing.assert_allclose(matrix, np.corrcoef(X[keep].T), rtol=1e-12)
    np.testing.assert_allclose(variance, X[keep].var(0, ddof=1), rtol=1e-12)
    assert n == 8


def test_a_constant_column_correlates_with_nothing():
    x = jnp.asarray(X).at[:, 1].set(0.1)
    matrix, variance, _ = linalg.correlation(x, ALL)
    np.testing.assert_array_equal(matrix[1], [0, 1, 0])
    assert variance[1] == 0


def test_logdet_and_its_slope():
    matrix = jnp.asarray(np.corrcoef(X.T))
    value, slope = jax.value_and_grad(linalg.logdet)(matrix)
    np.testing.assert_allclose(value, np.linalg.slogdet(matrix)[1], rtol=1e-10)
    symmetric = (slope + slope.T) / 2
    np.testing.assert_allclose(symmetric, np.linalg.inv(matrix), rtol=1e-8)


def test_singular_indefinite_and_spoiled_matrices():
    for bad in (jnp.ones((2, 2)), jnp.array([[1.0, 2.0], [2.0, 1.0]])):
        value, slope = jax.value_and_grad(linalg.logdet)(bad)
        assert value == -jnp.inf and (slope == 0).all()
    assert np.isnan(linalg.logdet(jnp.full((2, 2), jnp.nan)))


def test_bias_of_a_wishart_logdet():
    # d = 1: the log of a chi-squared variable of n - 1 degrees of freedom over n - 1.
    got = linalg.wishart_logdet_bias(jnp.array(12.0), (1, 1))
    np.testing.assert_allclose(got, digamma(11 / 2) + np.log(2 / 11), rtol=1e-12)
