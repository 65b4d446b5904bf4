"""Estimates from arrays: reference numbers, identities, limits and empty rows."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import design

CASES = [c for c in golden("eig") if c["quantity"] == "eig_estimators"]
LINEAR = [c for c in golden("eig") if c["quantity"] == "linear_gaussian_eig"]


@jax.jit
def every(first, others, lp0, lq0, lp, lq):
    return {
        "nmc": design.nmc(first, others),
        "pce": design.pce(first, others),
        "vnmc": design.vnmc(first, others, lp, lq),
        "ace": design.ace(first, lp0, lq0, others, lp, lq),
        "posterior_bound": design.posterior_bound(lq0, lp0),
        "marginal_bound": design.marginal_bound(first, lq0),
    }


KEYS = (
    *("loglik_outer", "loglik_inner", "logprior_outer", "logq_outer"),
    *("logprior_inner", "logq_inner"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_reference_numbers(case: dict):
    inputs, expected = case["inputs"], dict(case["expected"])
    found = every(*(np.array(inputs[key]) for key in KEYS))
    ceiling = expected.pop("pce_ceiling")
    np.testing.assert_allclose(ceiling, np.log(len(inputs["loglik_inner"][0]) + 1))
    assert found["pce"] <= ceiling
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(
            found[name], value, rtol=case["rtol"], atol=case["atol"], err_msg=name
        )


@pytest.mark.parametrize("case", LINEAR, ids=lambda c: c["id"])
def test_reference_numbers_of_linear_measurements(case: dict):
    inputs = case["inputs"]
    found = design.linear_gaussian_eig(
        np.array(inputs["design"]),
        np.array(inputs["prior_cov"]),
        noise_variance=inputs["noise_var"],
    )
    np.testing.assert_allclose(
        found, case["expected"], rtol=case["rtol"], atol=case["atol"]
    )


def test_linear_measurements_of_independent_coordinates_add_up():
    d, s = np.diag([1.0, 3.0]), np.diag([2.0, 0.5])
    found = design.linear_gaussian_eig(d, s, noise_variance=0.5)
    np.testing.assert_allclose(found, (np.log(1 + 4) + np.log(1 + 9)) / 2)
    assert design.linear_gaussian_eig(0 * d, s, noise_variance=0.5) == 0
    assert design.linear_gaussian_eig(d, -s, noise_variance=0.5) == -jnp.inf


def test_a_likelihood_that_ignores_its_parameters_tells_nothing():
    first, others = jnp.full(4, -1.3), jnp.full((4, 3), -1.3)
    for value in (design.nmc(first, others), design.pce(first, others)):
        np.testing.assert_allclose(value, 0, atol=1e-15)


def test_a_guide_that_is_the_prior_changes_nothing():
    rng = np.random.default_rng(0)
    first, lp0 = rng.normal(size=(2, 5))
    others, lp = rng.normal(size=(2, 5, 3))
    found = every(first, others, lp0, lp0, lp, lp)
    np.testing.assert_allclose(found["vnmc"], found["nmc"], rtol=1e-13)
    np.testing.assert_allclose(found["ace"], found["pce"], rtol=1e-13)


def test_cells_that_are_masked_are_as_if_absent():
    rng = np.random.default_rng(1)
    first, others = rng.normal(size=4), rng.normal(size=(4, 5))
    cells = np.arange(5) < 3
    spoiled = np.where(cells, others, np.nan)
    for estimate in (design.nmc, design.pce):
        got = estimate(first, spoiled, where_contrastive=cells)
        np.testing.assert_allclose(got, estimate(first, others[:, :3]), rtol=1e-13)
    # A row without any is left out above, and tells nothing below.
    cells = np.ones((4, 5), bool)
    cells[0] = False
    got = design.nmc(first, others, where_contrastive=cells)
    np.testing.assert_allclose(got, design.nmc(first[1:], others[1:]), rtol=1e-13)
    got = design.pce(first, others, where_contrastive=cells)
    rest = design.pce(first[1:], others[1:])
    np.testing.assert_allclose(got, 0.75 * rest, rtol=1e-13)


@pytest.mark.parametrize("estimate", [design.nmc, design.pce])
def test_impossible_outcomes(estimate):
    @jax.jit
    def both(first, others):
        return jax.value_and_grad(estimate, argnums=(0, 1))(first, others)

    never = jnp.full((1, 3), -jnp.inf)
    value, slopes = both(jnp.zeros(1), never)
    expected = jnp.inf if estimate is design.nmc else np.log(4)
    np.testing.assert_allclose(value, expected)
    assert all(np.isfinite(slope).all() for slope in slopes)
    value, slopes = both(jnp.full(1, -jnp.inf), never)
    assert value == 0 and all(np.isfinite(slope).all() for slope in slopes)
    value, _ = both(jnp.full(1, -jnp.inf), never.at[0, 0].set(0.0))
    assert value == -jnp.inf
