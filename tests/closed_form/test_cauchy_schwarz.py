"""Cauchy-Schwarz quantities of normal laws against references and quadrature."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy import integrate, stats

from infojax import closed_form

CASES = [c for c in golden("cs_ib") if c["quantity"] == "cs_divergence_gaussians"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_divergence_of_reference(case: dict):
    names = ("mean_p", "cov_p", "mean_q", "cov_q")
    mean_p, cov_p, mean_q, cov_q = (np.array(case["inputs"][k], float) for k in names)
    tolerance = {"rtol": case["rtol"], "atol": case["atol"]}
    divergence = closed_form.gaussian_cauchy_schwarz
    got = divergence(mean_p, cov_p, mean_q, cov_q)
    np.testing.assert_allclose(got, case["expected"]["value"], **tolerance)
    np.testing.assert_allclose(divergence(mean_q, cov_q, mean_p, cov_p), got)
    blur = 0.5 * np.eye(len(mean_p))  # what a kernel of bandwidth 1 adds
    np.testing.assert_allclose(
        divergence(mean_p, cov_p + blur, mean_q, cov_q + blur),
        case["expected"]["value_smoothed_sigma_1"],
        **tolerance,
    )


def test_divergence_is_the_integral_of_its_definition():
    p, q = stats.norm(0.3, 0.8), stats.norm(-0.5, 1.7)

    def product(a, b):
        return integrate.quad(lambda x: a.pdf(x) * b.pdf(x), -15, 15)[0]

    expected = -np.log(product(p, q) ** 2 / (product(p, p) * product(q, q)))
    got = closed_form.gaussian_cauchy_schwarz([0.3], [[0.64]], [-0.5], [[2.89]])
    np.testing.assert_allclose(got, expected, rtol=1e-9)


@pytest.mark.parametrize("rho, variance", [(0.0, 1.0), (0.8, 1.5), (-0.6, 1.0)])
def test_quadratic_information_of_one_correlation(rho: float, variance: float):
    matrix = jnp.array([[variance, rho], [rho, variance]])
    square, cross = variance**2, rho**2
    expected = (
        np.log(4 * square - cross)
        - np.log(square - cross) / 2
        - np.log(variance)
        - 2 * np.log(2)
    )
    got = closed_form.gaussian_cs_qmi(matrix, dx=1)
    np.testing.assert_allclose(got, expected, atol=1e-14)
    if rho == 0.8:  # the limit of the sample estimator at bandwidth 1
        np.testing.assert_allclose(got, 0.09358, atol=1e-5)


def test_divergence_is_zero_at_equality_and_infinite_for_a_singular_law():
    zero, eye = jnp.zeros(3), jnp.eye(3)
    divergence = closed_form.gaussian_cauchy_schwarz
    np.testing.assert_allclose(divergence(zero, eye, zero, eye), 0, atol=1e-14)
    assert divergence(zero, eye, zero, jnp.ones((3, 3))) == jnp.inf
    assert closed_form.gaussian_cs_qmi(jnp.ones((2, 2)), dx=1) == jnp.inf
