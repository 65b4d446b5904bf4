"""Greedy couplings against reference numbers, enumeration and known answers."""

from __future__ import annotations

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from theory.couplings import couple, inputs, near, of, random_laws

from infojax import closed_form, theory
from infojax.theory._greedy_coupling import _meet

bound = jax.jit(theory.coupling_entropy_bound)


def least_entropy(p: np.ndarray, q: np.ndarray) -> float:
    """The least joint entropy, which is at a vertex: all of them are tried."""
    n, m = len(p), len(q)
    cells = list(itertools.product(range(n), range(m)))
    found = []
    for chosen in itertools.combinations(cells, n + m - 1):
        system = np.zeros((n + m, len(chosen)))
        for k, (i, j) in enumerate(chosen):
            system[i, k] = system[n + j, k] = 1
        if np.linalg.matrix_rank(system) < len(chosen):
            continue
        masses = np.linalg.lstsq(system, np.concatenate([p, q]), rcond=None)[0]
        if masses.min() > -1e-12:
            masses = masses[masses > 1e-12]
            found.append(-np.sum(masses * np.log(masses)))
    return min(found)


@of("mec_greedy")
def test_reference_couplings(case: dict):
    found, expected = couple(*inputs(case, "p", "q")), case["expected"]
    np.testing.assert_allclose(found.joint, expected["joint"], **near(case))
    np.testing.assert_allclose(found.entropy, expected["joint_entropy"], **near(case))
    np.testing.assert_allclose(
        found.mutual_information, expected["mutual_information"], **near(case)
    )
    assert np.sum(found.joint > 0) == expected["n_nonzero"]


@of("mec_lower_bound")
def test_reference_bounds(case: dict):
    p, q = inputs(case, "p", "q")
    expected = case["expected"]
    np.testing.assert_allclose(bound(p, q), expected["entropy"], **near(case))
    meet = _meet(jnp.asarray(p), jnp.asarray(q))
    np.testing.assert_allclose(meet, expected["meet"], **near(case))
    assert bound(p, q) >= expected["max_marginal_entropy"] - 1e-12


@of("mec_exact_entropy")
def test_reference_optima(case: dict):
    p, q = inputs(case, "p", "q")
    optimum = case["expected"]["optimal_joint_entropy"]
    if len(p) * len(q) < 16:
        np.testing.assert_allclose(least_entropy(p, q), optimum, **near(case))
    gap = couple(p, q).entropy - optimum
    expected = case["expected"]["greedy_minus_optimal"]
    np.testing.assert_allclose(gap, expected, **near(case))
    np.testing.assert_allclose(
        case["expected"]["guarantee_nats"], 1 / math.e, rtol=1e-12
    )


@of("mec_greedy_multi")
def test_reference_atoms_of_several_laws(case: dict):
    laws = [np.array(law) for law in case["inputs"]["marginals"]]
    found, expected = theory.greedy_coupling_atoms(laws), case["expected"]
    atoms = expected["atoms_in_order"]
    np.testing.assert_allclose(found.masses[: len(atoms)], atoms, **near(case))
    assert np.all(found.masses[len(atoms) :] == 0)
    np.testing.assert_allclose(found.entropy, expected["joint_entropy"], **near(case))


def test_greedy_is_near_the_optimum_and_above_the_bound():
    p, q = random_laws(6, 3), random_laws(6, 3, seed=1)
    found = jax.jit(jax.vmap(theory.greedy_coupling))(p, q)
    for a, b, entropy in zip(p, q, found.entropy, strict=True):
        best = least_entropy(np.asarray(a), np.asarray(b))
        assert -1e-12 <= entropy - best <= 1 / math.e
        assert bound(a, b) <= best + 1e-12


def test_marginals_entropies_and_support():
    p, q = random_laws(20, 7), random_laws(20, 9, seed=1)
    found = jax.jit(jax.vmap(theory.greedy_coupling))(p, q)
    np.testing.assert_allclose(found.joint.sum(2), p, atol=1e-14)
    np.testing.assert_allclose(found.joint.sum(1), q, atol=1e-14)
    assert np.all(np.sum(found.joint > 0, axis=(1, 2)) <= 7 + 9 - 1)
    low = jax.vmap(theory.coupling_entropy_bound)(p, q)
    h_p, h_q = closed_form.categorical_entropy(p), closed_form.categorical_entropy(q)
    assert np.all(np.maximum(h_p, h_q) <= low + 1e-12)
    assert np.all(low <= found.entropy + 1e-12)
    assert np.all(found.entropy <= h_p + h_q + 1e-12)
    np.testing.assert_allclose(
        found.mutual_information, h_p + h_q - found.entropy, atol=1e-12
    )


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
@pytest.mark.parametrize("n, m", [(3, 9), (7, 21), (5, 35)])
def test_a_uniform_law_and_a_finer_one(n: int, m: int, dtype):
    # Every symbol of the finer law belongs to one of the coarser: rounding makes none.
    found = couple(jnp.ones(n, dtype), jnp.ones(m, dtype))
    assert np.sum(found.joint > 0) == m
    rounding = 40 * float(jnp.finfo(dtype).eps)
    np.testing.assert_allclose(found.entropy, math.log(m), rtol=rounding)


def test_equal_laws_and_a_constant():
    p = random_laws(6)
    same = couple(p, p)
    np.testing.assert_allclose(same.joint, np.diag(p), atol=1e-15)
    constant = jnp.array([0.0, 1.0, 0.0])
    np.testing.assert_allclose(couple(p, constant).joint, jnp.outer(p, constant))
    np.testing.assert_allclose(couple(p, constant).mutual_information, 0, atol=1e-15)
    assert couple(jnp.ones(1), jnp.ones(1)).entropy == 0


def test_counts_negative_cells_padding_and_empty_laws():
    p, q = jnp.array([0.6, 0.4]), jnp.array([0.5, 0.3, 0.2])
    expected = couple(p, q)
    assert couple(np.array([3, 2]), np.array([5, 3, 2])).entropy == pytest.approx(
        float(expected.entropy), rel=1e-12
    )
    padded = couple(jnp.array([0.0, 6.0, 0.0, 4.0, -1.0]), q)
    np.testing.assert_allclose(
        padded.joint[jnp.array([1, 3])], expected.joint, atol=1e-15
    )
    np.testing.assert_allclose(padded.entropy, expected.entropy, rtol=1e-12)
    empty = couple(jnp.zeros(2), q)
    assert np.all(empty.joint == 0) and empty.entropy == 0
    assert bound(jnp.zeros(2), q) == 0
    assert np.isnan(couple(jnp.array([jnp.nan, 1.0]), q).entropy)


def test_atoms_have_the_marginals_and_agree_with_the_table():
    laws = random_laws(4), random_laws(6, seed=1), random_laws(3, seed=2)
    found = theory.greedy_coupling_atoms(laws)
    assert len(found.masses) == 4 + 6 + 3 - 2
    for k, law in enumerate(laws):
        sums = jnp.zeros_like(law).at[found.indices[:, k]].add(found.masses)
        np.testing.assert_allclose(sums, law, atol=1e-15)
    assert found.entropy >= max(closed_form.categorical_entropy(law) for law in laws)

    pair = theory.greedy_coupling_atoms(laws[:2])
    joint = jnp.zeros((4, 6)).at[tuple(pair.indices.T)].add(pair.masses)
    np.testing.assert_array_equal(joint, couple(*laws[:2]).joint)
    single = theory.greedy_coupling_atoms([laws[0]])
    np.testing.assert_allclose(single.masses, jnp.sort(laws[0])[::-1], rtol=1e-12)
    assert single.indices.shape == (4, 1)


def test_a_list_of_laws_is_asked_for():
    with pytest.raises(TypeError, match="`marginals` must be a tuple or list"):
        theory.greedy_coupling_atoms(jnp.ones((2, 3)))
    with pytest.raises(TypeError, match="received none"):
        theory.greedy_coupling_atoms([])


def test_gradients_at_ties_are_finite_and_even():
    # Both laws are used up at once: each takes half of every move.
    p = random_laws(5)
    left, right = jax.jit(
        jax.grad(lambda p, q: theory.greedy_coupling(p, q).entropy, argnums=(0, 1))
    )(p, p)
    np.testing.assert_allclose(left, right, rtol=1e-12)
    slope = jax.grad(lambda p: closed_form.categorical_entropy(p))(p)
    np.testing.assert_allclose(left + right, slope, rtol=1e-9, atol=1e-12)
    uniform = jnp.full(4, 0.25)
    for g in jax.grad(theory.coupling_entropy_bound, argnums=(0, 1))(uniform, uniform):
        assert np.isfinite(g).all()
