"""Self-attention, weight normalisation and scaled residuals."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from infojax import attention, layers

WIDTH, HEADS = 8, 2
X = jax.random.normal(jax.random.key(0), (3, 5, WIDTH))


def made(**options) -> layers.SelfAttention:
    return layers.SelfAttention(WIDTH, HEADS, rngs=nnx.Rngs(0), **options)


def test_heads_attend_apart_and_are_joined():
    module = made()
    mask = attention.causal_mask(5)
    found = module(X, mask=mask)
    size = WIDTH // HEADS
    joined = []
    for head in range(HEADS):
        columns = slice(head * size, (head + 1) * size)
        one = attention.attend(
            module.query(X)[..., columns],
            module.key(X)[..., columns],
            module.value(X)[..., columns],
            mask=mask,
        )
        np.testing.assert_allclose(found.weights[:, head], one.weights, rtol=1e-5)
        joined.append(one.output)
    expected = module.out(jnp.concatenate(joined, axis=-1))
    np.testing.assert_allclose(found.output, expected, rtol=1e-4, atol=1e-6)
    assert attention.entropy(found.weights).shape == (3, HEADS, 5)


def test_a_sequence_alone_is_as_in_a_batch():
    module, mask = made(), attention.causal_mask(5)
    batch = module(X, mask=mask)
    alone = module(X[1], mask=mask)
    np.testing.assert_allclose(batch.output[1], alone.output, rtol=1e-5, atol=1e-6)
    valid = jnp.arange(5) < jnp.array([5, 3, 1])[:, None, None, None]
    padded = module(X, mask=valid)
    short = module(X[1, :3])
    np.testing.assert_allclose(padded.output[1, :3], short.output, rtol=1e-4, atol=1e-6)


def test_a_temperature_for_each_head_is_learned():
    plain, heated = made(), made(temperature=jnp.exp)
    np.testing.assert_array_equal(plain(X).weights, heated(X).weights)
    heated.heat[...] = jnp.array([0.0, 30.0])
    found = heated(X)
    np.testing.assert_allclose(found.weights[:, 0], plain(X).weights[:, 0])
    np.testing.assert_allclose(found.weights[:, 1], 1 / 5, rtol=1e-5)
    heated.heat[...] = jnp.zeros(HEADS)
    graph, parameters = nnx.split(heated, nnx.Param)

    def spread(parameters):
        return attention.entropy(nnx.merge(graph, parameters)(X).weights).mean()

    slope = jax.grad(spread)(parameters)
    assert (slope["heat"][...] > 0).all()
    assert len(jax.tree.leaves(nnx.state(heated))) == 9
    assert len(jax.tree.leaves(nnx.state(plain))) == 8


def test_half_precision_stays():
    found = made(temperature=jax.nn.softplus)(X.astype(jnp.bfloat16))
    assert found.output.dtype == found.weights.dtype == jnp.bfloat16


def test_heads_divide_the_width():
    with pytest.raises(ValueError, match="SelfAttention: `width` must be a multiple"):
        layers.SelfAttention(8, 3, rngs=nnx.Rngs(0))


def test_weight_normalisation_starts_as_the_plain_layer():
    plain, normed = (
        kind(3, 4, rngs=nnx.Rngs(0))
        for kind in (layers.Linear, layers.WeightNormLinear)
    )
    x = X[0, :, :3]
    np.testing.assert_allclose(plain(x), normed(x), rtol=1e-5, atol=1e-6)
    lengths = jnp.linalg.norm(normed.weight(), axis=0)
    np.testing.assert_allclose(lengths, normed.gain[...], rtol=1e-5)


def test_only_directions_of_the_kernel_matter():
    normed = layers.WeightNormLinear(3, 4, rngs=nnx.Rngs(0))
    before = normed.weight()
    normed.kernel[...] = normed.kernel[...] * jnp.array([0.1, 1.0, 5.0, 1e4])
    np.testing.assert_allclose(normed.weight(), before, rtol=1e-5)
    graph, parameters = nnx.split(normed, nnx.Param)

    def f(parameters):
        return jnp.sum(jnp.sin(nnx.merge(graph, parameters)(X[0, :, :3])))

    slope = jax.grad(f)(parameters)["kernel"][...]
    along = jnp.sum(slope * normed.kernel[...], axis=0)
    np.testing.assert_allclose(along, 0, atol=1e-5)
    normed.kernel[...] = jnp.zeros((3, 4))
    graph, parameters = nnx.split(normed, nnx.Param)
    slope = jax.grad(f)(parameters)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(slope))
    np.testing.assert_array_equal(normed.weight(), 0)


def test_networks_take_the_normalised_layer():
    network = layers.MLP([3, 8, 2], layer=layers.WeightNormLinear, rngs=nnx.Rngs(0))
    assert network(X[0, :, :3]).shape == (5, 2)
    assert made(layer=layers.WeightNormLinear)(X).output.shape == X.shape


def test_a_scaled_residual_starts_as_the_sum():
    module = layers.ScaledResidual(layers.Linear(WIDTH, WIDTH, rngs=nnx.Rngs(0)))
    inner = module.network(X)
    np.testing.assert_allclose(module(X), X + inner, rtol=1e-6)
    module.alpha[...], module.beta[...] = jnp.array(4.0), jnp.array(0.5)
    np.testing.assert_allclose(module(X), X / 2 + inner / 4, rtol=1e-5, atol=1e-6)
    assert module(X.astype(jnp.bfloat16)).dtype == jnp.bfloat16
