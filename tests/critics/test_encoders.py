"""Encoders are normalised densities, in the matrix that bounds of q(y | x) take."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from scipy import special, stats

from infojax import Pairs, bounds, critics

SMALL = {"width": 8, "depth": 1}


def normal(*shape: int, seed: int = 0):
    return jax.random.normal(jax.random.key(seed), shape, jnp.float64)


@pytest.fixture
def optimised():
    """Compile as users do: without fusion every intermediate array takes memory."""
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", True)


def by_scipy(mean, log_variance, y):
    """``[n, m]`` from ``[n, d]`` and ``[m, d]``, one column of scipy after another."""
    scale = np.exp(np.asarray(log_variance) / 2)[:, None]
    mean, y = np.asarray(mean)[:, None], np.asarray(y)[None]
    return stats.norm.logpdf(y, mean, scale).sum(-1)


@pytest.mark.parametrize("d", [1, 3, 40])  # differences, and a matrix product
def test_gaussian_is_the_closed_form(d: int):
    encoder = critics.gaussian_encoder(2, d, **SMALL)(nnx.Rngs(0))
    x, y = normal(5, 2), normal(4, d, seed=1)
    mean, log_variance = encoder.parameters(x)
    expected = by_scipy(mean, log_variance, y)
    np.testing.assert_allclose(encoder(x, y), expected, rtol=1e-10)


def test_gaussian_of_a_network_set_by_hand():
    # y given x is x with standard deviation 3, up to the bound of the log-variance.
    log_variance = 2 * np.log(3.0)
    raw = 4 * np.arctanh(log_variance / 4)
    encoder = critics.GaussianEncoder(
        lambda x: jnp.concatenate([x, jnp.full_like(x, raw)], axis=1), limit=4.0
    )
    x, y = normal(5, 2), normal(4, 2, seed=1)
    expected = stats.norm.logpdf(y[None], x[:, None], 3.0).sum(-1)
    np.testing.assert_allclose(encoder(x, y), expected, rtol=1e-12)


@pytest.mark.parametrize("limit", [1.0, 5.0])
def test_log_variances_are_bounded(limit: float):
    encoder = critics.gaussian_encoder(2, 3, limit=limit, **SMALL)(nnx.Rngs(0))
    _, log_variance = encoder.parameters(1e6 * normal(50, 2))
    assert float(jnp.max(jnp.abs(log_variance))) <= limit


def test_mixture_is_the_closed_form():
    encoder = critics.mixture_encoder(2, 3, components=4, **SMALL)(nnx.Rngs(0))
    x, y = normal(5, 2), normal(6, 3, seed=1)
    log_weights, mean, log_variance = encoder.parameters(x)
    parts = [
        log_weights[:, c, None] + by_scipy(mean[:, c], log_variance[:, c], y)
        for c in range(4)
    ]
    expected = special.logsumexp(parts, axis=0)
    np.testing.assert_allclose(encoder(x, y), expected, rtol=1e-10)


def test_mixture_of_one_component_is_the_gaussian():
    mixture = critics.mixture_encoder(2, 3, components=1, **SMALL)(nnx.Rngs(0))
    gaussian = critics.GaussianEncoder(lambda x: mixture.network(x)[:, 1:])
    x, y = normal(5, 2), normal(4, 3, seed=1)
    np.testing.assert_allclose(mixture(x, y), gaussian(x, y), rtol=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        critics.gaussian_encoder(2, 1, **SMALL),
        critics.mixture_encoder(2, 1, components=3, **SMALL),
        critics.mixture_density(1, components=3),
    ],
    ids=["gaussian", "mixture", "marginal"],
)
def test_a_density_integrates_to_one(make):
    density = make(nnx.Rngs(0))
    grid = jnp.linspace(-60.0, 60.0, 120_001)
    mass = jnp.trapezoid(jnp.exp(density(normal(5, 2), grid)), grid)
    np.testing.assert_allclose(mass, 1, rtol=1e-8)


@pytest.mark.parametrize("d", [3, 40])
def test_float32_survives_a_common_offset(d: int):
    mean, y = normal(5, d), normal(4, d, seed=1)
    offset = 1000.0
    encoder = critics.GaussianEncoder(
        lambda x: jnp.concatenate([x, jnp.zeros_like(x)], axis=1)
    )
    x32, y32 = (a.astype(jnp.float32) + jnp.float32(offset) for a in (mean, y))
    expected = encoder(x32.astype(jnp.float64), y32.astype(jnp.float64))
    # Expanded around zero the squares would be 1e6 d, and wrong by about d / 16.
    np.testing.assert_allclose(encoder(x32, y32), expected, rtol=2e-6)


@pytest.mark.parametrize("d", [3, 40])
def test_float32_is_exact_for_pairs_however_sharp_the_density(d: int):
    x = normal(5, d).astype(jnp.float32)
    y = x + 0.01 * normal(5, d, seed=1).astype(jnp.float32)
    encoder = critics.GaussianEncoder(
        lambda x: jnp.concatenate([x, jnp.full_like(x, -30.0)], axis=1)
    )
    wide = encoder(x.astype(jnp.float64), y.astype(jnp.float64))
    got = Pairs(encoder, x, y).diagonal()
    np.testing.assert_allclose(got, jnp.diagonal(wide), rtol=1e-5)


def test_memory_is_that_of_pairs_not_of_their_columns(optimised):
    n, d = 1024, 16
    encoder = critics.gaussian_encoder(2, d, **SMALL)(nnx.Rngs(0))
    x, y = normal(n, 2).astype(jnp.float32), normal(n, d).astype(jnp.float32)
    gradient = jax.jit(jax.grad(lambda x: bounds.club(encoder(x, y))))
    temporary = gradient.lower(x).compile().memory_analysis().temp_size_in_bytes
    # A few matrices of all pairs; the differences of all columns would be 16.
    assert temporary < 4 * n * n * 4


@pytest.mark.parametrize("d", [3, 40])
def test_gradient_is_that_of_plain_differences(d: int):
    x, y = normal(5, 2 * d) / 2, normal(4, d, seed=1)
    encoder = critics.GaussianEncoder(lambda x: x)

    def ours(x, y):
        return jnp.sum(jnp.sin(encoder(x, y)))

    def plain(x, y):
        mean, log_variance = x[:, :d], 10 * jnp.tanh(x[:, d:] / 10)
        scale = jnp.exp(log_variance / 2)
        parts = jax.scipy.stats.norm.logpdf(y[None], mean[:, None], scale[:, None])
        return jnp.sum(jnp.sin(jnp.sum(parts, axis=-1)))

    for got, expected in zip(
        jax.grad(ours, (0, 1))(x, y), jax.grad(plain, (0, 1))(x, y), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-10)


def test_upper_bounds_take_it_dense_and_as_pairs():
    encoder = critics.gaussian_encoder(2, 3, **SMALL)(nnx.Rngs(0))
    x, y = normal(9, 2), normal(9, 3, seed=1)
    for bound in (bounds.club, bounds.leave_one_out):
        lazy = bound(Pairs(encoder, x, y))
        np.testing.assert_allclose(bound(encoder(x, y)), lazy, rtol=1e-10)


@pytest.mark.parametrize("kind", ["gaussian_encoder", "mixture_encoder"])
def test_limit_must_be_positive(kind: str):
    with pytest.raises(ValueError, match=rf"{kind}: `limit` must be positive"):
        getattr(critics, kind)(2, 3, limit=0.0)


def test_components_must_be_positive():
    with pytest.raises(ValueError, match=r"mixture_encoder: `components` must be"):
        critics.mixture_encoder(2, 3, components=0)
