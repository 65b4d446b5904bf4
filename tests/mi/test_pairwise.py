"""All pairs of columns in one call against one call for each pair."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import entropy, mi, quantize

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5)) + RNG.normal(size=(60, 1))
KEEP = np.arange(60) % 7 > 0


def loop(estimator, **options):
    """The matrix, one pair at a time."""
    call = jax.jit(lambda x, y: estimator(x, y, **options))
    return np.array([[call(a, b) for b in X.T] for a in X.T])


@pytest.mark.parametrize("where, batch_size", [(None, 4), (KEEP, 1)])
def test_any_estimator(where, batch_size: int):
    options = {} if where is None else {"where": where}
    got = mi.pairwise(X, estimator=mi.ksg, batch_size=batch_size, where=where)
    np.testing.assert_allclose(got, loop(mi.ksg, **options), rtol=1e-12)


@pytest.mark.parametrize("bias_correction", [True, False])
def test_gaussian_copula(bias_correction: bool):
    options = {"bias_correction": bias_correction, "where": KEEP}
    got = jax.jit(lambda x: mi.pairwise_gaussian_copula(x, **options))(X)
    np.testing.assert_allclose(got, loop(mi.gaussian_copula, **options), rtol=1e-9)
    assert np.isinf(np.diagonal(got)).all()


def test_columns_of_the_same_ranks_and_constant_ones():
    x = np.stack([X[:, 0], np.exp(X[:, 0]), np.ones(60)], axis=1)
    got = jax.jit(lambda x: mi.pairwise_gaussian_copula(x, bias_correction=False))(x)
    expected = [[np.inf, np.inf, 0], [np.inf, np.inf, 0], [0, 0, 0]]
    np.testing.assert_allclose(got, expected)
    with pytest.raises(ValueError, match="`x` must be of 3 rows or more"):
        mi.pairwise_gaussian_copula(x[:2])


@pytest.mark.parametrize(
    "edges, batch_size", [(quantize.quantile, 3), (quantize.equal_width, 16)]
)
def test_binned(edges, batch_size: int):
    options = {"bins": 3, "edges": edges, "where": KEEP}
    call = jax.jit(lambda x: mi.pairwise_binned(x, batch_size=batch_size, **options))
    got = call(X)
    np.testing.assert_allclose(got, loop(mi.binned, **options), rtol=1e-9, atol=1e-12)


def test_the_diagonal_of_bins_is_their_entropy():
    @jax.jit
    def both(x):
        codes = quantize.digitize(x, quantize.quantile(x, bins=4))
        expected = jax.vmap(entropy.discrete)(codes.T)
        return jnp.diagonal(mi.pairwise_binned(x, bins=4)), expected

    got, expected = both(X)
    np.testing.assert_allclose(got, expected, rtol=1e-12)
