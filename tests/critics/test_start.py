"""Critics start with scores near zero, whatever their kind."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest
from flax import nnx

from infojax import critics, layers


@pytest.mark.parametrize(
    "make", [critics.separable, critics.hybrid, critics.concatenated]
)
def test_scores_of_standardised_inputs_start_near_zero(make):
    x, y = jax.random.normal(jax.random.key(0), (2, 64, 20), jnp.float32)
    scores = make(20, 20)(nnx.Rngs(0))(x, y)
    assert float(jnp.std(scores)) < 0.5


def test_spectral_weights_keep_their_norm():
    module = critics.concatenated(3, 2, width=8, layer=layers.SpectralLinear)
    weight = module(nnx.Rngs(0)).network.layers[0].weight()
    assert abs(float(jnp.linalg.norm(weight, 2)) - 1) < 1e-3
