"""The Cauchy-Schwarz bottleneck against references and its two halves."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import divergence, kernels, losses, mi

CASES = [c for c in golden("cs_ib") if c["quantity"] == "cs_ib_loss"]


def arrays(case: dict) -> list[jax.Array]:
    return [jnp.asarray(case["inputs"][key]) for key in ("yhat", "y", "t", "x")]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_loss_of_reference(case: dict):
    kernel = kernels.gaussian(case["params"]["sigma"])
    got = losses.cs_bottleneck_loss(
        *arrays(case),
        beta=case["params"]["beta"],
        kernel_y=kernel,
        kernel_z=kernel,
        kernel_x=kernel,
    )
    np.testing.assert_allclose(
        got, case["expected"]["value"], rtol=case["rtol"], atol=case["atol"]
    )


def test_the_terms_are_the_divergence_and_the_dependence_of_their_kernels():
    predictions, targets, codes, inputs = arrays(CASES[0])
    narrow, middle, wide = (kernels.gaussian(h) for h in (0.5, 0.9, 2.0))
    terms = losses.cs_bottleneck_terms(
        predictions,
        targets,
        codes,
        inputs,
        kernel_y=narrow,
        kernel_z=middle,
        kernel_x=wide,
        rate=mi.cs_qmi,
    )
    prediction = divergence.conditional_cauchy_schwarz(
        inputs, targets, predictions, kernel_x=wide, kernel_y=narrow
    )
    rate = mi.cs_qmi(inputs, codes, kernel_x=wide, kernel_y=middle)
    np.testing.assert_allclose(terms.prediction, prediction, rtol=1e-12)
    np.testing.assert_allclose(terms.rate, rate, rtol=1e-12)


def test_collapsed_codes_have_no_rate_and_no_slope():
    predictions, targets, codes, inputs = arrays(CASES[0])
    value, slope = jax.value_and_grad(
        lambda z: losses.cs_bottleneck_terms(predictions, targets, z, inputs).rate
    )(jnp.zeros_like(codes))
    np.testing.assert_allclose(value, 0, atol=1e-12)
    np.testing.assert_allclose(slope, 0, atol=1e-12)


def test_predictions_of_another_width_are_refused():
    x = jnp.ones(4)
    with pytest.raises(ValueError, match=r"cs_bottleneck_loss: `targets` must be"):
        losses.cs_bottleneck_loss(x, jnp.ones((4, 2)), x, x)
