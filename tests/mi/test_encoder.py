"""Information of encoders against goldens, bounds of scores and closed forms."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy.stats import norm

from infojax import bounds, mi

GOLDEN = golden("ib_generalization")
RNG = np.random.default_rng(0)

plain = jax.jit(lambda *a: (mi.encoder_contrastive(*a), mi.encoder_jensen(*a)))
within = jax.jit(
    lambda *a: (
        mi.conditional_encoder_contrastive(*a),
        mi.conditional_encoder_jensen(*a),
    )
)


def cases(quantity: str):
    found = [c for c in GOLDEN if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", found, ids=lambda c: c["name"])


def inputs(case: dict) -> list[np.ndarray]:
    given = case["inputs"]
    names = [n for n in ("z", "mean", "std", "labels") if n in given]
    return [np.asarray(given[n]) for n in names]


@cases("encoder_mi")
def test_golden(case: dict):
    expected = [case["expected"][kind] for kind in ("mc", "jensen")]
    np.testing.assert_allclose(plain(*inputs(case)), expected, rtol=1e-8)


@cases("encoder_mi_conditional")
def test_golden_within_classes(case: dict):
    expected = [case["expected"][kind] for kind in ("mc", "jensen")]
    np.testing.assert_allclose(within(*inputs(case)), expected, rtol=1e-8)


MEAN = RNG.normal(size=(24, 3))
SCALE = 0.3 + RNG.random((24, 3))
CODES = MEAN + SCALE * RNG.normal(size=(24, 3))
LABELS = RNG.integers(0, 3, 24)


def test_bounds_of_the_matrix_of_log_densities():
    scores = norm.logpdf(CODES[:, None], MEAN, SCALE).sum(axis=-1)
    expected = bounds.infonce(scores), bounds.club(scores)
    np.testing.assert_allclose(plain(CODES, MEAN, SCALE), expected, rtol=1e-10)


def test_classes_are_a_weighted_mean_of_classes_alone():
    parts, shares = [], []
    for c in range(3):
        rows = c == LABELS
        parts.append(plain(CODES[rows], MEAN[rows], SCALE[rows]))
        shares.append(np.mean(rows))
    expected = np.asarray(shares) @ np.asarray(parts)
    got = within(CODES, MEAN, SCALE, 7 * LABELS - 3)
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_one_class_is_no_condition_and_a_class_each_tells_all():
    one = within(CODES, MEAN, SCALE, np.zeros(24, int))
    np.testing.assert_allclose(one, plain(CODES, MEAN, SCALE), rtol=1e-12)
    alone = within(CODES, MEAN, SCALE, np.arange(24))
    np.testing.assert_allclose(alone, 0, atol=1e-12)


def test_equal_encoders_tell_nothing_and_separate_ones_everything():
    same = np.ones((24, 3))
    np.testing.assert_allclose(plain(CODES, same, same), 0, atol=1e-12)
    far = 100 * np.arange(24.0)[:, None] + np.zeros((24, 3))
    contrastive, jensen = plain(far + 1e-2 * RNG.normal(size=far.shape), far, 0.01)
    np.testing.assert_allclose(contrastive, np.log(24), rtol=1e-12)
    assert jensen > 1e8


def test_means_that_the_label_determines_leave_no_more_than_the_label():
    labels = np.arange(24) % 3
    means = 50.0 * labels[:, None]
    codes = means + RNG.normal(size=means.shape)
    np.testing.assert_allclose(within(codes, means, 1.0, labels), 0, atol=1e-12)
    np.testing.assert_allclose(plain(codes, means, 1.0)[0], np.log(3), rtol=1e-10)


def test_a_normal_channel():
    n, noise = 2000, 1.0
    x = np.random.default_rng(1).normal(size=(n, 1))
    z = x + noise * np.random.default_rng(2).normal(size=(n, 1))
    contrastive, jensen = plain(z, x, noise)
    np.testing.assert_allclose(contrastive, 0.5 * np.log(1 + 1 / noise**2), atol=0.03)
    # 1 / s^2 in expectation, with a standard error of 0.04.
    np.testing.assert_allclose(jensen, 1 / noise**2, atol=0.15)


@pytest.mark.parametrize("shape", [(), (3,), (24, 1), (24, 3)])
def test_scales_broadcast_with_the_means(shape: tuple[int, ...]):
    scale = 0.5 + RNG.random(shape)
    whole = np.broadcast_to(scale, MEAN.shape).copy()
    np.testing.assert_allclose(
        plain(CODES, MEAN, scale), plain(CODES, MEAN, whole), rtol=1e-12
    )
    column = mi.encoder_jensen(CODES[:, 0], MEAN[:, 0], whole[:, 0])
    expected = mi.encoder_jensen(CODES[:, :1], MEAN[:, :1], whole[:, :1])
    np.testing.assert_allclose(column, expected, rtol=1e-12)


def test_many_columns_of_little_noise_in_single_precision():
    mean = RNG.normal(size=(16, 80)).astype(np.float32)
    mean[8:] = mean[:8]  # equal codes in pairs
    codes = mean + np.float32(0.01) * RNG.normal(size=mean.shape).astype(np.float32)
    scale = np.float32(0.01)
    contrastive, jensen = plain(codes, mean, scale)
    assert contrastive.dtype == np.float32
    wide = [a.astype(float) for a in (codes, mean)]
    exact = plain(*wide, float(scale))
    # Products lose the digits that squares over 1e-4 amplify: 1e-7 * 80 / 1e-4.
    np.testing.assert_allclose(contrastive, exact[0], atol=0.1)
    np.testing.assert_allclose(jensen, exact[1], rtol=1e-5)


def test_the_scale_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match="encoder_jensen: `scale` must be broadcast"):
        mi.encoder_jensen(jnp.asarray(CODES), jnp.asarray(MEAN), jnp.ones(5))
