"""Information of integer rows and of bins against golden values and tables."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from sklearn.metrics import mutual_info_score

from infojax import closed_form, entropy, mi, quantize, transforms

RNG = np.random.default_rng(0)
discrete, binned = jax.jit(mi.discrete), jax.jit(mi.binned)
X, NOISE = RNG.normal(size=(2, 400))
Y = 0.8 * X + 0.6 * NOISE
LAYERS = [
    c
    for c in golden("adaptive_estimators")
    if c["quantity"] in ("ebab", "fixed_bin_size")
]


@pytest.mark.parametrize("case", LAYERS, ids=lambda c: c["name"])
def test_codes_of_a_layer_and_labels(case: dict):
    h, options = np.asarray(case["inputs"]["activations"]), case["params"]
    if case["quantity"] == "ebab":
        edges = quantize.ebab(h, bins=options["num_bins"], low=options["low"])
        codes = quantize.digitize(h, edges)
    else:
        codes = quantize.fixed_width(h, options["bin_size"])
    labels = np.asarray(case["inputs"]["labels"])
    np.testing.assert_allclose(
        discrete(codes, labels), case["expected"]["mi_label"], rtol=1e-10
    )


def test_two_columns_of_labels_are_as_for_scikit_learn():
    x, y = RNG.integers(0, 4, (2, 90))
    np.testing.assert_allclose(discrete(x, y), mutual_info_score(x, y), rtol=1e-10)


def test_a_row_is_one_symbol():
    bits = np.tile([[0, 0], [0, 1], [1, 0], [1, 1]], (16, 1))
    parity = bits[:, 0] ^ bits[:, 1]
    np.testing.assert_allclose(discrete(bits, parity), np.log(2), rtol=1e-12)


def test_many_labels_are_counted_in_a_table_or_sorted():
    x, y = RNG.integers(-3, 3, (5000, 2)), RNG.integers(0, 40, 5000)
    weights, keep = RNG.random(5000), y < 39

    @jax.jit
    @jax.value_and_grad
    def information(weights, x, y):
        return mi.discrete(x, y, weights=weights, where=keep)

    value, slope = information(weights, x, y)
    symbols = 6 * x[keep, 0] + x[keep, 1]
    table = np.zeros((60, 40))
    np.add.at(table, (symbols + 30, y[keep]), weights[keep])
    np.testing.assert_allclose(value, mi.plugin(table), rtol=1e-9)
    # Ranges too wide for a table, of as many symbols.
    sparse, exact = information(weights, x * 10**17, y)
    np.testing.assert_allclose(value, sparse, rtol=1e-12)
    np.testing.assert_allclose(slope, exact, atol=1e-15)


def test_a_corrected_estimator_corrects_all_three_entropies():
    x, y = RNG.integers(0, 4, (2, 90))
    table = quantize.contingency(x, y, shape=(4, 4))
    parts = table.sum(0), table.sum(1), table.ravel()
    a, b, both = (entropy.miller_madow(counts) for counts in parts)
    call = jax.jit(lambda x, y: mi.discrete(x, y, estimator=entropy.miller_madow))
    got = call(x, y)
    np.testing.assert_allclose(got, a + b - both, rtol=1e-12)


def test_bins_are_those_of_a_table():
    table = np.histogram2d(X, Y, bins=6)[0]
    edges = quantize.equal_width
    got = jax.jit(lambda x, y: mi.binned(x, y, bins=6, edges=edges))(X, Y)
    np.testing.assert_allclose(got, mi.plugin(table), rtol=1e-12)


def test_bins_hide_little_of_a_normal_law():
    # Eight bins hide 0.04 of 0.51; the plug-in bias is 49 / 800 = 0.06.
    truth = closed_form.bivariate_normal_mi(0.8)
    np.testing.assert_allclose(binned(X, Y), truth, atol=0.1)


def test_quantile_bins_do_not_see_increasing_maps():
    got = jax.jit(lambda x, y: mi.binned(x, y, bins=5))
    np.testing.assert_allclose(got(np.exp(X), Y**3), got(X, Y), rtol=1e-12)


@pytest.mark.parametrize("dx", [1, 2])
def test_hard_soft_bins_are_bins(dx: int):
    x = np.stack([X, NOISE], axis=1)[:, :dx]
    step = transforms.hard_step
    soft = jax.jit(lambda x, y: mi.soft_binned(x, y, bins=4, step=step))(x, Y)
    hard = jax.jit(lambda x, y: mi.binned(x, y, bins=4))(x, Y)
    np.testing.assert_allclose(soft, hard, rtol=1e-10)


def test_soft_bins_tell_less_the_softer_they_are():
    def soft(width):
        return mi.soft_binned(X, Y, step=transforms.sigmoid_step(width))

    values = [float(v) for v in jax.jit(jax.vmap(soft))(jnp.array([1e-8, 0.1, 1.0]))]
    hard = float(binned(X, Y))
    assert hard > values[1] > values[2] > 0
    np.testing.assert_allclose(values[0], hard, rtol=1e-9)


def test_soft_bins_train():
    # Ascent on a rotation finds the side of y that depends on x.
    other = np.random.default_rng(1).normal(size=400)
    step = transforms.sigmoid_step(0.3)

    @jax.jit
    @jax.value_and_grad
    def information(angle):
        y = jnp.cos(angle) * other + jnp.sin(angle) * Y
        return mi.soft_binned(X, y, bins=4, step=step)

    angle, first = jnp.array(0.3), information(jnp.array(0.3))[0]
    for _ in range(40):
        value, slope = information(angle)
        angle = angle + slope
    assert value > 2 * first
    np.testing.assert_allclose(angle, np.pi / 2, atol=0.3)
