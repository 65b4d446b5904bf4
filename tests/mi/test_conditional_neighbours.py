"""Neighbour estimates of conditional information against formulas and laws."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import digamma

from infojax import closed_form, mi, transforms

RNG = np.random.default_rng(0)


def distances(x, y, z, k):
    """Joint, (x, z), (y, z) and z distances, and the radius of each point."""
    dx, dy, dz = (np.abs(a[:, None] - a[None]).max(-1) for a in (x, y, z))
    xz, yz = np.maximum(dx, dz), np.maximum(dy, dz)
    joint = np.maximum(xz, yz)
    return joint, xz, yz, dz, np.sort(joint, axis=1)[:, k, None]


def ksg_reference(x, y, z, k):
    """Frenzel and Pompe (2007); the strict counts with the point itself added."""
    _, *margins, radius = distances(x, y, z, k)
    xz, yz, z_ = (np.maximum((gap < radius).sum(1), 1) for gap in margins)
    return digamma(k) - (digamma(xz) + digamma(yz) - digamma(z_)).mean()


def mixed_reference(x, y, z, k):
    """Mesner and Shalizi (2021), in the counts of their code, not clipped."""
    *gaps, radius = distances(x, y, z, k)
    joint, xz, yz, z_ = (digamma((gap <= radius).sum(1) - 1) for gap in gaps)
    return (joint - xz - yz + z_).mean()


@pytest.mark.parametrize("n", [40, 1600], ids=["brute", "tree"])
@pytest.mark.parametrize(
    "estimator, formula",
    [
        (mi.conditional_ksg, ksg_reference),
        (mi.conditional_mixed, mixed_reference),
    ],
    ids=["ksg", "mixed"],
)
def test_values_of_the_published_formula(estimator, formula, n):
    z = RNG.normal(size=(n, 1))
    x, y = z + RNG.normal(size=(2, n, 1))
    lattice = [np.round(2 * a) / 2 for a in (x, y, z)]
    for arrays in ([x, y, z], [np.round(x), y, z], lattice):
        got = jax.jit(lambda *a: estimator(*a, k=4))(*arrays)
        np.testing.assert_allclose(got, formula(*arrays, 4), rtol=1e-11)


@pytest.mark.parametrize("estimator", [mi.conditional_ksg, mi.conditional_mixed])
def test_a_normal_law(estimator):
    # Over 20 seeds the biases are 0.006 and 0.026, the standard deviation 0.017; at
    # conditional independence -0.005 and 0.008, and 0.008.
    z, common, own = RNG.normal(size=(3, 2500))
    truth = closed_form.bivariate_normal_mi(0.8)
    dependent = estimator(z + common, z + 0.8 * common + 0.6 * own, z)
    np.testing.assert_allclose(dependent, truth, atol=0.1)
    np.testing.assert_allclose(estimator(z + common, z + own, z), 0, atol=0.05)


def test_a_conditioned_exclusive_or():
    # x and y are fair and independent; given their sum modulo two, one bit is shared.
    x, y = RNG.integers(0, 2, (2, 1000)).astype(float)
    z = (x + y) % 2
    np.testing.assert_allclose(mi.conditional_mixed(x, y, z), np.log(2), atol=0.01)
    one = np.ones(1000)
    np.testing.assert_allclose(mi.conditional_mixed(x, y, one), 0, atol=0.01)


def test_constants_tell_nothing():
    one = jnp.ones((9, 2))
    assert mi.conditional_mixed(one, one, one) == 0
    expected = digamma(7) - digamma(1)
    np.testing.assert_allclose(mi.conditional_ksg(one, one, one), expected, rtol=1e-12)


def test_a_narrow_soft_step_counts_the_neighbour_at_the_radius_half():
    x, y, z = RNG.normal(size=(3, 30, 1))
    soft = mi.conditional_ksg(x, y, z, k=3, step=transforms.sigmoid_step(1e-12))
    _, *margins, radius = distances(x, y, z, 3)
    xz, yz, z_ = (
        digamma((gap < radius).sum(1) + (gap == radius).sum(1) / 2) for gap in margins
    )
    np.testing.assert_allclose(soft, digamma(3) - (xz + yz - z_).mean(), rtol=1e-10)
