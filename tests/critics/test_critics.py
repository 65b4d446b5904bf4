"""Critics score every pair, in the dtype of what they score."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from infojax import PairPlan, Pairs, bounds, critics

KINDS = [
    "separable",
    "bilinear",
    "concatenated",
    "hybrid",
    "gaussian_encoder",
    "mixture_encoder",
]


def samples(n: int, d: int, seed: int):
    return jax.random.normal(jax.random.key(seed), (n, d), jnp.float64)


def test_bilinear_is_the_bilinear_form():
    critic = critics.bilinear(3, 2)(nnx.Rngs(0))
    x, y = samples(5, 3, 0), samples(4, 2, 1)
    weight = np.asarray(critic.layer.kernel[...], np.float64)
    expected = np.asarray(x) @ weight @ np.asarray(y).T
    np.testing.assert_allclose(critic(x, y), expected, rtol=1e-12)


def test_concatenated_equals_the_perceptron_on_each_pair():
    critic = critics.concatenated(3, 2, width=8)(nnx.Rngs(0))
    x, y = samples(5, 3, 0), samples(4, 2, 1)
    pairs = [[jnp.concatenate([a, b]) for b in y] for a in x]
    expected = critic.network(jnp.asarray(pairs))[..., 0]
    np.testing.assert_allclose(critic(x, y), expected, rtol=1e-10, atol=1e-12)


def test_separable_takes_any_encoders():
    critic = critics.Separable(jnp.sin, lambda y: y**2)
    x, y = samples(5, 3, 0), samples(4, 3, 1)
    np.testing.assert_allclose(critic(x, y), jnp.sin(x) @ (y**2).T, rtol=1e-12)


def test_a_vector_reads_as_one_column():
    critic = critics.separable(1, 1, width=4)(nnx.Rngs(0))
    x, y = samples(5, 1, 0), samples(4, 1, 1)
    np.testing.assert_array_equal(critic(x[:, 0], y[:, 0]), critic(x, y))


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32, jnp.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_scores_have_the_dtype_of_the_samples(kind: str, dtype):
    critic = getattr(critics, kind)(3, 2)(nnx.Rngs(0))
    x, y = samples(5, 3, 0).astype(dtype), samples(4, 2, 1).astype(dtype)
    assert critic(x, y).dtype == dtype


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_changes_neither_bound_nor_gradient(kind: str):
    critic = getattr(critics, kind)(3, 2)(nnx.Rngs(0))
    x, y = samples(10, 3, 0), samples(10, 2, 1)

    def bound(x, plan):
        return bounds.infonce(Pairs(critic, x, y, plan))

    dense = jax.value_and_grad(bound)(x, PairPlan())
    blocked = jax.value_and_grad(bound)(x, PairPlan(block_size=3))
    for a, b in zip(dense, blocked, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_in_parameters_agrees_with_finite_differences(kind: str):
    critic = getattr(critics, kind)(3, 2)(nnx.Rngs(0))
    graph, parameters = nnx.split(critic)
    x, y = samples(5, 3, 0), samples(4, 2, 1)

    @jax.jit
    def total(parameters):
        return jnp.sum(jnp.sin(nnx.merge(graph, parameters)(x, y)))

    way = jax.tree.map(lambda p: samples(1, p.size, 2).reshape(p.shape), parameters)
    gradient = jax.jit(jax.grad(total))(parameters)
    products = jax.tree.map(lambda a, b: jnp.sum(a * b), gradient, way)

    def moved(step: float):
        return total(jax.tree.map(lambda p, w: p + step * w, parameters, way))

    # A step so short that hardly a unit passes the kink of its activation.
    expected = (moved(1e-8) - moved(-1e-8)) / 2e-8
    got = sum(jax.tree.leaves(products))
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_sizes_must_be_positive(kind: str):
    with pytest.raises(ValueError, match=rf"{kind}: `x_dim` must be >= 1"):
        getattr(critics, kind)(0, 2)
