"""Capacity against closed forms, reference numbers, duality and differences."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, theory

GOLDEN = [c for c in golden("discrete") if c["quantity"] == "channel_capacity"]
FIELDS = ("tolerance", "max_steps")
solve = jax.jit(theory.channel_capacity, static_argnames=FIELDS)
priced = jax.jit(theory.capacity_cost, static_argnames=FIELDS)
within = jax.jit(theory.capacity_within, static_argnames=FIELDS)
BSC = np.array([[0.9, 0.1], [0.1, 0.9]])


def h(p):
    return -p * np.log(p) - (1 - p) * np.log(1 - p)


def table(nx: int = 6, ny: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A channel whose inputs are not all of use, and costs."""
    rng = np.random.default_rng(seed)
    return 0.03 + rng.dirichlet(np.ones(ny), nx), rng.random(nx)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda c: c["id"])
def test_reference_numbers(case: dict):
    found, expected = solve(np.array(case["inputs"]["channel"])), case["expected"]
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    np.testing.assert_allclose(found.capacity, expected["capacity"], **near)
    if "input" in expected:
        np.testing.assert_allclose(found.input, expected["input"], **near)
    assert found.converged and found.gap <= 1e-12 and found.steps < 20


e = 0.3
CLOSED = {
    "binary symmetric": ([[1 - e, e], [e, 1 - e]], np.log(2) - h(e)),
    "binary erasure": ([[1 - e, e, 0], [0, e, 1 - e]], (1 - e) * np.log(2)),
    "Z": ([[1, 0], [0.5, 0.5]], np.log(5 / 4)),
    "symmetric": (0.1 * np.ones((4, 4)) + 0.6 * np.eye(4), None),
    "noisy typewriter": (np.eye(26) + np.roll(np.eye(26), 1, 1), np.log(13)),
    "useless": (np.ones((3, 4)), 0.0),
    "noiseless": (np.eye(5), np.log(5)),
    "one input": ([[0.2, 0.8]], 0.0),
    "one output": ([[1.0], [1.0]], 0.0),
    "twice the same input": ([*BSC, BSC[0]], np.log(2) - h(0.1)),
    "an input of no use": ([*BSC, [0.5, 0.5]], np.log(2) - h(0.1)),
    "counts": ([[9, 1], [1, 9]], np.log(2) - h(0.1)),
    "a row of zeros": ([*BSC, [0, 0]], np.log(2) - h(0.1)),
    "a negative cell": ([*BSC, [-1, 0]], np.log(2) - h(0.1)),
    "nothing": (np.zeros((2, 3)), 0.0),
}


@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms(name: str):
    channel, capacity = CLOSED[name]
    if capacity is None:
        capacity = np.log(4) + 0.7 * np.log(0.7) + 0.3 * np.log(0.1)
    found = solve(np.asarray(channel))
    np.testing.assert_allclose(found.capacity, capacity, atol=1e-11)
    assert found.converged and np.all(np.isfinite(found.input))
    mass = 0 if name == "nothing" else 1
    np.testing.assert_allclose(jnp.sum(found.input), mass, atol=1e-14)


def test_inputs_that_can_not_be_used_or_are_of_no_use():
    channel = np.array([*BSC, [0.0, 0.0], [0.5, 0.5]])
    found = solve(channel)
    assert found.input[2] == 0
    np.testing.assert_allclose(found.input, [0.5, 0.5, 0, 0], atol=1e-10)
    np.testing.assert_allclose(solve(np.array([*BSC, BSC[0]])).input[1], 0.5, atol=1e-6)


def test_bounds_hold_after_every_number_of_steps():
    channel, _ = table(9, 7)
    best = float(solve(channel).capacity)
    for steps in (1, 2, 4, 8):
        found = solve(channel, max_steps=steps)
        assert found.steps <= steps and found.converged == (found.gap <= 1e-12)
        assert found.capacity <= best + 1e-14 <= found.capacity + found.gap + 2e-14
        rows = channel / channel.sum(1, keepdims=True)
        output = np.asarray(found.input @ rows)
        dual = np.max(np.sum(rows * np.log(rows / output), axis=1))
        np.testing.assert_allclose(found.capacity + found.gap, dual, rtol=1e-12)


def test_an_amplitude_in_normal_noise_cut_into_cells():
    # Up to amplitude 1.05 in unit noise the best law has two points, at the ends.
    x, y = np.linspace(-1, 1, 41), np.linspace(-7, 7, 701)
    found = solve(np.exp(-((x[:, None] - y) ** 2) / 2))
    assert found.converged and found.steps < 30
    np.testing.assert_allclose(found.input[np.array([0, -1])], 0.5, atol=1e-6)
    law = (np.exp(-((y - 1) ** 2) / 2) + np.exp(-((y + 1) ** 2) / 2)) / 2
    law = law / law.sum()
    noise = 0.5 * np.log(2 * np.pi * np.e) - np.log(y[1] - y[0])
    entropy = closed_form.categorical_entropy(law)
    np.testing.assert_allclose(found.capacity, entropy - noise, atol=1e-6)


def test_binary_inputs_at_a_cost():
    # Of a share b of ones: h(0.1 + 0.8 b) - h(0.1), of slope 0.8 log[(1 - q) / q].
    costs, budgets = np.array([0.0, 1.0]), np.array([1e-3, 0.1, 0.25, 0.45])
    found = jax.vmap(lambda b: within(BSC, costs, budget=b))(budgets)
    q = 0.1 + 0.8 * budgets
    np.testing.assert_allclose(found.capacity, h(q) - h(0.1), atol=1e-9)
    np.testing.assert_allclose(found.price, 0.8 * np.log((1 - q) / q), atol=1e-6)
    np.testing.assert_allclose(found.cost, budgets, rtol=1e-9)
    np.testing.assert_allclose(found.input[:, 1], budgets, rtol=1e-9)
    again = jax.vmap(lambda s: priced(BSC, costs, price=s))(found.price)
    np.testing.assert_allclose(again.cost, budgets, atol=1e-6)
    np.testing.assert_allclose(again.capacity, found.capacity, atol=1e-6)


def test_budgets_that_do_not_bind_and_that_nothing_meets():
    costs = np.array([1.0, 3.0])
    free, none = np.log(2) - h(0.1), -np.inf
    cases = (2.0, free, 0), (np.inf, free, 0), (0.9, none, None), (-np.inf, none, None)
    for budget, capacity, price in cases:
        found = within(BSC, costs, budget=budget)
        np.testing.assert_allclose(found.capacity, capacity, atol=1e-12)
        assert price is None or found.price == price
    least = within(BSC, costs, budget=1.0)
    np.testing.assert_allclose(least.capacity, 0, atol=1e-9)
    np.testing.assert_allclose(least.cost, 1, atol=1e-9)
    # An input of infinite cost is as if absent.
    three = np.array([*BSC, [0.0, 1.0]]), np.array([1, 3, np.inf])
    more = within(*three, budget=1.5)
    np.testing.assert_allclose(more[:2], within(BSC, costs, budget=1.5)[:2], rtol=1e-12)
    assert more.input[2] == 0
    np.testing.assert_allclose(within(np.zeros((2, 2)), costs, budget=0.1)[:2], 0)


def test_letters_that_cost():
    # Without noise, two letters that cost 1 and one that is free: h(b) + b log 2.
    channel, costs = np.eye(3), np.array([0.0, 1.0, 1.0])
    budgets = np.array([0.1, 0.5])
    found = jax.vmap(lambda b: within(channel, costs, budget=b))(budgets)
    expected = h(budgets) + budgets * np.log(2)
    np.testing.assert_allclose(found.capacity, expected, atol=1e-9)


def test_the_curve_is_concave_and_ends_in_the_capacity():
    channel, costs = table()
    prices = np.array([0.0, 0.1, 0.3, 1.0, 3.0, 1e3])
    curve = jax.vmap(lambda s: priced(channel, costs, price=s))(prices)
    assert np.all(curve.converged)
    assert np.all(np.diff(curve.cost) <= 1e-12)
    slope = np.diff(curve.capacity)[:4] / np.diff(curve.cost)[:4]
    assert np.all((slope >= prices[:4]) & (slope <= prices[1:5]))
    np.testing.assert_allclose(
        curve.capacity[0], solve(channel).capacity, rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(curve.cost[-1], costs.min(), atol=1e-9)


def differences(f, *arrays, step: float = 1e-5):
    """A derivative along a random way, by the gradient and by central differences."""
    rng = np.random.default_rng(1)
    way = [a * rng.normal(size=np.shape(a)) for a in arrays]
    slope = jax.jacrev(f, argnums=tuple(range(len(arrays))))(*arrays)
    got = sum(np.tensordot(s, w, np.ndim(w)) for s, w in zip(slope, way, strict=True))
    ends = [
        f(*(a + sign * step * w for a, w in zip(arrays, way, strict=True)))
        for sign in (1, -1)
    ]
    return got, (ends[0] - ends[1]) / (2 * step)


def test_gradients_inside_and_where_inputs_fell_out_of_use():
    @jax.jit
    def everything(channel):
        found = theory.channel_capacity(channel, tolerance=1e-14)
        return jnp.concatenate([found.capacity[None], found.input])

    for channel in (np.array([[0.9, 0.1], [0.3, 0.7]]), table(3, 4)[0], table(7, 3)[0]):
        got, expected = differences(everything, channel)
        np.testing.assert_allclose(got, expected, atol=1e-5)
    assert np.min(solve(table(7, 3)[0]).input) < 1e-10


def test_gradients_along_the_curve():
    channel, costs = table()

    @jax.jit
    def by_price(channel, costs, price):
        found = theory.capacity_cost(channel, costs, price=price, tolerance=1e-14)
        return jnp.concatenate([jnp.stack(found[:2]), found.input])

    @jax.jit
    def by_budget(channel, costs, budget):
        found = theory.capacity_within(channel, costs, budget=budget, tolerance=1e-14)
        return jnp.stack([found.capacity, found.cost, found.price])

    got, expected = differences(by_price, channel, costs, np.array(0.4))
    np.testing.assert_allclose(got, expected, atol=1e-5)
    for budget in (0.2, 5.0):
        got, expected = differences(by_budget, channel, costs, np.array(budget))
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    slope = jax.grad(lambda b: within(channel, costs, budget=b).capacity)(0.2)
    price = within(channel, costs, budget=0.2).price
    np.testing.assert_allclose(slope, price, rtol=1e-12)


def test_zero_cells_have_no_slope_and_single_precision_comes_close():
    z = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 0.0]])
    slope = jax.grad(lambda w: solve(w).capacity)(z)
    assert np.all(np.isfinite(slope)) and np.all(slope[2] == 0)
    for case in GOLDEN:
        found = solve(np.array(case["inputs"]["channel"], np.float32))
        assert found.capacity.dtype == np.float32 and found.converged
        expected = case["expected"]["capacity"]
        np.testing.assert_allclose(found.capacity, expected, atol=5e-6)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match=r"capacity_cost: `price` must be >= 0"):
        theory.capacity_cost(BSC, np.zeros(2), price=-1.0)
    with pytest.raises(ValueError, match=r"capacity_within: `costs` must be as long"):
        theory.capacity_within(BSC, np.zeros(3), budget=1.0)
