"""Correlations of an information, and the bound on what projections lose."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form

GOLDEN = golden("lossy_compression_ib")


def cases(quantity: str):
    found = [c for c in GOLDEN if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", found, ids=lambda c: c["name"])


@cases("corr_from_mi")
def test_golden_correlation(case: dict):
    share = np.asarray(case["params"]["mi"] / case["params"]["dim"])
    got = closed_form.bivariate_normal_correlation(share)
    np.testing.assert_allclose(got, case["expected"]["rho"], rtol=1e-8)


def test_the_correlation_is_the_inverse_of_the_information():
    rho = np.linspace(0.0, 0.99, 12)
    back = jax.jit(
        lambda r: closed_form.bivariate_normal_correlation(
            closed_form.bivariate_normal_mi(r)
        )
    )
    np.testing.assert_allclose(back(rho), rho, rtol=1e-9)
    slope = jax.grad(closed_form.bivariate_normal_correlation)
    assert slope(0.0) == 0


@cases("pca_information_loss_bound")
def test_golden_loss(case: dict):
    values = np.asarray(case["inputs"]["eigenvalues"])
    got = closed_form.pca_information_loss_bound(values, **case["params"])
    np.testing.assert_allclose(got, case["expected"]["value"], rtol=1e-8)


def test_a_normal_signal_loses_exactly_the_bound():
    values, noise, kept = np.array([3.0, 1.0, 0.4, 0.1]), 0.2, 2

    def information(variances):
        d = len(variances)
        covariance = np.zeros((2 * d, 2 * d))
        covariance[:d, :d] = covariance[:d, d:] = covariance[d:, :d] = np.diag(
            variances
        )
        covariance[d:, d:] = np.diag(variances + noise)
        return closed_form.gaussian_mi(covariance, dx=d)

    got = closed_form.pca_information_loss_bound(
        values, kept=kept, noise_variance=noise
    )
    lost = information(values) - information(values[:kept])
    np.testing.assert_allclose(got, lost, rtol=1e-9)


def test_the_loss_without_noise_is_infinite_unless_nothing_is_discarded():
    def loss(values, noise, kept=1):
        return closed_form.pca_information_loss_bound(
            values, kept=kept, noise_variance=noise
        )

    values = jnp.array([2.0, 0.5])
    value, slopes = jax.value_and_grad(loss, argnums=(0, 1))(values, 0.0)
    assert value == jnp.inf
    assert all((slope == 0).all() for slope in slopes)
    assert loss(values, 0.0, kept=2) == 0
    assert loss(jnp.array([2.0, 0.0]), 0.0) == 0
    with pytest.raises(ValueError, match="`kept` must be in 0 <= kept <= d = 2"):
        loss(values, 1.0, kept=3)
    with pytest.raises(TypeError, match="`kept` must be a static"):
        loss(values, 1.0, kept=True)
