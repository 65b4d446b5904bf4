"""Principal components against NumPy, and noise of three kinds."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from infojax import closed_form, transforms

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)) @ np.array([[3.0, 1, 0], [0, 1, 0.5], [0, 0, 0.2]]) + 2
fit = jax.jit(transforms.principal_components)


def test_components_are_eigenvectors_of_the_covariance():
    found = fit(X)
    covariance = np.cov(X.T)
    np.testing.assert_allclose(found.mean, X.mean(axis=0))
    np.testing.assert_allclose(
        found.eigenvalues, np.linalg.eigvalsh(covariance)[::-1], rtol=1e-10
    )
    v = np.asarray(found.components)
    np.testing.assert_allclose(v @ v.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(
        v @ covariance @ v.T, np.diag(found.eigenvalues), atol=1e-12
    )
    assert (v[np.arange(3), np.abs(v).argmax(axis=1)] > 0).all()


def test_signs_do_not_depend_on_the_order_of_the_rows_or_on_mirror_images():
    v = fit(X).components
    np.testing.assert_allclose(fit(X[::-1]).components, v, rtol=1e-9)
    # Two entries of one size: the first of them is positive.
    line = np.outer(np.linspace(-1, 1, 9), [-1.0, 1.0])
    for x in (line, -line):
        np.testing.assert_allclose(fit(x).components[0], [0.5**0.5, -(0.5**0.5)])


def test_more_columns_than_rows():
    x = RNG.normal(size=(6, 9))
    found = fit(x)
    v = np.asarray(found.components)
    assert v.shape == (6, 9)
    np.testing.assert_allclose(v @ v.T, np.eye(6), atol=1e-12)
    expected = np.linalg.svd(x - x.mean(axis=0), compute_uv=False) ** 2 / 5
    np.testing.assert_allclose(found.eigenvalues, expected, atol=1e-12)


def test_scores_reconstruct_and_have_the_eigenvalues_as_variances():
    found = fit(X)
    scores = jax.jit(transforms.principal_scores)(X, found)
    np.testing.assert_allclose(scores @ found.components + found.mean, X, rtol=1e-10)
    np.testing.assert_allclose(np.var(scores, axis=0, ddof=1), found.eigenvalues)
    some = transforms.principal_scores(X, found, k=2, where=np.arange(40) < 30)
    np.testing.assert_allclose(some[:30], scores[:30, :2], rtol=1e-10)
    assert (some[30:] == 0).all()
    with pytest.raises(ValueError, match="principal_scores: `k` must be at most 3"):
        transforms.principal_scores(X, found, k=4)
    with pytest.raises(ValueError, match="principal_scores: `x` must be as wide"):
        transforms.principal_scores(X[:, :2], found)


def test_the_loss_bound_can_be_trained_through_the_eigenvalues():
    @jax.jit
    @jax.value_and_grad
    def loss(x):
        values = transforms.principal_components(x).eigenvalues
        return closed_form.pca_information_loss_bound(
            values, kept=1, noise_variance=0.3
        )

    step = RNG.normal(size=X.shape)
    slope = np.sum(loss(X)[1] * step)
    expected = (loss(X + 1e-5 * step)[0] - loss(X - 1e-5 * step)[0]) / 2e-5
    np.testing.assert_allclose(slope, expected, rtol=1e-6)
    # Equal eigenvalues, zeros and repeated rows.
    for x in (np.ones((5, 3)), np.eye(4)[:, :3], np.tile(X[:2], (3, 1))):
        assert np.isfinite(loss(x)[1]).all()


KEY = jax.random.key(0)


def test_noise_is_of_the_strength_that_is_asked_for():
    t = jnp.asarray(5 * RNG.normal(size=(50, 4, 20)))
    rms = float(np.sqrt(np.mean(np.square(t))))
    plain = transforms.inject_noise(KEY, t, 0.1) - t
    relative = transforms.inject_noise(KEY, t, 0.1, scale=transforms.root_mean_square)
    entries = transforms.inject_noise(KEY, t, 0.1, scale=lambda t: t)
    # 4000 draws: a standard error of one per cent.
    np.testing.assert_allclose(jnp.std(plain), 0.1, rtol=0.05)
    np.testing.assert_allclose(relative - t, rms * plain, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(entries - t, t * plain, rtol=1e-9, atol=1e-12)
    dead = transforms.inject_noise(KEY, jnp.zeros((3, 2)), 0.1, scale=lambda t: t)
    assert (dead == 0).all()
    none = transforms.inject_noise(KEY, t, 0.0)
    np.testing.assert_array_equal(none, t)


def test_the_scale_of_a_layer_ignores_masked_rows():
    t = jnp.asarray(RNG.normal(size=(6, 3)))
    keep = np.array([True, True, False, True, False, True])
    rubbish = jnp.where(keep[:, None], t, jnp.nan)
    got = transforms.inject_noise(
        KEY, rubbish, 0.1, scale=transforms.root_mean_square, where=keep
    )
    scale = transforms.root_mean_square(t[keep])
    expected = transforms.inject_noise(KEY, t, 0.1, scale=scale)
    np.testing.assert_allclose(got[keep], expected[keep], rtol=1e-12)
    assert (got[~keep] == 0).all()


def test_noise_has_a_gradient_in_its_strength_and_in_the_scale():
    t = jnp.asarray(RNG.normal(size=(6, 3)))

    def total(t, sigma):
        noisy = transforms.inject_noise(
            KEY, t, sigma, scale=transforms.root_mean_square
        )
        return jnp.sum(jnp.sin(noisy))

    check_grads(total, (t, 0.3), order=1, modes=("rev",))
    zero = jax.grad(total)(jnp.zeros((2, 2)), 0.3)
    assert np.isfinite(zero).all()
    with pytest.raises(ValueError, match="inject_noise: `scale` must be broadcast"):
        transforms.inject_noise(KEY, t, 0.1, scale=np.ones(4))
    with pytest.raises(ValueError, match="inject_noise: `sigma` must be a scalar"):
        transforms.inject_noise(KEY, t, np.ones(3))
