"""The curve of normal laws against reference numbers and its own identities."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, theory

CASES = [c for c in golden("information_plane") if c["quantity"] == "gaussian_ib"]
LARGE = next(c for c in CASES if c["inputs"]["dim_x"] == 4)
COVARIANCE = np.array(LARGE["inputs"]["cov_xy"])
solve = jax.jit(theory.gaussian_bottleneck, static_argnames="dx")


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_reference_numbers(case: dict):
    covariance, dx = np.array(case["inputs"]["cov_xy"]), case["inputs"]["dim_x"]
    beta, expected = case["params"]["beta"], case["expected"]
    found = solve(covariance, dx=dx, beta=beta)
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    np.testing.assert_allclose(found.rate, expected["i_xt"], **near)
    np.testing.assert_allclose(found.relevance, expected["i_ty"], **near)
    np.testing.assert_allclose(found.eigenvalues, expected["eigenvalues"], **near)
    critical = [np.inf if b is None else b for b in expected["critical_betas"]]
    np.testing.assert_allclose(found.critical_betas, critical, rtol=1e-6)
    assert np.sum(beta > found.critical_betas) == expected["num_active"]


def test_one_correlation():
    betas = jnp.asarray([1.5, 2.0, 5.0, 1e6])
    found = jax.vmap(lambda b: solve(np.array([[4, 1.6], [1.6, 1]]), dx=1, beta=b))(
        betas
    )
    rho = 0.8
    expected = -np.log(1 - rho**2 * (1 - np.exp(-2 * found.rate))) / 2
    np.testing.assert_allclose(found.relevance, expected, rtol=1e-12, atol=1e-15)
    assert found.rate[0] == 0  # below 1 / rho^2
    everything = closed_form.bivariate_normal_mi(rho)
    np.testing.assert_allclose(found.relevance[-1], everything, rtol=1e-5)


def test_slope_and_continuity():
    def at(beta):
        return jnp.stack(solve(COVARIANCE, dx=4, beta=beta)[:2])

    slope = jax.jit(jax.vmap(jax.jacfwd(at)))(jnp.asarray([2.0, 5.0, 20.0, 500.0]))
    np.testing.assert_allclose(
        slope[:, 0], np.array([2.0, 5.0, 20.0, 500.0]) * slope[:, 1], rtol=1e-10
    )
    critical = solve(COVARIANCE, dx=4, beta=2.0).critical_betas
    below, above = (jax.jit(jax.vmap(at))(critical * (1 + s)) for s in (-1e-9, 1e-9))
    np.testing.assert_allclose(below, above, atol=1e-7)


def test_invariant_under_maps_of_each_part_and_symmetric_in_the_correlations():
    rng, a = np.random.default_rng(0), np.zeros((8, 8))
    a[:4, :4], a[4:, 4:] = rng.normal(size=(2, 4, 4))
    swap = np.roll(np.eye(8), 4, axis=0)
    expected = solve(COVARIANCE, dx=4, beta=9.0)
    for m in (a, swap):
        found = solve(m @ COVARIANCE @ m.T, dx=4, beta=9.0)
        np.testing.assert_allclose(found.rate, expected.rate, rtol=1e-7)
        np.testing.assert_allclose(found.eigenvalues, expected.eigenvalues, rtol=1e-7)
    whole = solve(COVARIANCE, dx=4, beta=1e9).relevance
    information = closed_form.gaussian_mi(COVARIANCE, dx=4)
    np.testing.assert_allclose(whole, information, rtol=1e-6)


def test_degenerate_laws():
    copy = np.ones((2, 2))
    found = solve(copy, dx=1, beta=2.0)
    assert found.rate == found.relevance == np.inf
    assert solve(copy, dx=1, beta=0.9).rate == 0
    # Equal eigenvalues: their sum still has a gradient.
    equal = np.kron(np.array([[1.0, 0.7], [0.7, 1.0]]), np.eye(3))

    def gradient(covariance, dx):
        slope = jax.grad(lambda c: solve(c, dx=dx, beta=6.0).relevance)
        return jax.jit(slope)(jnp.asarray(covariance))

    single = gradient(equal[::3, ::3], 1)
    expected = np.kron(single, np.eye(3))
    np.testing.assert_allclose(gradient(equal, 3), expected, rtol=1e-9, atol=1e-9)
