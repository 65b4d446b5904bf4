"""Vendi scores against reference numbers, Hill numbers and each other."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from conftest import golden

from infojax import entropy, kernels

CASES = golden("vendi")
ORDERS = [0, 0.5, 1, 1.01, 2, 5, np.inf]


def of(*quantities: str):
    rows = [c for c in CASES if c["quantity"] in quantities]
    return pytest.mark.parametrize("case", rows, ids=lambda c: c["name"])


def problem(case):
    """Items and kernel; a similarity matrix is looked up by the items' numbers."""
    if "K" in case["inputs"]:
        table = np.array(case["inputs"]["K"])

        def look_up(x, y):
            return jax.numpy.asarray(table)[x.astype(int), y.astype(int).T]

        return np.arange(float(len(table))), look_up
    x = np.array(case["inputs"]["X_for_gaussian_kernel"])
    return x, kernels.gaussian(case["params"]["sigma"])


def check(got, case):
    np.testing.assert_allclose(
        got, case["expected"]["value"], rtol=case["rtol"], atol=case["atol"]
    )


@of("vendi_kernel", "vendi_weighted")
def test_reference_numbers(case):
    x, kernel = problem(case)
    q, weights = float(case["params"]["q"]), case["inputs"].get("p")
    weights = None if weights is None else np.array(weights)
    check(entropy.vendi(x, kernel=kernel, q=q, weights=weights), case)
    log = entropy.log_vendi(x, kernel=kernel, q=q, weights=weights)
    check(np.exp(log), case)


@of("vendi_features")
def test_features(case):
    x, q = np.array(case["inputs"]["X"]), case["params"]["q"]
    check(entropy.vendi_features(x, q=q), case)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    check(entropy.vendi(unit, kernel=kernels.linear(), q=q), case)


@of("quality_weighted_vendi")
def test_quality(case):
    x, kernel = problem(case)
    quality = np.array(case["inputs"]["quality"])
    check(entropy.quality_weighted_vendi(x, quality, kernel=kernel), case)


@of("vendi_gradient")
def test_gradient_is_the_matrix_logarithm(case):
    x, kernel = problem(case)
    x = jax.numpy.asarray(x)
    value, got = jax.value_and_grad(lambda x: entropy.vendi(x, kernel=kernel))(x)
    check(value, case)
    # The diagonal of the Gram matrix is constant, so the trace plays no part.
    _, pull = jax.vjp(lambda x: kernel(x, x), x)
    (expected,) = pull(jax.numpy.asarray(case["expected"]["grad_K"]))
    np.testing.assert_allclose(got, expected, rtol=case["rtol"], atol=case["atol"])


@pytest.mark.parametrize("q", ORDERS)
def test_blocks_of_copies_have_their_hill_number(q):
    x = np.repeat([0.0, 100.0, 200.0], [1, 2, 4])
    f = np.array([1, 2, 4]) / 7
    match q:
        case 1:
            expected = np.exp(-(f * np.log(f)).sum())
        case np.inf:
            expected = 1 / f.max()
        case _:
            expected = (f**q).sum() ** (1 / (1 - q))
    gaussian = kernels.gaussian(1.0)
    np.testing.assert_allclose(entropy.vendi(x, kernel=gaussian, q=q), expected)
    once = np.array([0.0, 100.0, 200.0])
    weighted = entropy.vendi(once, kernel=gaussian, q=q, weights=f)
    np.testing.assert_allclose(weighted, expected)


@pytest.mark.parametrize("q", ORDERS)
@pytest.mark.parametrize("shape", [(12, 3), (3, 12)])
def test_features_of_low_rank_agree_with_their_kernel(q, shape):
    x = np.random.default_rng(0).normal(size=shape)
    x = x[[0, 0, *range(1, len(x))]]
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    expected = entropy.vendi(unit, kernel=kernels.linear(), q=q)
    np.testing.assert_allclose(entropy.vendi_features(x, q=q), expected, rtol=1e-9)


def test_rows_without_direction_are_absent():
    x = np.random.default_rng(1).normal(size=(6, 3))
    padded = np.vstack([x, np.zeros((2, 3))])
    expected = entropy.vendi_features(x)
    np.testing.assert_allclose(entropy.vendi_features(padded), expected)
    np.testing.assert_allclose(entropy.vendi_features(1e-30 * x), expected)
    assert entropy.vendi_features(np.zeros((2, 3))) == 0


def test_a_wide_quality_is_refused():
    with pytest.raises(ValueError, match=r"`quality` must be of shape \[4\]"):
        entropy.quality_weighted_vendi(
            np.ones(4), np.ones((4, 2)), kernel=kernels.gaussian(1.0)
        )


def test_order_two_pushes_copies_apart():
    def apart(x, q):
        return jax.grad(lambda x: entropy.vendi(x, kernel=kernels.gaussian(1.0), q=q))(
            jax.numpy.asarray(x)
        )

    # Two copies and a third point: the copies are pushed away from it together.
    slope = apart([0.0, 0.0, 1.0], 2)
    assert slope[0] == slope[1] < 0 < slope[2]
    # A tiny difference grows at order 2, and at every order above the rounding.
    for q in (0.5, 1, 2):
        slope = apart([0.0, 1e-3, 3.0], q)
        assert slope[0] < 0 and slope[1] > slope[0]


@pytest.mark.parametrize("width", [4.0, 8.0])
def test_small_eigenvalues_count_in_single_precision(width):
    x = np.random.default_rng(2).normal(size=(520, 16))
    x[:10] = x[10:20]

    def loss(x):
        return entropy.log_vendi(x, kernel=kernels.gaussian(width))

    run = jax.jit(jax.value_and_grad(loss))
    value, slope = map(np.asarray, run(x.astype(np.float32)))
    expected, exact = map(np.asarray, run(x))
    assert value.dtype == np.float32
    # Eigenvalues err by an eps or so of the largest, which is 0.4 and 0.8.
    np.testing.assert_allclose(value, expected, rtol=1e-4)
    assert np.linalg.norm(slope - exact) < 0.01 * np.linalg.norm(exact)
    # Without a gradient, no eigenvectors.
    np.testing.assert_allclose(jax.jit(loss)(x), expected, rtol=1e-9)
