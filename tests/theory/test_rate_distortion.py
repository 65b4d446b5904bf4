"""Rate-distortion against closed forms, reference numbers, duality and differences."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, theory

GOLDEN = [c for c in golden("discrete") if c["quantity"] == "rate_distortion"]
FIELDS = ("tolerance", "max_steps")
solve = jax.jit(theory.rate_distortion, static_argnames=FIELDS)
within = jax.jit(theory.rate_within, static_argnames=FIELDS)
COIN, HAMMING = np.array([0.3, 0.7]), 1 - np.eye(2)
NEVER = np.inf


def h(p):
    return -p * np.log(p) - (1 - p) * np.log(1 - p)


def problem(nx: int = 6, ny: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """A source and distortions of which not all outputs are of use."""
    rng = np.random.default_rng(0)
    return 0.1 + rng.dirichlet(np.ones(nx)), rng.random((nx, ny))


@pytest.mark.parametrize("case", GOLDEN, ids=lambda c: c["id"])
def test_reference_numbers(case: dict):
    inputs, expected = case["inputs"], case["expected"]
    p, table = np.array(inputs["p"]), np.array(inputs["distortion"])
    found = solve(p, table, beta=inputs["beta"])
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    np.testing.assert_allclose(found.rate, expected["rate"], **near)
    np.testing.assert_allclose(found.distortion, expected["distortion"], **near)
    assert found.converged and found.steps < 20
    within_it = within(p, table, budget=found.distortion + 1e-12)
    np.testing.assert_allclose(within_it.rate, expected["rate"], **near)


def test_a_coin_by_slope_and_within_a_distortion():
    betas = np.array([0.5, 1.0, 2.0, 4.0, 20.0])
    found = jax.vmap(lambda b: solve(COIN, HAMMING, beta=b))(betas)
    d = np.minimum(1 / (1 + np.exp(betas)), 0.3)
    np.testing.assert_allclose(found.distortion, d, atol=1e-11)
    np.testing.assert_allclose(found.rate, h(0.3) - h(d), atol=1e-10)
    budgets = np.array([1e-4, 0.01, 0.1, 0.29, 0.3, 0.31, 0.9])
    found = jax.vmap(lambda b: within(COIN, HAMMING, budget=b))(budgets)
    d = np.minimum(budgets, 0.3)
    np.testing.assert_allclose(found.rate, h(0.3) - h(d), atol=2e-9)
    np.testing.assert_allclose(found.distortion, d, rtol=1e-9)
    slope = np.where(budgets < 0.3, np.log((1 - d) / d), 0)
    np.testing.assert_allclose(found.beta, slope, atol=1e-4)
    assert np.all(found.rate[4:] == 0) and np.all(found.converged)


def test_the_ends_of_the_curve():
    lossless = within(COIN, HAMMING, budget=0.0)
    np.testing.assert_allclose(lossless.rate, h(0.3), atol=1e-9)
    np.testing.assert_array_equal(lossless.encoder, np.eye(2))
    beyond = within(COIN, HAMMING + 1, budget=0.9)
    assert beyond.rate == np.inf and beyond.distortion == 1
    np.testing.assert_allclose(solve(COIN, HAMMING, beta=1e9).rate, h(0.3), rtol=1e-12)


def test_a_uniform_source_of_many_letters():
    k, d = 5, np.array([0.05, 0.3, 0.7])
    found = jax.vmap(lambda b: within(np.ones(k), 1 - np.eye(k), budget=b))(d)
    np.testing.assert_allclose(
        found.rate, np.log(k) - h(d) - d * np.log(k - 1), atol=2e-9
    )
    np.testing.assert_allclose(found.output, 1 / k, atol=1e-9)


def test_erasures_are_a_straight_line():
    table = np.where(np.eye(3) == 1, 0, NEVER)
    table = np.concatenate([table, np.ones((3, 1))], axis=1)
    budgets = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    found = jax.vmap(lambda b: within(np.ones(3), table, budget=b))(budgets)
    np.testing.assert_allclose(found.rate, (1 - budgets) * np.log(3), atol=1e-9)
    np.testing.assert_allclose(found.distortion, budgets, atol=1e-12)
    np.testing.assert_allclose(found.beta[1:4], np.log(3), atol=1e-9)
    np.testing.assert_allclose(found.encoder[:, 0, 3], budgets, atol=1e-9)
    rate = jax.jit(jax.grad(lambda b: within(np.ones(3), table, budget=b).rate))
    np.testing.assert_allclose(rate(0.4), -np.log(3), atol=1e-9)


def test_a_normal_source_cut_into_cells():
    x = np.linspace(-4, 4, 61)
    p, table = np.exp(-(x**2) / 2), (x[:, None] - x) ** 2
    d = np.array([0.1, 0.5, 0.9])
    found = jax.vmap(lambda b: within(p, table, budget=b))(d)
    # A little below, as the tails are cut off.
    np.testing.assert_allclose(found.rate, -np.log(d) / 2, atol=5e-4)
    np.testing.assert_allclose(found.beta, 1 / (2 * d), rtol=2e-4)
    assert np.all(found.converged) and np.all(found.steps < 25)


def test_the_encoder_has_the_values_and_the_bound_holds():
    p, table = problem()
    law, budgets = p / p.sum(), np.array([0.26, 0.35])
    points = [solve(p, table, beta=b) for b in (0.5, 3.0, 30.0)]
    points += [within(p, table, budget=b) for b in budgets]
    for found in points:
        joint = law[:, None] * found.encoder
        rate = closed_form.categorical_mi(joint)
        np.testing.assert_allclose(found.rate, rate, atol=1e-9)
        np.testing.assert_allclose(found.distortion, np.sum(joint * table), atol=1e-12)
        np.testing.assert_allclose(found.output, jnp.sum(joint, 0), atol=1e-7)
    # The dual: q(y) of any quality gives a lower bound on rate + beta * distortion.
    for steps in (1, 3, 6):
        rough = solve(p, table, beta=3.0, max_steps=steps)
        value = rough.rate + 3 * rough.distortion
        best = points[1].rate + 3 * points[1].distortion
        assert best - 1e-13 <= value <= best + rough.gap + 1e-13


def test_the_curve_is_convex_with_the_slope_of_its_trade_off():
    p, table = problem()
    betas = np.array([0.3, 1.0, 3.0, 10.0, 100.0])
    curve = jax.vmap(lambda b: solve(p, table, beta=b))(betas)
    assert np.all(np.diff(curve.distortion) <= 1e-12)
    moved = np.diff(curve.distortion) < -1e-6
    slope = -(np.diff(curve.rate)[moved] / np.diff(curve.distortion)[moved])
    assert np.all((slope >= betas[:-1][moved]) & (slope <= betas[1:][moved]))


def test_degenerate_sources():
    found = solve(np.array([0.0, 1.0, 0.0]), 1 - np.eye(3), beta=2.0)
    np.testing.assert_allclose(found[:2], 0, atol=1e-11)
    for p, table in (([1.0], [[0.0, 2.0]]), ([1.0, 2.0], [[3.0], [3.0]])):
        found = solve(np.array(p), np.array(table), beta=2.0)
        np.testing.assert_allclose(found.rate, 0, atol=1e-12)
        np.testing.assert_allclose(found.distortion, np.array(table)[0, 0], atol=1e-11)
    empty = solve(np.zeros(2), HAMMING, beta=2.0)
    np.testing.assert_array_equal(empty[:2], 0)
    np.testing.assert_array_equal(within(np.zeros(2), HAMMING, budget=0.1)[:2], 0)
    # A letter of the source that nothing may stand for, and one of no mass.
    lost = np.array([[0.0, 1.0], [NEVER, NEVER]])
    for call in (
        lambda p: solve(p, lost, beta=1.0),
        lambda p: within(p, lost, budget=0.5),
    ):
        np.testing.assert_array_equal(call(np.array([1.0, 1.0]))[:2], np.inf)
        assert np.all(np.isfinite(call(np.array([1.0, 0.0]))[1]))
    whole = within(np.array([3, 7]), np.array([[0, 1], [1, 0]]), budget=0.1)
    np.testing.assert_allclose(whole.rate, h(0.3) - h(0.1), atol=2e-9)
    negative = solve(
        np.array([0.3, 0.7, -1.0]), np.array([[0, 1], [1, 0], [0, 0]]), beta=1.0
    )
    np.testing.assert_allclose(negative.rate, h(0.3) - h(1 / (1 + np.e)), atol=1e-10)


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


@jax.jit
def by_slope(p, table, beta):
    found = theory.rate_distortion(p, table, beta=beta, tolerance=1e-14)
    return jnp.concatenate([jnp.stack(found[:2]), found.output, found.encoder.ravel()])


@jax.jit
def by_budget(p, table, budget):
    found = theory.rate_within(p, table, budget=budget, tolerance=1e-14)
    return jnp.concatenate([jnp.stack(found[:2]), found.beta[None], found.output])


def test_gradients_inside_and_where_outputs_fell_out_of_use():
    p, table = problem()
    for beta in (0.3, 4.0, 20.0, 40.0):
        got, expected = differences(by_slope, p, table, np.array(beta))
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
        used = solve(p, table, beta=beta).output > 1e-9
        assert used.sum() == {0.3: 1, 4.0: 2, 20.0: 4, 40.0: 5}[beta]
    for budget in (0.26, 0.35, 0.9):
        got, expected = differences(by_budget, p, table, np.array(budget))
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


def test_gradients_of_outputs_that_can_replace_each_other():
    table = HAMMING[:, np.array([0, 1, 0])]
    values = jax.jit(
        lambda *a: jnp.stack(theory.rate_distortion(a[0], table, beta=a[1])[:2])
    )
    got, expected = differences(values, COIN, np.array(2.0))
    np.testing.assert_allclose(got, expected, atol=1e-6)
    slope = jax.grad(lambda p: within(p, table, budget=0.1).rate)(COIN)
    both = jax.grad(lambda p: within(p, HAMMING, budget=0.1).rate)(COIN)
    np.testing.assert_allclose(slope, both, atol=1e-6)


def test_a_letter_of_no_mass_has_the_slope_from_the_right():
    # h(p) - h(D) moves with p(x) of a letter that an output in use stands for.
    p, table = np.array([0.3, 0.7, 0.0]), np.array([[0, 1], [1, 0], [0, 1.0]])
    slope = jax.jit(jax.grad(lambda p: jnp.sum(by_slope(p, table, 2.0)[:2])))(p)
    step = np.array([0, 0, 1e-6])
    values = [jnp.sum(by_slope(a, table, 2.0)[:2]) for a in (p + step, p)]
    np.testing.assert_allclose(slope[2], (values[0] - values[1]) / 1e-6, atol=1e-5)


def test_single_precision_comes_close():
    for case in GOLDEN:
        inputs, expected = case["inputs"], case["expected"]
        p, table = (np.array(inputs[k], np.float32) for k in ("p", "distortion"))
        found = solve(p, table, beta=inputs["beta"])
        assert found.rate.dtype == np.float32 and found.converged
        np.testing.assert_allclose(found.rate, expected["rate"], atol=2e-5)
        np.testing.assert_allclose(found.distortion, expected["distortion"], atol=2e-5)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match=r"rate_distortion: `beta` must be positive"):
        theory.rate_distortion(COIN, HAMMING, beta=0.0)
    with pytest.raises(ValueError, match=r"rate_within: `distortion` must be as long"):
        theory.rate_within(np.ones(3), HAMMING, budget=1.0)
