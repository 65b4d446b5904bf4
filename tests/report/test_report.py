"""The report: its parts say what they should, for every kind of data."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import infojax
from infojax import mi
from infojax._report._certificate import certified_lower
from infojax._report._kinds import open_data
from infojax._report._resampling import p_value, slope, variance

KEY = jax.random.key(0)
N = 240  # one length, so that few programs are compiled
X, NOISE = np.random.default_rng(0).normal(size=(2, N))
Y = X + NOISE
OPTIONS = {"permutations": 99, "parts": (1, 2, 4)}


@pytest.fixture(scope="module")
def dependent():
    return infojax.report(KEY, X, Y, **OPTIONS)


def test_the_value_is_that_of_auto(dependent):
    fit = mi.auto_fit(X, Y)
    assert dependent.value == pytest.approx(float(fit.value), rel=1e-9)
    assert dependent.stderr == pytest.approx(float(fit.stderr), rel=1e-9)
    assert fit.name in dependent.chosen and "neighbours agree" in dependent.chosen


def test_interval_and_bound_hold_the_truth(dependent):
    truth = np.log(2) / 2
    low, high = dependent.interval
    assert low < truth < high
    assert high - low == pytest.approx(2 * 1.97 * dependent.stderr, rel=1e-2)
    assert 0.02 < dependent.certified_lower < truth


def test_dependence_is_seen_and_nothing_is_unusual(dependent):
    assert dependent.p_value == 1 / 100
    assert len(dependent.null) == 100
    assert dependent.null[0] > max(dependent.null[1:])
    assert not any(dependent.cautions) and not dependent.saturated
    assert dependent.sizes == (240, 120, 60)
    assert abs(dependent.bias_slope) / N < dependent.stderr
    assert 0 < dependent.spread < 0.1


def test_the_key_decides_the_shuffles_only(dependent):
    again = infojax.report(KEY, X, Y, **OPTIONS)
    assert again == dependent
    other = infojax.report(jax.random.key(1), X, Y, **OPTIONS)
    assert other.value == dependent.value and other.null != dependent.null


def test_text_and_figure(dependent):
    text = str(dependent)
    for word in ("0.2", "nats", "bits", "95 % interval", "p = 0.010", "certified"):
        assert word in text
    axes = dependent.plot().axes
    assert [ax.get_xlabel() for ax in axes] == [
        "mutual information [nats]",
        "1 / rows of a part",
        "test statistic [standard scores]",
    ]


def test_dependence_without_correlation_is_seen():
    found = infojax.report(KEY, X, np.cos(2 * X) + 0.1 * NOISE, **OPTIONS)
    assert found.p_value == 0.01 and "neighbours disagree" in found.chosen
    assert found.certified_lower > 0.1


def test_masked_rows_and_rubbish_in_them_are_left_out(dependent):
    x = np.concatenate([X, np.full(40, np.nan)])
    y = np.concatenate([Y, np.zeros(40)])
    assert infojax.report(KEY, x, y, where=np.arange(280) < N, **OPTIONS) == dependent


def test_words_are_labels():
    words = np.where(X > 0, "warm", "cold")
    found = infojax.report(KEY, words, Y, **OPTIONS)
    assert found.chosen.startswith("neighbours within labels")
    assert found.value == pytest.approx(float(mi.auto((X > 0).astype(int), Y)))
    both = infojax.report(KEY, words, words.astype(object), **OPTIONS)
    assert both.chosen.startswith("table of counts")
    assert both.value == pytest.approx(np.log(2), abs=0.01) and both.p_value == 0.01


def test_repeated_numbers_raise_a_caution():
    found = infojax.report(KEY, np.round(X), Y, **OPTIONS)
    assert found.cautions.repeated and "repeat a value" in found.chosen
    assert "make labels integers, drop copies" in str(found)


def test_a_constant_tells_nothing():
    found = infojax.report(KEY, np.ones(N), Y, **OPTIONS)
    assert found.value == found.stderr == found.certified_lower == 0
    assert found.p_value == 1 and found.cautions.constant
    assert found.plot().axes and "single value" in str(found)


def test_perfect_dependence_saturates():
    found = infojax.report(KEY, X, X, **OPTIONS)
    assert found.saturated and found.cautions.saturated
    assert np.isfinite(found[:3][0]) and found.value > 3


def test_an_estimator_of_your_own():
    found = infojax.report(KEY, X, Y, estimator=mi.gaussian, **OPTIONS)
    assert found.value == pytest.approx(float(mi.gaussian(X, Y)), rel=1e-6)
    assert found.chosen == "gaussian" and found.p_value == 0.01
    assert 0.01 < found.stderr < 0.12  # of a normal law: sqrt(1/2 / n) = 0.046


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_few_rows(n: int):
    found = infojax.report(KEY, X[:n], Y[:n], permutations=9)
    numbers = (found.value, found.stderr, *found.interval, found.bias_slope)
    assert np.isfinite(numbers).all() and 0 < found.p_value <= 1
    assert found.cautions.few or found.cautions.constant


def test_variance_and_slope_by_hand():
    found = {1: np.array([3.0]), 2: np.array([2.0, 3.0]), 4: np.array([1.0, 2, 2, 3])}
    # Variances 1/2 of two parts and 2/3 of four; each over its number of parts.
    value, freedom = variance(found)
    assert freedom == 4
    assert value == pytest.approx((1 * 0.5 / 2 + 3 * (2 / 3) / 4) / 4)
    # Means 3, 2.5 and 2 at 1/n of 1, 2 and 4 hundredths.
    expected = np.polyfit([0.01, 0.02, 0.04], [3, 2.5, 2], 1)[0]
    assert slope(found, 100) == pytest.approx(expected)
    assert slope({1: np.array([3.0])}, 100) == 0


def test_the_p_value_counts_ties_against_itself():
    data = open_data("test", X, Y, None)
    flat = (lambda x, y: jnp.zeros(()),)
    p, null = p_value(KEY, data, flat, (), 19, 100)
    assert p == 1 and (null == 0).all()


def test_the_bound_is_for_labels_too():
    data = open_data("test", X > 0, X > 1, None)
    truth = float(mi.discrete((X > 0).astype(int), (X > 1).astype(int)))
    assert 0 < certified_lower(jax.random.key(1), data, 0.95, 1000) < truth


@pytest.mark.parametrize(
    "change, match",
    [
        ({"level": 1.0}, r"report: `level` must be between 0 and 1; received 1.0"),
        ({"permutations": 0}, r"report: `permutations` must be"),
        ({"parts": (1, 0)}, r"report: `parts` must be"),
        ({"where": np.zeros(N, bool)}, r"report: `where` must be True somewhere"),
        ({"x": np.full(N, np.nan)}, r"report: `x` must be finite"),
        ({"x": X[1:]}, r"report: `y` must be as long as `x`"),
        ({"x": np.ones(N, complex)}, r"report: `x` must be real"),
        ({"y": np.ones((N, 1, 1))}, r"report: `y` must be of shape"),
    ],
)
def test_bad_input(change, match):
    arguments = {"x": X, "y": Y} | change
    with pytest.raises((TypeError, ValueError), match=match):
        infojax.report(KEY, **arguments)
