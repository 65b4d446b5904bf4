"""Extrapolated neighbours: exact weights, less bias than one k, its fallbacks."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import PairPlan, mi, tasks
from infojax.mi._extrapolated_ksg import _line, extrapolation
from infojax.mi._neighbour_rows import neighbour_rows


def draw(n: int, d: int, seed: int = 0):
    x, noise = np.random.default_rng(seed).normal(size=(2, n, d))
    return jnp.asarray(x), jnp.asarray(x + noise)


def test_one_k_is_ksg():
    x, y = draw(80, 2)
    for k in (1, 4):
        np.testing.assert_allclose(
            mi.extrapolated_ksg(x, y, ks=(k,)), mi.ksg(x, y, k=k), rtol=1e-12
        )


def test_it_is_a_weighted_sum_of_ksg():
    x, y = draw(200, 2)
    rows = neighbour_rows("test", 1, None, PairPlan(), x=x, y=y)
    radii = jnp.asarray(np.random.default_rng(1).uniform(0.1, 0.2, (200, 4)))
    radii = radii * jnp.array([1.0, 1.5, 2.0, 3.0])
    weights = np.asarray(_line(rows, radii, jnp.ones(4, bool)))
    square = np.exp(2 * np.log(np.asarray(radii)).mean(0))
    # The intercept of the least-squares line through the four points.
    np.testing.assert_allclose(weights.sum(), 1, rtol=1e-12)
    np.testing.assert_allclose(weights @ square, 0, atol=1e-12)
    basis = np.stack([np.ones(4), square], axis=1)
    np.testing.assert_allclose(weights, np.linalg.pinv(basis)[0], rtol=1e-9)


def test_terms_are_those_of_ksg():
    x, y = draw(100, 1)
    rows = neighbour_rows("test", 1, None, PairPlan(), x=x, y=y)
    found = extrapolation(rows, (1, 2, 4))
    for column, k in enumerate((1, 2, 4)):
        expected = mi.ksg(x, y, k=k)
        np.testing.assert_allclose(found.terms[:, column].mean(), expected, rtol=1e-12)
    np.testing.assert_allclose(
        found.terms.mean(0) @ found.line,
        mi.extrapolated_ksg(x, y, ks=(1, 2, 4)),
        rtol=1e-12,
    )
    np.testing.assert_array_equal(found.largest, [0, 0, 1])


def test_less_bias_than_ksg_where_balls_are_too_large():
    task = tasks.make("spiral-multinormal-sparse-3-3-2-2.0")
    x, y = task.sample(jax.random.key(0), 2000)
    values = jax.jit(lambda x, y: (mi.extrapolated_ksg(x, y), mi.ksg(x, y)))(x, y)
    errors = [float(v) - task.mutual_information for v in values]
    assert errors[1] < -0.3
    assert -0.22 < errors[0] < 0.1


def test_nothing_to_extrapolate_where_the_nearest_neighbour_is_far():
    x, y = draw(100, 20)
    got = mi.extrapolated_ksg(x, y, ks=(1, 2, 4))
    average = (mi.ksg(x, y, k=1) + mi.ksg(x, y, k=2)) / 2
    np.testing.assert_allclose(got, average, rtol=1e-12)


def test_large_k_is_left_out_of_few_pairs():
    x, y = draw(20, 1)
    keep = jnp.arange(20) < 9
    np.testing.assert_allclose(
        mi.extrapolated_ksg(x, y, ks=(1, 2, 4, 8), where=keep),
        mi.extrapolated_ksg(x[:9], y[:9], ks=(1, 2)),
        rtol=1e-12,
    )


@pytest.mark.parametrize("ks", [(), (2, 1), (1, 1)])
def test_neighbour_counts_increase(ks):
    with pytest.raises(ValueError, match="extrapolated_ksg: `ks` must be"):
        mi.extrapolated_ksg(*draw(20, 1), ks=ks)
