"""Audits and limits of attacks: reference numbers, orderings, and degenerate tables."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy.stats import norm

from infojax import bounds, leakage, losses, mi

GOLDEN = golden("privacy_inversion")
RNG = np.random.default_rng(0)

audit = jax.jit(leakage.audit)
audit_many = jax.jit(jax.vmap(leakage.audit))


def cases(quantity: str):
    found = [c for c in GOLDEN if c["quantity"] == quantity]
    assert found
    return pytest.mark.parametrize("case", found, ids=lambda c: c["id"])


def close(case: dict, got, expected) -> None:
    np.testing.assert_allclose(got, expected, rtol=case["rtol"], atol=case["atol"])


@cases("fano_error_lower_bound")
def test_golden_fano(case: dict):
    h, n = case["inputs"]["conditional_entropy"], case["inputs"]["n_classes"]
    expected = case["expected"]
    close(case, leakage.fano_error(h, classes=n), expected["exact"])
    weak = leakage.weak_fano_error(h, classes=n)
    if "weak_n_minus_1" in expected:
        close(case, weak, expected["weak_n_minus_1"])
    close(case, weak * np.log(n - 1) / np.log(n), expected["weak"])


AUDITED = {
    "guessing_entropy_posterior": "expected_guesses",
    "error_upper_half_entropy": "error_upper",
    "fano_lower": "fano_error",
}


@cases("leakage")
def test_golden_audit(case: dict):
    found = audit(np.array(case["inputs"]["joint_secret_observation"]))
    for name, expected in case["expected"].items():
        close(case, getattr(found, AUDITED.get(name, name)), expected)


@cases("gaussian_encoder_mi_bounds")
def test_golden_bounds_of_encoders(case: dict):
    mean, log_variance, z = (
        np.array(case["inputs"][name]) for name in ("mean", "logvar", "z")
    )
    scale, expected = np.exp(log_variance / 2), case["expected"]
    rate = losses.gaussian_rate(mean, scale)
    close(case, rate, expected["variational_upper_kl_to_standard_normal"])
    lower = mi.encoder_contrastive(z, mean, scale)
    close(case, lower, expected["infonce_known_conditional_lower"])
    log_q = norm.logpdf(z, mean[:, None], scale[:, None]).sum(axis=-1)
    same = np.zeros(len(z), int)
    for upper in (
        bounds.leave_one_out(log_q),
        leakage.conditional_leave_one_out(z, mean, scale, same),
    ):
        close(case, upper, expected["leave_one_out_upper"])


def test_fano_solves_its_equation_and_is_monotone():
    for n in (2, 3, 10, 1000):
        h = jnp.linspace(0, jnp.log(n), 50)
        e = leakage.fano_error(h, classes=n)
        binary = -jax.scipy.special.xlogy(e, e) - jax.scipy.special.xlogy(1 - e, 1 - e)
        np.testing.assert_allclose(binary + e * np.log(n - 1), h, atol=1e-9)
        assert np.all(np.diff(e) > 0)
        assert np.all(leakage.weak_fano_error(h, classes=n) <= e + 1e-12)
        assert e[0] == 0 and e[-1] == 1 - 1 / n


def test_fano_at_and_beyond_its_ends():
    beyond = jnp.array([-1.0, 0.0, np.log(4) + 1, jnp.inf])
    value, slope = jax.vmap(
        jax.value_and_grad(lambda h: leakage.fano_error(h, classes=4))
    )(beyond)
    np.testing.assert_array_equal(value, [0, 0, 0.75, 0.75])
    np.testing.assert_array_equal(slope, 0)
    np.testing.assert_array_equal(leakage.fano_error(beyond, classes=1), 0)
    assert np.isnan(leakage.fano_error(jnp.nan, classes=4))
    assert np.isnan(leakage.weak_fano_error(jnp.nan, classes=2))
    np.testing.assert_array_equal(
        leakage.bayes_error_upper(beyond), [0, 0, 1 - np.exp(-beyond[2]), 1]
    )


def test_ceiling_of_accuracy():
    whole = np.log(5)
    told = jnp.array([0.0, 0.4, whole])
    found = leakage.accuracy_ceiling(told, whole, classes=5)
    expected = 1 - leakage.fano_error(whole - told, classes=5)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(found[jnp.array([0, 2])], [0.2, 1], atol=1e-12)


def test_orderings_on_any_table():
    laws = RNG.dirichlet(np.full(20, 0.3), 200).reshape(200, 4, 5)
    found = audit_many(laws)
    slack = 1e-12
    assert np.all(found.fano_error <= found.bayes_error + slack)
    assert np.all(found.bayes_error <= found.error_upper + slack)
    assert np.all(found.min_entropy_leakage >= -slack)
    assert np.all(found.min_entropy_leakage <= found.maximal_leakage + slack)
    assert np.all(found.mutual_information <= found.maximal_leakage + slack)
    even = laws / laws.sum(2, keepdims=True) / 4
    found = audit_many(even)
    np.testing.assert_allclose(
        found.min_entropy_leakage, found.maximal_leakage, atol=1e-9
    )
    ceiling = leakage.accuracy_ceiling(found.mutual_information, np.log(4), classes=4)
    assert np.all(1 - found.bayes_error <= ceiling + slack)


def test_nothing_told_and_everything_told():
    p = np.array([0.5, 0.3, 0.2])
    nothing = audit(np.outer(p, [0.6, 0.4]))
    for name in ("mutual_information", "min_entropy_leakage", "maximal_leakage"):
        np.testing.assert_allclose(getattr(nothing, name), 0, atol=1e-12)
    np.testing.assert_allclose(nothing.posterior_vulnerability, 0.5)
    np.testing.assert_allclose(nothing.expected_guesses, 0.5 + 2 * 0.3 + 3 * 0.2)
    everything = audit(np.diag(p))
    entropy = -np.sum(p * np.log(p))
    np.testing.assert_allclose(everything.mutual_information, entropy)
    np.testing.assert_allclose(everything.maximal_leakage, np.log(3))
    for name in ("conditional_entropy", "bayes_error", "fano_error", "error_upper"):
        np.testing.assert_allclose(getattr(everything, name), 0, atol=1e-12)


def test_padding_changes_nothing_and_no_mass_is_all_zeros():
    law = RNG.dirichlet(np.ones(6)).reshape(2, 3)
    padded = np.zeros((4, 5))
    padded[1:3, :3] = law
    for a, b in zip(audit(law), audit(padded), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
    gradient = jax.grad(lambda p: sum(leakage.audit(p)))
    assert np.isfinite(gradient(padded)).all()
    empty = np.zeros((4, 5))
    assert all(value == 0 for value in audit(empty))
    np.testing.assert_array_equal(gradient(empty), 0)
    single = audit(np.array([[0.25, 0.75]]))
    assert single.prior_vulnerability == 1 and single.fano_error == 0
    assert single.bayes_error == 0 and single.expected_guesses == 1


def test_samples_are_counted():
    s, o = RNG.integers(0, 3, 50), RNG.integers(0, 4, 50)
    table = np.zeros((3, 4))
    np.add.at(table, (s, o), 1)
    for a, b in zip(leakage.plugin(s, o, shape=(3, 4)), audit(table), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_leave_one_out_within_classes():
    mean, labels = RNG.normal(size=(9, 2)), np.array([0, 0, 0, 1, 1, 1, 1, 2, 5])
    scale = 0.5 + RNG.random((9, 2))
    z = mean + scale * RNG.normal(size=(9, 2))
    log_q = norm.logpdf(z, mean[:, None], scale[:, None]).sum(axis=-1)
    # Rows of single members are skipped.
    values = [
        bounds.leave_one_out(log_q[i : i + m, i : i + m]) for i, m in ((0, 3), (3, 4))
    ]
    expected = (3 * values[0] + 4 * values[1]) / 7
    got = leakage.conditional_leave_one_out(z, mean, scale, labels)
    np.testing.assert_allclose(got, expected, rtol=1e-10)
    assert leakage.conditional_leave_one_out(z, mean, scale, np.arange(9)) == 0


def test_leave_one_out_is_above_the_contrastive_bound_on_average():
    mean, labels = RNG.normal(size=(16, 2)), np.arange(16) % 3
    z = mean + RNG.normal(size=(500, 16, 2))

    def both(z):
        upper = leakage.conditional_leave_one_out(z, mean, 1.0, labels)
        return upper, mi.conditional_encoder_contrastive(z, mean, 1.0, labels)

    upper, lower = jax.jit(jax.vmap(both))(z)
    assert np.mean(upper - lower) > 5 * np.std(upper - lower) / 500**0.5


def test_usable_information():
    labels = np.array([0, 1, 2, 3] * 3)
    information = jax.jit(leakage.usable_information)
    np.testing.assert_allclose(information(np.zeros((12, 4)), labels), 0, atol=1e-12)
    sure = 50 * np.eye(4)[labels]
    np.testing.assert_allclose(information(sure, labels), np.log(4), rtol=1e-12)
    wrong = np.where(np.eye(4)[labels] > 0, -np.inf, 0.0)
    assert information(wrong, labels) == -np.inf
    assert np.isfinite(jax.grad(leakage.usable_information)(wrong, labels)).all()
    # One class: no entropy, so nothing above zero; a single logit is always right.
    assert information(np.zeros((12, 1)), np.zeros(12, int)) == 0
    even = information(np.zeros((12, 4)), np.zeros(12, int))
    np.testing.assert_allclose(even, -np.log(4))
