"""Shapley responses, modulation of gradients and competition strength."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from conftest import golden

from infojax import losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
CASES = golden("agm")
# Subsets of three modalities in the order of their bit masks.
SUBSETS = ("empty", "0", "1", "01", "2", "02", "12", "012")


def cases(kind: str):
    rows = [c for c in CASES if c["name"].startswith(kind)]
    return pytest.mark.parametrize("case", rows, ids=[c["name"] for c in rows])


def inputs(case: dict) -> dict:
    return jax.tree.map(jnp.asarray, case["inputs"], is_leaf=lambda v: type(v) is list)


def check_coefficients(case: dict, responses, running) -> jax.Array:
    """Scores, ratios and coefficients against the reference; the last are returned."""
    expected = case["expected"]
    scores = losses.modality_scores(responses, inputs(case)["labels"])
    got = {
        "score": scores,
        "ratio": losses.modulation_ratio(scores),
        "reference_ratio": losses.modulation_ratio(running),
        "kappa": losses.modulation_coefficients(
            scores, running, alpha=case["params"]["alpha"]
        ),
    }
    for key, value in got.items():
        np.testing.assert_allclose(value, expected[key], **TOLERANCE, err_msg=key)
    return got["kappa"]


@cases("agm2")
def test_two_modalities_of_reference(case: dict):
    given, expected = inputs(case), case["expected"]
    labels, running = given["labels"], given["running_score"]
    full, a, v = (given[key] for key in ("f_full", "f_only_a", "f_only_v"))

    def responses(full, a, v):
        return losses.shapley_responses(jnp.stack([jnp.zeros_like(full), a, v, full]))

    phi = responses(full, a, v)
    np.testing.assert_allclose(phi[0], expected["phi_a"], **TOLERANCE)
    np.testing.assert_allclose(phi[1], expected["phi_v"], **TOLERANCE)
    kappa = check_coefficients(case, phi, running)
    average = losses.running_scores(2)
    state = losses.ModulationState(running, jnp.asarray(case["params"]["step"]))
    state = average.update(state, losses.modality_scores(phi, labels))
    np.testing.assert_allclose(
        state.running, expected["new_running_score"], **TOLERANCE
    )
    assert state.step == case["params"]["step"] + 1

    def loss(*outputs):
        return losses.modulated_loss(responses(*outputs), labels, kappa)

    value, gradients = jax.value_and_grad(loss, argnums=(0, 1, 2))(full, a, v)
    entropy = optax.softmax_cross_entropy_with_integer_labels(full, labels).mean()
    np.testing.assert_allclose(value, entropy, rtol=1e-12)
    for key, gradient in zip(("full", "only_a", "only_v"), gradients, strict=True):
        np.testing.assert_allclose(gradient, expected[f"grad_f_{key}"], **TOLERANCE)


@cases("agm3")
def test_three_modalities_of_reference(case: dict):
    given, expected = inputs(case), case["expected"]
    values = jnp.stack([given["values"][key] for key in SUBSETS])
    real = losses.shapley_responses(values)
    np.testing.assert_allclose(real, expected["phi_with_empty_value"], **TOLERANCE)
    phi = losses.shapley_responses(values.at[0].set(0))
    np.testing.assert_allclose(phi, expected["phi"], **TOLERANCE)
    check_coefficients(case, phi, given["running_score"])


@cases("competition")
def test_competition_strength_of_reference(case: dict):
    given = inputs(case)
    order = ("probe_features", "probe_concept", "test_features", "test_concept")
    got = losses.competition_strength(
        *(given[key] for key in order), ridge=case["params"]["ridge"]
    )
    np.testing.assert_allclose(
        got, case["expected"]["competition_strength"], **TOLERANCE
    )


def outputs(modalities: int, seed: int = 0, n: int = 5, classes: int = 3):
    rng = np.random.default_rng(seed)
    return jnp.asarray(rng.normal(size=(2**modalities, n, classes)))


@pytest.mark.parametrize("modalities", [1, 2, 3, 4])
def test_responses_add_up_to_the_full_output_less_the_empty_one(modalities: int):
    values = outputs(modalities)
    total = losses.shapley_responses(values).sum(0)
    np.testing.assert_allclose(total, values[-1] - values[0], atol=1e-14)


def test_responses_are_the_mean_over_orders_of_arrival():
    values, m = outputs(3), 3
    expected = np.zeros((m, *values.shape[1:]))
    for order in itertools.permutations(range(m)):
        present = 0
        for new in order:
            expected[new] += (values[present | 1 << new] - values[present]) / 6
            present |= 1 << new
    np.testing.assert_allclose(losses.shapley_responses(values), expected, atol=1e-14)


def test_responses_of_a_sum_of_networks_are_the_networks():
    parts = outputs(2)[:3]
    values = jnp.stack(
        [sum(parts[m] * (s >> m & 1) for m in range(3)) for s in range(8)]
    )
    np.testing.assert_allclose(losses.shapley_responses(values), parts, atol=1e-14)


def test_modalities_that_play_the_same_part_are_left_alone():
    both, one = outputs(1)
    phi = losses.shapley_responses(jnp.stack([0 * one, one, one, both]))
    np.testing.assert_allclose(phi[0], phi[1], rtol=1e-12)
    scores = losses.modality_scores(phi, jnp.array([0, 1, 2, 0, 1]))
    np.testing.assert_allclose(losses.modulation_ratio(scores), 1, rtol=1e-12)
    kappa = losses.modulation_coefficients(scores, jnp.zeros(2), alpha=2.0)
    np.testing.assert_allclose(kappa, 1, rtol=1e-12)


@pytest.mark.parametrize("shape", [(3, 5, 2), (1, 5, 2), (0, 5, 2), ()])
def test_values_that_are_no_table_of_subsets_are_refused(shape):
    with pytest.raises(ValueError, match="shapley_responses: `values` must be of"):
        losses.shapley_responses(jnp.ones(shape))


def test_the_ratios_of_all_modalities_multiply_to_one():
    scores = jnp.array([0.3, 1.2, 2.0, 0.7])
    np.testing.assert_allclose(jnp.prod(losses.modulation_ratio(scores)), 1)
    assert losses.modulation_ratio(scores[:1]) == 1


def test_a_row_costs_at_most_the_logarithm_of_a_hundred_million():
    hopeless = jnp.array([[[0.0, 99.0], [0.0, 0.0]]])
    got = losses.modality_scores(hopeless, jnp.array([0, 0]))
    np.testing.assert_allclose(got, (8 * np.log(10) + np.log(2)) / 2, rtol=1e-12)


def test_coefficients_stay_below_their_limit_and_finite():
    scores, running = jnp.array([0.0, 9.0]), jnp.array([9.0, 0.0])

    def coefficients(**options):
        return losses.modulation_coefficients(scores, running, **options)

    np.testing.assert_allclose(coefficients(alpha=0.0), 1)
    free, held = coefficients(alpha=1e3), coefficients(alpha=0.5, max_gap=7.0)
    assert jnp.isfinite(free).all() and free[0] == 0
    np.testing.assert_allclose(held[1], np.exp(0.5 * 7), rtol=1e-12)

    def total(s):
        return losses.modulation_coefficients(s, running, alpha=1.0).sum()

    assert (jax.grad(total)(scores) == 0).all()


def test_running_scores_are_means_and_the_first_overwrites_zero():
    average = losses.running_scores(3)
    seen = np.random.default_rng(0).normal(size=(6, 3))
    state = average.init()
    np.testing.assert_array_equal(losses.modulation_ratio(state.running), 1)
    state, means = jax.lax.scan(
        lambda s, x: ((new := average.update(s, x)), new.running), state, seen
    )
    expected = np.cumsum(seen, 0) / np.arange(1, 7)[:, None]
    np.testing.assert_allclose(means, expected, rtol=1e-12)
    assert state.step == 6


def test_equal_coefficients_leave_cross_entropy_alone():
    values, labels = outputs(2).at[0].set(0), jnp.array([0, 1, 2, 0, 1])

    def modulated(values):
        phi = losses.shapley_responses(values)
        return losses.modulated_loss(phi, labels, jnp.ones(2))

    def plain(values):
        full = values[-1]
        return optax.softmax_cross_entropy_with_integer_labels(full, labels).mean()

    got, expected = (jax.value_and_grad(f)(values) for f in (modulated, plain))
    np.testing.assert_allclose(got[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(got[1][1:], expected[1][1:], atol=1e-15)


def test_scaled_gradients_of_any_shape():
    x, factor = jnp.arange(6.0).reshape(2, 3), jnp.array([0.0, 1.0, -2.0])
    value, pull = jax.vjp(losses.scale_gradient, x, factor)
    np.testing.assert_array_equal(value, x)
    to_x, to_factor = pull(jnp.ones((2, 3)))
    np.testing.assert_array_equal(to_x, jnp.tile(factor, (2, 1)))
    assert (to_factor == 0).all()
    with pytest.raises(ValueError, match=r"`factor` must be broadcastable to \[2, 3\]"):
        losses.scale_gradient(x, jnp.ones(2))


def test_infinite_logits_pass_unchanged():
    x = jnp.array([1.0, -jnp.inf])
    np.testing.assert_array_equal(losses.scale_gradient(x, 0.5), x)


def concepts(n: int = 4000, seed: int = 0):
    rng = np.random.default_rng(seed)
    return jnp.asarray(rng.normal(size=(n, 6))), jnp.asarray(rng.normal(size=(n, 3)))


def test_a_concept_in_the_features_is_kept_and_one_outside_is_lost():
    x, other = concepts()
    half = len(x) // 2
    for concept, expected, gap in ((x[:, :3], 0, 1e-6), (other, 1, 0.02)):
        got = losses.competition_strength(
            x[:half], concept[:half], x[half:], concept[half:], ridge=1e-3
        )
        np.testing.assert_allclose(got, expected, atol=gap)


def test_the_strength_is_a_mean_of_unexplained_shares():
    """Of one concept with intercept: the residual sum of squares over N variances."""
    x, other = concepts(60)
    concept = x[:, :1] + 2 * other[:, :1] + 5.0
    design = np.concatenate([x[:30], np.ones((30, 1))], axis=1)
    weights = np.linalg.lstsq(design, concept[:30], rcond=None)[0]
    residuals = np.concatenate([x[30:], np.ones((30, 1))], 1) @ weights - concept[30:]
    expected = np.sum(residuals**2) / (30 * np.var(concept[30:], ddof=1))
    got = losses.competition_strength(
        x[:30], concept[:30], x[30:], concept[30:], ridge=1e-12
    )
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_a_shift_of_all_logits_of_a_row_does_not_count():
    x, other = concepts(60)
    logits = other - other.mean(1, keepdims=True)  # singular: rows sum to zero
    arrays = x[:30], logits[:30], x[30:], logits[30:]
    got = losses.competition_strength(*arrays)
    basis = jnp.asarray(np.linalg.svd(np.ones((1, 3)))[2][1:].T)
    projected = losses.competition_strength(
        x[:30], logits[:30] @ basis, x[30:], logits[30:] @ basis
    )
    np.testing.assert_allclose(3 * got, 2 * projected, rtol=1e-9)
