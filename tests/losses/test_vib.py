"""The variational and the conditional entropy bottleneck, and their rates."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
VIB = [c for c in golden("vib") if c["name"].startswith("vib_")]
KL = [c for c in golden("cs_ib") if c["quantity"] == "vib_kl_standard_normal"]


def name(case: dict) -> str:
    return case["name"]


def inputs(case: dict) -> dict[str, jax.Array]:
    return {key: jnp.asarray(value) for key, value in case["inputs"].items()}


def draw(case: dict):
    """Scale, codes, logits and the class-conditional scale of a case."""
    given = inputs(case)
    scale = jax.nn.softplus(given["rho"])
    codes = given["mu"] + scale * given["eps"]
    logits = codes @ given["decoder_W"]
    return given, scale, codes, logits, jnp.exp(given["b_logvar"] / 2)


@pytest.mark.parametrize("case", VIB, ids=name)
def test_vib_of_reference(case: dict):
    given, scale, codes, logits, _ = draw(case)
    expected, beta = case["expected"], case["params"]["beta"]
    code = given["labels"], given["mu"], scale
    terms = losses.vib_terms(logits, *code)
    np.testing.assert_allclose(scale, expected["sigma"], **TOLERANCE)
    np.testing.assert_allclose(terms.rate, expected["rate"], **TOLERANCE)
    np.testing.assert_allclose(terms.prediction, expected["distortion"], **TOLERANCE)
    np.testing.assert_allclose(
        losses.vib_loss(logits, *code, beta=beta), expected["vib_loss"], **TOLERANCE
    )
    # Balanced classes: H(Y) = log of their number.
    bound = jnp.log(logits.shape[1]) - terms.prediction
    np.testing.assert_allclose(bound, expected["izy_lower"], **TOLERANCE)
    rows = [
        losses.gaussian_rate(m, s)
        for m, s in zip(given["mu"][:, None], scale[:, None], strict=True)
    ]
    np.testing.assert_allclose(rows, expected["kl_per_sample"], **TOLERANCE)

    def log_prior(z):
        return jnp.sum(jax.scipy.stats.norm.logpdf(z), axis=1)

    sampled = losses.sampled_rate(codes, given["mu"], scale, log_prior)
    np.testing.assert_allclose(sampled, expected["rate_mc"], **TOLERANCE)


@pytest.mark.parametrize("case", VIB, ids=name)
def test_ceb_of_reference(case: dict):
    given, scale, codes, logits, width = draw(case)
    expected, beta = case["expected"], np.exp(-case["params"]["ceb_rho"])
    arguments = logits, given["labels"], given["mu"], scale, given["b_mean"], width
    terms = losses.ceb_terms(*arguments)
    np.testing.assert_allclose(
        terms.residual, expected["ceb_residual_closed"], **TOLERANCE
    )
    np.testing.assert_allclose(
        losses.ceb_loss(*arguments, beta=beta),
        expected["ceb_loss_closed"],
        **TOLERANCE,
    )

    def log_backward(z):
        at, spread = given["b_mean"][given["labels"]], width[given["labels"]]
        return jnp.sum(jax.scipy.stats.norm.logpdf(z, at, spread), axis=1)

    sampled = losses.sampled_rate(codes, given["mu"], scale, log_backward)
    np.testing.assert_allclose(sampled, expected["ceb_residual_mc"], **TOLERANCE)
    np.testing.assert_allclose(
        terms.prediction + beta * sampled, expected["ceb_loss_mc"], **TOLERANCE
    )


@pytest.mark.parametrize("case", KL, ids=name)
def test_gaussian_rate_of_reference(case: dict):
    given = inputs(case)
    scale = jnp.exp(given["log_variance"] / 2)
    rate = losses.gaussian_rate(given["mean"], scale)
    tolerance = {key: case[key] for key in ("rtol", "atol")}
    np.testing.assert_allclose(rate, case["expected"]["value"], **tolerance)
    rows = closed_form.diagonal_gaussian_kl(given["mean"], scale)
    np.testing.assert_allclose(rate, jnp.mean(rows), rtol=1e-12)


def test_gaussian_rate_by_hand():
    shift = losses.gaussian_rate(jnp.array([[0.0, 3.0]]), 1.0)
    np.testing.assert_allclose(shift, 3.0**2 / 2)
    spread = losses.gaussian_rate(jnp.zeros((5, 1)), np.e)
    np.testing.assert_allclose(spread, (np.e**2 - 1) / 2 - 1)
    # The prior that is the encoder itself leaves nothing.
    mean, scale = jnp.array([[0.3, -2.0]]), jnp.array([[0.1, 4.0]])
    own = losses.gaussian_rate(mean, scale, prior_mean=mean, prior_scale=scale)
    np.testing.assert_allclose(own, 0, atol=1e-14)


def test_the_gradient_of_the_rate_is_beta_mean_over_n():
    mean = jnp.linspace(-1.0, 2.0, 8).reshape(4, 2)
    logits, labels = jnp.zeros((4, 3)), jnp.array([0, 1, 2, 0])
    gradient = jax.grad(lambda m: losses.vib_loss(logits, labels, m, 0.5, beta=0.1))(
        mean
    )
    np.testing.assert_allclose(gradient, 0.1 * mean / 4, rtol=1e-12)


def test_ceb_with_the_prior_for_every_class_is_vib():
    rng = np.random.default_rng(0)
    logits, mean = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    arguments = logits, rng.integers(0, 3, 6), mean, np.exp(mean)
    vib = losses.vib_terms(*arguments)
    ceb = losses.ceb_terms(*arguments, jnp.zeros((3, 2)), 1.0)
    np.testing.assert_allclose(ceb.residual, vib.rate, rtol=1e-12)
    np.testing.assert_allclose(ceb.prediction, vib.prediction, rtol=1e-12)


def test_several_draws_average_their_cross_entropies():
    rng = np.random.default_rng(1)
    logits, labels = rng.normal(size=(3, 5, 4)), rng.integers(0, 4, 5)
    code = labels, jnp.zeros((5, 2)), 1.0
    together = losses.vib_terms(logits, *code).prediction
    apart = [losses.vib_terms(one, *code).prediction for one in logits]
    np.testing.assert_allclose(together, np.mean(apart), rtol=1e-12)


def test_a_label_outside_the_classes_reads_as_the_nearest():
    logits = jnp.log(jnp.array([[0.7, 0.2, 0.1]]))
    code = jnp.zeros((1, 1)), 1.0
    for label, chance in ((-5, 0.7), (9, 0.1)):
        got = losses.vib_terms(logits, np.array([label]), *code).prediction
        np.testing.assert_allclose(got, -np.log(chance), rtol=1e-12)


def test_class_means_of_another_shape_are_refused():
    code = jnp.zeros((2, 3)), np.array([0, 1]), jnp.zeros((2, 2)), 1.0
    with pytest.raises(ValueError, match=r"`class_mean` must be .* received \[4, 2\]"):
        losses.ceb_terms(*code, jnp.zeros((4, 2)), 1.0)


def test_priors_that_do_not_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"gaussian_rate: `prior_mean` must be"):
        losses.gaussian_rate(jnp.zeros((2, 3)), 1.0, prior_mean=jnp.zeros(2))


def test_reparameterized_codes_have_the_mean_and_spread_asked_for():
    mean, scale = jnp.array([1.0, -2.0]), jnp.array([0.5, 3.0])
    n = 20_000
    many = (jnp.broadcast_to(a, (n, 2)) for a in (mean, scale))
    codes = losses.reparameterize(jax.random.key(0), *many)
    # Five standard errors of the mean and of the deviation.
    np.testing.assert_array_less(abs(codes.mean(0) - mean), 5 * scale / n**0.5)
    np.testing.assert_array_less(abs(codes.std(0) - scale), 5 * scale / (2 * n) ** 0.5)
