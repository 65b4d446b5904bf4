"""E3M0: nearest levels, ties, packing, unbiased draws, and the entropy of codes."""

from __future__ import annotations

from functools import partial

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import distributed as di
from infojax import entropy

GOLDEN = {case["name"]: case for case in golden("streaming_diloco")}
LEVELS = np.array([0.0, *(2.0**k for k in range(-6, 1))])
# Wide enough for every level, and for what is rounded to zero.
X = np.random.default_rng(0).normal(size=999) * np.exp(-3 * np.arange(999) / 999)


@partial(jax.jit, static_argnames="block_size")
def quantised(x, **options):
    codes, scales = di.e3m0_encode(x, **options)
    return di.e3m0_decode(codes, scales, jnp.shape(x), **options)


@pytest.mark.parametrize("name", [n for n in GOLDEN if n.startswith("e3m0")])
def test_golden(name: str):
    given, expected = GOLDEN[name]["inputs"], GOLDEN[name]["outputs"]
    x, block = jnp.array(given["x"]), given["block"]
    codes, scales = di.e3m0_encode(x, block_size=block)
    assert codes.shape == (-(-len(x) // 2),) and codes.dtype == jnp.uint8
    assert di.unpack_codes(codes, len(x)).tolist() == expected["codes"]
    assert scales.tolist() == expected["block_scale"]
    got = di.e3m0_decode(codes, scales, x.shape, block_size=block)
    chex.assert_trees_all_close(got, jnp.array(expected["dequantized"]), rtol=1e-15)


def test_nearest_level_by_search():
    r = X / np.abs(X).max()
    gap = np.abs(np.abs(r)[:, None] - LEVELS)
    # The last of the smallest gaps: ties go to the larger magnitude.
    best = len(LEVELS) - 1 - np.argmin(gap[:, ::-1], axis=1)
    nearest = np.sign(r) * LEVELS[best] * np.abs(X).max()
    chex.assert_trees_all_equal(quantised(jnp.array(X)), jnp.array(nearest))


def test_idempotent_odd_equivariant_and_as_close_as_promised():
    x = jnp.array(X)
    q = quantised(x)
    chex.assert_trees_all_equal(quantised(q), q)
    chex.assert_trees_all_equal(quantised(-x), -q)
    chex.assert_trees_all_equal(quantised(x * 2.0**-9), q * 2.0**-9)
    assert bool(jnp.all((q == 0) | (jnp.sign(q) == jnp.sign(x))))
    large = jnp.abs(x) >= jnp.abs(x).max() / 64
    error = jnp.abs(q - x)[large] / jnp.abs(x)[large]
    assert float(error.max()) <= 1 / 3
    # The worst is halfway between two levels.
    worst = quantised(jnp.array([1.0, 0.75 / 4]))
    np.testing.assert_allclose(worst[1], 0.75 / 4 * 4 / 3, rtol=1e-15)


def test_blocks_are_quantised_on_their_own():
    x = jnp.array(X[:10]).reshape(2, 5)
    got = quantised(x, block_size=4).reshape(-1)
    parts = [quantised(x.reshape(-1)[i : i + 4]) for i in (0, 4, 8)]
    chex.assert_trees_all_equal(got, jnp.concatenate(parts))


def test_zeros_and_what_is_not_finite():
    zero = jnp.zeros(3)
    chex.assert_trees_all_equal(quantised(zero), zero)
    for bad in (jnp.nan, jnp.inf):
        got = quantised(jnp.array([bad, 1.0, 0.5, 2.0]), block_size=2)
        assert np.isnan(got[:2]).all() and np.isfinite(got[2:]).all()


def test_random_rounding_is_unbiased_and_stays_between_neighbours():
    x = jnp.array([1.0, -0.8, 0.4, -0.1, 0.02, 0.01, -0.003, 0.0, 0.25])
    n = 20_000

    def draw(key):
        codes, scales = di.e3m0_encode_stochastic(key, x)
        return di.e3m0_decode(codes, scales, x.shape)

    draws = jax.jit(jax.vmap(draw))(jax.random.split(jax.random.key(1), n))
    mean, spread = np.mean(draws, axis=0), np.std(draws, axis=0)
    assert (np.abs(mean - x) <= 4 * spread / n**0.5 + 1e-12).all()
    # Levels stay, whatever is drawn; others take the two levels around them.
    assert [len(set(column)) for column in np.asarray(draws).T] == [
        *(1, 2, 2, 2, 2, 2, 2, 1, 1)
    ]
    lower = LEVELS[np.searchsorted(LEVELS, np.abs(x), side="right") - 1]
    assert (np.abs(draws).min(axis=0) == lower).all()


def test_entropy_of_codes_is_that_of_their_frequencies():
    codes = jnp.array([0, 0, 1, 9, 9, 9, 9, 200])
    expected = -sum(p * np.log2(p) for p in (2 / 7, 1 / 7, 4 / 7))
    np.testing.assert_allclose(di.code_entropy_bits(codes), expected, rtol=1e-12)
    where = codes < 9
    shorter = di.code_entropy_bits(codes, where=where)
    np.testing.assert_allclose(shorter, np.log2(3) - 2 / 3, rtol=1e-12)
    corrected = di.code_entropy_bits(codes[:-1], estimator=entropy.miller_madow)
    assert float(corrected) > expected


def test_bad_input_is_refused_by_name():
    codes = jnp.zeros(2, jnp.uint8)
    with pytest.raises(ValueError, match=r"e3m0_encode: `x` must be non-empty"):
        di.e3m0_encode(jnp.ones(0))
    with pytest.raises(ValueError, match=r"e3m0_decode: `scales` must be of shape"):
        di.e3m0_decode(codes, jnp.ones(2), (3,))
    with pytest.raises(ValueError, match=r"e3m0_decode: `codes` must be uint8"):
        di.e3m0_decode(codes, jnp.ones(1), (5,))
    with pytest.raises(ValueError, match=r"unpack_codes: `codes` must be uint8"):
        di.unpack_codes(jnp.zeros(2, int), 3)
    with pytest.raises(ValueError, match=r"e3m0: `block_size` must be"):
        di.e3m0(block_size=0)
