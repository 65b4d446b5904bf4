"""Encoders of the bottleneck against reference numbers, limits and its derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, theory

CASES = [c for c in golden("information_plane") if c["quantity"] == "ib_blahut_arimoto"]
PXY = np.array(
    [[0.25, 0.02, 0.03], [0.02, 0.2, 0.08], [0.05, 0.03, 0.12], [0.1, 0.1, 0]]
)
START = np.random.default_rng(0).dirichlet(np.ones(3), 4)
step, terms = jax.jit(theory.bottleneck_step), jax.jit(theory.bottleneck_terms)
solve = jax.jit(
    theory.information_bottleneck, static_argnames=("tolerance", "max_steps")
)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_reference_numbers(case: dict):
    pxy, start = (np.array(case["inputs"][key]) for key in ("pxy", "q_init"))
    beta, expected = case["params"]["beta"], case["expected"]
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    first = solve(pxy, start, beta=beta, tolerance=0.0, max_steps=1).encoder
    np.testing.assert_allclose(first, expected["q_after_1"], **near)
    np.testing.assert_allclose(step(pxy, start, beta=beta), first, rtol=1e-14)
    for steps in (1, 50, 5000):
        found = solve(pxy, start, beta=beta, tolerance=0.0, max_steps=steps)
        values = expected[f"after_{steps}"]
        np.testing.assert_allclose(found.rate, values["i_xt"], **near)
        np.testing.assert_allclose(found.relevance, values["i_ty"], **near)
        np.testing.assert_allclose(found.entropy, values["h_t"], **near)
        objective = found.rate - beta * found.relevance
        np.testing.assert_allclose(objective, values["lagrangian"], **near)
        again = terms(pxy, found.encoder)
        np.testing.assert_allclose(again, found[1:4], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("beta", [1.5, 8.0, 1e5])
def test_no_step_raises_the_objective(beta: float):
    @jax.jit
    def both(encoder):
        values = theory.bottleneck_terms(PXY, encoder)
        objective = values.rate - beta * values.relevance
        return theory.bottleneck_step(PXY, encoder, beta=beta), objective

    encoder, objectives = START, []
    for _ in range(30):
        encoder, objective = both(encoder)
        objectives.append(objective)
    # Rounding of the objective is that of beta times an information.
    assert np.all(np.diff(objectives) <= 1e-14 * beta)
    assert objectives[-1] < objectives[0]


def test_nothing_is_kept_of_independent_variables_or_below_one():
    independent = np.outer([0.2, 0.3, 0.1, 0.4], [0.6, 0.4])
    for pxy, beta in ((independent, 50.0), (PXY, 0.9)):
        found = solve(pxy, START, beta=beta)
        np.testing.assert_allclose(found[1:3], 0, atol=1e-12)
        assert found.converged


def test_values_of_any_encoder():
    nx = len(PXY)
    one, identity = np.ones((nx, 1)), np.eye(nx)
    np.testing.assert_allclose(terms(PXY, one), 0, atol=1e-15)
    px = closed_form.categorical_entropy(PXY.sum(1))
    values = terms(1000 * PXY, 3 * identity)
    expected = (px, closed_form.categorical_mi(PXY), px)
    np.testing.assert_allclose(values, expected, rtol=1e-12)
    counts = np.array([[3, 1], [1, 3]])
    even = terms(counts, np.zeros((2, 5)))
    np.testing.assert_allclose(even, (0, 0, np.log(5)), atol=1e-15)


def test_infinite_divergences_and_missing_rows():
    # Cells without mass make divergences infinite; a row without mass says nothing.
    pxy = np.array([[0.5, 0.0, 0.0], [0.0, 0.25, 0.0], [0.0, 0.0, 0.25], [0.0, 0, 0]])
    start = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0.5, 0.5], [0.1, 0.2, 0.7]])
    found = solve(pxy, start, beta=2.0)
    # The second cluster is not a place for the first x, nor the third for the second.
    assert found.encoder[0].tolist() == [1.0, 0.0, 0.0]
    assert found.encoder[1].tolist() == [0.0, 1.0, 0.0]
    without = solve(pxy[:3], start[:3], beta=2.0)
    np.testing.assert_allclose(found[1:4], without[1:4], rtol=1e-9, atol=1e-12)
    # Clusters that no x is in stay out of the way.
    padded = np.concatenate([start, np.zeros((4, 2))], axis=1)
    empty = solve(pxy, padded, beta=2.0)
    np.testing.assert_allclose(empty[1:4], found[1:4], rtol=1e-12)
    assert np.all(empty.encoder[:, 3:] == 0)


def test_huge_trade_offs_give_hard_clusters_of_minimal_sufficiency():
    pxy = np.concatenate([PXY, 0.5 * PXY[:1]])  # the first law twice
    found = solve(pxy, np.eye(5), beta=1e8)
    np.testing.assert_allclose(
        found.relevance, closed_form.categorical_mi(pxy), rtol=1e-9
    )
    distinct = 1.0 * PXY.sum(1)
    distinct[0] *= 1.5
    minimal = closed_form.categorical_entropy(distinct)
    np.testing.assert_allclose(found.rate, minimal, rtol=1e-9)


def values_at(pxy, beta):
    found = theory.information_bottleneck(pxy, START, beta=beta, tolerance=1e-14)
    return jnp.stack([found.rate, found.relevance])


def test_derivatives_are_those_of_the_solution():
    beta, step = jnp.asarray(9.0), 1e-5
    in_beta = jax.jit(jax.jacfwd(values_at, 1))
    in_table = jax.jit(jax.jacrev(values_at))(PXY, beta)
    solution = jax.jit(values_at)
    expected = (solution(PXY, beta + step) - solution(PXY, beta - step)) / (2 * step)
    slope = in_beta(PXY, beta)
    np.testing.assert_allclose(slope, expected, rtol=1e-5)
    # Along the curve relevance costs its price.
    np.testing.assert_allclose(slope[0], beta * slope[1], rtol=1e-6)
    way = np.where(PXY > 0, np.random.default_rng(1).normal(size=PXY.shape), 0) / 10
    above, below = (solution(PXY + s * way, beta) for s in (step, -step))
    got = np.sum(in_table * way, axis=(1, 2))
    np.testing.assert_allclose(got, (above - below) / (2 * step), rtol=1e-5)


def test_steps_unrolled_have_the_derivative_of_the_solution():
    def unrolled(beta):
        def step(encoder, _):
            return theory.bottleneck_step(PXY, encoder, beta=beta), None

        encoder = jax.lax.scan(step, jnp.asarray(START), None, length=400)[0]
        return theory.bottleneck_terms(PXY, encoder).relevance

    beta = jnp.asarray(9.0)
    got = jax.jit(jax.grad(unrolled))(beta)
    implicit = jax.jit(jax.grad(lambda b: values_at(PXY, b)[1]))(beta)
    np.testing.assert_allclose(got, implicit, rtol=1e-6)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_more_clusters_than_needed_leave_derivatives_finite(dtype):
    # Clusters coincide: how they share their mass is open.
    pxy = jnp.asarray(PXY, dtype)
    start = jnp.asarray(np.random.default_rng(2).dirichlet(np.ones(6), 4), dtype)

    @jax.jit
    def slopes(beta):
        def values(pxy, beta):
            found = theory.information_bottleneck(pxy, start, beta=beta)
            return jnp.stack([found.rate, found.relevance, found.entropy])

        return jax.jacrev(values, (0, 1))(pxy, beta)

    for beta in (0.5, 3.0, 9.0, 1e3, 1e6):
        in_table, in_beta = slopes(jnp.asarray(beta, dtype))
        assert np.all(np.isfinite(in_table)) and np.all(np.isfinite(in_beta))
        np.testing.assert_allclose(in_beta[0], beta * in_beta[1], atol=1e-4)
        if beta < 1:
            np.testing.assert_allclose(in_table[:2], 0, atol=1e-6)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="`beta` must be positive"):
        theory.information_bottleneck(PXY, START, beta=-1.0)
    with pytest.raises(ValueError, match="`max_steps` must be >= 1"):
        theory.information_bottleneck(PXY, START, beta=2.0, max_steps=0)
    with pytest.raises(ValueError, match="`tolerance` must be"):
        theory.information_bottleneck(PXY, START, beta=2.0, tolerance=-1.0)
