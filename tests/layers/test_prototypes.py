"""Prototypes drawn from Gaussians whose means and scales are trained."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from infojax import layers


def test_draws_have_the_mean_and_spread_of_their_class():
    prototypes = layers.GaussianPrototypes(3, 2, rngs=nnx.Rngs(0))
    raw = jnp.array([[-1.0, 0.0], [1.0, 2.0], [0.5, -2.0]], jnp.float32)
    prototypes.raw_scale[...] = raw
    m = 20_000
    draws = prototypes.sample(jax.random.key(1), m)
    assert draws.shape == (m, 3, 2)
    mean, scale = prototypes.mean[...], prototypes.scale
    np.testing.assert_allclose(scale, np.log1p(np.exp(raw)), 1e-6)
    # Five standard errors of the mean and of the deviation.
    np.testing.assert_array_less(abs(draws.mean(0) - mean), 5 * scale / m**0.5)
    np.testing.assert_array_less(abs(draws.std(0) - scale), 5 * scale / (2 * m) ** 0.5)


def test_draws_pull_on_means_and_scales():
    graph, parameters = nnx.split(layers.GaussianPrototypes(2, 3, rngs=nnx.Rngs(0)))

    def spread(parameters):
        return jnp.sum(nnx.merge(graph, parameters).sample(jax.random.key(2), 5) ** 2)

    gradient = jax.grad(spread)(parameters)
    assert all(np.all(g != 0) for g in jax.tree.leaves(gradient))
    assert {leaf.dtype for leaf in jax.tree.leaves(gradient)} == {jnp.dtype("float32")}


def test_sizes_below_one_are_refused():
    with pytest.raises(ValueError, match="GaussianPrototypes: `d` must be >= 1"):
        layers.GaussianPrototypes(2, 0, rngs=nnx.Rngs(0))
