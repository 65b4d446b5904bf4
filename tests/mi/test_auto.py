"""`auto`: each kind of data gets its estimator, and the copula can be overruled."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import entropy, mi, transforms

fit = jax.jit(mi.auto_fit)


N = 200  # one length, so that few programs are compiled
X, NOISE = np.random.default_rng(0).normal(size=(2, N))
FLAT = np.ones(N)


def test_a_copula_that_fits_is_kept():
    got = fit(X, X + NOISE)
    assert got.name == "Student copula"
    np.testing.assert_allclose(got.value, mi.student_copula(X, X + NOISE), rtol=1e-12)
    assert abs(got.z) < 3
    # A normal law of squared correlation 1/2: log(2) / 2 nats, and a standard error of
    # the correlation over the root of n.
    assert abs(got.value - np.log(2) / 2) < 3 * got.stderr
    np.testing.assert_allclose(got.stderr, np.sqrt(0.5 / N), rtol=0.2)
    # Increasing maps change nothing.
    np.testing.assert_allclose(fit(np.exp(X), (X + NOISE) ** 3), got, rtol=1e-9)


def test_dependence_of_no_elliptical_shape_overrules_the_copula():
    got = fit(X, np.cos(2 * X) + 0.3 * NOISE)
    assert got.name == "Student copula and neighbours"
    assert got.z > 5 and got.copula < 0.05
    assert 0.5 < got.value < 1.0  # 0.79 by mi.ksg of a million pairs


def test_data_without_a_finite_answer_give_a_large_one():
    for y in (X, -X, np.exp(X), np.cos(3 * X)):
        # As far as 200 pairs can tell.
        assert 2 < fit(X, y).value < np.log(N) + 1


def test_heavy_tails_are_harmless():
    x, more, z = np.random.default_rng(0).standard_cauchy((3, N))
    assert 0.3 < fit(x, x + more).value < 1.1
    assert abs(fit(x, z).value) < 0.15


def test_repeated_values_are_mixed():
    counts = np.floor(np.exp(X + NOISE))
    got = fit(X, counts)
    assert got.name == "mixed neighbours" and got.tied > 0.9
    scores = [transforms.normal_scores(jnp.asarray(a)) for a in (X, counts)]
    expected = mi.conditional_mixed(*scores, jnp.zeros(N), k=5)
    np.testing.assert_allclose(got.value, expected, rtol=1e-12)


def test_constants_tell_nothing():
    for x, y in ((FLAT, X), (X, FLAT), (FLAT, FLAT), (FLAT.astype(int), X)):
        got = fit(x, y)
        assert got.value == 0 and got.stderr == 0
    beside = fit(np.stack([FLAT, X], axis=1), X + NOISE)
    assert beside.nu == np.inf
    np.testing.assert_allclose(beside.value, fit(X, X + NOISE).value, atol=0.02)


def test_labels_and_a_continuous_side():
    labels = (X > 0).astype(int) + (X > 1).astype(int)
    got, other = fit(X, labels), fit(labels, X)
    assert got.name == "neighbours within labels"
    np.testing.assert_allclose(got, other)
    expected = mi.discrete_continuous(X, labels, k=5)
    np.testing.assert_allclose(got.value, expected, atol=0.02)
    # Labels that meet repeated values.
    assert fit(np.round(X), labels).name == "mixed neighbours"


def test_two_sides_of_labels():
    x = np.digitize(X, [-0.5, 0.5])
    y = np.digitize(X + NOISE, [-0.5, 0.5])
    got = fit(x, y)
    assert got.name == "table of counts"
    expected = mi.discrete(x, y, estimator=entropy.grassberger)
    np.testing.assert_allclose(got.value, expected, rtol=1e-12)
    # Names of labels do not matter, nor does the type that holds them.
    np.testing.assert_allclose(got, fit(-7 * x, y - 100), rtol=1e-12)
    halves = fit(x > 0, y > 0)
    np.testing.assert_allclose(halves, fit(np.minimum(x, 1), np.minimum(y, 1)))


@pytest.mark.parametrize("n", [1, 2])
def test_one_pair_and_two(n: int):
    got = fit(X[:n], NOISE[:n])
    assert np.isfinite(got.value) and np.isfinite(got.stderr)
    assert n > 1 or got.value == 0


def test_more_columns_than_rows_leave_the_neighbours():
    x, y = X.reshape(10, 20), NOISE[:10]
    got = fit(x, y)
    assert np.isfinite(got.value) and got.nu == 0


@pytest.mark.parametrize(
    "x, y, match",
    [
        (np.ones((3, 1, 1)), np.ones(3), r"auto: `x` must be of shape"),
        (np.ones((3, 1, 1), int), np.ones(3), r"auto: `x` must be of rank"),
        (np.ones(3), np.ones(4, int), r"auto: `y` must be as long as `x`"),
        (np.ones(0), np.ones(0), r"auto: `x` must be non-empty"),
        (np.array(["a"]), np.ones(1), r"auto: `x` must be floating"),
    ],
)
def test_bad_input(x, y, match):
    with pytest.raises((TypeError, ValueError), match=match):
        mi.auto(x, y)
