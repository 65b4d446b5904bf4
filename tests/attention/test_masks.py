"""Masks: the reference, spans as data, capacity, and what leaks."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import attention

CASES = golden("modality_mutual_attention")
TOLERANCE = {"rtol": 1e-9, "atol": 1e-10}


def built(case: dict) -> jax.Array:
    given = case["inputs"]
    spans, valid = np.asarray(given["spans"]), given["valid"]
    valid = None if valid is None else np.asarray(valid, bool)
    return attention.modality_mutual_mask(
        given["length"], spans[:, 0], spans[:, 1], valid=valid
    )


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_mask_attention_and_entropies_of_reference(case: dict):
    mask, expected = built(case), case["outputs"]
    np.testing.assert_array_equal(mask, np.asarray(expected["mask"], bool))
    q, k, v = (jnp.asarray(case["inputs"][name]) for name in "qkv")
    found = attention.attend(q, k, v, mask=mask)
    np.testing.assert_allclose(found.output, expected["y"], **TOLERANCE)
    entropies = expected["attention_entropy_nats"]
    spread = attention.entropy(found.weights, where=mask)
    np.testing.assert_allclose(spread, entropies, **TOLERANCE)
    logits = q @ k.T / q.shape[1] ** 0.5
    spread = attention.entropy_of_logits(logits, where=mask)
    np.testing.assert_allclose(spread, entropies, **TOLERANCE)
    capacity = np.asarray(expected["entropy_capacity_nats"])
    np.testing.assert_allclose(attention.capacity(mask), capacity, **TOLERANCE)
    share = attention.normalized_entropy(found.weights, where=mask)
    np.testing.assert_allclose(share * capacity, entropies, **TOLERANCE)
    assert (share[capacity == 0] == 0).all()


def test_rows_of_the_image_see_its_question_too():
    n, (start, end), (first, last) = 9, (1, 4), (5, 8)
    mask = attention.modality_mutual_mask(n, [[start, end]], [[first, last]])
    rows = np.arange(n)
    inside = (rows >= start) & (rows < end)
    expected = rows + 1 + np.where(inside, last - first, 0)
    np.testing.assert_array_equal(mask.sum(axis=1), expected)


NONE = np.zeros((0, 2), int)


@pytest.mark.parametrize("spans", [NONE, [], [[3, 3]], [[5, 2]]], ids=str)
def test_without_keys_to_open_the_mask_is_causal(spans):
    queries = [[0, 3]] if len(spans) else spans
    mask = attention.modality_mutual_mask(6, queries, spans)
    np.testing.assert_array_equal(mask, attention.causal_mask(6))


def test_order_and_copies_of_pairs_change_nothing():
    queries, keys = np.array([[0, 2], [4, 6]]), np.array([[2, 4], [6, 9]])
    mask = attention.modality_mutual_mask(9, queries, keys)
    for order in ([1, 0], [0, 1, 1, 0]):
        again = attention.modality_mutual_mask(9, queries[order], keys[order])
        np.testing.assert_array_equal(again, mask)
    each = [
        attention.modality_mutual_mask(9, queries[[i]], keys[[i]]) for i in range(2)
    ]
    np.testing.assert_array_equal(mask, each[0] | each[1])


def test_spans_may_be_traced_and_mapped():
    rng = np.random.default_rng(0)
    spans = np.sort(rng.integers(0, 8, (2, 5, 3, 2)), axis=-1)
    valid = rng.uniform(size=(5, 7)) > 0.2

    def one(queries, keys, valid):
        return attention.modality_mutual_mask(7, queries, keys, valid=valid)

    mapped = jax.jit(jax.vmap(one))(*spans, valid)
    for i, mask in enumerate(mapped):
        np.testing.assert_array_equal(mask, one(*spans[:, i], valid[i]))


def test_padding_is_seen_by_no_query():
    valid = np.array([False, True, True])
    mask = attention.causal_mask(3, valid=valid)
    np.testing.assert_array_equal(mask, [[0, 0, 0], [0, 1, 0], [0, 1, 1]])
    np.testing.assert_allclose(attention.capacity(mask), [0, 0, np.log(2)])


def test_leakage_counts_scored_tokens_seen_too_early():
    mask = attention.modality_mutual_mask(6, [[0, 2]], [[2, 4]])
    answers = np.arange(6) >= 4
    assert attention.leakage(mask, answers) == 0
    assert attention.leakage(mask, np.arange(6) >= 3) == 2
    both = jnp.stack([mask, attention.causal_mask(6)])
    np.testing.assert_array_equal(attention.leakage(both, np.ones(6, bool)), [4, 0])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: attention.causal_mask(0), "causal_mask: `length` must be >= 1"),
        (
            lambda: attention.causal_mask(3, valid=np.ones(2, bool)),
            r"causal_mask: `valid` must be of shape \[3\]",
        ),
        (
            lambda: attention.modality_mutual_mask(4, [[0, 2]], [[0, 1], [1, 2]]),
            "modality_mutual_mask: `key_spans` must be as long as `query_spans`",
        ),
        (
            lambda: attention.modality_mutual_mask(4, [[0, 2, 3]], [[0, 1]]),
            r"modality_mutual_mask: `query_spans` must be of shape \[pairs, 2\]",
        ),
        (
            lambda: attention.leakage(np.ones((2, 3), bool), np.ones(3, bool)),
            r"leakage: `mask` must be \[..., n, n\]",
        ),
        (
            lambda: attention.capacity(np.array(True)),
            "capacity: `mask` must be of rank 1 or more",
        ),
    ],
)
def test_mistakes_are_explained(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()
