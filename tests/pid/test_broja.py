"""BROJA against reference numbers, gates, an alternating solver and its own terms."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, pid

GOLDEN = golden("pid")
CASES = [c for c in GOLDEN if c["quantity"] == "pid_broja"]
SLOPE = [c for c in GOLDEN if c["quantity"].startswith("pid_broja_synergy")]
ATOMS = ("redundancy", "unique_x", "unique_y", "synergy")
BITS = 1 / np.log(2)

# Redundancy, unique to x, unique to y, synergy, in bits. Thirds: log2(4 / 3).
GATES = {
    "xor": (lambda x, y: x ^ y, (0, 0, 0, 1)),
    "and": (lambda x, y: x & y, (0.75 * np.log2(4 / 3), 0, 0, 0.5)),
    "or": (lambda x, y: x | y, (0.75 * np.log2(4 / 3), 0, 0, 0.5)),
    "sum": (lambda x, y: x + y, (0.5, 0, 0, 1)),
    "copy": (lambda x, y: 2 * x + y, (0, 1, 1, 0)),
    "unique": (lambda x, y: x, (0, 1, 0, 0)),
}

solve = jax.jit(pid.broja, static_argnames=("tolerance", "max_steps"))
solve_many = jax.jit(jax.vmap(pid.broja))


def gate(function) -> np.ndarray:
    law = np.zeros((4, 2, 2))
    for x in range(2):
        for y in range(2):
            law[function(x, y), x, y] = 0.25
    return law


def law_of(*rows: tuple[int, int, int]) -> np.ndarray:
    """Equally likely triples of target and sources, in a table of four values each."""
    law = np.zeros((4, 4, 4))
    for row in rows:
        law[row] += 1 / len(rows)
    return law


def alternate(law: np.ndarray, steps: int = 3000) -> float:
    """Least I(S; X, Y) by alternating projections, for laws without empty cells."""
    s = law.sum((1, 2), keepdims=True)
    x, y = law.sum(2, keepdims=True) / s, law.sum(1, keepdims=True) / s
    conditional = x * y
    for _ in range(steps):
        centre = (s * conditional).sum(0)
        conditional = np.broadcast_to(centre, law.shape).copy()
        for _ in range(20):
            conditional *= x / conditional.sum(2, keepdims=True)
            conditional *= y / conditional.sum(1, keepdims=True)
    centre = (s * conditional).sum(0)
    return float((s * conditional * np.log(conditional / centre)).sum())


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_reference_numbers(case: dict):
    law = np.array(case["inputs"]["p_sxy"])
    found, expected = solve(law), case["expected"]
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    for atom, name in zip(
        ATOMS, ("redundancy", "unique_1", "unique_2", "synergy"), strict=True
    ):
        np.testing.assert_allclose(getattr(found, atom), expected[name], **near)
    total = sum(getattr(found, atom) for atom in ATOMS)
    np.testing.assert_allclose(total, expected["I_total"], atol=1e-9)
    assert found.converged and found.gap <= 1e-10 and found.mismatch <= 1e-10


def test_gates_are_exact_at_the_boundary_too():
    laws = np.stack([gate(function) for function, _ in GATES.values()])
    found = solve_many(laws)
    assert np.all(found.converged)
    expected = np.array([bits for _, bits in GATES.values()])
    got = np.stack([getattr(found, atom) for atom in ATOMS], axis=1) * BITS
    np.testing.assert_allclose(got, expected, atol=1e-9)
    total = jax.vmap(closed_form.categorical_mi)(laws.reshape(len(laws), 4, 4))
    np.testing.assert_allclose(got.sum(1), total * BITS, atol=1e-12)


def test_gates_of_larger_alphabets():
    bits = range(2)
    laws = np.stack(
        [
            # Both see one bit, and each one half of the other: RDNXOR.
            law_of(
                *((2 * r + (a ^ b), 2 * r + a, 2 * r + b)
                  for r in bits for a in bits for b in bits)
            ),
            # The target is seen by one source at a time: pointwise unique.
            law_of((1, 0, 1), (1, 1, 0), (2, 0, 2), (2, 2, 0)),
            law_of((0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3)),
        ]
    )  # fmt: skip
    found = solve_many(laws)
    got = np.stack([getattr(found, atom) for atom in ATOMS], axis=1) * BITS
    expected = [[1, 0, 0, 1], [0.5, 0, 0, 0.5], [2, 0, 0, 0]]
    np.testing.assert_allclose(got, expected, atol=1e-9)


def test_generic_laws_agree_with_alternating_projections():
    laws = np.random.default_rng(0).dirichlet(np.full(12, 3.0), 4).reshape(4, 3, 2, 2)
    found = solve_many(laws)
    total = jax.vmap(closed_form.categorical_mi)(laws.reshape(4, 3, 4))
    expected = [alternate(law) for law in laws]
    np.testing.assert_allclose(total - found.synergy, expected, atol=1e-8)


def test_the_coupling_has_the_pairs_of_the_law_and_the_least_information():
    laws = np.random.default_rng(1).dirichlet(np.full(27, 0.4), 50)
    laws = laws.reshape(50, 3, 3, 3)
    found = solve_many(laws)
    assert np.all(found.converged)
    for axis in (2, 3):
        np.testing.assert_allclose(found.coupling.sum(axis), laws.sum(axis), atol=1e-10)
    of_coupling = jax.vmap(closed_form.categorical_mi)(found.coupling.reshape(50, 3, 9))
    total = jax.vmap(closed_form.categorical_mi)(laws.reshape(50, 3, 9))
    np.testing.assert_allclose(of_coupling, total - found.synergy, atol=2e-10)
    assert min(np.min(getattr(found, atom)) for atom in ATOMS) > -1e-10


def test_sources_may_be_exchanged_and_coarser_ones_share_no_more():
    laws = np.random.default_rng(2).dirichlet(np.ones(27), 40).reshape(40, 3, 3, 3)
    found, other = solve_many(laws), solve_many(laws.transpose(0, 1, 3, 2))
    np.testing.assert_allclose(found.unique_x, other.unique_y, atol=1e-9)
    np.testing.assert_allclose(found.redundancy, other.redundancy, atol=1e-9)
    coarse = np.stack([laws[:, :, 0] + laws[:, :, 1], laws[:, :, 2]], axis=2)
    assert np.all(solve_many(coarse).redundancy <= found.redundancy + 1e-9)


def test_slopes_against_the_reference_and_central_differences():
    gradient = jax.jit(jax.grad(lambda p: pid.broja(p).synergy))
    for case in SLOPE:
        law, way = (np.array(case["inputs"][k]) for k in ("p_sxy", "direction"))
        np.testing.assert_allclose(
            jnp.sum(gradient(law) * way),
            case["expected"],
            rtol=case["rtol"],
            atol=case["atol"],
        )
    # Laws inside, and gates: the best coupling has empty cells. Masses move where
    # there are some, as the slope of others is infinite.
    rng = np.random.default_rng(3)
    inside = rng.dirichlet(np.ones(16), 3).reshape(3, 4, 2, 2)
    gates = [gate(GATES[name][0]) for name in ("and", "sum", "copy", "unique")]
    step = 1e-4
    for law in (*inside, *gates):
        way = law * rng.normal(size=law.shape)
        # Differences of second order in the step, and their limit.
        wide, narrow = (
            (solve(law + h * way).synergy - solve(law - h * way).synergy) / (2 * h)
            for h in (2 * step, step)
        )
        jump = abs(float(wide - narrow))
        got = jnp.sum(gradient(law) * way)
        np.testing.assert_allclose(got, narrow, atol=1e-5 + 2 * jump)


def test_degenerate_laws():
    nothing = solve(np.zeros((3, 2, 2)))
    for leaf in nothing[:7]:
        np.testing.assert_array_equal(leaf, 0)
    one = solve(np.ones((1, 1, 1)))
    np.testing.assert_allclose(jnp.stack(one[:4]), 0, atol=1e-12)
    # Padding changes nothing; negative masses count as none; scale does not matter.
    law = np.random.default_rng(4).dirichlet(np.ones(8)).reshape(2, 2, 2)
    padded = np.full((4, 3, 3), -0.1)
    padded[:2, :2, :2] = 7 * law
    np.testing.assert_allclose(
        jnp.stack(solve(padded)[:4]), jnp.stack(solve(law)[:4]), atol=1e-9
    )
    lost = solve(np.where(np.arange(8).reshape(2, 2, 2) == 3, np.nan, law))
    assert np.isnan(jnp.stack(lost[:4])).all() and not lost.converged


def test_what_did_not_converge_says_so():
    law = np.random.default_rng(5).dirichlet(np.ones(27)).reshape(3, 3, 3)
    cut = solve(law, max_steps=3)
    assert cut.steps == 3 and not cut.converged and cut.gap > 1e-6
    fine = solve(law, tolerance=1e-12)
    assert fine.converged and fine.gap <= 1e-12
    assert abs(cut.synergy - fine.synergy) <= cut.gap + cut.mismatch
