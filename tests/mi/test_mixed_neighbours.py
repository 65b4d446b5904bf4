"""Neighbour information of mixed data and of labels, against formulas and laws."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import digamma

from infojax import mi

RNG = np.random.default_rng(0)


def gaps(a):
    return np.abs(a[:, None] - a[None]).max(-1)


def mixed_reference(x, y, k):
    """Algorithm 1 of Gao et al. (2017), ties counted at any distance."""
    n = len(x)
    sides = gaps(x), gaps(y)
    joint = np.maximum(*sides)
    radius = np.sort(joint, axis=1)[:, k, None]
    inside, nx, ny = ((gap <= radius).sum(1) - 1 for gap in (joint, *sides))
    terms = digamma(inside) - np.log(nx + 1) - np.log(ny + 1)
    return np.log(n) + terms.mean()


def ross_reference(x, labels, k):
    """Point by point, as the paper says it."""
    terms, n = [], sum(np.sum(labels == c) for c in labels if np.sum(labels == c) > 1)
    classes, sizes = np.unique(labels, return_counts=True)
    keep = np.isin(labels, classes[sizes > 1])
    x, labels = x[keep], labels[keep]
    n = len(x)
    for i in range(n):
        distance = np.abs(x - x[i]).max(1)
        mates = np.sort(distance[labels == labels[i]])
        near = min(k, len(mates) - 1)
        m = np.sum(distance <= mates[near]) - 1
        terms.append(digamma(near) - digamma(len(mates)) - digamma(m))
    return digamma(n) + np.mean(terms)


def mixture(n):
    """One column repeats values, another is continuous for half of the rows."""
    x = RNG.integers(0, 3, (n, 1)).astype(float)
    y = np.where(RNG.random((n, 1)) < 0.5, x, x + RNG.normal(size=(n, 1)))
    return x, y


@pytest.mark.parametrize("n", [40, 1100], ids=["brute", "tree"])
@pytest.mark.parametrize("k", [1, 5])
def test_mixed_values_of_the_published_formula(n, k):
    for x, y in (mixture(n), RNG.integers(0, 6, (2, n, 1)) / 8):
        got = jax.jit(lambda x, y: mi.mixed_ksg(x, y, k=k))(x, y)
        np.testing.assert_allclose(got, mixed_reference(x, y, k), rtol=1e-12)


def test_a_table_is_told_up_to_its_bias():
    x = RNG.integers(0, 3, 1000)
    y = np.where(RNG.random(1000) < 0.7, x, (x + 1) % 3)
    table = np.zeros((3, 3))
    np.add.at(table, (x, y), 1)
    # Six cells, digamma of their counts: less than the plug-in by 1.5 a cell.
    expected = mi.plugin(jnp.asarray(table)) - 1.5 * 6 / 1000
    got = mi.mixed_ksg(x.astype(float), y.astype(float))
    np.testing.assert_allclose(got, expected, atol=2e-4)


def test_integer_and_noise_of_gao():
    # Uniform on five integers, plus uniform noise of width two. Over 8 seeds the bias
    # is -0.195 at n = 1000, the standard deviation 0.012.
    x = RNG.integers(0, 5, 1000)
    y = x + 2 * RNG.random(1000)
    truth = np.log(5) - 4 * np.log(2) / 5
    np.testing.assert_allclose(
        mi.mixed_ksg(x.astype(float), y), truth - 0.19, atol=0.06
    )
    # By classes, and by digammas, nearly none remains; standard deviation 0.015.
    np.testing.assert_allclose(mi.discrete_continuous(y, x), truth, atol=0.06)
    one = np.zeros(1000)
    got = mi.conditional_mixed(x.astype(float), y, one, k=5)
    np.testing.assert_allclose(got, truth, atol=0.06)


def test_constants():
    n = 9
    one = jnp.ones(n)
    expected = digamma(n - 1) - np.log(n)
    np.testing.assert_allclose(mi.mixed_ksg(one, one), expected, rtol=1e-12)
    # All of one class: what the class tells about the samples is nothing.
    np.testing.assert_allclose(
        mi.discrete_continuous(RNG.normal(size=n), np.zeros(n, int)), 0, atol=1e-12
    )


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("k", [1, 4])
def test_values_of_ross(d, k):
    # Classes of 30, 3 (fewer than k + 1), 1 (dropped) and 26 points.
    labels = np.repeat([5, -1, 100, 2], [30, 3, 1, 26])
    x = RNG.normal(size=(60, d)) + (labels == 5)[:, None]
    got = jax.jit(lambda x, c: mi.discrete_continuous(x, c, k=k))(x, labels)
    np.testing.assert_allclose(got, ross_reference(x, labels, k), rtol=1e-12)


def test_classes_of_overlapping_uniforms():
    # Over 20 seeds the bias is -0.002 at n = 2500, the standard deviation 0.011.
    labels = RNG.integers(0, 3, 2500)
    x = 0.7 * labels + RNG.random(2500)
    third = 1 / 3
    truth = -(third * np.log(third) * 1.8 + 2 * third * np.log(2 * third) * 0.6)
    np.testing.assert_allclose(mi.discrete_continuous(x, labels), truth, atol=0.05)


def test_points_that_are_all_alone_tell_nothing():
    assert mi.discrete_continuous(RNG.normal(size=6), np.arange(6)) == 0
