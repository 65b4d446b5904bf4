"""Power iteration finds the singular value, and bounds the slope of a critic."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from flax import nnx

from infojax import critics, layers

CASES = [c for c in golden("wasserstein_dependency") if "spectral" in c["name"]]


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_singular_value_and_matrix_of_reference(case: dict):
    matrix = jnp.asarray(case["inputs"]["matrix"])
    start = jnp.linspace(1.0, 2.0, len(matrix))
    result = layers.spectral_normalise(matrix, start, steps=400)
    np.testing.assert_allclose(result.sigma, case["expected"]["sigma"], rtol=1e-8)
    expected = case["expected"]["normalized"]
    np.testing.assert_allclose(result.matrix, expected, rtol=1e-8, atol=1e-9)


def test_gradient_is_that_of_the_exact_norm_at_convergence():
    matrix = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3)))
    left = jnp.linalg.svd(matrix)[0][:, 0]

    def ours(w):
        return jnp.sum(jnp.sin(layers.spectral_normalise(w, left).matrix))

    def exact(w):
        return jnp.sum(jnp.sin(w / jnp.linalg.norm(w, 2)))

    np.testing.assert_allclose(
        jax.grad(ours)(matrix), jax.grad(exact)(matrix), rtol=1e-8, atol=1e-10
    )


def test_steps_must_be_a_count():
    with pytest.raises(ValueError, match=r"spectral_normalise: `steps` must be"):
        layers.spectral_normalise(jnp.eye(2), jnp.ones(2), steps=-1)


def test_concatenated_critic_of_spectral_layers_is_lipschitz():
    layer = layers.SpectralLinear
    critic = critics.concatenated(3, 2, width=16, layer=layer)(nnx.Rngs(0))
    # Weights that move, as in training, with one power iteration a move.
    for step in range(50):
        for dense in critic.network.layers:
            noise = jax.random.normal(jax.random.key(step), dense.kernel.shape)
            dense.kernel[...] = dense.kernel[...] + 0.05 * noise
        layers.advance(critic)
    x = jax.random.normal(jax.random.key(1), (200, 3))
    y = jax.random.normal(jax.random.key(2), (200, 2))

    def slope(a, b):
        da, db = jax.grad(lambda a, b: critic(a[None], b[None])[0, 0], (0, 1))(a, b)
        return jnp.sqrt(jnp.sum(da**2) + jnp.sum(db**2))

    assert float(jnp.max(jax.vmap(slope)(x, y))) <= 1.001
