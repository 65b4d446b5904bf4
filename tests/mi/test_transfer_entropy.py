"""Transfer entropy against independent evaluations and series of known coupling."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import golden

from infojax import mi

CASES = [c for c in golden("discrete") if c["quantity"] == "transfer_entropy"]
X, NOISE = np.random.default_rng(0).integers(0, 2, size=(2, 5000))


def binary(source, target, **options):
    return mi.transfer_entropy(
        source, target, source_states=2, target_states=2, **options
    )


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_series(case: dict):
    data = case["inputs"]
    source, target = np.asarray(data["source"]), np.asarray(data["dest"])
    states = {"source_states": source.max() + 1, "target_states": target.max() + 1}
    value = mi.transfer_entropy(
        source, target, k=data["k"], l=data["l"], lag=data["source_lag"], **states
    )
    tolerance = {"rtol": float(case["rtol"]), "atol": float(case["atol"])}
    np.testing.assert_allclose(value, float(case["expected"]), **tolerance)


def test_a_delayed_copy_is_seen_at_its_delay_only():
    copy = np.roll(X, 2)
    np.testing.assert_allclose(binary(X, copy, lag=2), np.log(2), atol=1e-3)
    np.testing.assert_allclose(binary(X, copy), 0, atol=1e-3)
    np.testing.assert_allclose(binary(copy, X), 0, atol=1e-3)
    np.testing.assert_allclose(binary(X, copy, l=2), np.log(2), atol=1e-3)


def test_parity_with_the_own_past_needs_both_pasts():
    target = np.zeros_like(X)
    for t in range(1, len(X)):
        target[t] = target[t - 1] ^ X[t - 1]
    np.testing.assert_allclose(binary(X, target), np.log(2), atol=1e-3)
    np.testing.assert_allclose(binary(NOISE, target), 0, atol=1e-3)


def test_missing_labels_leave_out_the_steps_that_need_them():
    source, target = X[:200].copy(), np.roll(X, 1)[:200] ^ (NOISE[:200] & X[:200])
    weights = np.ones(200)
    weights[[21, 50, 51]] = 0
    expected = binary(source, target, weights=weights)
    source[20], target[50] = -1, 2
    np.testing.assert_allclose(binary(source, target), expected, rtol=1e-12)
    assert expected != binary(X[:200], target)


def test_whole_weights_repeat_steps():
    # Steps 1, 2 and 3, of which the second comes twice.
    source, target = np.array([0, 1, 1, 0]), np.array([1, 0, 1, 1])
    twice = binary(source, target, weights=np.array([9.0, 1.0, 2.0, 1.0]))
    pieces = np.array([0, 1, -1, 1, 1, -1, 1, 1, -1, 1, 0])
    steps = np.array([1, 0, -1, 0, 1, -1, 0, 1, -1, 1, 1])
    np.testing.assert_allclose(twice, binary(pieces, steps), rtol=1e-12)


def test_nothing_left_gives_zero():
    assert binary(np.full(9, -1), NOISE[:9]) == 0


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="transfer_entropy: `lag` must be >= 1"):
        binary(X, X, lag=0)
    with pytest.raises(ValueError, match="transfer_entropy: `source` must be longer"):
        binary(X[:3], X[:3], k=3)
    with pytest.raises(TypeError, match="transfer_entropy: `source_states` must be"):
        mi.transfer_entropy(X, X, source_states=2.0, target_states=2)  # type: ignore[arg-type]
