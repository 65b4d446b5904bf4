"""Renyi and Tsallis entropies against independent evaluations and known limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import entropy

ALL = golden("discrete")
P = np.array([0.5, 0.25, 0.2, 0.05])


def of(*quantities: str):
    rows = [c for c in ALL if c["quantity"] in quantities]
    assert {c["quantity"] for c in rows} == set(quantities)
    return pytest.mark.parametrize("case", rows, ids=lambda c: c["id"])


@of("renyi_entropy", "min_entropy", "tsallis_entropy")
def test_tables(case: dict):
    p, options = np.asarray(case["inputs"]["p"]), case["inputs"]
    if case["quantity"] == "tsallis_entropy":
        value = entropy.tsallis(p, q=float(options["q"]))
    else:
        value = entropy.renyi(p, alpha=float(options.get("alpha", "inf")))
    tolerance = {"rtol": float(case["rtol"]), "atol": float(case["atol"])}
    np.testing.assert_allclose(value, float(case["expected"]), **tolerance)


@pytest.mark.parametrize("alpha", (0, 0.3, 1, 1.7, 40.0, float("inf")))
def test_the_uniform_law_has_the_same_entropy_at_every_order(alpha: float):
    value = entropy.renyi(np.full(6, 3), alpha=alpha)
    np.testing.assert_allclose(value, np.log(6), rtol=1e-12)


def test_nonincreasing_in_the_order():
    orders = (0, 0.2, 0.9, 1, 1.1, 1.6, 3.0, 200.0, float("inf"))
    values = np.array([entropy.renyi(P, alpha=a) for a in orders])
    assert (np.diff(values) < 0).all()


@pytest.mark.parametrize("dtype, close", ((np.float64, 1e-6), (np.float32, 1e-5)))
@pytest.mark.parametrize("gap", (1e-6, -1e-6))
def test_orders_close_to_one_lose_no_digits(gap: float, dtype, close: float):
    shannon, p = entropy.plugin(P), P.astype(dtype)
    np.testing.assert_allclose(entropy.renyi(p, alpha=1 + gap), shannon, rtol=close)
    np.testing.assert_allclose(entropy.tsallis(p, q=1 + gap), shannon, rtol=close)


@pytest.mark.parametrize("order", (0.4, 1.3, 3.0))
def test_tsallis_is_a_function_of_renyi(order: float):
    renyi = entropy.renyi(P, alpha=order)
    expected = jnp.expm1((1 - order) * renyi) / (1 - order)
    np.testing.assert_allclose(entropy.tsallis(P, q=order), expected, rtol=1e-12)


def test_order_zero_counts_the_cells_in_use():
    p = np.array([0.7, 0.0, 0.2, 0.1])
    np.testing.assert_allclose(entropy.renyi(p, alpha=0), np.log(3))
    np.testing.assert_allclose(entropy.tsallis(p, q=0), 2.0)


@pytest.mark.parametrize("alpha", (0, 0.3, 0.8, 1, 2.5, float("inf")))
def test_an_empty_cell_changes_neither_value_nor_slopes(alpha: float):
    def f(p):
        return entropy.renyi(p, alpha=alpha)

    value, slopes = jax.value_and_grad(f)(jnp.append(jnp.asarray(P), 0.0))
    expected, inner = jax.value_and_grad(f)(jnp.asarray(P))
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(slopes[:-1], inner, atol=1e-12)
    assert np.isfinite(slopes[-1])


def test_axes_are_kept():
    table = np.stack([P, P[::-1], 0 * P], axis=1)
    value = entropy.renyi(table, alpha=3.0, axis=0)
    np.testing.assert_allclose(value[0], value[1], rtol=1e-12)
    assert value[2] == 0


@pytest.mark.parametrize("order", (-1.0, float("nan"), "2", True))
def test_an_order_must_be_a_number(order):
    with pytest.raises((TypeError, ValueError), match="renyi: `alpha` must be"):
        entropy.renyi(P, alpha=order)
    with pytest.raises((TypeError, ValueError), match="tsallis: `q` must be"):
        entropy.tsallis(P, q=order)


def test_an_infinite_tsallis_order_is_refused():
    with pytest.raises(ValueError, match="tsallis: `q` must be finite"):
        entropy.tsallis(P, q=float("inf"))
