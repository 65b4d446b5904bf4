"""Entropy of rows of integers against golden values and the entropy of their table."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from conftest import golden

from infojax import entropy, quantize

RNG = np.random.default_rng(0)
LAYERS = [
    c
    for c in golden("adaptive_estimators")
    if c["quantity"] in ("ebab", "fixed_bin_size")
]


@pytest.mark.parametrize("case", LAYERS, ids=lambda c: c["name"])
def test_codes_of_a_layer(case: dict):
    h, options = np.asarray(case["inputs"]["activations"]), case["params"]
    if case["quantity"] == "ebab":
        edges = quantize.ebab(h, bins=options["num_bins"], low=options["low"])
        codes = quantize.digitize(h, edges)
    else:
        codes = quantize.fixed_width(h, options["bin_size"])
    np.testing.assert_allclose(
        entropy.discrete(codes), case["expected"]["mi_input"], rtol=1e-10
    )


@pytest.mark.parametrize(
    "estimator", [entropy.plugin, entropy.miller_madow, entropy.grassberger]
)
def test_the_entropy_of_the_counts_of_distinct_rows(estimator):
    rows = RNG.integers(0, 2, (60, 3))
    counts = np.unique(rows, axis=0, return_counts=True)[1]
    got = jax.jit(lambda r: entropy.discrete(r, estimator=estimator))(rows)
    np.testing.assert_allclose(got, estimator(counts), rtol=1e-12)


def test_limits():
    np.testing.assert_allclose(entropy.discrete(np.arange(9)), np.log(9), rtol=1e-12)
    assert entropy.discrete(np.ones((9, 2), int)) == 0


def test_whole_weights_equal_repetition():
    rows, times = RNG.integers(0, 3, (12, 2)), np.arange(12) % 3
    np.testing.assert_allclose(
        entropy.discrete(rows, weights=times.astype(float)),
        entropy.discrete(np.repeat(rows, times, axis=0)),
        rtol=1e-12,
    )
