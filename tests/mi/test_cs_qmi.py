"""Cauchy-Schwarz quadratic mutual information against references and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, kernels, mi

GOLDENS = golden("cs_ib")
ESTIMATORS = {"cs_qmi": mi.cs_qmi, "cs_qmi_normalized": mi.normalized_cs_qmi}
CASES = [c for c in GOLDENS if c["quantity"] in ESTIMATORS]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_values_and_gradients_of_reference(case: dict):
    x, t = (jnp.asarray(case["inputs"][key]) for key in ("x", "t"))
    estimator, params = ESTIMATORS[case["quantity"]], case["params"]
    options = {
        "kernel_x": kernels.gaussian(params["sigma_x"]),
        "kernel_y": kernels.gaussian(params["sigma_t"]),
    }
    tolerance = {"rtol": case["rtol"], "atol": case["atol"]}
    value, slope = jax.value_and_grad(lambda t: estimator(x, t, **options))(t)
    np.testing.assert_allclose(value, case["expected"]["value"], **tolerance)
    if "grad_t" in case["expected"]:
        np.testing.assert_allclose(slope, case["expected"]["grad_t"], **tolerance)


def test_normal_samples_tend_to_the_closed_form():
    # The kernels add 1/2 to both variances. The spread over seeds is 0.0032.
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(2, 2000))
    blurred = np.array([[1.5, 0.8], [0.8, 1.5]])
    expected = closed_form.gaussian_cs_qmi(blurred, dx=1)
    np.testing.assert_allclose(expected, 0.09358, atol=1e-5)
    got = jax.jit(mi.cs_qmi)(x, 0.8 * x + 0.6 * noise)
    np.testing.assert_allclose(got, expected, atol=0.01)


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
def test_a_constant_side_carries_no_information(estimator):
    x = jnp.linspace(-1.0, 2.0, 7)
    value, slope = jax.value_and_grad(estimator, argnums=1)(x, jnp.ones(7))
    np.testing.assert_allclose(value, 0, atol=1e-12)
    np.testing.assert_allclose(slope, 0, atol=1e-12)


def test_a_copy_has_normalised_information_one():
    x = jnp.asarray(np.random.default_rng(1).normal(size=(9, 2)))
    np.testing.assert_allclose(mi.normalized_cs_qmi(x, x), 1, rtol=1e-12)


def test_separate_points_approach_log_n():
    # Kernels that see only a point itself: all three means are powers of 1 / n.
    x = 100.0 * jnp.arange(6.0)
    np.testing.assert_allclose(mi.cs_qmi(x, x), np.log(6), rtol=1e-12)
