"""Cauchy-Schwarz divergences against references, limits and their invariances."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, divergence, kernels

GOLDENS = golden("cs_ib")


def cases(quantity: str):
    rows = [c for c in GOLDENS if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", rows, ids=[c["name"] for c in rows])


def opened(case: dict):
    given = {key: jnp.asarray(value) for key, value in case["inputs"].items()}
    return given, {"rtol": case["rtol"], "atol": case["atol"]}


@cases("cs_divergence")
def test_divergence_of_reference(case: dict):
    given, tolerance = opened(case)
    kernel = kernels.gaussian(case["params"]["sigma"])
    got = divergence.cauchy_schwarz(given["x"], given["y"], kernel=kernel)
    np.testing.assert_allclose(got, case["expected"]["value"], **tolerance)


@cases("conditional_cs_divergence")
def test_conditional_divergence_of_reference(case: dict):
    given, tolerance = opened(case)
    params = case["params"]

    def value(y_hat):
        return divergence.conditional_cauchy_schwarz(
            given["x"],
            given["y"],
            y_hat,
            kernel_x=kernels.gaussian(params["sigma_x"]),
            kernel_y=kernels.gaussian(params["sigma_y"]),
            denominator=getattr(divergence, params["denominator"]),
        )

    got, gradient = jax.value_and_grad(value)(given["yhat"])
    np.testing.assert_allclose(got, case["expected"]["value"], **tolerance)
    if "grad_yhat" in case["expected"]:
        np.testing.assert_allclose(gradient, case["expected"]["grad_yhat"], **tolerance)


def test_divergence_of_normal_samples_tends_to_its_closed_form():
    # The kernel adds sigma^2 / 2 to both covariances. The spread over seeds is 0.025.
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 2))
    y = 1 + np.sqrt(2) * rng.normal(size=(2000, 2))
    expected = closed_form.gaussian_cauchy_schwarz(
        np.zeros(2), 1.5 * np.eye(2), np.ones(2), 2.5 * np.eye(2)
    )
    got = jax.jit(divergence.cauchy_schwarz)(x, y)
    np.testing.assert_allclose(got, expected, atol=0.075)


def test_divergence_knows_neither_place_nor_direction():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(7, 3)), 1 + rng.normal(size=(5, 3))
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    moved = divergence.cauchy_schwarz(x @ rotation + 4, y @ rotation + 4)
    value = divergence.cauchy_schwarz(x, y)
    np.testing.assert_allclose(moved, value, rtol=1e-10)
    assert value > 0
    np.testing.assert_allclose(divergence.cauchy_schwarz(x, x), 0, atol=1e-12)


def test_samples_far_apart_keep_value_and_gradient():
    # log k(x, y) = -d^2 / 2 long after k itself has underflowed.
    x, y = jnp.zeros((3, 1)), jnp.full((2, 1), 100.0)
    value, slope = jax.value_and_grad(divergence.cauchy_schwarz)(x, y)
    np.testing.assert_allclose(value, 100.0**2, rtol=1e-12)
    np.testing.assert_allclose(jnp.sum(slope), -2 * 100.0, rtol=1e-12)


def test_conditional_divergence_of_distinct_inputs_is_a_correntropy():
    # A narrow kernel on the inputs leaves only the pairs of a sample with itself.
    rng = np.random.default_rng(2)
    x, y, y_hat = rng.normal(size=(3, 8, 1))
    got = divergence.conditional_cauchy_schwarz(
        x,
        y,
        y_hat,
        kernel_x=kernels.gaussian(1e-4),
        kernel_y=kernels.gaussian(0.7),
    )
    overlap = np.mean(np.exp(-((y - y_hat) ** 2) / (2 * 0.7**2)))
    np.testing.assert_allclose(got, -2 * np.log(overlap), rtol=1e-10)


def test_conditional_divergence_of_a_perfect_prediction_is_zero():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(8, 2)), rng.normal(size=(8, 1))
    assert divergence.conditional_cauchy_schwarz(x, y, y) == 0
