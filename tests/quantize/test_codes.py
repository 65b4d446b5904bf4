"""Codes, their soft kin, labels of rows, tables and the variance of virtual noise."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import quantize, transforms

RNG = np.random.default_rng(0)
X, EDGES = RNG.normal(size=(30, 2)), np.sort(RNG.normal(size=(2, 5)), axis=1)
AKDE = [c for c in golden("adaptive_estimators") if c["quantity"] == "akde"]


def test_codes_are_those_of_numpy():
    expected = [np.digitize(x, e[1:]) for x, e in zip(X.T, EDGES, strict=True)]
    np.testing.assert_array_equal(quantize.digitize(X, EDGES), np.transpose(expected))


def test_edges_may_be_common_to_all_columns():
    common = quantize.digitize(X, EDGES[0])
    both = quantize.digitize(X, np.stack([EDGES[0]] * 2))
    np.testing.assert_array_equal(common, both)
    np.testing.assert_array_equal(quantize.digitize(X[:, 0], EDGES[0]), both[:, 0])


def test_an_unknown_value_has_an_unknown_code():
    x = np.array([0.5, np.nan, -np.inf, np.inf])
    assert quantize.digitize(x, np.array([0.0, 1.0])).tolist() == [0, -1, 0, 1]
    assert quantize.digitize(x, np.array([np.nan, 1.0])).tolist() == [-1] * 4


def test_fixed_width_holds_what_does_not_fit():
    x = np.array([-0.1, 0.6, np.nan, np.inf, -np.inf, 1e30])
    codes = quantize.fixed_width(x, 0.5)
    low, high = np.iinfo(np.int32).min, 2**31 - 128
    assert codes.tolist() == [-1, 1, low, high, -high, high]
    with pytest.raises(ValueError, match="`width` must be positive"):
        quantize.fixed_width(x, 0.0)


def test_hard_memberships_are_the_codes():
    # Edges among the samples: a tie goes to the right in both.
    x = np.concatenate([X[:, 0], EDGES[0]])
    hard = quantize.soft_digitize(x, EDGES[0], step=transforms.hard_step)
    codes = quantize.digitize(x, EDGES[0])
    np.testing.assert_array_equal(hard, jax.nn.one_hot(codes, 5))


def test_soft_memberships_are_a_law_that_sharpens():
    def soft(width):
        step = transforms.sigmoid_step(width)
        return np.asarray(quantize.soft_digitize(X, EDGES, step=step))

    assert soft(0.3).shape == (30, 2, 5)
    np.testing.assert_allclose(soft(0.3).sum(-1), 1, rtol=1e-12)
    assert soft(0.3).min() >= 0
    hard = jax.nn.one_hot(quantize.digitize(X, EDGES), 5)
    np.testing.assert_allclose(soft(1e-6), hard, atol=1e-12)


@pytest.mark.parametrize("d", [1, 3])
def test_row_labels_are_the_inverse_of_unique(d: int):
    codes = RNG.integers(-2, 2, (40, d))
    expected = np.unique(codes, axis=0, return_inverse=True)[1].ravel()
    np.testing.assert_array_equal(quantize.row_labels(codes), expected)


def test_absent_rows_have_no_label():
    codes = RNG.integers(-2, 2, (40, 3))
    keep = RNG.random(40) < 0.6
    labels = np.asarray(quantize.row_labels(codes, where=keep))
    np.testing.assert_array_equal(labels[keep], quantize.row_labels(codes[keep]))
    assert (labels[~keep] == -1).all()


@pytest.mark.parametrize("spread", [1, 2**29])
def test_labels_of_many_rows_by_a_table_and_by_sorting(spread: int):
    codes = (spread * RNG.integers(-2, 2, (5000, 2))).astype(np.int32)
    keep = codes[:, 0] != spread
    expected = np.unique(codes[keep], axis=0, return_inverse=True)[1].ravel()
    labels = np.asarray(jax.jit(quantize.row_labels)(codes, where=keep))
    np.testing.assert_array_equal(labels[keep], expected)
    assert (labels[~keep] == -1).all()


def test_a_contingency_table():
    x, y = RNG.integers(0, 3, 40), RNG.integers(-1, 3, 40)
    table = quantize.contingency(x, y, shape=(3, 2))
    expected = [[np.sum((x == i) & (y == j)) for j in range(2)] for i in range(3)]
    np.testing.assert_array_equal(table, expected)
    with pytest.raises(TypeError, match="`shape` must be a pair of ints"):
        quantize.contingency(x, y, shape=3)  # pyright: ignore


@pytest.mark.parametrize("case", AKDE, ids=lambda c: c["name"])
def test_the_variance_of_virtual_noise(case: dict):
    h = np.asarray(case["inputs"]["activations"])
    variance = quantize.akde_variance(h, scale=case["params"]["noise_scale"])
    np.testing.assert_allclose(variance, case["expected"]["noise_variance"], rtol=1e-12)


def test_the_variance_is_a_constant_for_training_and_never_zero():
    f = jax.grad(lambda x, s: quantize.akde_variance(x, scale=s), argnums=(0, 1))
    by_x, by_scale = f(jnp.array([-2.0, 1.0]), 0.1)
    assert by_x.tolist() == [0, 0]
    assert by_scale == 2
    np.testing.assert_allclose(quantize.akde_variance(np.zeros(3)), 1e-12, rtol=1e-12)
    np.testing.assert_allclose(
        quantize.akde_variance(np.array([-3.0, 1.0]), power=2), 9e-3, rtol=1e-12
    )
