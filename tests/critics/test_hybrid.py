"""Hybrid critics: the concatenated critic of what two encoders give."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from infojax import critics, layers

SMALL = {"width": 8, "features": 4, "head_width": 8}


def samples(n: int, d: int, seed: int):
    return jax.random.normal(jax.random.key(seed), (n, d), jnp.float64)


def test_it_is_the_concatenated_critic_of_the_features():
    critic = critics.hybrid(3, 2, **SMALL)(nnx.Rngs(0))
    x, y = samples(5, 3, 0), samples(4, 2, 1)
    g, h = critic.encode_x(x), critic.encode_y(y)
    head = critics.Concatenated(4, critic.head.network)
    np.testing.assert_array_equal(critic(x, y), head(g, h))
    pairs = jnp.asarray([[jnp.concatenate([a, b]) for b in h] for a in g])
    expected = critic.head.network(pairs)[..., 0]
    np.testing.assert_allclose(critic(x, y), expected, rtol=1e-10, atol=1e-12)


def test_it_takes_any_encoders_and_any_head():
    critic = critics.Hybrid(jnp.sin, jnp.cos, lambda g, h: g @ h.T)
    x, y = samples(5, 3, 0), samples(4, 3, 1)
    expected = critics.Separable(jnp.sin, jnp.cos)(x, y)
    np.testing.assert_array_equal(critic(x, y), expected)


@pytest.mark.parametrize(
    "network", [layers.MLP, partial(layers.ResidualMLP, scale=0.5)]
)
def test_of_spectral_layers_it_is_lipschitz(network):
    options = {"layer": layers.SpectralLinear, "network": network, "depth": 3}
    critic = critics.hybrid(3, 2, head_depth=3, **SMALL, **options)(nnx.Rngs(0))
    for part in (critic.encode_x, critic.encode_y, critic.head):
        for layer in part.network.layers:
            layer.advance(500)  # until the singular vector has converged
    start, way = 3 * samples(1000, 5, 0), samples(1000, 5, 1)
    way = way / jnp.linalg.norm(way, axis=1, keepdims=True)

    def score(z):
        return jax.vmap(lambda a: critic(a[None, :3], a[None, 3:])[0, 0])(z)

    rise = jnp.abs(score(start + 1e-4 * way) - score(start))
    assert float(jnp.max(rise)) <= 1.001e-4


@pytest.mark.parametrize("size", ["features", "head_width", "head_depth"])
def test_sizes_must_be_positive(size: str):
    with pytest.raises(ValueError, match=rf"hybrid: `{size}` must be >= 1"):
        critics.hybrid(3, 2, **{size: 0})
