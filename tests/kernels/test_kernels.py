"""Kernels against scikit-learn, at coincident points, and as pytrees."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn import gaussian_process as gp
from sklearn.metrics import pairwise

from infojax import kernels

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)), RNG.normal(size=(4, 3))
REFERENCES = {
    "gaussian": (
        kernels.gaussian(0.7),
        lambda x, y: pairwise.rbf_kernel(x, y, gamma=1 / (2 * 0.7**2)),
    ),
    "laplace": (
        kernels.laplace(0.7),
        lambda x, y: pairwise.laplacian_kernel(x, y, gamma=1 / 0.7),
    ),
    "linear": (kernels.linear(0.5), lambda x, y: pairwise.linear_kernel(x, y) + 0.5),
    "polynomial": (
        kernels.polynomial(3, gain=0.2, offset=2.0),
        lambda x, y: pairwise.polynomial_kernel(x, y, degree=3, gamma=0.2, coef0=2),
    ),
    "rational_quadratic": (
        kernels.rational_quadratic(0.7, alpha=1.5),
        gp.kernels.RationalQuadratic(length_scale=0.7, alpha=1.5),
    ),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_gram_matrix_of_scikit_learn(name: str):
    kernel, reference = REFERENCES[name]
    got = kernel(jnp.asarray(X), jnp.asarray(Y))
    np.testing.assert_allclose(got, reference(X, Y), rtol=1e-12)


@pytest.mark.parametrize("width", [2, 70], ids=["differences", "product"])
def test_the_two_ways_to_square_a_distance_agree(width: int):
    # Wide samples go through a matrix product; far from the origin it must not cancel.
    x = jnp.asarray(100 + RNG.normal(size=(5, width)))
    gram = kernels.gaussian(3.0)(x, x)
    np.testing.assert_allclose(
        gram, pairwise.rbf_kernel(np.asarray(x), gamma=1 / 18), rtol=1e-10
    )
    np.testing.assert_allclose(jnp.diagonal(gram), 1, rtol=1e-12)


@pytest.mark.parametrize(
    "make", [kernels.gaussian, kernels.laplace, kernels.rational_quadratic]
)
def test_a_bandwidth_for_each_column_scales_it_and_has_a_gradient(make):
    widths = jnp.array([0.5, 1.0, 4.0])
    x, y = jnp.asarray(X), jnp.asarray(Y)
    np.testing.assert_allclose(
        make(widths)(x, y), make(1.0)(x / widths, y / widths), rtol=1e-12
    )
    gradient = jax.grad(lambda h: jnp.sum(make(h)(x, y)))(widths)
    step = 1e-6 * jnp.eye(3)
    above, below = (
        jnp.stack([jnp.sum(make(widths + s * e)(x, y)) for e in step]) for s in (1, -1)
    )
    np.testing.assert_allclose(gradient, (above - below) / 2e-6, rtol=1e-6)


def test_rational_quadratic_tends_to_the_gaussian():
    far = kernels.rational_quadratic(0.7, alpha=1e8)(jnp.asarray(X), jnp.asarray(Y))
    near = kernels.gaussian(0.7)(jnp.asarray(X), jnp.asarray(Y))
    np.testing.assert_allclose(far, near, rtol=1e-5)


@pytest.mark.parametrize("name", REFERENCES)
def test_second_derivatives_at_coincident_points_are_finite(name: str):
    kernel, _ = REFERENCES[name]
    point = jnp.ones(2)

    def self_value(x):
        return kernel(x[None], point[None])[0, 0]

    assert np.isfinite(jax.grad(self_value)(point)).all()
    assert np.isfinite(jax.hessian(self_value)(point)).all()


@pytest.mark.parametrize("degree", [0, 1.5])
def test_a_degree_that_is_none_is_refused(degree):
    with pytest.raises(ValueError, match="polynomial: `degree` must be a static int"):
        kernels.polynomial(degree)
