"""Fair predictors: reference numbers, linear programs, bounds, and derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy.optimize import linprog

from infojax import closed_form, fairness

CASES = [c for c in golden("pid") if c["quantity"] == "aglfop_min_error"]
MIRRORED = np.array([[[4, 1], [4, 1]], [[1, 4], [1, 4]]]) / 20


@jax.jit
def solve(law, global_budget, local_budget):
    return fairness.fair_predictor(
        law, global_budget=global_budget, local_budget=local_budget
    )


@jax.jit
def surface(law, budgets):
    """Errors over a grid of the same budgets on both sides."""
    return fairness.frontier(law, global_budgets=budgets, local_budgets=budgets)


def laws(seed: int, count: int, *shape: int, alpha: float = 1.0) -> np.ndarray:
    """Random laws; with a small alpha about a third of all cells are empty."""
    mass = np.random.default_rng(seed).dirichlet(np.full(np.prod(shape), alpha), count)
    mass[mass < (1e-3 if alpha < 1 else 0)] = 0
    return (mass / mass.sum(1, keepdims=True)).reshape(count, *shape)


def information(joint: np.ndarray) -> tuple[float, float]:
    """I(Z; prediction), and given the client, of ``[nz, ny, ns]``."""
    mi = closed_form.categorical_mi
    both = mi(joint.reshape(len(joint), -1))
    return float(mi(joint.sum(2))), float(both - mi(joint.sum(1)))


def linear(law: np.ndarray, overall: bool, within: bool) -> float:
    """Least error of predictions independent of the attribute, by a linear program."""
    nz, ns, ny = law.shape
    place = np.arange(law.size * ny).reshape(nz, ns, ny, ny)
    rows, right = [], []
    for cell in np.ndindex(nz, ns, ny):
        row = np.zeros(place.size)
        row[place[cell]] = 1
        rows.append(row)
        right.append(1)

    def equal(first: np.ndarray, second: np.ndarray) -> None:
        """The same law of the prediction for two laws of client and label."""
        if first.sum() and second.sum():
            for k in range(ny):
                row = np.zeros(place.size)
                row[place[..., k]] = first / first.sum() - second / second.sum()
                rows.append(row)
                right.append(0)

    groups = [np.arange(ns)] if overall else []
    groups += [np.array([s]) for s in range(ns)] if within else []
    for clients in groups:
        for z in range(1, nz):
            sides = np.zeros((2, *law.shape))
            sides[0, 0, clients], sides[1, z, clients] = (
                law[0, clients],
                law[z, clients],
            )
            equal(*sides)
    cost = (law[..., None] * (1 - np.eye(ny))).ravel()
    return linprog(cost, A_eq=np.array(rows), b_eq=right, bounds=(0, 1)).fun


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_reference_numbers(case: dict):
    inputs = case["inputs"]
    law = np.array(inputs["p_zsy"])
    found = solve(law, inputs["eps_global"], inputs["eps_local"])
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    np.testing.assert_allclose(found.error, case["expected"], **near)
    np.testing.assert_allclose(found.accuracy, 1 - found.error, rtol=1e-12)
    assert found.converged and found.gap <= 2e-10 and found.excess <= 1e-12
    # The predictor does what is said of it.
    joint = jnp.einsum("zsy,zsyk->zks", law / law.sum(), found.predictor)
    np.testing.assert_allclose(found.joint, joint, atol=1e-12)
    disparities = found.global_disparity, found.local_disparity
    np.testing.assert_allclose(information(joint), disparities, atol=1e-9)
    np.testing.assert_allclose(found.predictor.sum(3), 1, atol=1e-12)
    wrong = jnp.sum(law[..., None] * found.predictor * (1 - jnp.eye(2))) / law.sum()
    np.testing.assert_allclose(found.error, wrong, atol=1e-12)


@pytest.mark.parametrize("shape", [(2, 3, 2), (3, 2, 3)], ids=str)
@pytest.mark.parametrize("alpha", [1.0, 0.3])
def test_no_disparity_at_all_is_a_linear_program(shape: tuple, alpha: float):
    for law in laws(0, 5, *shape, alpha=alpha):
        for limits in ((0, 0), (0, np.inf), (np.inf, 0)):
            found = solve(law, *map(float, limits))
            expected = linear(law, *(limit == 0 for limit in limits))
            np.testing.assert_allclose(found.error, expected, atol=2e-10)
            assert found.converged and found.excess <= 1e-12


def test_every_gap_is_small_and_every_budget_kept():
    many = laws(1, 30, 2, 4, 3, alpha=0.3)
    for limits in ((1e-9, 1e-6), (1e-3, 0.3), (0.01, 0.02), (0.2, 0.05)):
        found = jax.vmap(solve, in_axes=(0, None, None))(many, *limits)
        assert np.all(found.converged) and np.max(found.gap) <= 2e-10
        assert np.max(found.excess) <= 1e-12
        for law, joint in zip(many, found.joint, strict=True):
            reached = information(joint)
            assert reached[0] <= limits[0] + 1e-9 and reached[1] <= limits[1] + 1e-9
            np.testing.assert_allclose(joint.sum(1), law.sum(2), atol=1e-12)


def test_the_error_is_convex_and_falls_as_budgets_grow():
    budgets = jnp.linspace(0, 0.12, 7)
    for law in (MIRRORED, *laws(2, 3, 2, 4, 3)):
        error = np.asarray(surface(law, budgets).error)
        assert np.all(np.diff(error, axis=0) <= 1e-9)
        assert np.all(np.diff(error, axis=1) <= 1e-9)
        # At most the mean of any two points that it is half-way between.
        for a in np.ndindex(7, 7):
            for b in np.ndindex(7, 7):
                if (a[0] + b[0]) % 2 == 0 and (a[1] + b[1]) % 2 == 0:
                    middle = error[(a[0] + b[0]) // 2, (a[1] + b[1]) // 2]
                    assert middle <= (error[a] + error[b]) / 2 + 1e-9


def test_what_the_label_itself_keeps_to_costs_nothing():
    (law,) = laws(3, 1, 2, 4, 3)
    most = information(law.transpose(0, 2, 1))
    found = solve(law, most[0] + 1e-12, most[1] + 1e-12)
    assert found.error == found.gap == 0 and found.accuracy > 1 - 1e-12
    np.testing.assert_array_equal(
        found.predictor, np.broadcast_to(np.eye(3), (2, 4, 3, 3))
    )
    np.testing.assert_allclose(found.joint, law.transpose(0, 2, 1), atol=1e-15)
    assert solve(law, jnp.inf, jnp.inf).error == 0
    for short in ((most[0] * 0.9, most[1]), (most[0], most[1] * 0.9)):
        assert solve(law, *short).error > 1e-4


def test_the_mirrored_law_in_closed_form():
    """Labels agree with the attribute in 4 of 5, in both clients alike.

    The best predictor follows the label of who is favoured and turns one share of the
    others, both attributes alike; it agrees with the attribute in a of all.
    """
    for share in (0.5, 0.55, 0.7, 0.79):
        budget = np.log(2) + share * np.log(share) + (1 - share) * np.log(1 - share)
        for limits in ((budget, 1.0), (1.0, budget), (budget, budget)):
            found = solve(MIRRORED, *limits)
            np.testing.assert_allclose(found.error, 0.8 - share, atol=1e-8)


def test_tiny_budgets_cost_their_root():
    """I is 2 d^2 for a share of 1/2 + d, so the error falls by sqrt(budget / 2)."""
    for budget in (1e-20, 1e-14, 1e-9):
        found = solve(MIRRORED, budget, 1.0)
        np.testing.assert_allclose(found.error, 0.3 - (budget / 2) ** 0.5, atol=2e-10)
        assert found.converged


def test_slopes_in_the_law_and_both_budgets():
    gradient = jax.jit(jax.grad(lambda *a: solve(*a).error, argnums=(0, 1, 2)))
    rng = np.random.default_rng(4)
    some = laws(4, 3, 2, 3, 2)
    empty = some[0].copy()
    empty[0, 1, 0] = 0
    for law in (*some, empty):
        for limits in ((0.01, 0.02), (0.002, 0.5), (0.5, 0.004)):
            # Away from where one budget just begins to bind.
            way = law * rng.normal(size=law.shape), 0.003 * limits[0], 0.01 * limits[1]
            got = sum(
                np.sum(g * w) for g, w in zip(gradient(law, *limits), way, strict=True)
            )
            step = 1e-3

            def moved(t: float, at=(law, *limits), way=way) -> float:
                return float(
                    solve(*(a + t * w for a, w in zip(at, way, strict=True))).error
                )

            expected = (moved(step) - moved(-step)) / (2 * step)
            np.testing.assert_allclose(got, expected, rtol=1e-4, atol=2e-6)


def test_slopes_are_finite_where_they_are_infinite():
    gradient = jax.jit(jax.grad(lambda *a: solve(*a).error, argnums=(0, 1, 2)))
    for limits in ((0.0, 0.0), (0.0, 0.1), (jnp.inf, 0.0), (jnp.inf, jnp.inf)):
        parts = gradient(MIRRORED, *map(float, limits))
        assert all(np.all(np.isfinite(part)) for part in parts)
        if limits[0] == 0:
            assert parts[1] == 0


def test_degenerate_laws():
    nothing = solve(np.zeros((2, 3, 2)), 0.1, 0.1)
    assert nothing.error == nothing.accuracy == nothing.gap == 0
    assert np.all(np.isfinite(nothing.predictor)) and nothing.converged
    # One attribute, one client, one label.
    for shape in ((1, 3, 2), (2, 3, 1)):
        found = solve(laws(5, 1, *shape)[0], 0.0, 0.0)
        assert found.error == 0 and found.converged
    (law,) = laws(6, 1, 3, 1, 2)
    alone = [solve(law, *b).error for b in ((0.01, 0.5), (0.5, 0.01), (0.01, 0.01))]
    np.testing.assert_allclose(alone, alone[0], atol=1e-9)
    # Padding changes nothing, in any order; counts are normalised, negatives count 0.
    (law,) = laws(7, 1, 2, 3, 2)
    padded = np.full((3, 5, 4), -1.0)
    padded[1:, [0, 2, 4], 1:3] = 50 * law
    one, other = solve(law, 0.003, 0.01), solve(padded, 0.003, 0.01)
    np.testing.assert_allclose(one.error, other.error, atol=1e-9)
    np.testing.assert_array_equal(other.joint[:, [0, 3]], 0)
    for bad in ((np.nan, 0.1), (0.1, np.nan)):
        lost = solve(law, *bad)
        assert np.isnan(lost.error) and not lost.converged
    lost = solve(np.where(np.arange(12).reshape(2, 3, 2) == 3, np.nan, law), 0.1, 0.1)
    assert np.isnan(lost.error) and np.isnan(lost.joint).all() and not lost.converged
    assert solve(law, -1.0, 0.1).error == solve(law, 0.0, 0.1).error


def test_single_precision_says_how_exact_it_is():
    law, limits = MIRRORED.astype(np.float32), np.float32([0.01, 0.3])
    for local in (np.float32(0), limits[1]):
        found = solve(law, limits[0], local)
        exact = solve(law.astype(float), float(limits[0]), float(local))
        assert found.error.dtype == jnp.float32 and found.converged
        assert abs(float(found.error) - float(exact.error)) <= found.gap + 1e-6
        assert found.gap <= 1e-4 and found.excess <= 1e-6


def test_fair_predictors_have_the_disparities_they_are_allowed():
    (law,) = laws(8, 1, 2, 3, 2)
    found = solve(law, 0.004, 0.003)
    parts = fairness.disparities(found.joint)
    np.testing.assert_allclose(
        parts.global_disparity, found.global_disparity, atol=1e-9
    )
    np.testing.assert_allclose(parts.local_disparity, found.local_disparity, atol=1e-9)


def test_the_frontier_is_a_grid_of_predictors():
    (law,) = laws(9, 1, 2, 4, 3)
    budgets = jnp.linspace(0, 0.12, 7)
    found = surface(law, budgets)
    assert np.all(found.converged) and np.max(found.gap) <= 2e-10
    for i, j in ((0, 0), (1, 4), (5, 2)):
        one = solve(law, budgets[i], budgets[j])
        np.testing.assert_allclose(found.error[i, j], one.error, atol=2e-10)
    with pytest.raises(ValueError, match=r"`local_budgets` must be of shape \[n\]"):
        fairness.frontier(law, global_budgets=budgets, local_budgets=0.1)


def test_the_figure_shows_the_surface_and_marks_points():
    budgets = jnp.linspace(0, 0.12, 7)
    found = surface(laws(9, 1, 2, 4, 3)[0], budgets)
    order = np.array([3, 0, 5, 1, 2, 6, 4])
    mixed = found._replace(
        error=found.error[order], global_budgets=found.global_budgets[order]
    )
    points = {"model": (0.05, 0.06, 0.7), "fair": ([0.0, 0.0], [0.01, 0.02])}
    for surface_ in (found, mixed):
        figure = fairness.plot_frontier(surface_, points=points)
        flat, raised, *_ = figure.axes
        assert raised.get_zlabel() == "accuracy [%]"
        assert "[bits]" in flat.get_xlabel() and "[bits]" in flat.get_ylabel()
        np.testing.assert_allclose(flat.lines[0].get_xdata(), 0.05 / np.log(2))
        np.testing.assert_allclose(flat.get_xlim(), (0, 0.12 / np.log(2)), atol=1e-6)
    with pytest.raises(TypeError, match="plot_frontier: `surface` must be of `front"):
        fairness.plot_frontier(found.error)
