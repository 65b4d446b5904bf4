"""Hilbert-Schmidt criterion against its trace form and its limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

from infojax import dependence, divergence, kernels

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(8, 2)), RNG.normal(size=(8, 1))


def test_trace_of_centred_gram_matrices():
    centre = np.eye(8) - 1 / 8
    k, l = rbf_kernel(X, gamma=0.5), rbf_kernel(Y, gamma=1 / (2 * 0.3**2))
    expected = np.trace(k @ centre @ l @ centre) / 64
    got = dependence.hsic(X, Y, kernel_y=kernels.gaussian(0.3))
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_a_linear_kernel_sees_the_cross_covariance():
    linear = kernels.linear()
    got = dependence.hsic(X, Y, kernel_x=linear, kernel_y=linear)
    covariance = (X - X.mean(0)).T @ (Y - Y.mean(0)) / 8
    np.testing.assert_allclose(got, (covariance**2).sum(), rtol=1e-10)


def test_it_is_the_discrepancy_of_joint_and_product():
    pairs = np.array([(i, j) for i in range(8) for j in range(8)])
    product = np.hstack([X[pairs[:, 0]], Y[pairs[:, 1]]])
    joint = np.hstack([X, Y])
    expected = divergence.mmd(joint, product)
    np.testing.assert_allclose(dependence.hsic(X, Y), expected, rtol=1e-9)


def test_a_constant_side():
    value, slope = jax.value_and_grad(dependence.hsic)(jnp.asarray(X), jnp.ones((8, 1)))
    np.testing.assert_allclose(value, 0, atol=1e-15)
    np.testing.assert_allclose(slope, 0, atol=1e-15)
