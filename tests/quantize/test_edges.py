"""Edges against NumPy, the released code of their authors, and their invariances."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import quantize

RNG = np.random.default_rng(0)
EBAB = [c for c in golden("adaptive_estimators") if c["quantity"] == "ebab"]


def test_equal_width_is_that_of_numpy():
    x = RNG.normal(size=(50, 2))
    expected = [np.histogram_bin_edges(column, 7)[:-1] for column in x.T]
    np.testing.assert_allclose(quantize.equal_width(x, bins=7), expected, rtol=1e-12)


def test_the_maximum_is_in_the_last_bin():
    x = RNG.normal(size=200)
    codes = quantize.digitize(x, quantize.equal_width(x, bins=9))
    counts = np.bincount(codes, minlength=9)
    assert counts.tolist() == np.histogram(x, 9)[0].tolist()


@pytest.mark.parametrize("n, bins", [(12, 4), (50, 7), (5, 8)])
def test_quantiles_hold_equal_counts(n: int, bins: int):
    x = RNG.normal(size=(n, 2))
    codes = np.asarray(quantize.digitize(x, quantize.quantile(x, bins=bins)))
    for column in codes.T:
        counts = np.bincount(column, minlength=bins)
        counts = counts[counts > 0] if bins > n else counts
        assert counts.max() - counts.min() <= 1


def test_increasing_maps_move_no_code():
    x = RNG.normal(size=60)
    f = jax.jit(lambda x: quantize.digitize(x, quantize.quantile(x, bins=6)))
    np.testing.assert_array_equal(f(x), f(np.exp(2 * x)))


@pytest.mark.parametrize("case", EBAB, ids=lambda c: c["name"])
def test_ebab_is_that_of_the_released_code(case: dict):
    h = np.asarray(case["inputs"]["activations"])
    edges = quantize.ebab(h, bins=case["params"]["num_bins"], low=case["params"]["low"])
    np.testing.assert_allclose(edges, case["expected"]["edges"], rtol=1e-12)
    codes = quantize.digitize(h, edges)
    np.testing.assert_array_equal(codes, case["expected"]["codes"])


def test_increasing_maps_that_keep_zero_move_no_ebab_code():
    h = np.maximum(RNG.normal(size=(40, 3)), 0)
    f = jax.jit(lambda h: quantize.digitize(h, quantize.ebab(h, bins=5)))
    np.testing.assert_array_equal(f(h), f(np.expm1(h)))
    assert f(h).max() == 6


def test_a_layer_that_is_silent_has_one_code():
    h = jnp.zeros((6, 2))
    assert len(np.unique(quantize.digitize(h, quantize.ebab(h, bins=4)))) == 1


def test_a_bad_number_of_bins_is_refused():
    for rule in (quantize.equal_width, quantize.quantile, quantize.ebab):
        with pytest.raises(ValueError, match="`bins` must be >= 1"):
            rule(np.ones(3), bins=0)


def test_quantiles_stay_above_the_sample_below():
    # The midpoint of two neighbouring floats rounds to one of them.
    low = np.float32(1.0)
    x = np.array([low, np.nextafter(low, np.float32(2))])
    codes = quantize.digitize(x, quantize.quantile(x, bins=2))
    assert codes.tolist() == [0, 1]
    infinite = np.array([-np.inf, np.inf])
    assert quantize.quantile(infinite, bins=2).tolist() == [[-np.inf, np.inf]]
