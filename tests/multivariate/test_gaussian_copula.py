"""Correlations of many variables under a Gaussian copula against closed forms."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infojax import closed_form, mi, multivariate

RNG = np.random.default_rng(0)
MIX = np.array([[1.0, 0.5, 0.2, 0.0], [0, 1, 0.5, 0], [0, 0, 1, 0.8], [0, 0, 0, 1]])
X = RNG.normal(size=(40, 4)) @ MIX
PARTS = (X[:, :2], X[:, 2], X[:, 3:])
BLOCKS = ([0, 1], [2], [3])
FUNCTIONS = {
    name: jax.jit(
        getattr(multivariate, f"gaussian_copula_{name}"),
        static_argnames=("bias_correction", "scores"),
    )
    for name in (
        "total_correlation",
        "dual_total_correlation",
        "o_information",
        "s_information",
    )
}


def raw(x, *, where):
    return x


def entropies(covariance, blocks):
    def h(columns):
        return closed_form.gaussian_entropy(covariance[np.ix_(columns, columns)])

    every = [i for block in blocks for i in block]
    single = sum(h(block) for block in blocks)
    others = sum(h([i for i in every if i not in block]) for block in blocks)
    return h(every), single, others


def expected(covariance, blocks):
    whole, single, others = entropies(covariance, blocks)
    total, dual = single - whole, others - (len(blocks) - 1) * whole
    return {
        "total_correlation": total,
        "dual_total_correlation": dual,
        "o_information": total - dual,
        "s_information": total + dual,
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_without_correction_it_is_the_closed_form_of_the_sample_covariance(name):
    function = FUNCTIONS[name]
    scores = stats.norm.ppf(stats.rankdata(X, axis=0) / 41)
    got = function(PARTS, bias_correction=False)
    truth = expected(np.cov(scores.T), BLOCKS)[name]
    np.testing.assert_allclose(got, truth, rtol=1e-9)
    # The normal model without a copula, every column a variable.
    got = function(X, bias_correction=False, scores=raw)
    truth = expected(np.cov(X.T), [[i] for i in range(4)])[name]
    np.testing.assert_allclose(got, truth, rtol=1e-9)


def test_the_correction_removes_the_bias_at_twelve_samples():
    # Independent columns, all quantities 0; standard errors below 0.01 over 3000 draws.
    x = jnp.asarray(np.random.default_rng(1).normal(size=(3000, 12, 3)))

    @jax.jit
    def means(x):
        return {
            n: jnp.mean(jax.vmap(partial(f, scores=raw))(x))
            for n, f in FUNCTIONS.items()
        }

    for name, value in means(x).items():
        np.testing.assert_allclose(value, 0, atol=0.02, err_msg=name)


def test_two_variables_are_mutual_information():
    pair = X[:, :2], X[:, 2:]
    information = mi.gaussian_copula(*pair)
    for name, times in zip(FUNCTIONS, (1, 1, 0, 2), strict=True):
        got = FUNCTIONS[name](pair)
        np.testing.assert_allclose(got, times * information, rtol=1e-9, atol=1e-10)


def test_redundancy_is_positive_and_synergy_negative():
    rng = np.random.default_rng(2)
    common, a, b, c = rng.normal(size=(4, 500))
    o = FUNCTIONS["o_information"]
    assert o(np.stack([common + a, common + b, common + c], axis=1)) > 0.05
    assert o(np.stack([a, b, a + b + 0.3 * c], axis=1)) < -0.5


def test_a_copy_is_infinite_and_a_constant_tells_nothing():
    copies = (X[:, 0], X[:, 1], X[:, 0])
    for name, function in FUNCTIONS.items():
        assert function(copies) == (0 if name == "o_information" else jnp.inf)
        constant = function((X[:, 0], X[:, 1], np.ones(40)), bias_correction=False)
        alone = function((X[:, 0], X[:, 1]), bias_correction=False)
        np.testing.assert_allclose(constant, alone, atol=1e-10, err_msg=name)


@pytest.mark.parametrize(
    "variables, message",
    [
        ((X[:, 0],), "two or more variables"),
        (X[:, :1], "two or more variables"),
        (X[:4], "longer than all columns are many"),
        (np.ones((9, 3), int), "`variables` must be floating"),
    ],
)
def test_what_is_refused(variables, message):
    with pytest.raises((TypeError, ValueError), match=message):
        multivariate.gaussian_copula_total_correlation(variables)
