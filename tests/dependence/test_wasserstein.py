"""Wasserstein dependency without a critic, against linear programs and limits."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import dependence

GOLDENS = golden("wasserstein_dependency")
CASES = [c for c in GOLDENS if c["name"].startswith("empirical_wdm")]
GROUND = {"sum": jnp.add, "euclidean": jnp.hypot}
EXACT = {"tolerance": 1e-13, "max_steps": 20_000}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_transport_of_reference(case: dict):
    x, y = (jnp.asarray(case["inputs"][key]) for key in ("x", "y"))
    expected, tolerance = case["expected"], case["tolerance"]["float64"]
    ground = GROUND[case["params"]["metric"]]
    costs = []
    for epsilon in (0.5, 0.1):
        result = dependence.wasserstein_solve(
            x, y, epsilon=epsilon, ground=ground, **EXACT
        )
        # Two cases creep: the value settles long before the potentials do.
        assert result.converged or result.steps == EXACT["max_steps"]
        for got, key in (
            (result.value, f"sinkhorn_transport_cost_eps{epsilon}"),
            (result.regularized, f"sinkhorn_regularized_eps{epsilon}"),
        ):
            np.testing.assert_allclose(got, expected[key], **tolerance, err_msg=key)
        costs.append(float(result.value))
    # The transport cost falls to the exact distance as epsilon does.
    assert costs[0] > costs[1] > expected["w1_exact"]


def test_two_equal_points_at_a_distance():
    (case,) = [c for c in GOLDENS if c["name"] == "two_point_identity"]
    x, y = (jnp.asarray(case["inputs"][key]) for key in ("x", "y"))
    got = dependence.wasserstein(x, y, epsilon=0.05, **EXACT)
    np.testing.assert_allclose(got, case["expected"]["w1_exact"], rtol=1e-8)


def test_a_constant_side_has_no_dependency():
    x = jnp.linspace(-1.0, 2.0, 6)
    got = dependence.wasserstein(x, jnp.ones(6), epsilon=0.01, **EXACT)
    np.testing.assert_allclose(got, 0, atol=1e-8)


def test_distances_and_epsilon_scale_together():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 5, 2))
    one = dependence.wasserstein(x, y, epsilon=0.3, **EXACT)
    ten = dependence.wasserstein(10 * x, 10 * y, epsilon=3.0, **EXACT)
    np.testing.assert_allclose(ten, 10 * one, rtol=1e-9)


def test_a_dual_critic_stays_below_the_transport_cost():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(6, 1))
    y = x + 0.3 * rng.normal(size=(6, 1))
    # |x - y| / sqrt 2 has slope one for the Euclidean ground distance.
    scores = -jnp.abs(x - y.T) / jnp.sqrt(2.0)
    dual = 5 / 6 * dependence.wasserstein_dual(scores)  # all pairs, as in the transport
    cost = dependence.wasserstein(x, y, epsilon=0.05, ground=jnp.hypot, **EXACT)
    assert 0 < dual < cost


def test_too_few_steps_are_reported():
    x = jnp.linspace(0.0, 3.0, 5)
    result = dependence.wasserstein_solve(x, jnp.sin(3 * x), epsilon=0.01, max_steps=2)
    assert not result.converged
    assert result.steps == 2
    assert result.change > 1e-6
