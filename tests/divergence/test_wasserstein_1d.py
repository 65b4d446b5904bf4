"""Wasserstein distances on lines against SciPy, closed forms and the transport plan."""

from __future__ import annotations

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from scipy.optimize import linprog

from infojax import divergence

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=9), RNG.normal(size=6) + 0.5
A, B = RNG.random(9), RNG.random(6)
B[2] = 0
KEY = jax.random.key(0)
distance = jax.jit(divergence.wasserstein_1d, static_argnames="p")
sliced = jax.jit(divergence.sliced_wasserstein, static_argnames=("projections", "p"))


def transport(x, y, a, b, p):
    """The cost of the best plan, by linear programming."""
    cost = np.abs(x[:, None] - y[None]) ** p
    n, m = cost.shape
    rows = np.kron(np.eye(n), np.ones(m))
    columns = np.kron(np.ones(n), np.eye(m))
    margins = np.concatenate([a / a.sum(), b / b.sum()])
    found = linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=margins)
    return found.fun ** (1 / p)


def test_order_one_is_scipy():
    expected = stats.wasserstein_distance(X, Y, A, B)
    got = distance(X, Y, weights_x=A, weights_y=B)
    np.testing.assert_allclose(got, expected, rtol=1e-10)
    np.testing.assert_allclose(
        distance(X, Y), stats.wasserstein_distance(X, Y), rtol=1e-10
    )


@pytest.mark.parametrize("p", [1.5, 2, 3.0])
def test_other_orders_are_the_cost_of_the_best_plan(p):
    got = distance(X, Y, weights_x=A, weights_y=B, p=p)
    np.testing.assert_allclose(got, transport(X, Y, A, B, p), rtol=1e-6)


def test_equal_sizes_pair_the_sorted_values():
    y = Y[np.array([0, 1, 2, 3, 4, 5, 0, 1, 2])] + np.arange(9)
    gaps = np.abs(np.sort(X) - np.sort(y))
    got = distance(X, y, p=2)
    np.testing.assert_allclose(got, np.sqrt(np.mean(gaps**2)), rtol=1e-12)


def test_gradients_in_samples_and_weights():
    def f(x, y, a, b):
        return divergence.wasserstein_1d(x, y, p=2, weights_x=a, weights_y=b)

    chex.assert_numerical_grads(
        jax.jit(f), [jnp.asarray(v) for v in (X, Y, A, B + 0.1)], order=1, atol=1e-5
    )


def test_equal_samples_have_zero_distance_and_gradient():
    for p in (1, 2):
        f = jax.value_and_grad(lambda x, p=p: divergence.wasserstein_1d(x, X, p=p))
        value, slope = jax.jit(f)(jnp.asarray(X[::-1]))
        assert value == 0
        np.testing.assert_array_equal(slope, 0)


def test_one_column_sliced_is_the_distance():
    got = sliced(KEY, X, Y, projections=3, p=2)
    np.testing.assert_allclose(got, distance(X, Y, p=2), rtol=1e-12)


def test_a_shift_sliced_is_its_length_over_the_root_of_the_dimension():
    # The relative error of 4000 directions is about 1 percent.
    x = jnp.asarray(RNG.normal(size=(4, 5)))
    shift = jnp.array([1.0, 2.0, 0.0, -2.0, 0.0])
    got = sliced(KEY, x, x + shift, projections=4000)
    np.testing.assert_allclose(got, 3 / np.sqrt(5), rtol=0.03)


def test_directions_do_not_depend_on_the_precision():
    x = jnp.asarray(RNG.normal(size=(4, 3)))
    wide = sliced(KEY, x, x + 1)
    narrow = sliced(KEY, x.astype(jnp.float32), (x + 1).astype(jnp.float32))
    np.testing.assert_allclose(wide, narrow, rtol=1e-5)


def test_what_is_refused():
    with pytest.raises(ValueError, match="`x` must be of one column"):
        divergence.wasserstein_1d(np.ones((3, 2)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="`p` must be >= 1"):
        divergence.wasserstein_1d(X, Y, p=0.5)
    with pytest.raises(ValueError, match="`projections` must be >= 1"):
        divergence.sliced_wasserstein(KEY, X, Y, projections=0)
