"""Disparities: reference numbers, canonical cases, and what bounds their parts."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, fairness

CASES = [c for c in golden("pid") if c["quantity"] == "fairness_pid"]
PARTS = ("global_disparity", "local_disparity", "unique", "redundant", "masked")

solve = jax.jit(fairness.disparities)
solve_many = jax.jit(jax.vmap(fairness.disparities))
many_mi = jax.vmap(closed_form.categorical_mi)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_reference_numbers(case: dict):
    found = solve(np.array(case["inputs"]["p_zys"]))
    for part in PARTS:
        np.testing.assert_allclose(
            getattr(found, part),
            case["expected"][part],
            rtol=case["rtol"],
            atol=case["atol"],
        )
    assert found.converged and found.gap <= 1e-10


def test_predictions_of_the_attribute_where_clients_differ():
    """Prediction = attribute, P(client = attribute) = a: redundant log 2 - h(a)."""
    shares = np.array([0.5, 0.6, 0.8, 0.95, 1.0])
    laws = np.zeros((5, 2, 2, 2))
    for z in range(2):
        laws[:, z, z, z], laws[:, z, z, 1 - z] = shares / 2, (1 - shares) / 2
    found = solve_many(laws)
    both = np.stack([shares, 1 - shares], axis=1)
    entropy = closed_form.categorical_entropy(both)
    np.testing.assert_allclose(found.redundant, np.log(2) - entropy, atol=1e-9)
    np.testing.assert_allclose(found.unique, entropy, atol=1e-9)
    np.testing.assert_allclose(found.masked, 0, atol=1e-9)


def test_what_bounds_the_parts():
    laws = np.random.default_rng(0).dirichlet(np.full(18, 0.5), 40)
    laws = laws.reshape(40, 2, 3, 3)
    found = solve_many(laws)
    np.testing.assert_allclose(found.global_disparity, many_mi(laws.sum(3)), atol=1e-12)
    # I(Z; Y | S) = I(Z; Y, S) - I(Z; S), and the other way round.
    of_both, of_client = many_mi(laws.reshape(40, 2, 9)), many_mi(laws.sum(2))
    np.testing.assert_allclose(found.local_disparity, of_both - of_client, atol=1e-12)
    assert np.all(found.redundant <= of_client + 1e-9)
    assert np.all(found.masked <= of_both - found.global_disparity + 1e-9)
    assert min(np.min(part) for part in found[2:5]) > -1e-9


def test_an_attribute_spread_evenly_leaves_nothing_redundant():
    rng = np.random.default_rng(1)
    even = rng.dirichlet(np.ones(2))[:, None] * rng.dirichlet(np.ones(3))
    laws = even[:, None] * rng.dirichlet(np.ones(2), (10, 2, 3)).transpose(0, 1, 3, 2)
    found = solve_many(laws)
    np.testing.assert_allclose(found.redundant, 0, atol=1e-9)
    assert np.all(found.local_disparity >= found.global_disparity - 1e-9)


def test_samples_are_counted():
    rng = np.random.default_rng(2)
    z, s = rng.integers(0, 2, 100), rng.integers(0, 3, 100)
    y = np.where(rng.random(100) < 0.8, z ^ (s > 0), 1 - z)
    keep = rng.random(100) < 0.7
    table = np.zeros((2, 2, 3))
    np.add.at(table, (z[keep], y[keep], s[keep]), 1)
    got = fairness.plugin(z, y, s, shape=(2, 2, 3), where=keep)
    np.testing.assert_allclose(
        jnp.stack(got[:5]), jnp.stack(solve(table)[:5]), atol=1e-9
    )


def test_the_names_of_samples_in_errors():
    codes = np.zeros(4, int)
    with pytest.raises(TypeError, match="plugin: `z` must be an integer array"):
        fairness.plugin(np.ones(4), codes, codes, shape=(2, 2, 2))
    with pytest.raises(ValueError, match="plugin: `s` must be as long as `z`"):
        fairness.plugin(codes, codes, codes[1:], shape=(2, 2, 2))
