"""The correction for local non-uniformity against its formula and strong dependence."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy.spatial import KDTree

from infojax import mi
from infojax.mi._lnc import uniform_alpha

RNG = np.random.default_rng(0)
lnc, ksg = jax.jit(mi.lnc), jax.jit(mi.ksg)


def correction(x, y, k, alpha):
    """Mean gain over the second variant, row by row, on a tree."""
    joint, gain = np.hstack([x, y]), 0.0
    widths = x.shape[1], y.shape[1]
    near = np.asarray(KDTree(joint).query(joint, k + 1, p=np.inf)[1])[:, 1:]
    for i, others in enumerate(near):
        gaps = joint[others] - joint[i]
        axes = np.linalg.svd(gaps)[2]
        turned = np.log(np.abs(gaps @ axes.T).max(0)).sum()
        sides = np.abs(gaps[:, : widths[0]]).max(), np.abs(gaps[:, widths[0] :]).max()
        box = np.dot(widths, np.log(sides))
        if turned - box < np.log(alpha):
            gain += box - turned - (sum(widths) - 2) / k
    return gain / len(x)


@pytest.mark.parametrize("dx, dy, k", [(1, 1, 5), (2, 1, 6)])
def test_values_of_the_formula(dx, dy, k):
    x = RNG.normal(size=(60, dx))
    y = x[:, :1] + 0.01 * RNG.normal(size=(60, dy))
    got = jax.jit(lambda x, y: mi.lnc(x, y, k=k, alpha=0.3))(x, y)
    expected = mi.ksg2(x, y, k=k) + correction(x, y, k, 0.3)
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def normal(rho, d=1, n=500):
    x = RNG.normal(size=(n, d))
    y = rho * x + np.sqrt((1 - rho) * (1 + rho)) * RNG.normal(size=(n, d))
    return x, y, -d / 2 * np.log((1 - rho) * (1 + rho))


@pytest.mark.parametrize("rho", [0.999, 1 - 1e-7, 1 - 1e-10])
def test_strong_dependence_in_one_column_a_side(rho):
    x, y, truth = normal(rho)
    # Over 20 seeds the bias is at most 0.03, the standard deviation 0.07.
    np.testing.assert_allclose(lnc(x, y), truth, atol=0.25)
    if truth > 6:
        assert ksg(x, y) < truth - 2


def test_weak_dependence_is_left_as_it_is():
    # Over 20 seeds 0.010 and 0.017 too high on average, standard deviation 0.03.
    for rho in (0.0, 0.6):
        x, y, truth = normal(rho)
        np.testing.assert_allclose(lnc(x, y), truth, atol=0.17)


def test_where_it_fails():
    # Neighbours that reach over a bend lie on no line: nothing is gained.
    x = RNG.uniform(size=500)
    y = np.sin(16 * np.pi * x) + 0.001 * RNG.uniform(-1, 1, size=500)
    assert lnc(x, y) < 1.5  # of about 6.7
    # Half the boxes are below the threshold: over 20 seeds -0.38, deviation 0.06.
    x, y, truth = normal(0.99999)
    assert ksg(x, y) + 0.2 < lnc(x, y) < truth - 0.1


def test_more_columns_need_more_neighbours():
    x, y, truth = normal(0.99999, d=3)
    # Over 20 seeds the bias is -0.06 with the default 12, the deviation 0.09.
    np.testing.assert_allclose(lnc(x, y), truth, atol=0.5)
    few = jax.jit(lambda x, y: mi.lnc(x, y, k=7))
    assert few(x, y) > truth + 0.8


def test_many_columns_are_too_many():
    # At independence; of two columns a side it is 0.03.
    x, y = RNG.normal(size=(2, 500, 5))
    assert lnc(x, y) > 0.8


def test_exact_dependence_is_finite():
    x = RNG.normal(size=500)
    value = lnc(x, 0.5 * x)
    assert 20 < value < 45  # the logarithm of the rounding, and less at few digits
    assert 5 < lnc(x.astype(np.float32), x.astype(np.float32)) < 25


def test_the_threshold_is_a_constant_of_its_arguments():
    alpha = uniform_alpha(5, 1, 1)
    uniform_alpha.cache_clear()
    assert uniform_alpha(5, 1, 1) == alpha
    np.testing.assert_allclose(alpha, 0.323, atol=0.003)
    assert uniform_alpha(5, 1, 2) < alpha


def test_too_few_neighbours_are_refused():
    x = RNG.normal(size=(20, 3))
    with pytest.raises(ValueError, match=r"`k` must be at least dx \+ dy = 6"):
        mi.lnc(x, x, k=5)
