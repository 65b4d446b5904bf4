"""Distance covariance against its definition, HSIC and its invariances."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.spatial.distance import cdist

from infojax import dependence

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(9, 2)), RNG.normal(size=(9, 3))


def centred(a):
    d = cdist(a, a)
    return d - d.mean(0) - d.mean(1)[:, None] + d.mean()


def test_the_definition():
    a, b = centred(X), centred(Y)
    covariance = np.sqrt((a * b).mean())
    np.testing.assert_allclose(
        dependence.distance_covariance(X, Y), covariance, rtol=1e-10
    )
    expected = covariance / np.sqrt(np.sqrt((a * a).mean() * (b * b).mean()))
    np.testing.assert_allclose(
        dependence.distance_correlation(X, Y), expected, rtol=1e-10
    )


def test_its_square_is_hsic_of_minus_the_distance():
    def minus(x, y):
        return -jnp.sqrt(jnp.sum((x[:, None] - y[None]) ** 2, axis=-1))

    expected = dependence.hsic(X, Y, kernel_x=minus, kernel_y=minus)
    got = dependence.distance_covariance(X, Y)
    np.testing.assert_allclose(got**2, expected, rtol=1e-10)


def test_correlation_ignores_units_and_turns():
    turn, _ = np.linalg.qr(RNG.normal(size=(2, 2)))
    got = dependence.distance_correlation(X, 1 + 1e-3 * X @ turn)
    np.testing.assert_allclose(got, 1, rtol=1e-10)


def test_it_sees_what_a_correlation_does_not():
    x = np.linspace(-1, 1, 41)
    assert abs(np.corrcoef(x, x**2)[0, 1]) < 1e-12
    assert dependence.distance_correlation(x, x**2) > 0.4


def test_a_constant_side():
    constant = jnp.full((9, 1), 0.1)
    for function in (dependence.distance_covariance, dependence.distance_correlation):
        value, slope = jax.value_and_grad(function, argnums=(0, 1))(X, constant)
        assert value == 0
        assert (slope[0] == 0).all() and (slope[1] == 0).all()
