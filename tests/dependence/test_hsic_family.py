"""Unbiased and normalised HSIC, and NOCCO, against reference numbers and limits."""

from __future__ import annotations

from itertools import permutations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import dependence, kernels

CASES = [c for c in golden("matrix_renyi") if c["quantity"] == "hsic"]
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(8, 2)), RNG.normal(size=(8, 1))
LINEAR = {"kernel_x": kernels.linear(), "kernel_y": kernels.linear()}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_reference_numbers(case):
    x, y = (np.array(case["inputs"][side]) for side in "xy")
    n, expected = len(x), case["expected"]
    options = {
        f"kernel_{s}": kernels.gaussian(case["params"][f"sigma_{s}"]) for s in "xy"
    }
    got = {
        "unbiased": dependence.unbiased_hsic(x, y, **options),
        "normalized": dependence.normalized_hsic(x, y, **options),
        "nhsic_cca_eps_1e_5": dependence.nocco(x, y, **options),
        "hsic_n2": dependence.hsic(x, y, **options),
        "hsic_nm1_2": dependence.hsic(x, y, **options) * (n / (n - 1)) ** 2,
    }
    assert set(got) == set(expected)
    for name, value in got.items():
        np.testing.assert_allclose(
            value, expected[name], rtol=case["rtol"], atol=case["atol"], err_msg=name
        )


def test_unbiased_is_the_average_over_quadruples():
    x, y = X[:5], Y[:5]
    k, l = (np.asarray(kernels.gaussian(1.0)(a, a)) for a in (x, y))
    terms = [
        k[i, j] * (l[i, j] + l[q, r] - 2 * l[i, q])
        for i, j, q, r in permutations(range(5), 4)
    ]
    got = dependence.unbiased_hsic(x, y)
    np.testing.assert_allclose(got, np.mean(terms), rtol=1e-10)


def test_unbiased_averages_to_zero_for_independent_samples():
    keys = jax.random.split(jax.random.key(0), 400)

    def once(key):
        x, y = jax.random.normal(key, (2, 10, 1), jnp.float64)
        return dependence.unbiased_hsic(x, y)

    values = jax.vmap(once)(keys)
    assert abs(values.mean()) < 3 * values.std() / 20


def test_three_pairs_are_too_few():
    x = jnp.asarray(X[:3])
    value, slope = jax.value_and_grad(dependence.unbiased_hsic)(x, x)
    assert value == 0 and (slope == 0).all()


def test_alignment_ignores_units_and_turns():
    turn, _ = np.linalg.qr(RNG.normal(size=(2, 2)))
    got = dependence.normalized_hsic(X, 3 - 5 * X @ turn, **LINEAR)
    np.testing.assert_allclose(got, 1, rtol=1e-12)
    np.testing.assert_allclose(dependence.normalized_hsic(X, X), 1, rtol=1e-12)
    a, b = X - X.mean(0), Y - Y.mean(0)
    norm = np.linalg.norm
    expected = norm(a.T @ b) ** 2 / (norm(a.T @ a) * norm(b.T @ b))
    got = dependence.normalized_hsic(X, Y, **LINEAR)
    np.testing.assert_allclose(got, expected, rtol=1e-10)


@pytest.mark.parametrize("name", ["normalized_hsic", "nocco", "unbiased_hsic"])
def test_a_constant_side(name):
    function = getattr(dependence, name)
    value, slope = jax.value_and_grad(function)(jnp.asarray(X), jnp.full((8, 1), 0.1))
    np.testing.assert_allclose(value, 0, atol=1e-10)
    np.testing.assert_allclose(slope, 0, atol=1e-6)


def test_nocco_sums_canonical_correlations():
    # Two linear features each and next to no regularisation.
    y = X @ RNG.normal(size=(2, 2)) + 0.3 * RNG.normal(size=(8, 2))
    got = dependence.nocco(X, y, epsilon=1e-9, **LINEAR)
    basis = [np.linalg.qr(a - a.mean(0))[0] for a in (X, y)]
    correlations = np.linalg.svd(basis[0].T @ basis[1], compute_uv=False)
    np.testing.assert_allclose(got, (correlations**2).sum(), rtol=1e-6)
