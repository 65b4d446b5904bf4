"""Entropies of attention: references, limits, gradients; and heads in bands."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import attention
from infojax import entropy as entropies

CASES = golden("entropy_guided_attention")
TOLERANCE = {"rtol": 1e-6, "atol": 1e-8}
LOGITS = jnp.asarray(3 * np.random.default_rng(0).normal(size=(5, 7)))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_entropies_and_bands_of_reference(case: dict):
    weights = jnp.asarray(case["inputs"]["attention"])
    expected, keys = case["expected"], weights.shape[-1]
    found = attention.entropy(weights)
    if "entropy" in expected:
        np.testing.assert_allclose(found, expected["entropy"], **TOLERANCE)
    # [layers, batch, heads, queries]
    heads = found.mean(axis=(1, 3))
    np.testing.assert_allclose(heads, expected["head_mean_entropy"], **TOLERANCE)
    if "band_fractions" in expected:
        shares = attention.bands(heads, np.log(keys))
        assert shares.shape == (len(heads), 4)
        shares = shares.mean(axis=0)
        np.testing.assert_allclose(shares, expected["band_fractions"], **TOLERANCE)
    if "normalized_entropy_causal" in expected:
        mask = attention.causal_mask(keys)
        share = attention.normalized_entropy(weights, where=mask)
        normalized = expected["normalized_entropy_causal"]
        np.testing.assert_allclose(share, normalized, **TOLERANCE)


def test_equal_weights_have_the_capacity_and_one_key_nothing():
    mask = attention.modality_mutual_mask(6, [[1, 3]], [[4, 6]])
    zeros = jnp.zeros((6, 6))
    weights = attention.attend(zeros, zeros, zeros, mask=mask).weights
    for got in (
        attention.entropy(weights),
        attention.entropy_of_logits(zeros, where=mask),
    ):
        np.testing.assert_allclose(got, attention.capacity(mask), rtol=1e-12)
    share = attention.normalized_entropy(weights, where=mask)
    np.testing.assert_allclose(share, [0, 1, 1, 1, 1, 1], rtol=1e-12)
    np.testing.assert_array_equal(attention.entropy(jnp.eye(4)), 0)


def test_it_is_the_plugin_entropy_of_each_row():
    weights = jax.nn.softmax(LOGITS)
    expected = entropies.plugin(weights)
    np.testing.assert_allclose(attention.entropy(weights), expected, rtol=1e-12)
    got = attention.entropy_of_logits(LOGITS)
    np.testing.assert_allclose(got, expected, rtol=1e-10)
    shifted = attention.entropy_of_logits(LOGITS + 1e3)
    np.testing.assert_allclose(shifted, expected, rtol=1e-10)
    order = np.random.default_rng(1).permutation(7)
    np.testing.assert_allclose(attention.entropy(weights[:, order]), expected)


def test_the_slope_in_the_logits_is_that_of_the_formula():
    p = jax.nn.softmax(LOGITS)
    spread = attention.entropy_of_logits(LOGITS)[:, None]
    expected = -p * (jnp.log(p) + spread)
    for f in (
        lambda x: attention.entropy_of_logits(x).sum(),
        lambda x: attention.entropy(jax.nn.softmax(x)).sum(),
    ):
        slope = jax.grad(f)(LOGITS)
        np.testing.assert_allclose(slope, expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(slope.sum(axis=1), 0, atol=1e-12)


def test_masked_keys_are_absent_even_where_no_key_is_left():
    mask = jnp.arange(7) < jnp.array([7, 3, 1, 0, 2])[:, None]
    spoiled = jnp.where(mask, LOGITS, jnp.nan)
    both = jax.value_and_grad(
        lambda x: attention.entropy_of_logits(x, where=mask).sum()
    )
    value, slope = both(spoiled)
    rows = [
        attention.entropy_of_logits(row[keep])
        for row, keep in zip(LOGITS, np.asarray(mask), strict=True)
        if keep.any()
    ]
    np.testing.assert_allclose(value, sum(rows), rtol=1e-12)
    np.testing.assert_array_equal(slope[3], 0)
    np.testing.assert_array_equal(slope[~mask], 0)
    # A logit of -inf says the same as a mask.
    additive = jnp.where(mask, LOGITS, -jnp.inf)
    closed = jax.value_and_grad(lambda x: attention.entropy_of_logits(x).sum())
    np.testing.assert_allclose(closed(additive)[0], value, rtol=1e-12)
    np.testing.assert_allclose(closed(additive)[1], slope, rtol=1e-12)


def test_a_head_on_an_edge_is_in_the_band_above():
    heads = jnp.array([0.0, 0.25, 0.5, 0.75, 1.0])
    np.testing.assert_allclose(attention.bands(heads, 1.0), [0.2, 0.2, 0.2, 0.4])
    two = attention.bands(heads, 1.0, edges=[0.6])
    np.testing.assert_allclose(two, [0.6, 0.4])
    # Capacities of their own: all at one half.
    capacity = 2 * heads
    np.testing.assert_allclose(attention.bands(heads[1:], capacity[1:])[2], 1)


def test_edges_are_a_vector():
    with pytest.raises(ValueError, match="bands: `edges` must be of shape"):
        attention.bands(jnp.ones(3), 1.0, edges=0.5)
