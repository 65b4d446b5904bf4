"""Codes of few columns keep what lies on a surface, and their maps work anywhere."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infojax import fit

pytestmark = pytest.mark.usefixtures("standard_promotion")
KEY = jax.random.key(0)


def curve(key, n: int = 600):
    angle = jax.random.uniform(key, (n,), jnp.float32, 0.0, 3.0)
    return jnp.stack([jnp.cos(angle), jnp.sin(angle), 2 + angle**2], axis=1)


def train(x, **options):
    sizes = {"columns": 1, "width": 16, "depth": 1, "steps": 600}
    return fit.autoencoder(KEY, x, optax.adam(1e-2), **sizes | options)


def test_a_curve_needs_one_column():
    made = train(curve(KEY))
    others = curve(jax.random.key(1))
    rebuilt = made.decode(made.encode(others))
    assert made.encode(others).shape == (600, 1)
    error = jnp.mean((rebuilt - others) ** 2) / jnp.var(others, axis=0).mean()
    # On samples it was not trained on as on those it was.
    assert float(made.error) < 0.01 and float(error) < 0.01


def test_the_maps_pass_through_transformations():
    made = train(curve(KEY), steps=2)
    x = curve(jax.random.key(2), 5)
    encoded = jax.jit(lambda made, x: made.encode(x))(made, x)
    np.testing.assert_allclose(encoded, made.encode(x), rtol=1e-5)
    slope = jax.grad(lambda x: jnp.sum(made.encode(x)))(x)
    assert bool(jnp.isfinite(slope).all()) and bool(jnp.any(slope != 0))


def test_constant_samples_are_rebuilt():
    made = train(jnp.ones((20, 2), jnp.float32), steps=50)
    assert np.isfinite(float(made.error))
    np.testing.assert_allclose(
        made.decode(made.encode(jnp.ones((3, 2), jnp.float32))), 1, atol=0.1
    )


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="autoencoder: `columns` must be"):
        train(curve(KEY), columns=0)
    with pytest.raises(TypeError, match="autoencoder: `x` must be floating"):
        train(jnp.ones((4, 2), jnp.int32))
