"""Discrete-time survival: likelihood, risk and concordance."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
ALPHAS = (0.0, 0.15, 0.5)


def cases(prefix: str):
    chosen = [c for c in golden("pibd") if c["name"].startswith(prefix)]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case["name"])


def model(case: dict):
    given = case["inputs"]
    return (
        jnp.asarray(given["logits"]),
        jnp.asarray(given["bins"]),
        jnp.asarray(given["censored"]) == 1,
    )


def survival(logits):
    """Hazards and survival, multiplied out."""
    hazards = jax.nn.sigmoid(logits)
    return hazards, jnp.cumprod(1 - hazards, axis=1)


@cases("survival_nll")
def test_likelihood_of_reference(case: dict):
    logits, bins, censored = model(case)
    expected, n = case["expected"], len(logits)
    for got, key in zip(survival(logits), ("hazards", "survival"), strict=True):
        np.testing.assert_allclose(got, expected[key], **TOLERANCE)
    risk = losses.survival_risk(logits)
    np.testing.assert_allclose(risk, expected["risk"], **TOLERANCE)
    for alpha in ALPHAS:
        loss = losses.survival_loss(logits, bins, censored, alpha=alpha)
        key = f"alpha{alpha:g}"
        np.testing.assert_allclose(loss, expected[f"nll_mean_{key}"], **TOLERANCE)
        np.testing.assert_allclose(n * loss, expected[f"nll_sum_{key}"], **TOLERANCE)


@cases("survival_nll")
def test_terms_are_logarithms_of_hazards_and_survival(case: dict):
    logits, bins, censored = model(case)
    hazards, beyond = survival(logits)
    before = jnp.concatenate([jnp.ones_like(beyond[:, :1]), beyond], axis=1)
    rows = jnp.arange(len(logits))
    event = -jnp.log(before[rows, bins] * hazards[rows, bins])
    cut = -jnp.log(beyond[rows, bins])
    terms = losses.survival_terms(logits, bins, censored)
    np.testing.assert_allclose(terms.events, np.mean(np.where(censored, 0, event)))
    np.testing.assert_allclose(terms.censored, np.mean(np.where(censored, cut, 0)))


@cases("c_index")
def test_concordance_of_reference(case: dict):
    risk, time, event = (
        jnp.asarray(case["inputs"][key]) for key in ("risk", "time", "event")
    )
    got = losses.concordance_index(risk, time, event)
    expected = case["expected"]
    np.testing.assert_allclose(got, expected["c_index"], **TOLERANCE)
    pairs = expected["concordant"] + expected["discordant"] + expected["tied_risk"]
    share = (expected["concordant"] + expected["tied_risk"] / 2) / pairs
    np.testing.assert_allclose(got, share, **TOLERANCE)


def test_one_bin_and_an_even_hazard_cost_log_two():
    logits, bins = jnp.zeros((1, 1)), jnp.array([0])
    for censored in (True, False):
        loss = losses.survival_loss(logits, bins, jnp.array([censored]))
        np.testing.assert_allclose(loss, np.log(2), rtol=1e-12)
        ignoring = losses.survival_loss(logits, bins, jnp.array([censored]), alpha=1.0)
        np.testing.assert_allclose(ignoring, 0 if censored else np.log(2), rtol=1e-12)


def test_certain_hazards_have_exact_values_and_gradients():
    logits = jnp.array([[-200.0, 300.0], [150.0, 0.0]])
    bins, censored = jnp.array([1, 0]), jnp.array([False, True])
    value, gradient = jax.value_and_grad(
        lambda logits: losses.survival_loss(logits, bins, censored)
    )(logits)
    np.testing.assert_allclose(value, 150.0 / 2, rtol=1e-12)
    np.testing.assert_allclose(gradient, [[0, 0], [0.5, 0]], atol=1e-12)


def test_a_bin_outside_reads_as_the_nearest_and_later_logits_play_no_part():
    logits, censored = jnp.array([[0.3, -0.2, 0.7]]), jnp.array([False])
    last = losses.survival_loss(logits, jnp.array([9]), censored)
    assert last == losses.survival_loss(logits, jnp.array([2]), censored)
    first = losses.survival_loss(logits.at[0, 1].set(50), jnp.array([-3]), censored)
    np.testing.assert_allclose(first, -jax.nn.log_sigmoid(0.3), rtol=1e-12)


def test_the_order_of_times_is_perfect_concordance():
    rng = np.random.default_rng(0)
    time, event = jnp.asarray(rng.uniform(size=50)), np.arange(50) % 3 > 0
    index = losses.concordance_index
    assert index(-time, time, event) == 1
    assert index(jnp.ones(50), time, event) == 0.5
    risk = jnp.asarray(rng.normal(size=50))
    both = index(risk, time, event) + index(-risk, time, event)
    np.testing.assert_allclose(both, 1, rtol=1e-12)


def test_concordance_counts_pairs_one_by_one():
    rng = np.random.default_rng(1)
    risk, time = np.round(rng.normal(size=30), 1), np.round(rng.uniform(size=30), 1)
    event = rng.uniform(size=30) < 0.6
    right = total = 0.0
    for i in range(30):
        for j in range(30):
            later = time[i] < time[j] or (time[i] == time[j] and not event[j])
            if event[i] and later:
                total += 1
                right += 0.5 if risk[i] == risk[j] else risk[i] > risk[j]
    got = losses.concordance_index(risk, time, event)
    np.testing.assert_allclose(got, right / total, rtol=1e-12)


def test_no_comparable_pair_is_worth_one_half():
    risk, time = jnp.arange(3.0), jnp.arange(3.0)
    assert losses.concordance_index(risk, time, jnp.zeros(3, bool)) == 0.5
    nothing = losses.concordance_index(
        risk, time, jnp.ones(3, bool), where=jnp.zeros(3, bool)
    )
    assert nothing == 0.5


def test_numbers_in_place_of_truth_values_are_refused():
    logits, bins = jnp.zeros((2, 3)), jnp.array([0, 1])
    with pytest.raises(TypeError, match="`censored` must be Boolean"):
        losses.survival_loss(logits, bins, jnp.array([0, 1]))
    with pytest.raises(TypeError, match="`bins` must be an integer array"):
        losses.survival_loss(logits, jnp.zeros(2), jnp.array([True, False]))
    with pytest.raises(TypeError, match="`event` must be Boolean"):
        losses.concordance_index(jnp.ones(2), jnp.ones(2), jnp.array([0, 1]))
