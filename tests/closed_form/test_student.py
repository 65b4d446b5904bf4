"""Student laws against scipy, quadrature, exact constants and the normal limit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats

from infojax import closed_form

SCALE = np.array([[2.0, 0.3, -0.4], [0.3, 1.0, 0.2], [-0.4, 0.2, 0.5]])


@pytest.mark.parametrize("df", [1.0, 2.5, 7.0, 33.0, 900.0])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_entropy_is_that_of_scipy(d: int, df: float):
    scale = SCALE[:d, :d]
    expected = stats.multivariate_t(shape=scale, df=df).entropy()
    # scipy subtracts large gamma functions at many degrees of freedom.
    np.testing.assert_allclose(
        closed_form.student_entropy(scale, df), expected, rtol=1e-11
    )


def test_information_of_a_bivariate_law_by_quadrature():
    rho, df = 0.4, 3.0
    scale = np.array([[1.0, rho], [rho, 1.0]])
    joint, marginal = stats.multivariate_t(shape=scale, df=df), stats.t(df)

    def integrand(v, u):
        # x = tan u squeezes the plane into a square.
        x, y = np.tan(u), np.tan(v)
        logs = joint.logpdf([x, y])
        ratio = logs - marginal.logpdf(x) - marginal.logpdf(y)
        return np.exp(logs) * ratio / (np.cos(u) * np.cos(v)) ** 2

    nodes, weights = np.polynomial.legendre.leggauss(80)
    angle, weight = nodes * np.pi / 2, weights * np.pi / 2
    total = sum(
        a * b * integrand(v, u)
        for u, a in zip(angle, weight, strict=True)
        for v, b in zip(angle, weight, strict=True)
    )
    got = closed_form.student_mi(scale, df, dx=1)
    np.testing.assert_allclose(got, total, rtol=1e-4)


def test_exact_constants():
    # One Cauchy variable: log 4 pi; a pair of one scale: log 8 pi - 3.
    np.testing.assert_allclose(
        closed_form.student_entropy(np.eye(1), 1), np.log(4 * np.pi)
    )
    np.testing.assert_allclose(
        closed_form.student_mi(np.eye(2), 1, dx=1), np.log(8 * np.pi) - 3
    )


def test_information_is_the_sum_of_entropies():
    h, df = closed_form.student_entropy, 2.5
    expected = h(SCALE[:1, :1], df) + h(SCALE[1:, 1:], df) - h(SCALE, df)
    np.testing.assert_allclose(closed_form.student_mi(SCALE, df, dx=1), expected)


@pytest.mark.parametrize("df", [1e7, np.inf])
def test_many_degrees_of_freedom_are_normal(df: float):
    for dtype, tolerance in ((jnp.float64, 1e-6), (jnp.float32, 3e-6)):
        scale = jnp.asarray(SCALE, dtype)
        np.testing.assert_allclose(
            closed_form.student_entropy(scale, df),
            closed_form.gaussian_entropy(scale),
            rtol=tolerance,
        )
        np.testing.assert_allclose(
            closed_form.student_mi(scale, df, dx=2),
            closed_form.gaussian_mi(scale, dx=2),
            rtol=tolerance,
        )


def test_gradient_in_the_degrees_of_freedom():
    # d/d df of the univariate entropy at 1 by the trigamma identity, numerically.
    step = 1e-5
    ends = [stats.t(1 + s).entropy() for s in (-step, step)]
    gradient = jax.grad(closed_form.student_entropy, 1)
    np.testing.assert_allclose(
        gradient(jnp.eye(1), 1.0), (ends[1] - ends[0]) / (2 * step), rtol=1e-6
    )
    assert gradient(jnp.eye(1), np.inf) == 0


def test_degenerate_parameters_have_documented_values():
    assert closed_form.student_entropy(jnp.eye(2), 0.0) == jnp.inf
    assert closed_form.student_entropy(jnp.ones((2, 2)), 0.0) == -jnp.inf
    assert closed_form.student_mi(jnp.eye(2), -1.0, dx=1) == jnp.inf
    with pytest.raises(ValueError, match="student_mi: `df` must be a scalar"):
        closed_form.student_mi(jnp.eye(2), jnp.ones(2), dx=1)


def test_entropy_by_quadrature_over_the_line():
    law = stats.t(3.0, scale=1.3)
    expected, _ = integrate.quad(lambda x: -law.pdf(x) * law.logpdf(x), -np.inf, np.inf)
    got = closed_form.student_entropy([[1.69]], 3.0)
    np.testing.assert_allclose(got, expected, rtol=1e-8)
