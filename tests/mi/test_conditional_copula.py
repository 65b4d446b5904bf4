"""Conditional information of normal and Student copulas against closed forms."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infojax import closed_form, mi, tasks, transforms

RNG = np.random.default_rng(0)
Z = RNG.normal(size=(40, 2))
X = Z @ RNG.normal(size=(2, 2)) + RNG.normal(size=(40, 2))
Y = X[:, :1] + Z[:, 1:] + RNG.normal(size=(40, 1))
PLAIN = {"bias_correction": False}
ESTIMATORS = [
    jax.jit(mi.conditional_gaussian),
    jax.jit(mi.conditional_gaussian_copula),
    jax.jit(mi.conditional_student_copula),
]
NAMES = pytest.mark.parametrize(
    "estimator", ESTIMATORS, ids=("normal", "copula", "student")
)


def four_entropies(x, y, z):
    def h(*parts):
        return closed_form.gaussian_entropy(np.atleast_2d(np.cov(np.hstack(parts).T)))

    return h(x, z) + h(y, z) - h(z) - h(x, y, z)


normal = jax.jit(mi.conditional_gaussian, static_argnames="bias_correction")
copula = jax.jit(
    mi.conditional_gaussian_copula, static_argnames=("bias_correction", "scores")
)


def test_without_correction_it_is_four_closed_forms_of_the_sample_covariance():
    got = normal(X, Y, Z, **PLAIN)
    np.testing.assert_allclose(got, four_entropies(X, Y, Z), rtol=1e-9)
    scores = [
        stats.norm.ppf(stats.rankdata(a, axis=0) / 41) for a in (np.exp(X), Y, Z**3)
    ]
    got = copula(np.exp(X), Y, Z**3, **PLAIN)
    np.testing.assert_allclose(got, four_entropies(*scores), rtol=1e-9)


def test_scalars_are_a_function_of_the_partial_correlation():
    x, y, z = X[:, 0], Y[:, 0], Z[:, 0]
    r = np.asarray(np.corrcoef(np.stack([x, y, z])))
    partial = (r[0, 1] - r[0, 2] * r[1, 2]) / np.sqrt(
        (1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2)
    )
    got = normal(x, y, z, **PLAIN)
    np.testing.assert_allclose(got, -np.log(1 - partial**2) / 2, rtol=1e-9)


def test_the_chain_rule_holds_with_correction():
    both = np.hstack([Y, Z])
    chain = jax.jit(lambda: mi.gaussian(X, both) - mi.gaussian(X, Z))()
    np.testing.assert_allclose(normal(X, Y, Z), chain, rtol=1e-9)
    whole = jax.jit(lambda: mi.gaussian_copula(X, both) - mi.gaussian_copula(X, Z))
    got = copula(X, Y, Z)
    np.testing.assert_allclose(got, whole(), rtol=1e-9)


def test_the_corrected_estimate_has_no_bias_at_ten_samples():
    # Over 4000 samples of independent parts the standard error is 0.004.
    x, y, z = jnp.asarray(np.random.default_rng(1).normal(size=(3, 4000, 10)))
    got = jax.jit(jax.vmap(mi.conditional_gaussian))(x, y + z, z)
    np.testing.assert_allclose(jnp.mean(got), 0, atol=0.012)


def test_a_student_law_that_is_uncorrelated_still_shares_its_tails():
    df = 1.0
    task = tasks.student(np.eye(4), df, dx=2)
    x, rest = task.sample(jax.random.key(0), 4000)
    y, z = rest[:, :1], rest[:, 1:]
    truth = closed_form.student_mi(np.eye(4), df, dx=2) - closed_form.student_mi(
        np.eye(3), df, dx=2
    )
    assert truth > 0.03
    got = ESTIMATORS[2](jnp.arcsinh(x), y**3, z)
    np.testing.assert_allclose(got, truth, atol=0.02)


def test_a_normal_law_gets_the_value_of_the_normal_copula():
    x, y, z = jnp.asarray(np.random.default_rng(2).normal(size=(3, 1500, 1)))
    x, y = z + x, z + x + y
    student, normal = ESTIMATORS[2](x, y, z), ESTIMATORS[1](x, y, z)
    np.testing.assert_allclose(student, normal, atol=2e-3)


@NAMES
def test_what_z_determines_tells_nothing_and_a_copy_is_infinite(estimator):
    x, y, z = (a[:, :1] for a in (X, Y, Z))
    for degenerate in (z, jnp.ones_like(z)):
        value = estimator(jnp.asarray(degenerate), y, z)
        # The correction; and tails, which count every column.
        assert abs(value) < 0.1
    assert estimator(x, x, z) == jnp.inf


def test_redundant_columns_of_z_do_no_harm():
    once = normal(X, Y, Z[:, :1], **PLAIN)
    twice = normal(X, Y, np.hstack([Z[:, :1], 2 * Z[:, :1]]), **PLAIN)
    np.testing.assert_allclose(once, twice, rtol=1e-9)


def test_a_soft_copula_tends_to_the_hard_one():
    soft = copula(X, Y, Z, scores=transforms.soft_normal_scores(1e-4))
    hard = copula(X, Y, Z)
    np.testing.assert_allclose(soft, hard, atol=1e-2)


def test_fewer_samples_than_columns_are_refused():
    with pytest.raises(ValueError, match="longer than all columns are many"):
        mi.conditional_gaussian(np.ones((3, 1)), np.ones((3, 1)), np.ones((3, 1)))
