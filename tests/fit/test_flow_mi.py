"""Flows are invertible maps, and undo what hides a normal law."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from infojax import closed_form, fit, mi
from infojax.fit._splines import Flow, spline

pytestmark = pytest.mark.usefixtures("standard_promotion")
RHO = 0.8
TRUTH = float(closed_form.bivariate_normal_mi(RHO))


def normal(n: int, d: int = 1):
    a, b = jax.random.normal(jax.random.key(0), (2, n, d), jnp.float32)
    return a, RHO * a + (1 - RHO**2) ** 0.5 * b


def test_zeros_make_the_identity():
    x = jnp.linspace(-7.0, 7.0, 29)
    value, log_slope = spline(x, jnp.zeros((29, 23)))
    np.testing.assert_allclose(value, x, atol=1e-12)
    np.testing.assert_allclose(log_slope, 0, atol=1e-12)


def test_splines_rise_and_know_their_slope():
    raw = jax.random.normal(jax.random.key(0), (23,), jnp.float64) * 2
    x = jnp.linspace(-6.0, 6.0, 501)
    value, log_slope = jax.vmap(lambda x: spline(x, raw))(x)
    assert (jnp.diff(value) > 0).all()
    slope = jax.vmap(jax.grad(lambda x: spline(x, raw)[0]))(x)
    np.testing.assert_allclose(jnp.exp(log_slope), slope, rtol=1e-9)
    edges = jnp.array([-5.0, 5.0])
    np.testing.assert_allclose(spline(edges, jnp.tile(raw, (2, 1)))[0], edges)


def test_gradients_of_splines_are_finite_at_knots_and_edges():
    x = jnp.array([-5.0, -2.5, 0.0, 2.5, 5.0, 80.0])
    gradient = jax.grad(lambda x, raw: jnp.sum(jnp.stack(spline(x, raw))), (0, 1))
    for part in gradient(x, jnp.zeros((6, 11))):
        assert np.isfinite(part).all()


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_log_determinant_is_that_of_the_jacobian(d):
    flow = Flow(d, layers=3, width=8, bins=4, rngs=nnx.Rngs(0))
    _, parameters, _ = nnx.split(flow, nnx.Param, ...)
    leaves, tree = jax.tree.flatten(nnx.as_pure(parameters))
    keys = jax.random.split(jax.random.key(1), len(leaves))
    moved = [
        (leaf + 0.1 * jax.random.normal(key, leaf.shape)).astype(jnp.float64)
        for leaf, key in zip(leaves, keys, strict=True)
    ]
    nnx.update(flow, tree.unflatten(moved))
    x = jax.random.normal(jax.random.key(2), (6, d), jnp.float64)
    jacobian = jax.vmap(jax.jacobian(lambda row: flow(row[None])[0][0]))(x)
    expected = jnp.linalg.slogdet(jacobian)[1]
    np.testing.assert_allclose(flow(x)[1], expected, rtol=1e-7, atol=1e-8)


def test_untrained_it_is_the_gaussian_estimate():
    x, y = normal(300, 3)
    estimator = fit.flow_mi(3, 3, optax.adam(1e-3), width=8)
    found = estimator.estimate(estimator.init(jax.random.key(0)), x, y)
    np.testing.assert_allclose(found, mi.gaussian(x, y), rtol=1e-5)


def test_training_undoes_maps_of_each_side():
    x, y = normal(2000)
    x, y = x + 0.25 * jnp.sin(3 * x), jnp.sinh(y)
    estimator = fit.flow_mi(1, 1, optax.adam(1e-2))
    options = {"estimator": estimator, "steps": 300, "batch_size": 256}
    found = fit.train(jax.random.key(1), x, y, **options)
    untrained = estimator.estimate(estimator.init(jax.random.key(0)), x, y)
    assert float(untrained) < TRUTH - 0.08
    # 400 held-out pairs spread by 0.04.
    assert abs(float(found.value) - TRUTH) < 0.08
    assert abs(float(estimator.estimate(found.state, x, y)) - TRUTH) < 0.05


def test_flows_of_several_columns_undo_a_twist():
    # Half of the rows and steps gain 0.06 to 0.12 over keys: too near the bound.
    a, b = normal(4000, 2)
    angle = jnp.sum(a**2, axis=1)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    twisted = jnp.stack([cos * a[:, 0] - sin * a[:, 1], sin * a[:, 0] + cos * a[:, 1]])
    estimator = fit.flow_mi(2, 2, optax.adam(5e-3), layers=2, width=32)
    options = {"estimator": estimator, "steps": 800, "batch_size": 256}
    found = fit.train(jax.random.key(1), twisted.T, b, **options)
    untrained = estimator.estimate(estimator.init(jax.random.key(0)), twisted.T, b)
    assert float(found.value) > float(untrained) + 0.08


def test_a_mask_deletes():
    x, y = normal(12)
    where = jnp.arange(12) < 9
    spoiled = x.at[9:].set(jnp.nan)
    estimator = fit.flow_mi(1, 1, optax.sgd(0.1))
    state = estimator.init(jax.random.key(0))
    for function in (estimator.estimate, estimator.objective):
        expected = function(state, x[:9], y[:9])
        np.testing.assert_allclose(
            function(state, spoiled, y, where=where), expected, rtol=1e-5
        )


def test_dependence_without_noise_does_not_break_training():
    x, _ = normal(64)
    estimator = fit.flow_mi(1, 1, optax.adam(1e-2))
    state = estimator.init(jax.random.key(0))
    state, info = estimator.update(jax.random.key(1), state, x, x)
    assert np.isfinite(info.bound) and np.isfinite(info.gradient_norm)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state))


def test_bad_input_is_named():
    x, y = normal(8)
    estimator = fit.flow_mi(2, 1, optax.sgd(0.1))
    state = estimator.init(jax.random.key(0))
    with pytest.raises(ValueError, match="flow_mi: `x` must be 2 columns wide"):
        estimator.estimate(state, x, y)
    with pytest.raises(ValueError, match="flow_mi: `bins` must be >= 1"):
        fit.flow_mi(1, 1, optax.sgd(0.1), bins=0)
