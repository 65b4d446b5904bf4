"""Column maps and steps: references, masks, and soft versions tending to hard ones."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infojax import transforms
from infojax._base.keys import from_keys, to_keys

RNG = np.random.default_rng(0)
X = RNG.normal(size=(11, 2)) * np.array([1.0, 50.0]) + 7
TIED = RNG.integers(0, 4, size=(11, 2)).astype(float)
MASK = np.arange(11) % 4 != 1
MAPS = {
    "standardise": transforms.standardise,
    "ranks": transforms.ranks,
    "normal_scores": transforms.normal_scores,
    "soft_ranks": lambda x, **o: transforms.soft_ranks(x, temperature=0.3, **o),
    "soft_normal_scores": transforms.soft_normal_scores(0.3),
}


def test_standardised_columns_are_those_of_scipy():
    np.testing.assert_allclose(
        transforms.standardise(jnp.asarray(X)), stats.zscore(X), rtol=1e-12
    )
    constant = transforms.standardise(jnp.full(4, 0.1))
    np.testing.assert_array_equal(constant, 0)


def test_ranks_are_those_of_scipy_ties_included():
    np.testing.assert_array_equal(
        transforms.ranks(jnp.asarray(TIED)), stats.rankdata(TIED, axis=0)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_infinities_and_zeros_have_ranks(dtype):
    x = np.array([np.inf, 0.0, -1.5, -0.0, -np.inf, 2.0, np.inf, -3.0], dtype)
    np.testing.assert_array_equal(transforms.ranks(x), stats.rankdata(x))
    keep = np.arange(8) != 1
    got = np.asarray(transforms.ranks(x, where=keep))
    np.testing.assert_array_equal(got[keep], stats.rankdata(x[keep]))
    assert np.isnan(transforms.ranks(np.append(x, dtype(np.nan)))).all()


def test_keys_are_ordered_and_lead_back():
    x = np.sort(np.append(RNG.normal(size=50) ** 9, [np.inf, -np.inf, 0]))
    keys = to_keys(jnp.asarray(x))
    assert (np.diff(keys) > 0).all()
    np.testing.assert_array_equal(from_keys(keys), x)


def test_normal_scores_are_quantiles_of_ranks():
    expected = stats.norm.ppf(stats.rankdata(X, axis=0) / 12)
    got = transforms.normal_scores(jnp.asarray(X))
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    grown = transforms.normal_scores(jnp.exp(jnp.asarray(X) / 50))
    np.testing.assert_allclose(grown, expected, rtol=1e-12)


def test_soft_ranks_tend_to_ranks_and_keep_their_sum():
    x = jnp.asarray(X[:, 0])
    close = transforms.soft_ranks(x, temperature=1e-4)
    np.testing.assert_allclose(close, stats.rankdata(X[:, 0]), atol=1e-6)
    soft = transforms.soft_ranks(x, temperature=2.0)
    np.testing.assert_allclose(jnp.sum(soft), 11 * 12 / 2, rtol=1e-12)
    slope = jax.grad(lambda t: transforms.soft_ranks(x, temperature=t)[0])(0.5)
    assert np.isfinite(slope) and slope != 0


@pytest.mark.parametrize("name", MAPS)
def test_a_mask_deletes_and_leaves_zeros(name: str):
    spoiled = jnp.where(MASK[:, None], X, jnp.nan)
    got = MAPS[name](spoiled, where=MASK)
    np.testing.assert_allclose(got[MASK], MAPS[name](jnp.asarray(X[MASK])), rtol=1e-10)
    np.testing.assert_array_equal(got[~MASK], 0)


@pytest.mark.parametrize("name", MAPS)
def test_shape_and_dtype_are_kept(name: str):
    vector = MAPS[name](jnp.asarray(X[:, 0], jnp.float32))
    assert vector.shape == (11,) and vector.dtype == jnp.float32


def test_steps():
    gap = jnp.array([-1.0, 0.0, 1e-300, 3.0])
    np.testing.assert_array_equal(transforms.hard_step(gap), [0, 0, 1, 1])
    soft = transforms.sigmoid_step(0.5)(gap)
    np.testing.assert_allclose(soft, 1 / (1 + np.exp(-gap / 0.5)), rtol=1e-12)
    np.testing.assert_array_equal(
        transforms.sigmoid_step(1e-9)(jnp.array([-1.0, 1.0])), [0, 1]
    )
    slope = jax.grad(lambda w: transforms.sigmoid_step(w)(jnp.array(0.3)))(0.5)
    s = 1 / (1 + np.exp(-0.6))
    np.testing.assert_allclose(slope, -s * (1 - s) * 0.3 / 0.25, rtol=1e-12)
