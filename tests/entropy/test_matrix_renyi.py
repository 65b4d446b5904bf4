"""Matrix-based Renyi entropy against reference numbers, frequencies and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import PairPlan, entropy, kernels

ENTROPIES = [c for c in golden("matrix_renyi") if c["quantity"] == "renyi_matrix_mi"]
FROBENIUS = [
    c for c in golden("matrix_renyi") if c["quantity"] == "renyi_alpha2_frobenius"
]
ORDERS = [0, 0.5, 1, 1.01, 2, 5, np.inf]


def same(x, y):
    """Kernel of labels."""
    return (x == y.T).astype(x.dtype)


@pytest.mark.parametrize("case", ENTROPIES, ids=lambda c: c["name"])
def test_reference_numbers(case):
    for side in "xy":
        got = entropy.matrix_renyi(
            np.array(case["inputs"][side]),
            kernel=kernels.gaussian(case["params"][f"sigma_{side}"]),
            alpha=case["params"]["alpha"],
        )
        expected = case["expected"][f"h_{side}"]
        np.testing.assert_allclose(got, expected, rtol=case["rtol"], atol=case["atol"])


@pytest.mark.parametrize("case", FROBENIUS, ids=lambda c: c["name"])
@pytest.mark.parametrize("plan", [PairPlan(), PairPlan(block_size=5)])
def test_order_two_is_a_norm(case, plan):
    got = entropy.matrix_renyi(
        np.array(case["inputs"]["x"]),
        kernel=kernels.gaussian(case["params"]["sigma"]),
        alpha=2,
        plan=plan,
    )
    np.testing.assert_allclose(
        got, case["expected"]["value"], rtol=case["rtol"], atol=case["atol"]
    )


@pytest.mark.parametrize("alpha", ORDERS)
def test_separated_equal_and_labelled_points(alpha):
    far, equal = 100 * np.arange(7.0), np.ones(7)
    np.testing.assert_allclose(entropy.matrix_renyi(far, alpha=alpha), np.log(7))
    np.testing.assert_allclose(entropy.matrix_renyi(equal, alpha=alpha), 0, atol=1e-14)
    labels = np.repeat([0.0, 1.0, 2.0], [1, 2, 4])
    f = np.array([1, 2, 4]) / 7
    match alpha:
        case 1:
            expected = -(f * np.log(f)).sum()
        case np.inf:
            expected = -np.log(f.max())
        case _:
            expected = np.log((f**alpha).sum()) / (1 - alpha)
    got = entropy.matrix_renyi(labels, kernel=same, alpha=alpha)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("dtype, rtol", [(np.float64, 1e-9), (np.float32, 1e-5)])
def test_nothing_is_lost_near_order_one(dtype, rtol):
    x = np.random.default_rng(0).normal(size=(20, 2)).astype(dtype)
    shannon = entropy.matrix_renyi(x, alpha=1)
    for alpha in (1 - 1e-10, 1 + 1e-10):
        np.testing.assert_allclose(
            entropy.matrix_renyi(x, alpha=alpha), shannon, rtol=rtol
        )


def test_it_decreases_with_the_order():
    x = np.random.default_rng(1).normal(size=(20, 2))
    values = [entropy.matrix_renyi(x, alpha=a) for a in ORDERS]
    assert (np.diff(values) < 0).all()


def test_the_scale_of_the_kernel_is_irrelevant():
    x = np.random.default_rng(2).normal(size=(9, 2))
    for alpha in (1.01, 2):
        expected = entropy.matrix_renyi(x, alpha=alpha)
        scaled = entropy.matrix_renyi(
            x, kernel=lambda a, b: 7 * kernels.gaussian(1.0)(a, b), alpha=alpha
        )
        np.testing.assert_allclose(scaled, expected, rtol=1e-12)


def test_bandwidths_receive_gradients():
    x = np.random.default_rng(3).normal(size=(9, 2))

    def f(sigma):
        return entropy.matrix_renyi(x, kernel=kernels.gaussian(sigma))

    step = 1e-5
    expected = (f(1 + step) - f(1 - step)) / (2 * step)
    np.testing.assert_allclose(jax.grad(f)(1.0), expected, rtol=1e-6)


@pytest.mark.parametrize("alpha", [-1.0, float("nan")])
def test_an_impossible_order_is_refused(alpha):
    with pytest.raises(ValueError, match=r"matrix_renyi: `alpha` must be >= 0"):
        entropy.matrix_renyi(np.ones(3), alpha=alpha)


def test_a_traced_order_is_refused():
    with pytest.raises(TypeError, match=r"`alpha` must be a static float"):
        entropy.matrix_renyi(np.ones(3), alpha=jnp.asarray(2.0))  # type: ignore
