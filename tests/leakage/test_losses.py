"""Losses of attacks and defences: reference numbers, gradients, degenerate answers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import dependence, kernels, leakage, losses

GOLDEN = golden("privacy_inversion")
RNG = np.random.default_rng(0)
IDENTITIES = {
    "cross_entropy": leakage.cross_entropy_loss,
    "logit_loss": leakage.logit_loss,
    "max_margin": leakage.max_margin_loss,
}


def cases(quantity: str):
    found = [c for c in GOLDEN if c["quantity"] == quantity]
    assert found
    return pytest.mark.parametrize("case", found, ids=lambda c: c["id"])


def close(case: dict, got, expected) -> None:
    np.testing.assert_allclose(got, expected, rtol=case["rtol"], atol=case["atol"])


@cases("identity_losses")
def test_golden_identities(case: dict):
    given = {k: np.array(v) for k, v in case["inputs"].items()}
    expected = case["expected"]
    arrays = given["logits_models"], given["labels"], given["features"]
    mean, weight = given["feature_mean"], case["inputs"]["reg_weight"]
    for name, identity in IDENTITIES.items():
        terms = leakage.inversion_terms(*arrays, mean, identity=identity)
        close(case, terms.identity, expected[name])
        close(case, terms.penalty, expected["feature_reg_mean"])
    drawn = mean + given["feature_std"] * given["noise"]
    terms = leakage.inversion_terms(*arrays, drawn)
    close(case, terms.penalty, expected["feature_reg_sampled"])
    loss = leakage.inversion_loss(*arrays, mean, weight=weight)
    close(case, loss, expected["logit_plus_reg"])


@cases("distillation_kl")
def test_golden_distillation(case: dict):
    given, expected = case["inputs"], case["expected"]
    student, teacher = (
        np.array(given[f"{side}_logits"]) for side in ("student", "teacher")
    )
    heat = given["temperature"]
    got = losses.soft_label_loss(student, teacher, temperature=heat)
    close(case, got, expected["kl_times_T2"])
    close(case, got / heat**2, expected["kl"])
    close(case, got / heat**4, expected["kl_over_T2"])
    assert losses.soft_label_loss(teacher, teacher, temperature=heat) == 0


@cases("tacgan_losses")
def test_golden_transfer(case: dict):
    given = {k: np.array(v) for k, v in case["inputs"].items()}
    fake, classes = given["d_logit_fake"], given["class_logits_fake"]
    weight, expected = case["inputs"]["alpha"], case["expected"]
    judge = leakage.transfer_discriminator_loss(
        fake, classes, given["target_labels"], given["d_logit_real"], weight=weight
    )
    close(case, judge, expected["discriminator"])
    asked = fake, classes, given["conditioned_labels"]
    close(
        case,
        leakage.transfer_generator_loss(*asked, weight=weight),
        expected["generator"],
    )
    game = leakage.transfer_generator_loss(
        *asked, weight=weight, adversarial=lambda d: -jax.nn.softplus(d)
    )
    close(case, game, expected["generator_minimax"])


KERNELS = {
    "linear": kernels.linear(),
    "gaussian": leakage.scaled_gaussian(5.0),
    "imq": kernels.rational_quadratic(1.0, alpha=0.5),
}


@cases("bido_terms")
def test_golden_bilateral(case: dict):
    given, expected = case["inputs"], case["expected"]
    z, x, y = (np.array(given[k]) for k in ("hidden", "inputs", "labels_onehot"))
    options = {
        "kernel_z": leakage.scaled_gaussian(given["sigma"]),
        "kernel_x": leakage.scaled_gaussian(given["sigma"]),
        "kernel_y": KERNELS[given["kernel_target"]],
    }
    nhsic = leakage.bilateral_terms([z], x, y, **options)
    close(case, nhsic.rate[0], expected["nhsic_xz"])
    close(case, nhsic.relevance[0], expected["nhsic_zy"])
    weights = {"input_weight": given["a1"], "target_weight": given["a2"]}
    penalty = leakage.bilateral_penalty([z], x, y, **weights, **options)
    close(case, penalty, expected["penalty_nhsic"])
    coco = leakage.bilateral_terms([z], x, y, measure=leakage.coco, **options)
    close(case, coco.rate[0], expected["coco_xz"])
    close(case, coco.relevance[0], expected["coco_zy"])
    plain = leakage.bilateral_terms([z], x, y, measure=dependence.hsic, **options)
    unbiased = (len(x) / (len(x) - 1)) ** 2
    close(case, unbiased * plain.rate[0], expected["hsic_biased_xz"])


def test_the_penalty_is_a_sum_over_layers():
    x, y = RNG.normal(size=(8, 3)), np.eye(2)[RNG.integers(0, 2, 8)]
    layers = [RNG.normal(size=(8, 2)), RNG.normal(size=(8, 4))]
    terms = leakage.bilateral_terms(layers, x, y, measure=leakage.coco)
    a, b = np.array([0.2, 0.3]), 0.7
    got = leakage.bilateral_penalty(
        layers, x, y, input_weight=a, target_weight=b, measure=leakage.coco
    )
    np.testing.assert_allclose(got, np.sum(a * terms.rate - b * terms.relevance))


def test_dependence_of_constant_and_permuted_features():
    x, y = RNG.normal(size=(9, 3)), RNG.normal(size=(9, 2))
    kernel, order = leakage.scaled_gaussian(), RNG.permutation(9)
    options = {"kernel_x": kernel, "kernel_y": kernel}
    for measure in (leakage.coco, dependence.nocco):
        value = measure(x, y, **options)
        permuted = measure(x[order], y[order], **options)
        np.testing.assert_allclose(permuted, value, rtol=1e-6)
        np.testing.assert_allclose(measure(x, 0 * y + 3, **options), 0, atol=1e-9)
    assert dependence.nocco(x, y, **options) <= 8
    assert leakage.coco(x, 0 * y + 3, **options) == 0
    gradient = jax.grad(lambda y: leakage.coco(x, y, **options))(0 * y + 3)
    np.testing.assert_array_equal(gradient, 0)


def test_coco_is_above_the_largest_singular_value():
    x, y = RNG.normal(size=(7, 2)), RNG.normal(size=(7, 2))
    centring = np.eye(7) - 1 / 7
    k, l = (centring @ np.asarray(kernels.gaussian()(a, a)) @ centring for a in (x, y))
    got = leakage.coco(x, y)
    np.testing.assert_allclose(got, np.linalg.norm(k @ l) ** 0.5 / 7, rtol=1e-10)
    assert got >= np.linalg.norm(k @ l, 2) ** 0.5 / 7


def test_gradients_of_the_identities():
    logits, labels = RNG.normal(size=(6, 4)), RNG.integers(0, 4, 6)
    one = np.eye(4)[labels]
    slopes = {n: jax.grad(f)(logits, labels) for n, f in IDENTITIES.items()}
    np.testing.assert_allclose(slopes["logit_loss"], -one / 6)
    softmax = jax.nn.softmax(logits)
    np.testing.assert_allclose(slopes["cross_entropy"], (softmax - one) / 6, atol=1e-12)
    gap = leakage.cross_entropy_loss(logits, labels) - leakage.logit_loss(
        logits, labels
    )
    np.testing.assert_allclose(gap, np.mean(jax.nn.logsumexp(logits, axis=1)))
    assert leakage.max_margin_loss(np.full((6, 4), 2.0), labels) == 0


def test_ruled_out_labels_and_single_classes_have_values():
    labels = jnp.array([0, 1])
    gone = jnp.array([[-jnp.inf, 1.0, 2.0], [0.0, 1.0, 2.0]])
    for identity in IDENTITIES.values():
        value, slope = jax.value_and_grad(identity)(gone, labels)
        assert value == np.inf and np.isfinite(slope).all()
        value, slope = jax.value_and_grad(identity)(jnp.full((2, 3), -jnp.inf), labels)
        assert value == np.inf and np.isfinite(slope).all()
    left = jnp.array([[0.0, -jnp.inf, -jnp.inf], [-jnp.inf, 1.0, -jnp.inf]])
    assert leakage.cross_entropy_loss(left, labels) == 0
    assert leakage.max_margin_loss(left, labels) == 0
    single = jnp.ones((2, 1))
    assert leakage.cross_entropy_loss(single, labels) == 0
    assert leakage.max_margin_loss(single, labels) == 0
    assert leakage.logit_loss(single, labels) == -1
    # Without a weight an infinite class term does not count.
    off = leakage.transfer_generator_loss(jnp.zeros(2), gone, labels, weight=0.0)
    np.testing.assert_allclose(off, np.log(2))
    on = leakage.transfer_generator_loss(jnp.zeros(2), gone, labels)
    assert on == np.inf


def test_transfer_losses_of_judges_that_know_nothing():
    zeros, labels = np.zeros(5), np.arange(5) % 3
    arrays = zeros, np.zeros((5, 3)), labels
    judge = leakage.transfer_discriminator_loss(*arrays, zeros[:2], weight=0.5)
    np.testing.assert_allclose(judge, 2 * np.log(2) + 0.5 * np.log(3))
    maker = leakage.transfer_generator_loss(*arrays, weight=0.5)
    np.testing.assert_allclose(maker, np.log(2) + 0.5 * np.log(3))


def test_mistakes_name_their_argument():
    x, y = jnp.ones((4, 2)), jnp.ones((4, 3))
    with pytest.raises(TypeError, match="bilateral_terms: `codes` must be a tuple"):
        leakage.bilateral_terms(x, x, y)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="bilateral_penalty: `input_weight` must be"):
        leakage.bilateral_penalty([x], x, y, input_weight=jnp.ones(2))
    with pytest.raises(ValueError, match="inversion_loss: `reference` must be"):
        leakage.inversion_loss(y, jnp.zeros(4, int), x, jnp.ones(3))
