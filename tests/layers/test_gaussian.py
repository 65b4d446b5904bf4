"""A Gaussian head gives what the bottlenecks take."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from infojax import layers, losses


@pytest.mark.parametrize("scale", [1e-4, 0.01, 1.0, 30.0])
def test_the_scale_starts_where_it_is_asked_to(scale: float):
    head = layers.GaussianHead(3, 2, scale=scale, rngs=nnx.Rngs(0))
    code = head(jnp.zeros((4, 3)))
    np.testing.assert_allclose(code.scale, scale, rtol=1e-6)
    np.testing.assert_array_equal(code.mean, 0)


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32, jnp.float64])
def test_the_code_has_the_dtype_of_the_features(dtype):
    code = layers.GaussianHead(3, 2, rngs=nnx.Rngs(0))(jnp.ones((4, 3), dtype))
    assert code.mean.shape == code.scale.shape == (4, 2)
    assert code.mean.dtype == code.scale.dtype == dtype


def test_a_rate_trains_mean_and_scale():
    graph, parameters = nnx.split(layers.GaussianHead(3, 2, rngs=nnx.Rngs(0)))
    x = jax.random.normal(jax.random.key(0), (5, 3))

    def rate(parameters):
        return losses.gaussian_rate(*nnx.merge(graph, parameters)(x))

    gradient = jax.grad(rate)(parameters)
    assert all((leaf != 0).any() for leaf in jax.tree.leaves(gradient))


def test_bad_sizes_and_scales_are_refused():
    with pytest.raises(ValueError, match="GaussianHead: `d_out` must be >= 1"):
        layers.GaussianHead(2, 0, rngs=nnx.Rngs(0))
    with pytest.raises(ValueError, match="GaussianHead: `scale` must be positive"):
        layers.GaussianHead(2, 1, scale=0.0, rngs=nnx.Rngs(0))
