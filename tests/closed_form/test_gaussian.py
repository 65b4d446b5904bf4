"""Normal laws against scipy, quadrature and reference numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy import integrate, stats

from infojax import closed_form


def covariance(d: int, seed: int = 0) -> np.ndarray:
    a = np.random.default_rng(seed).normal(size=(d, d))
    return a @ a.T + 0.3 * np.eye(d)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_entropy_is_that_of_scipy(d: int):
    matrix = covariance(d)
    expected = stats.multivariate_normal(cov=matrix).entropy()
    np.testing.assert_allclose(closed_form.gaussian_entropy(matrix), expected)
    # H(sA) = H(A) + d log(s) / 2 for any unit of measurement.
    tiny = closed_form.gaussian_entropy(1e-30 * matrix)
    np.testing.assert_allclose(tiny, expected - 15 * d * np.log(10), rtol=1e-12)


def test_kl_is_the_integral_of_its_definition():
    p, q = stats.norm(0.3, 0.8), stats.norm(-0.5, 1.7)
    expected, _ = integrate.quad(
        lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), -12, 12
    )
    got = closed_form.gaussian_kl([0.3], [[0.64]], [-0.5], [[2.89]])
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_kl_of_a_joint_law_from_its_marginals_is_mutual_information():
    matrix, zero = covariance(5), np.zeros(5)
    product = matrix.copy()
    product[:2, 2:] = product[2:, :2] = 0
    np.testing.assert_allclose(
        closed_form.gaussian_kl(zero, matrix, zero, product),
        closed_form.gaussian_mi(matrix, dx=2),
        rtol=1e-12,
    )


def test_mutual_information_is_invariant_under_maps_of_each_part():
    matrix, rng = covariance(5), np.random.default_rng(1)
    a = np.zeros((5, 5))
    a[:2, :2], a[2:, 2:] = rng.normal(size=(2, 2)), rng.normal(size=(3, 3))
    np.testing.assert_allclose(
        closed_form.gaussian_mi(a @ matrix @ a.T, dx=2),
        closed_form.gaussian_mi(matrix, dx=2),
        rtol=1e-9,
    )


@pytest.mark.parametrize("rho", [-0.9, 0.0, 0.5])
def test_one_correlation(rho: float):
    matrix = jnp.array([[4.0, 2 * rho], [2 * rho, 1.0]])
    expected = -np.log(1 - rho**2) / 2
    np.testing.assert_allclose(
        closed_form.gaussian_mi(matrix, dx=1), expected, atol=1e-15
    )
    np.testing.assert_allclose(
        closed_form.bivariate_normal_mi(rho), expected, atol=1e-15
    )
    np.testing.assert_allclose(
        jax.grad(closed_form.bivariate_normal_mi)(rho), rho / (1 - rho**2), atol=1e-15
    )


def test_singular_laws_are_infinite_without_a_gradient():
    ones, zero = jnp.ones((2, 2)), jnp.zeros(2)
    eye = jnp.eye(2)
    for value, gradient in (
        jax.value_and_grad(closed_form.gaussian_entropy)(ones),
        jax.value_and_grad(lambda c: closed_form.gaussian_mi(c, dx=1))(ones),
        jax.value_and_grad(lambda c: closed_form.gaussian_kl(zero, eye, zero, c))(ones),
        jax.value_and_grad(closed_form.bivariate_normal_mi)(1.0),
        jax.value_and_grad(closed_form.diagonal_gaussian_kl, 1)(zero, zero),
    ):
        assert np.isinf(value)
        assert not np.any(gradient)
    # A constant column tells nothing; it does not make the information infinite.
    assert closed_form.gaussian_mi(jnp.diag(jnp.array([1.0, 0.0])), dx=1) == 0


def test_diagonal_kl_is_the_general_one_and_its_gradient():
    mean, scale = np.array([0.4, -1.0]), np.array([0.5, 2.0])
    general = closed_form.gaussian_kl(mean, np.diag(scale**2), np.zeros(2), np.eye(2))
    np.testing.assert_allclose(closed_form.diagonal_gaussian_kl(mean, scale), general)
    gradients = jax.grad(closed_form.diagonal_gaussian_kl, (0, 1))(
        jnp.asarray(mean), jnp.asarray(scale)
    )
    np.testing.assert_allclose(gradients[0], mean)
    np.testing.assert_allclose(gradients[1], scale - 1 / scale)


VIB = [c for c in golden("vib") if "kl_per_sample" in c["expected"]]
RATES = [c for c in golden("cs_ib") if c["quantity"] == "vib_kl_standard_normal"]


@pytest.mark.parametrize("case", VIB, ids=lambda c: c["name"])
def test_rate_of_each_row(case: dict):
    mean, scale = np.array(case["inputs"]["mu"]), np.array(case["expected"]["sigma"])
    np.testing.assert_allclose(
        closed_form.diagonal_gaussian_kl(mean, scale),
        case["expected"]["kl_per_sample"],
        rtol=1e-8,
        atol=1e-9,
    )


@pytest.mark.parametrize("case", RATES, ids=lambda c: c["name"])
def test_mean_rate(case: dict):
    mean = np.array(case["inputs"]["mean"])
    scale = np.exp(np.array(case["inputs"]["log_variance"]) / 2)
    np.testing.assert_allclose(
        closed_form.diagonal_gaussian_kl(mean, scale).mean(),
        case["expected"]["value"],
        rtol=case["rtol"],
        atol=case["atol"],
    )


@pytest.mark.parametrize(
    "dx, error", [(0, ValueError), (2, ValueError), (1.0, TypeError)]
)
def test_a_wrong_split_is_named(dx, error):
    with pytest.raises(error, match="gaussian_mi: `dx` must be"):
        closed_form.gaussian_mi(jnp.eye(2), dx=dx)


def test_means_and_covariances_must_fit():
    eye, zero = jnp.eye(2), jnp.zeros(2)
    with pytest.raises(ValueError, match="gaussian_kl: `mean_q` must be"):
        closed_form.gaussian_kl(zero, eye, jnp.zeros(3), eye)
    with pytest.raises(ValueError, match="gaussian_kl: `covariance_q` must be"):
        closed_form.gaussian_kl(zero, eye, zero, jnp.eye(3))
    with pytest.raises(ValueError, match="diagonal_gaussian_kl: `scale` must be"):
        closed_form.diagonal_gaussian_kl(zero, jnp.ones(3))
