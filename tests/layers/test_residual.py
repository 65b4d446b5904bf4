"""Residual networks: identity where a block is zero, and the slope they promise."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from infojax import critics, layers

DEEP = [3, 8, 8, 8, 2]


def normal(*shape: int, seed: int = 0):
    return jax.random.normal(jax.random.key(seed), shape, jnp.float64)


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_blocks_of_zeros_are_the_identity_up_to_the_scale(scale: float):
    network = layers.ResidualMLP(DEEP, scale=scale, rngs=nnx.Rngs(0))
    first, *blocks, last = network.layers
    for block in blocks:
        block.kernel[...] = jnp.zeros_like(block.kernel[...])
    x = normal(5, 3)
    expected = last(jax.nn.relu(scale**2 * first(x)))
    np.testing.assert_allclose(network(x), expected, rtol=1e-12)


def test_a_block_adds_to_its_input():
    network = layers.ResidualMLP([3, 8, 8, 2], scale=0.5, rngs=nnx.Rngs(0))
    first, block, last = network.layers
    x = normal(5, 3)
    hidden = first(x)
    hidden = (hidden + block(jax.nn.relu(hidden))) / 2
    np.testing.assert_allclose(network(x), last(jax.nn.relu(hidden)), rtol=1e-12)


@pytest.mark.parametrize("sizes", [[3, 2], [3, 8, 2]])
def test_without_a_block_it_is_the_perceptron(sizes: list[int]):
    plain, residual = (
        kind(sizes, rngs=nnx.Rngs(0)) for kind in (layers.MLP, layers.ResidualMLP)
    )
    x = normal(5, 3)
    np.testing.assert_array_equal(plain(x), residual(x))


def test_hidden_widths_must_be_equal():
    with pytest.raises(ValueError, match=r"ResidualMLP: `sizes` must be equal"):
        layers.ResidualMLP([3, 8, 4, 2], rngs=nnx.Rngs(0))


@pytest.mark.parametrize("kind", ["separable", "concatenated"])
def test_critics_take_it(kind: str):
    make = getattr(critics, kind)
    options = {"width": 8, "depth": 3}
    plain, residual = (
        make(3, 2, network=network, **options)(nnx.Rngs(0))
        for network in (layers.MLP, layers.ResidualMLP)
    )
    x, y = normal(5, 3), normal(4, 2, seed=1)
    assert residual(x, y).shape == (5, 4)
    assert not np.allclose(plain(x, y), residual(x, y))


def test_concatenated_residual_critic_equals_the_network_on_each_pair():
    network = layers.ResidualMLP
    critic = critics.concatenated(3, 2, width=8, depth=3, network=network)(nnx.Rngs(0))
    x, y = normal(5, 3), normal(4, 2, seed=1)
    pairs = jnp.asarray([[jnp.concatenate([a, b]) for b in y] for a in x])
    expected = critic.network(pairs)[..., 0]
    np.testing.assert_allclose(critic(x, y), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_slope_of_spectral_residual_networks(scale: float):
    options = {"layer": layers.SpectralLinear, "activation": jnp.abs}
    network = layers.ResidualMLP(DEEP, scale=scale, rngs=nnx.Rngs(0), **options)
    # Identity maps everywhere: the slope reaches what is promised of it.
    for layer in network.layers:
        layer.kernel[...] = jnp.eye(*layer.kernel.shape)
        layer.left[...] = jnp.eye(*layer.kernel.shape)[:, 0]
    x = jnp.abs(normal(200, 3)) + 0.1
    slope = (2 * scale) ** 2
    row = jnp.asarray([[1.0, 0.0, 0.0]])
    rise = jnp.linalg.norm(network(x + 0.01 * row) - network(x), axis=1) / 0.01
    np.testing.assert_allclose(rise, slope, rtol=1e-6)


def test_half_of_each_block_keeps_a_critic_lipschitz():
    make = critics.concatenated(
        3,
        2,
        width=16,
        depth=4,
        layer=layers.SpectralLinear,
        network=partial(layers.ResidualMLP, scale=0.5),
    )
    critic = make(nnx.Rngs(0))
    for layer in critic.network.layers:
        layer.advance(500)  # until the singular vector has converged
    x, way = 3 * normal(2000, 5), normal(2000, 5, seed=1)
    way = way / jnp.linalg.norm(way, axis=1, keepdims=True)
    rise = critic.network(x + 1e-4 * way) - critic.network(x)
    assert float(jnp.max(jnp.abs(rise))) <= 1.001e-4
