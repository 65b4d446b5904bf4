"""Gaussian-copula information of labels against entropies class by class."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infojax import entropy, mi

RNG = np.random.default_rng(0)
LABELS = np.array([5] * 12 + [-3] * 9 + [10**6] * 15)
X = RNG.normal(size=(36, 2)) + 0.7 * (LABELS[:, None] == 5)
estimate = jax.jit(mi.gaussian_copula_discrete, static_argnames="bias_correction")


def by_class(x, labels, **options):
    """What Ince et al. write: entropies of all rows and of each class, one by one."""
    x = x.reshape(len(x), -1)
    z = stats.norm.ppf(stats.rankdata(x, axis=0) / (len(x) + 1))
    value = entropy.gaussian(z, **options)
    for label in np.unique(labels):
        inside = labels == label
        value -= inside.mean() * entropy.gaussian(z[inside], **options)
    return value


@pytest.mark.parametrize("correct", [False, True])
def test_it_is_the_entropy_less_those_of_the_classes(correct):
    got = estimate(X, LABELS, bias_correction=correct)
    expected = by_class(X, LABELS, bias_correction=correct)
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_small_classes_are_left_out_and_increasing_maps_change_nothing():
    extra = np.concatenate([LABELS, [77, 77]])
    x = np.concatenate([X, [[9.0, 9.0], [8.0, -9.0]]])
    got = estimate(np.exp(x), extra)
    np.testing.assert_allclose(got, estimate(X, LABELS), rtol=1e-9)


def test_it_averages_to_zero_for_independent_labels():
    # Over 2000 samples the standard error is 0.002.
    x = jnp.asarray(np.random.default_rng(1).normal(size=(2000, 20)))
    labels = jnp.arange(20) % 2
    got = jax.jit(jax.vmap(lambda x: mi.gaussian_copula_discrete(x, labels)))(x)
    # Scores that are tied to ranks are not quite normal: 0.01 at this size.
    np.testing.assert_allclose(jnp.mean(got), 0, atol=0.02)


def test_a_shift_of_one_class_against_the_closed_form_of_the_mixture():
    # Two equal classes a distance of 1 apart: mixture entropy by quadrature.
    grid = np.linspace(-9, 10, 20001)
    density = (stats.norm.pdf(grid) + stats.norm.pdf(grid - 1)) / 2
    mixture = -np.trapezoid(density * np.log(density), grid)
    truth = mixture - stats.norm.entropy()
    labels = np.arange(20000) % 2
    x = np.random.default_rng(2).normal(size=20000) + labels
    np.testing.assert_allclose(estimate(x, labels), truth, atol=0.01)


def test_one_class_and_constant_or_repeated_columns_tell_nothing():
    assert abs(estimate(X, np.zeros(36, int))) < 1e-12
    assert estimate(np.ones(36), LABELS) == 0
    twice = np.hstack([X, X[:, :1], np.ones((36, 1))])
    np.testing.assert_allclose(estimate(twice, LABELS), estimate(X, LABELS), rtol=1e-7)


def test_a_column_that_is_constant_within_a_class_is_infinite():
    x = np.where(LABELS == 5, 0.0, X[:, 0])
    assert estimate(x, LABELS) == jnp.inf


def test_classes_that_are_all_too_small_give_zero():
    assert estimate(X, np.arange(36)) == 0
