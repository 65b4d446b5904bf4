"""Information of labels under virtual noise against golden values and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import losses, mi, quantize

RNG = np.random.default_rng(0)
CASES = [
    c
    for c in golden("adaptive_estimators")
    if c["quantity"] in ("kde_mi_bounds", "akde")
]
H, LABELS = RNG.normal(size=(24, 2)), np.arange(24) % 3
kl = jax.jit(lambda h, labels, v: mi.kde_kl(h, labels, variance=v))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_golden_values(case: dict):
    inputs, expected = case["inputs"], case["expected"]
    h = np.asarray(inputs.get("h", inputs.get("activations")))
    labels, options = np.asarray(inputs["labels"]), case["params"]
    if case["quantity"] == "akde":
        variance = quantize.akde_variance(h, scale=options["noise_scale"])
    else:
        variance = jnp.asarray(options["noise_variance"])

    @jax.jit
    def both(h, variance):
        scale = jnp.sqrt(variance)
        return {
            "ity_upper": mi.kde_kl(h, labels, variance=variance),
            "ity_lower": mi.kde_bhattacharyya(h, labels, variance=variance),
            "ixt_upper": losses.pairwise_rate_upper(h, scale),
            "ixt_lower": losses.pairwise_rate_lower(h, scale),
        }

    for name, value in both(h, variance).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-8, atol=1e-10)


def test_clusters_apart_tell_their_label():
    clusters = 100.0 * LABELS[:, None] + 0.1 * H
    np.testing.assert_allclose(kl(clusters, LABELS, 1.0), np.log(3), rtol=1e-2)
    # Two clusters at distance a: log 2 less that of the overlap, in both terms.
    pair, a = np.array([0.0, 1.5]), 1.5
    expected = np.log(2) - np.log1p(np.exp(-(a**2) / 0.8))
    got = mi.kde_kl(pair, np.array([0, 1]), variance=0.4)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_labels_that_tell_nothing():
    repeated, labels = np.repeat(H, 2, axis=0), np.tile([4, -7], 24)
    np.testing.assert_allclose(kl(repeated, labels, 0.3), 0, atol=1e-12)
    np.testing.assert_allclose(kl(H, np.zeros(24, int), 0.3), 0, atol=1e-12)


def test_one_is_the_other_at_four_times_the_variance():
    got = mi.kde_bhattacharyya(H, LABELS, variance=0.3)
    np.testing.assert_allclose(got, kl(H, LABELS, 1.2), rtol=1e-12)


def test_noise_in_proportion_to_the_square_of_scale_leaves_the_value():
    def scaled(c):
        variance = quantize.akde_variance(c * H, scale=0.1, power=2)
        return kl(c * H, LABELS, variance)

    np.testing.assert_allclose(scaled(-7.0), scaled(1.0), rtol=1e-10)


def test_the_gradient_in_the_variance_is_exact_and_finite_at_zero():
    slope = jax.jit(jax.grad(lambda v: kl(H, LABELS, v)))
    numeric = (kl(H, LABELS, 0.3 + 1e-5) - kl(H, LABELS, 0.3 - 1e-5)) / 2e-5
    np.testing.assert_allclose(slope(0.3), numeric, rtol=1e-6)
    assert slope(0.0) == 0
    with pytest.raises(ValueError, match="`variance` must be a scalar"):
        mi.kde_kl(H, LABELS, variance=np.ones(2))
