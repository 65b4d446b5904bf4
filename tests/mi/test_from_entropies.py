"""Information from three entropies against goldens and closed forms."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy.special import digamma

from infojax import entropy, mi

RNG = np.random.default_rng(0)
GOLDEN = golden("lossy_compression_ib")


def cases(quantity: str):
    found = [c for c in GOLDEN if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", found, ids=lambda c: c["name"])


@cases("ksg1")
def test_golden_ksg(case: dict):
    x, y = (np.asarray(case["inputs"][name]) for name in "xy")
    got = jax.jit(lambda x, y: mi.ksg(x, y, k=case["params"]["k"]))(x, y)
    np.testing.assert_allclose(got, case["expected"]["value"], rtol=1e-8)


@cases("mi_three_entropies")
def test_golden_three_entropies(case: dict):
    x, y = (np.asarray(case["inputs"][name]) for name in "xy")
    # The golden values have log(n - 1) where the estimate has digamma(n).
    n, k = len(x), case["params"]["k"]
    shift = np.log(n - 1) - digamma(n)

    def estimator(x):
        return entropy.kozachenko_leonenko(x, k=k) + shift

    got = jax.jit(lambda x, y: mi.from_entropies(x, y, estimator=estimator))(x, y)
    np.testing.assert_allclose(got, case["expected"]["value"], rtol=1e-8)


X = RNG.normal(size=(60, 2))
Y = X[:, :1] + 0.5 * RNG.normal(size=(60, 1))
white = jax.jit(lambda x, y: mi.from_entropies(x, y, whiten=True))


def test_whitening_is_the_matrix_root_of_the_covariance():
    def of(x):
        covariance = np.atleast_2d(np.cov(x.T))
        values, vectors = np.linalg.eigh(covariance)
        root = vectors / np.sqrt(values) @ vectors.T
        volume = 0.5 * np.log(values).sum()
        return entropy.kozachenko_leonenko(x @ root) + volume

    expected = of(X) + of(Y) - of(np.hstack([X, Y]))
    np.testing.assert_allclose(white(X, Y), expected, rtol=1e-9)


def test_whitened_information_does_not_depend_on_linear_maps_of_a_side():
    moved = X @ np.array([[3.0, 1.0], [0.0, 0.01]]) + 5
    np.testing.assert_allclose(white(moved, -1e3 * Y), white(X, Y), rtol=1e-8)


def test_whitening_leaves_a_singular_block_alone():
    twice = np.hstack([Y, 2 * Y])
    value, slope = jax.jit(jax.value_and_grad(white))(jnp.asarray(twice), Y)
    assert np.isfinite(value) and np.isfinite(slope).all()


def test_options_reach_the_estimator_only_when_given():
    def estimator(x, **options):
        assert set(options) == expected
        return entropy.gaussian(x, where=options.get("where"))

    def value(x, y, **more):
        return mi.from_entropies(x, y, estimator=estimator, **more)

    expected = set()
    got, reference = jax.jit(value)(X, Y), jax.jit(mi.gaussian)(X, Y)
    np.testing.assert_allclose(got, reference, rtol=1e-9)
    expected = {"where"}
    jax.jit(value)(X, Y, where=np.arange(60) < 50)


def test_a_normal_law():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1500, 1))
    y = 0.8 * x + 0.6 * rng.normal(size=(1500, 1))
    f = jax.jit(
        lambda x, y: jnp.stack(
            [
                mi.from_entropies(x, y),
                mi.from_entropies(x, y, estimator=entropy.kde, whiten=True),
            ]
        )
    )
    # Over 20 seeds standard deviations 0.04 and 0.02, biases 0.003 and -0.008.
    np.testing.assert_allclose(f(x, y), -0.5 * np.log(1 - 0.64), atol=0.12)
