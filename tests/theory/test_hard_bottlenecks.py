"""Hard clusters against reference numbers, enumeration and ties."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, theory

GOLDEN = golden("information_plane")
DIB = [c for c in GOLDEN if c["quantity"] == "dib"]
TREES = [c for c in GOLDEN if c["quantity"] == "agglomerative_ib"]
agglomerate = jax.jit(theory.agglomerative_bottleneck)
assign = jax.jit(theory.deterministic_bottleneck, static_argnames="max_steps")


def partition(assignment) -> set[frozenset[int]]:
    assignment = np.asarray(assignment)
    parts = (np.flatnonzero(assignment == t).tolist() for t in set(assignment.tolist()))
    return {frozenset(part) for part in parts}


@pytest.mark.parametrize("case", DIB, ids=lambda c: c["name"])
def test_deterministic_reference_numbers(case: dict):
    pxy, start = (np.array(case["inputs"][key]) for key in ("pxy", "q_init"))
    found = assign(pxy, start, beta=case["params"]["beta"])
    expected, near = case["expected"], {"rtol": case["rtol"], "atol": case["atol"]}
    assert found.converged
    assert partition(found.assignment) == {frozenset(p) for p in expected["partition"]}
    np.testing.assert_allclose(found.entropy, expected["h_t"], **near)
    np.testing.assert_allclose(found.relevance, expected["i_ty"], **near)


def test_the_best_of_many_starts_is_the_best_partition():
    pxy, beta, nt = np.array(DIB[2]["inputs"]["pxy"]), 8.0, 3
    starts = jnp.asarray(
        np.random.default_rng(0).dirichlet(np.ones(nt), (64, len(pxy)))
    )
    found = jax.jit(
        jax.vmap(lambda q: theory.deterministic_bottleneck(pxy, q, beta=beta))
    )(starts)
    assert np.all(found.converged)
    labels = jnp.asarray(list(itertools.product(range(nt), repeat=len(pxy))))
    encoders = jax.nn.one_hot(labels, nt, dtype=float)
    every = jax.jit(jax.vmap(lambda q: theory.bottleneck_terms(pxy, q)))(encoders)
    best = jnp.min(every.entropy - beta * every.relevance)
    np.testing.assert_allclose(
        jnp.min(found.entropy - beta * found.relevance), best, rtol=1e-12
    )


def test_deterministic_ties_and_limits():
    # Two equal clusters: all x go to the lower one. No x moves without a reason.
    pxy = np.array(DIB[0]["inputs"]["pxy"])
    even = assign(pxy, np.full((4, 3), 1 / 3), beta=5.0)
    assert even.assignment.tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(even[1:3], 0, atol=1e-15)
    fine = assign(pxy, np.eye(4), beta=1e9)
    assert fine.assignment.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(fine.relevance, closed_form.categorical_mi(pxy))
    cut = assign(pxy, np.eye(4), beta=1e9, max_steps=1)
    assert not cut.converged and cut.steps == 1
    # A cell of no mass keeps x out of clusters without it, however heavy these are.
    pxy = np.array([[0.98, 0.0], [0.0, 0.02]])
    assert assign(pxy, np.eye(2), beta=1e-3).assignment.tolist() == [0, 1]


@pytest.mark.parametrize("case", TREES, ids=lambda c: c["name"])
def test_agglomerative_reference_numbers(case: dict):
    pxy = np.array(case["inputs"]["pxy"])
    tree, merges = agglomerate(pxy), case["expected"]["merges"]
    np.testing.assert_allclose(
        tree.costs, [m["cost"] for m in merges], rtol=case["rtol"], atol=case["atol"]
    )
    members = [np.flatnonzero(row).tolist() for row in np.asarray(tree.members)]
    assert members == [m["merged"] for m in merges]
    information = closed_form.categorical_mi(pxy)
    np.testing.assert_allclose(jnp.sum(tree.costs), information, rtol=1e-12)


def test_levels_are_encoders_with_the_values_they_say():
    pxy = np.random.default_rng(0).dirichlet(np.full(5, 0.5), 9)
    tree = agglomerate(pxy)
    encoders = jax.nn.one_hot(tree.assignments, 9, dtype=float)
    values = jax.jit(jax.vmap(lambda q: theory.bottleneck_terms(pxy, q)))(encoders)
    np.testing.assert_allclose(values.relevance, tree.relevance, atol=1e-14)
    np.testing.assert_allclose(values.entropy, tree.entropy, rtol=1e-12, atol=1e-14)
    for level, row in enumerate(np.asarray(tree.assignments)):
        assert len(set(row.tolist())) == 9 - level
        assert all(np.flatnonzero(row == name)[0] == name for name in set(row.tolist()))


def test_equal_costs_merge_the_smallest_pair():
    law = np.array([[0.1, 0.3], [0.3, 0.1]])
    # Equal laws of unequal mass: all merge at no cost, in the order of their numbers.
    pxy = np.concatenate([mass * law for mass in (1.0, 1 / 3, 0.7)])
    tree = agglomerate(pxy)
    members = [np.flatnonzero(row).tolist() for row in np.asarray(tree.members)]
    assert members[:4] == [[0, 2], [0, 2, 4], [1, 3], [1, 3, 5]]
    np.testing.assert_allclose(tree.costs[:4], 0, atol=1e-15)
    # Nothing is there: still a tree.
    nothing = agglomerate(np.zeros((3, 2)))
    assert nothing.assignments.tolist() == [[0, 1, 2], [0, 0, 2], [0, 0, 0]]
    assert agglomerate(np.ones((1, 2))).relevance.tolist() == [0.0]
