"""Pairwise bounds on the rate, the nonlinear bottleneck and its penalties."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
GOLDENS = {case["name"]: case for case in golden("vib")}
KDE = [name for name in GOLDENS if name.startswith("kde_")]
HOMOSCEDASTIC = [*KDE, "identical_means", "far_apart"]
NIB = [c for c in golden("cs_ib") if c["quantity"] == "nib_upper_bound"]


def encoder(case: dict) -> tuple[jax.Array, jax.Array]:
    noise = case["params"]["noise_variance"]
    return jnp.asarray(case["inputs"]["mu"]), jnp.sqrt(noise)


@pytest.mark.parametrize("name", HOMOSCEDASTIC)
def test_bounds_with_one_noise_of_reference(name: str):
    mean, scale = encoder(GOLDENS[name])
    expected = GOLDENS[name]["expected"]
    np.testing.assert_allclose(
        losses.pairwise_rate_upper(mean, scale),
        expected["upper_kl_homoscedastic"],
        **TOLERANCE,
    )
    np.testing.assert_allclose(
        losses.pairwise_rate_lower(mean, scale),
        expected["lower_bhattacharyya_homoscedastic"],
        **TOLERANCE,
    )


@pytest.mark.parametrize("name", KDE)
def test_upper_bound_with_a_noise_for_each_code_of_reference(name: str):
    given = {k: jnp.asarray(v) for k, v in GOLDENS[name]["inputs"].items()}
    np.testing.assert_allclose(
        losses.pairwise_rate_upper(given["mu"], given["sigma"]),
        GOLDENS[name]["expected"]["upper_kl_heteroscedastic"],
        **TOLERANCE,
    )


@pytest.mark.parametrize("case", NIB, ids=lambda c: c["name"])
def test_upper_bound_of_the_cauchy_schwarz_reference(case: dict):
    noise = case["params"]["noise_variance"]
    np.testing.assert_allclose(
        losses.pairwise_rate_upper(jnp.asarray(case["inputs"]["mean"]), noise**0.5),
        case["expected"]["value"],
        rtol=case["rtol"],
        atol=case["atol"],
    )


@pytest.mark.parametrize("name", KDE)
def test_loss_and_penalties_of_reference(name: str):
    case, vib = GOLDENS[name], GOLDENS[name.replace("kde", "vib")]
    mean, scale = encoder(case)
    given = {key: jnp.asarray(value) for key, value in vib["inputs"].items()}
    spread = jax.nn.softplus(given["rho"])
    logits = (given["mu"] + spread * given["eps"]) @ given["decoder_W"]
    arguments, expected = (logits, given["labels"], mean, scale), case["expected"]
    terms = losses.nonlinear_ib_terms(*arguments)
    np.testing.assert_allclose(terms.prediction, expected["cross_entropy"], **TOLERANCE)
    loss = losses.nonlinear_ib_loss(*arguments, beta=case["params"]["beta"])
    np.testing.assert_allclose(loss, expected["nib_loss"], **TOLERANCE)
    penalties = {
        "u_squared": losses.power_penalty(1.0),
        "u_power_alpha_half": losses.power_penalty(0.5),
        "u_exp_eta2": losses.exponential_penalty(2.0),
    }
    for key, penalty in penalties.items():
        np.testing.assert_allclose(
            penalty(terms.rate), expected[key], **TOLERANCE, err_msg=key
        )


def test_bhattacharyya_distance_is_the_integral_of_its_definition():
    # Two codes overlap by o, and each with itself by one: the rate is log 2 / (1 + o).
    mean, scale = np.array([0.2, 1.1]), np.array([0.5, 1.7])
    z = np.linspace(-20, 20, 200_001)
    p, q = jax.scipy.stats.norm.pdf(z[:, None], mean, scale).T
    overlap = np.trapezoid(np.sqrt(p * q), z)
    rate = losses.pairwise_rate_lower(mean, scale)
    np.testing.assert_allclose(rate, np.log(2 / (1 + overlap)), rtol=1e-9)


def test_kullback_leibler_takes_the_row_first():
    mean, scale = np.array([0.2, 1.1]), np.array([0.5, 1.7])

    def kl(i, j):
        ratio, shift = scale[i] / scale[j], (mean[i] - mean[j]) / scale[j]
        return (ratio**2 + shift**2 - 1) / 2 - np.log(ratio)

    overlap = np.exp([-kl(0, 1), -kl(1, 0)])
    expected = -np.mean(np.log((1 + overlap) / 2))
    rate = losses.pairwise_rate_upper(mean, scale)
    np.testing.assert_allclose(rate, expected, rtol=1e-12)


def test_the_bounds_bracket_the_information_of_a_gaussian_mixture():
    # I(X; Z) of a uniform choice among the codes, by quadrature of its definition.
    mean, scale = np.array([-1.0, 0.0, 0.4, 2.5]), np.array([0.6, 1.0, 0.3, 0.8])
    z = np.linspace(-12, 12, 100_001)
    laws = np.asarray(jax.scipy.stats.norm.pdf(z[:, None], mean, scale))
    mixture = laws.mean(1, keepdims=True)
    gain = np.where(laws > 1e-300, laws * np.log(np.maximum(laws, 1e-300) / mixture), 0)
    information = np.trapezoid(gain.mean(1), z)
    assert losses.pairwise_rate_lower(mean, scale) < information
    assert information < losses.pairwise_rate_upper(mean, scale)


def test_memory_of_the_gradient_has_no_third_axis():
    n, d = 128, 64
    mean = jnp.ones((n, d), jnp.float32)
    for rate in (losses.pairwise_rate_lower, losses.pairwise_rate_upper):
        gradient = jax.jit(jax.grad(rate, argnums=(0, 1)))
        compiled = gradient.lower(mean, mean).compile()
        # A few [n, n] and [n, d] arrays; one [n, n, d] would be 64 of the former.
        assert compiled.memory_analysis().temp_size_in_bytes < 16 * 4 * n * n


def test_penalties_at_and_below_zero():
    rate = jnp.array([-1e-17, 0.0])
    value, slope = jax.vmap(jax.value_and_grad(losses.power_penalty(0.5)))(rate)
    assert (value == 0).all() and (slope == 0).all()
    assert losses.exponential_penalty(3.0)(jnp.asarray(0.0)) == 1


def test_the_lagrangian_is_linear_in_the_rate():
    logits, labels = jnp.zeros((4, 2)), np.array([0, 1, 1, 0])
    mean = jnp.array([[0.0], [0.5], [1.5], [1.6]])
    terms = losses.nonlinear_ib_terms(logits, labels, mean, 0.3)
    loss = losses.nonlinear_ib_loss(
        logits, labels, mean, 0.3, beta=0.7, penalty=lambda rate: rate
    )
    np.testing.assert_allclose(loss, np.log(2) + 0.7 * terms.rate, rtol=1e-12)
