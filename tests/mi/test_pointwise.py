"""Values of single pairs: their means are the estimates, their ranks make sense."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import PairPlan, mi

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
Y = X[:, :1] + 0.5 * RNG.normal(size=(60, 1))
WHERE = np.arange(60) % 7 != 3


@pytest.mark.parametrize("where", [None, WHERE])
def test_the_mean_is_the_estimate(where):
    share = np.mean(WHERE) if where is not None else 1.0
    plan = PairPlan(block_size=16)
    pairs = [
        (mi.pointwise_ksg(X, Y, where=where, plan=plan), mi.ksg(X, Y, where=where)),
        (
            mi.pointwise_gaussian(X, Y, where=where),
            mi.gaussian(X, Y, bias_correction=False, where=where),
        ),
    ]
    for values, expected in pairs:
        assert values.shape == (60,)
        np.testing.assert_allclose(np.mean(values) / share, expected, rtol=1e-10)


def test_a_normal_pair_is_a_ratio_of_densities():
    joint = np.concatenate([X, Y], axis=1)
    covariance, centre = np.cov(joint.T), joint.mean(axis=0)

    def logpdf(columns):
        mean, matrix = centre[columns], covariance[np.ix_(columns, columns)]
        law = jax.scipy.stats.multivariate_normal.logpdf
        return law(joint[:, columns], mean, matrix)

    expected = logpdf([0, 1, 2]) - logpdf([0, 1]) - logpdf([2])
    np.testing.assert_allclose(mi.pointwise_gaussian(X, Y), expected, rtol=1e-8)


def test_a_copula_pair_is_that_of_normal_scores():
    # A copy of a column in another scale, and a normal law: nu is infinite.
    values = mi.pointwise_student_copula(np.exp(X), Y**3)
    np.testing.assert_allclose(values, mi.pointwise_student_copula(X, Y))
    fit = mi.student_copula_fit(X, Y)
    assert np.isinf(fit.nu)
    np.testing.assert_allclose(np.mean(values), fit.value, atol=0.05)


def test_symbols_against_a_table():
    x, y = RNG.integers(0, 3, (2, 40))
    joint = np.zeros((3, 3))
    np.add.at(joint, (x, y), 1 / 40)
    ratio = joint / joint.sum(1, keepdims=True) / joint.sum(0)
    values = mi.pointwise_discrete(x, y)
    np.testing.assert_allclose(values, np.log(ratio[x, y]), atol=1e-14)
    np.testing.assert_allclose(np.mean(values), mi.discrete(x, y), rtol=1e-12)


def test_a_pair_against_the_trend_is_negative():
    x = np.linspace(-1, 1, 40)
    y = x + 0.05 * RNG.normal(size=40)
    y[20] = -0.9
    for function in (mi.pointwise_ksg, mi.pointwise_gaussian):
        values = np.asarray(function(x, y))
        assert np.argmin(values) == 20 and values[20] < 0


def test_absent_pairs_and_too_few():
    where = np.arange(60) < 3
    for function in (
        mi.pointwise_ksg,
        mi.pointwise_gaussian,
        mi.pointwise_student_copula,
    ):
        np.testing.assert_array_equal(function(X, Y, where=where), np.zeros(60))
        values = function(X, Y, where=WHERE)
        assert (values[~WHERE] == 0).all() and (values[WHERE] != 0).all()
    copy = mi.pointwise_gaussian(X, X[:, 0])
    assert (copy == jnp.inf).all()
