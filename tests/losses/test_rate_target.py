"""A trade-off that steers a rate: convergence on a parabola and on a bottleneck."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infojax import losses


@pytest.mark.parametrize("start", [1e-3, 1.0, 50.0])
def test_it_finds_the_multiplier_of_a_parabola_while_that_is_descended(start: float):
    """Minimise (3 - z)^2 / 2 with z^2 / 2 = 1 / 2: z = 1 and beta = 2."""
    control = losses.rate_target(0.5, learning_rate=0.05, start=start)

    def step(carry, _):
        z, state = carry
        slope = jax.grad(lambda z: (3 - z) ** 2 / 2 + state.beta * z**2 / 2)(z)
        # The curvature is 1 + beta.
        return (
            z - 0.5 * slope / (1 + state.beta),
            control.update(state, z**2 / 2),
        ), None

    (z, state), _ = jax.lax.scan(step, (jnp.array(3.0), control.init()), length=2000)
    np.testing.assert_allclose(z, 1.0, rtol=1e-6)
    np.testing.assert_allclose(state.beta, 2.0, rtol=1e-6)


def test_a_target_above_what_is_transmitted_ends_at_the_lower_limit():
    control = losses.rate_target(9.0, learning_rate=0.5, limits=(1e-4, 1.0))
    state = control.init()
    for _ in range(20):
        z = 3 / (1 + state.beta)
        state = control.update(state, z**2 / 2)
    np.testing.assert_allclose(state.beta, 1e-4, rtol=1e-12)


@pytest.mark.parametrize("target", [0.2, 0.4])
def test_a_variational_bottleneck_reaches_its_rate(target: float):
    """Two classes, log 2 nats, read from one column through a code of two numbers."""
    rng = np.random.default_rng(0)
    labels = np.arange(64) % 2
    x = jnp.asarray(np.stack([4.0 * labels - 2, rng.normal(size=64)], axis=1))
    control = losses.rate_target(target, learning_rate=0.1, start=0.1)
    parameters = {
        "encode": jnp.asarray(0.3 * rng.normal(size=(2, 4))),
        "decode": jnp.asarray(rng.normal(size=(2, 2))),
    }
    optimizer = optax.adam(3e-2)

    def loss(parameters, key, beta):
        mean, raw = jnp.split(x @ parameters["encode"], 2, axis=1)
        scale = jax.nn.softplus(raw)
        codes = losses.reparameterize(key, mean, scale)
        terms = losses.vib_terms(codes @ parameters["decode"], labels, mean, scale)
        return terms.prediction + beta * terms.rate, terms.rate

    def step(carry, key):
        parameters, moments, state = carry
        slopes, rate = jax.grad(loss, has_aux=True)(parameters, key, state.beta)
        updates, moments = optimizer.update(slopes, moments)
        parameters = optax.apply_updates(parameters, updates)
        return (parameters, moments, control.update(state, rate)), rate

    with jax.numpy_dtype_promotion("standard"):
        carry = parameters, optimizer.init(parameters), control.init()
        keys = jax.random.split(jax.random.key(0), 1500)
        (*_, state), rates = jax.jit(lambda c: jax.lax.scan(step, c, keys))(carry)
    # The noise of the codes moves single steps; the mean of the last third is held.
    np.testing.assert_allclose(rates[-500:].mean(), target, atol=0.02)
    assert 1e-6 < state.beta < 1e3


def test_beta_is_no_path_for_gradients_and_never_infinite():
    control = losses.rate_target(1.0, learning_rate=1e3, start=1.0, limits=(0.1, 10.0))
    for rate, expected in ((1e6, 10.0), (-1e6, 0.1), (1.0, 1.0)):
        value, slope = jax.value_and_grad(
            lambda r: control.update(control.init(), r).beta
        )(rate)
        assert slope == 0
        np.testing.assert_allclose(value, expected)


def test_the_start_sets_the_dtype_and_is_held_within_the_limits():
    for start, dtype in ((jnp.float32(5.0), jnp.float32), (5, jnp.float64)):
        control = losses.rate_target(
            1.0, learning_rate=0.1, start=start, limits=(1e-3, 2.0)
        )
        state = control.update(control.init(), jnp.float32(1.0))
        assert state.beta == 2 and state.beta.dtype == dtype


@pytest.mark.parametrize("limits", [(0.0, 1.0), (2.0, 1.0), (-1.0, 1.0)])
def test_limits_that_are_none_are_refused(limits):
    with pytest.raises(ValueError, match="rate_target: `limits` must be two numbers"):
        losses.rate_target(1.0, learning_rate=0.1, limits=limits)


def test_a_rate_that_is_no_number_is_refused():
    control = losses.rate_target(1.0, learning_rate=0.1)
    with pytest.raises(ValueError, match=r"rate_target: `rate` must be a scalar"):
        control.update(control.init(), jnp.ones(2))
