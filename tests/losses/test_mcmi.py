"""Conditional mutual information of a classifier, its centroids and its loss."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
CASES = golden("mcmi")
FULL = [case for case in CASES if "centroids" in case["expected"]]


def name(case: dict) -> str:
    return case["name"]


def inputs(case: dict):
    given = case["inputs"]
    return jnp.asarray(given["logits"], float), jnp.asarray(given["labels"])


def information(logits, labels):
    centroids = losses.class_centroids(logits, labels)
    return losses.mcmi_terms(logits, labels, centroids).information


@pytest.mark.parametrize("case", CASES, ids=name)
def test_information_of_reference(case: dict):
    got = information(*inputs(case))
    np.testing.assert_allclose(got, case["expected"]["cmi"], **TOLERANCE)


@pytest.mark.parametrize("case", FULL, ids=name)
def test_terms_of_reference(case: dict):
    logits, labels = inputs(case)
    expected, weight = case["expected"], case["params"]["lambda_"]
    centroids = losses.class_centroids(logits, labels)
    np.testing.assert_allclose(jnp.exp(centroids), expected["centroids"], **TOLERANCE)
    terms = losses.mcmi_terms(logits, labels, centroids)
    np.testing.assert_allclose(terms.prediction, expected["cross_entropy"], **TOLERANCE)
    loss = losses.mcmi_loss(logits, labels, centroids, weight=weight)
    np.testing.assert_allclose(loss, expected["mcmi_loss"], **TOLERANCE)
    classes = losses.class_information(logits, labels, centroids)
    np.testing.assert_allclose(classes, expected["cmi_per_class"], **TOLERANCE)


@pytest.mark.parametrize("case", FULL, ids=name)
def test_gradient_of_reference_with_fixed_centroids(case: dict):
    logits, labels = inputs(case)
    centroids = losses.class_centroids(logits, labels)
    expected = np.asarray(case["expected"]["grad_cmi_wrt_logits"])

    def value(logits):
        return losses.mcmi_terms(logits, labels, centroids).information

    np.testing.assert_allclose(jax.grad(value)(logits), expected, **TOLERANCE)
    # Centroids that are the exact means may move along: that changes nothing.
    moving = jax.grad(lambda logits: information(logits, labels))(logits)
    np.testing.assert_allclose(moving, expected, **TOLERANCE)


@pytest.mark.parametrize("case", FULL, ids=name)
def test_separation_of_reference(case: dict):
    expected, arguments = case["expected"], inputs(case)
    found = losses.class_separation(*arguments)
    np.testing.assert_allclose(found.all_pairs, expected["gamma_all_pairs"], rtol=1e-8)
    np.testing.assert_allclose(
        found.unequal_pairs, expected["gamma_conditional_on_different"], rtol=1e-8
    )
    normalized = losses.normalized_cmi(*arguments)
    np.testing.assert_allclose(normalized, expected["ncmi"], rtol=1e-8)


@pytest.mark.parametrize("case", FULL, ids=name)
def test_moving_average_of_reference(case: dict):
    logits, labels = inputs(case)
    classes = logits.shape[1]
    average = losses.centroid_average(classes, decay=case["params"]["ema_decay"])
    np.testing.assert_allclose(
        jnp.exp(average.init()), np.full(2 * [classes], 1 / classes)
    )
    state = average.update(average.init(), logits, labels)
    np.testing.assert_allclose(
        jnp.exp(state), case["expected"]["ema_centroids"], **TOLERANCE
    )
    terms = losses.mcmi_terms(logits, labels, state)
    np.testing.assert_allclose(
        terms.information, case["expected"]["cmi_with_ema_centroids"], **TOLERANCE
    )


def test_information_is_entropy_of_centroids_less_that_of_outputs():
    logits, labels = inputs(FULL[0])
    p = np.asarray(jax.nn.softmax(logits))
    expected = 0.0
    for label in range(p.shape[1]):
        own = p[np.asarray(labels) == label]
        mean = own.mean(0)
        spread = -np.sum(mean * np.log(mean)) + np.mean(np.sum(own * np.log(own), 1))
        expected += len(own) / len(p) * spread
    np.testing.assert_allclose(information(logits, labels), expected, rtol=1e-10)


def test_names_of_classes_mean_nothing_to_the_information():
    logits, labels = inputs(FULL[1])
    renamed = jnp.array([2, 0, 3, 1])[labels]
    np.testing.assert_allclose(
        information(logits, renamed), information(logits, labels), rtol=1e-12
    )


def test_heat_raises_the_information_of_a_confident_classifier_and_then_removes_it():
    logits, labels = 20 * inputs(FULL[0])[0], inputs(FULL[0])[1]
    confident = 30.0 * jax.nn.one_hot(labels, 3) + 0.3 * logits
    cold, warm, hot = (information(confident / t, labels) for t in (1.0, 10.0, 1e4))
    assert cold < warm and hot < 1e-5


def test_separation_sums_over_all_pairs_of_rows():
    logits, labels = inputs(FULL[1])
    log_p = np.asarray(jax.nn.log_softmax(logits))
    crosses = -np.exp(log_p) @ log_p.T
    unequal = np.asarray(labels[:, None] != labels)
    found = losses.class_separation(logits, labels)
    np.testing.assert_allclose(found.all_pairs, np.mean(unequal * crosses), rtol=1e-10)
    mean = np.mean(crosses[unequal])
    np.testing.assert_allclose(found.unequal_pairs, mean, rtol=1e-10)


def test_one_class_alone_is_not_separated():
    logits, labels = jnp.array([[1.0, 0.0], [0.0, 2.0]]), jnp.array([1, 1])
    assert losses.class_separation(logits, labels) == (0, 0)
    value, gradient = jax.value_and_grad(losses.normalized_cmi)(logits, labels)
    assert value == 0 and not gradient.any()


def test_classes_without_rows_are_uniform_and_keep_their_average():
    logits, labels = jnp.array([[1.0, 0.0, 2.0]]), jnp.array([1])
    centroids = losses.class_centroids(logits, labels)
    np.testing.assert_allclose(jnp.exp(centroids[jnp.array([0, 2])]), 1 / 3)
    average = losses.centroid_average(3, decay=0.5)
    before = jnp.log(jnp.array([[0.7, 0.2, 0.1]] * 3))
    after = average.update(before, logits, labels)
    np.testing.assert_array_equal(after[jnp.array([0, 2])], before[jnp.array([0, 2])])
    np.testing.assert_allclose(jnp.sum(jnp.exp(after), axis=1), 1, rtol=1e-12)


def test_an_average_of_decay_zero_is_the_batch():
    logits, labels = inputs(FULL[0])
    average = losses.centroid_average(3, decay=0.0)
    np.testing.assert_allclose(
        average.update(average.init(), logits, labels),
        losses.class_centroids(logits, labels),
        rtol=1e-12,
    )


def test_the_state_of_an_average_keeps_its_dtype_in_a_scan():
    logits, labels = inputs(FULL[0])
    average = losses.centroid_average(3)
    start = average.init().astype(jnp.float32)

    def step(state, batch):
        return average.update(state, batch, labels), None

    state, _ = jax.lax.scan(step, start, jnp.stack([logits] * 3))
    assert state.dtype == jnp.float32


def test_outputs_that_rule_classes_out_give_no_nan():
    logits = jnp.array([[0.0, -jnp.inf, 1.0], [0.5, -jnp.inf, 0.0], [1.0, -jnp.inf, 0]])
    labels = jnp.array([0, 0, 2])

    def total(logits):
        terms = losses.mcmi_terms(
            logits, labels, losses.class_centroids(logits, labels)
        )
        return terms.information + losses.normalized_cmi(logits, labels)

    value, gradient = jax.value_and_grad(total)(logits)
    assert np.isfinite(value) and np.isfinite(gradient).all()
    without = logits[:, jnp.array([0, 2])]
    np.testing.assert_allclose(
        total(logits),
        information(without, jnp.array([0, 0, 1]))
        + losses.normalized_cmi(without, jnp.array([0, 0, 1])),
        rtol=1e-12,
    )


def test_centroids_of_another_number_of_classes_are_refused():
    logits, labels = inputs(FULL[0])
    average = losses.centroid_average(4)
    for call in (
        lambda: losses.mcmi_loss(logits, labels, average.init()),
        lambda: average.update(average.init(), logits, labels),
    ):
        with pytest.raises(
            ValueError, match=r"`log_centroids` must be of shape \[3, 3"
        ):
            call()
    with pytest.raises(ValueError, match=r"centroid_average: `decay` must be in \[0"):
        losses.centroid_average(3, decay=1.5)
