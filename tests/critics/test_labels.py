"""Encoders of labels, and densities of y alone."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from scipy import stats

from infojax import PairPlan, Pairs, bounds, critics

SMALL = {"width": 8, "depth": 1}


def normal(*shape: int, seed: int = 0):
    return jax.random.normal(jax.random.key(seed), shape, jnp.float64)


def test_probabilities_of_all_labels_sum_to_one():
    encoder = critics.categorical_encoder(2, 5, **SMALL)(nnx.Rngs(0))
    mass = jnp.sum(jnp.exp(encoder(normal(6, 2), jnp.arange(5))), axis=1)
    np.testing.assert_allclose(mass, 1, rtol=1e-12)


def test_entry_is_the_log_probability_of_the_label():
    logits = jnp.log(jnp.array([[1.0, 3.0, 4.0], [5.0, 1.0, 2.0]]))
    encoder = critics.CategoricalEncoder(lambda x: logits)
    got = encoder(normal(2, 1), jnp.array([2, 0, 2, 1]))
    expected = np.log([[4, 1, 4, 3], [2, 5, 2, 1]]) - np.log(8)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_labels_out_of_range_read_as_the_nearest():
    encoder = critics.categorical_encoder(2, 3, **SMALL)(nnx.Rngs(0))
    x = normal(4, 2)
    expected = encoder(x, jnp.array([0, 2]))
    np.testing.assert_array_equal(encoder(x, jnp.array([-1, 7])), expected)


@pytest.mark.parametrize("bound", [bounds.club, bounds.leave_one_out])
def test_pairs_carry_integer_labels(bound):
    encoder = critics.categorical_encoder(2, 3, **SMALL)(nnx.Rngs(0))
    x, y = normal(10, 2), jnp.arange(10) % 3
    dense = jax.value_and_grad(lambda x: bound(encoder(x, y)))(x)
    plan = PairPlan(block_size=3)
    lazy = jax.value_and_grad(lambda x: bound(Pairs(encoder, x, y, plan)))(x)
    for a, b in zip(dense, lazy, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("labels", [jnp.ones(4), jnp.ones((4, 1), int)])
def test_labels_must_be_a_vector_of_integers(labels):
    encoder = critics.categorical_encoder(2, 3, **SMALL)(nnx.Rngs(0))
    with pytest.raises((TypeError, ValueError), match=r"categorical_encoder: `y` must"):
        encoder(normal(4, 2), labels)


def test_mixture_density_is_the_same_in_every_row():
    density = critics.mixture_density(3)(nnx.Rngs(0))
    y = normal(4, 3, seed=1)
    expected = stats.norm.logpdf(y, density.mean[...], 1.0).sum(-1)
    np.testing.assert_allclose(density(normal(5, 2), y), np.tile(expected, (5, 1)))


def test_frequencies_are_the_most_likely_probabilities():
    density = critics.categorical_density(3)(nnx.Rngs(0))
    x, y = normal(8, 2), jnp.array([0, 0, 0, 0, 1, 1, 1, 2])
    density.logits[...] = jnp.log(jnp.array([4.0, 3.0, 1.0]))
    graph, parameters = nnx.split(density)
    value, slope = jax.value_and_grad(
        lambda p: jnp.mean(Pairs(nnx.merge(graph, p), x, y).diagonal())
    )(parameters)
    entropy = stats.entropy([4, 3, 1])
    np.testing.assert_allclose(value, -entropy, rtol=1e-12)
    np.testing.assert_allclose(slope.logits[...], 0, atol=1e-12)


def test_conditional_less_marginal_is_the_log_ratio():
    """Of jointly normal x and y, whose densities are set by hand."""
    rho = 0.8
    raw = 10 * np.arctanh(np.log(1 - rho**2) / 10)
    conditional = critics.GaussianEncoder(
        lambda x: jnp.concatenate([rho * x, jnp.full_like(x, raw)], axis=1)
    )
    marginal = critics.mixture_density(1)(nnx.Rngs(0))
    marginal.mean[...] = jnp.zeros((1, 1))
    x, y = normal(5, 1), normal(4, 1, seed=1)
    joint = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    corners = np.stack(np.broadcast_arrays(x, y.T), axis=-1)
    expected = joint.logpdf(corners) - stats.norm.logpdf(x) - stats.norm.logpdf(y).T
    got = conditional(x, y) - marginal(x, y)
    np.testing.assert_allclose(got, expected, rtol=1e-10)
