"""Reference numbers of sampling, influence and messages."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import communication, entropy, mi, quantize

CASES = golden("communication")


def of(quantity: str):
    cases = [c for c in CASES if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", cases, ids=lambda c: c["id"])


def close(got, expected, case: dict) -> None:
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    np.testing.assert_allclose(got, np.asarray(expected), **near)


def test_every_case_is_read():
    read = {
        "gumbel_softmax_topk",
        "influence",
        "message_metrics",
        "causal_influence_of_communication",
        "context_independence",
    }
    assert {c["quantity"] for c in CASES} == read and len(CASES) == 16


@of("gumbel_softmax_topk")
def test_draws(case: dict):
    logits, uniform, cotangent = (
        jnp.asarray(case["inputs"][name]) for name in ("logits", "uniform", "cotangent")
    )
    tau, k, expected = case["inputs"]["tau"], case["inputs"]["k"], case["expected"]
    noisy = logits + communication.gumbel_noise(uniform)
    close(communication.single_draw(noisy, k, tau=tau), expected["soft"], case)

    def hard(noisy):
        return communication.straight_through_top_k(noisy, k=k, tau=tau)

    value, pull = jax.vjp(hard, noisy)
    np.testing.assert_array_equal(value, expected["hard"])
    close(pull(cotangent)[0], expected["straight_through_grad_logits"], case)


@of("influence")
def test_influence(case: dict):
    given, expected = case["inputs"], case["expected"]
    policy, responses = (
        jnp.asarray(given[name]) for name in ("adversary_policy", "victim_next_policy")
    )
    terms = communication.unilateral_influence_terms(policy, responses)
    close(terms.information, expected["mutual_information"], case)
    close(terms.majority, expected["majority_term"], case)
    close(terms.minority, expected["minority_term"], case)
    close(terms.response, expected["marginal_victim_policy"], case)
    information = communication.unilateral_influence(policy, responses)
    close(information, expected["mutual_information"], case)
    social = communication.social_influence(
        policy, responses, given["adversary_action"]
    )
    close(social, expected["social_influence_kl"], case)

    target = jnp.eye(responses.shape[2])[jnp.asarray(given["target_actions"])]
    aimed = communication.targeted_influence
    distances = {
        "targeted_l1": None,
        "targeted_l2": communication.l2_distance,
        "targeted_linf": communication.max_distance,
        "targeted_nll": communication.surprisal,
    }
    for name, distance in distances.items():
        found = aimed(policy, responses, target, distance=distance)
        close(found, expected[name], case)
    even = jnp.full(responses.shape[2], 1 / responses.shape[2])
    found = aimed(policy, responses, even)
    close(found, expected["untargeted_l1_to_uniform"], case)


ROWS, SYMBOLS = 60, 5  # as many as the largest case has


@jax.jit
def metrics(given: dict, where) -> dict:
    messages, attributes = given["messages"], given["attributes"]
    similar = partial(communication.topographic_similarity, attributes, messages)
    hamming = communication.hamming_distance
    posdis, bosdis = (
        communication.positional_disentanglement,
        partial(communication.bag_disentanglement, vocabulary=SYMBOLS),
    )
    actions = given["speaker_action"]
    consistency = communication.normalized_speaker_consistency
    return {
        "message_entropy": communication.message_entropy(messages, where=where),
        "symbol_entropy_per_position": communication.position_entropies(
            messages, where=where
        ),
        "speaker_consistency": communication.speaker_consistency(
            messages, actions, where=where
        ),
        "instantaneous_coordination": communication.instantaneous_coordination(
            messages, given["listener_action"], where=where
        ),
        "mi_attributes_messages": mi.discrete(attributes, messages, where=where),
        "normalised_mi_attributes": consistency(messages, attributes, where=where),
        "unique_messages": 1 + jnp.max(quantize.row_labels(messages, where=where)),
        "posdis": posdis(messages, attributes, where=where),
        "bosdis": bosdis(messages, attributes, where=where),
        "topsim_hamming_hamming": similar(message_distance=hamming, where=where),
        "topsim_hamming_edit": similar(where=where),
        "share": consistency(messages, actions, where=where),
        "of actions": entropy.discrete(actions, where=where),
    }


@of("message_metrics")
def test_messages(case: dict):
    # One program for each length of messages: rows are filled up with absent ones, and
    # symbols that never occur change nothing.
    arrays = {k: np.array(v) for k, v in case["inputs"].items() if k != "vocab_size"}
    n = len(arrays["messages"])
    padded = {
        k: np.pad(v, [(0, ROWS - n)] + [(0, 0)] * (v.ndim - 1))
        for k, v in arrays.items()
    }
    found = metrics(padded, np.arange(ROWS) < n)
    assert set(case["expected"]) <= set(found)
    for name, expected in case["expected"].items():
        close(found[name], expected, case)
    whole = found["speaker_consistency"] / found["of actions"]
    np.testing.assert_allclose(found["share"], whole, rtol=1e-12)


@of("causal_influence_of_communication")
def test_causal_influence_of_messages(case: dict):
    policy, responses = (
        jnp.asarray(case["inputs"][name]) for name in ("p_m", "p_a_given_m")
    )
    found = communication.unilateral_influence(policy, responses)
    close(jnp.mean(found), case["expected"], case)


@of("context_independence")
def test_context_independence(case: dict):
    joint = jnp.asarray(case["inputs"]["p_concept_vocab"])
    close(communication.context_independence(joint), case["expected"], case)
