"""Matrix-based Renyi information against reference numbers and discrete truths."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import golden

from infojax import entropy, kernels, mi

CASES = [c for c in golden("matrix_renyi") if c["quantity"] == "renyi_matrix_mi"]
X = np.random.default_rng(0).normal(size=(15, 2))


def same(x, y):
    """Kernel of labels."""
    return (x == y.T).astype(x.dtype)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_reference_numbers(case):
    x, y = (np.array(case["inputs"][side]) for side in "xy")
    params, expected = case["params"], case["expected"]
    options = {
        "kernel_x": kernels.gaussian(params["sigma_x"]),
        "kernel_y": kernels.gaussian(params["sigma_y"]),
        "alpha": params["alpha"],
    }
    tolerance = {"rtol": case["rtol"], "atol": case["atol"]}
    np.testing.assert_allclose(
        mi.matrix_renyi(x, y, **options), expected["mi"], **tolerance
    )
    np.testing.assert_allclose(
        mi.normalized_matrix_renyi(x, y, **options),
        expected["mi"] / max(expected["h_x"], expected["h_y"]),
        **tolerance,
    )


def test_labels_have_their_discrete_information():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 3, 40).astype(float)
    y = np.where(rng.random(40) < 0.7, x, rng.integers(0, 3, 40))
    table = np.zeros((3, 3))
    np.add.at(table, (x.astype(int), y.astype(int)), 1 / 40)
    got = mi.matrix_renyi(x, y, kernel_x=same, kernel_y=same, alpha=1)
    np.testing.assert_allclose(got, mi.plugin(table), rtol=1e-10)


@pytest.mark.parametrize("alpha", [0.5, 1.01, 2])
def test_a_constant_and_a_copy(alpha):
    constant = np.ones(15)
    for f in (mi.matrix_renyi, mi.normalized_matrix_renyi):
        np.testing.assert_allclose(f(X, constant, alpha=alpha), 0, atol=1e-12)
        np.testing.assert_allclose(f(constant, constant, alpha=alpha), 0, atol=1e-14)
    narrow = kernels.gaussian(0.5**0.5)  # the square of the kernel of width 1
    expected = 2 * entropy.matrix_renyi(X, alpha=alpha)
    expected -= entropy.matrix_renyi(X, kernel=narrow, alpha=alpha)
    np.testing.assert_allclose(mi.matrix_renyi(X, X, alpha=alpha), expected, rtol=1e-6)


def test_a_copy_of_labels_is_wholly_shared():
    x = np.repeat([0.0, 1.0, 2.0], [1, 2, 4])
    got = mi.normalized_matrix_renyi(x, x, kernel_x=same, kernel_y=same)
    np.testing.assert_allclose(got, 1, rtol=1e-12)
