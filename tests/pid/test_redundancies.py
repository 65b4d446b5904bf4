"""The cheaper decompositions, bounds of all, three sources, samples and the figure."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, mi, pid

GOLDEN = golden("pid")
MEASURES = {"pid_mmi": jax.jit(pid.mmi), "pid_imin": jax.jit(pid.i_min)}
TABLES = [c for c in GOLDEN if c["quantity"] in MEASURES]
GAUSSIAN = [c for c in GOLDEN if c["quantity"] == "pid_gaussian_mmi"]
NAMES = ("redundancy", "unique_1", "unique_2", "synergy")


@pytest.mark.parametrize("case", TABLES, ids=lambda c: c["id"])
def test_reference_numbers(case: dict):
    law = np.array(case["inputs"]["p_sxy"])
    parts = MEASURES[case["quantity"]](law)
    expected = [case["expected"][name] for name in NAMES]
    np.testing.assert_allclose(parts, expected, rtol=case["rtol"], atol=case["atol"])
    total = closed_form.categorical_mi(law.reshape(len(law), -1))
    np.testing.assert_allclose(sum(parts), total, atol=1e-12)


@pytest.mark.parametrize("case", GAUSSIAN, ids=lambda c: c["id"])
def test_normal_variables(case: dict):
    inputs, expected = case["inputs"], case["expected"]
    groups = [inputs[k] for k in ("target", "source_1", "source_2")]
    order = [*groups[0], *groups[1], *groups[2]]
    covariance = np.array(inputs["cov"])[np.ix_(order, order)]
    parts = pid.gaussian_mmi(covariance, ds=len(groups[0]), dx=len(groups[1]))
    np.testing.assert_allclose(
        parts,
        [expected[name] for name in NAMES],
        rtol=case["rtol"],
        atol=case["atol"],
    )


def test_sizes_of_the_covariance_are_checked():
    with pytest.raises(ValueError, match="gaussian_mmi: `dx` must be such that"):
        pid.gaussian_mmi(np.eye(3), ds=2, dx=1)
    with pytest.raises(ValueError, match=r"`covariance` must be of shape \[d, d\]"):
        pid.gaussian_mmi(np.ones((3, 2)), ds=1, dx=1)


def test_every_decomposition_is_between_the_bounds():
    laws = np.random.default_rng(0).dirichlet(np.full(18, 0.5), 60)
    laws = laws.reshape(60, 3, 3, 2)
    low, high = jax.vmap(pid.bounds)(laws)
    for measure in (pid.broja, pid.mmi, pid.i_min):
        found = jax.jit(jax.vmap(measure))(laws)
        for atom in ("redundancy", "unique_x", "unique_y", "synergy"):
            value = getattr(found, atom)
            assert np.all(value >= getattr(low, atom) - 1e-9), (measure, atom)
            assert np.all(value <= getattr(high, atom) + 1e-9), (measure, atom)
    np.testing.assert_array_equal(high.redundancy, jax.vmap(pid.mmi)(laws).redundancy)


LATTICES = {"mmi": jax.jit(pid.lattice_mmi), "i_min": jax.jit(pid.lattice_i_min)}


@pytest.mark.parametrize("name", LATTICES)
def test_three_sources(name: str):
    law = np.random.default_rng(1).dirichlet(np.ones(24)).reshape(3, 2, 2, 2)
    found = LATTICES[name](law)
    chains = found.antichains
    assert len(set(chains)) == len(found.atoms) == 18
    assert np.min(found.atoms) > -1e-12
    atom = dict(zip(chains, np.asarray(found.atoms), strict=True))
    total = closed_form.categorical_mi(law.reshape(3, 8))
    np.testing.assert_allclose(sum(atom.values()), total, rtol=1e-12)
    np.testing.assert_allclose(found.redundancies[-1], total, rtol=1e-12)
    # A source says the sum of the atoms in which it is enough by itself.
    enough = sum(v for c, v in atom.items() if any(set(g) <= {1} for g in c))
    of_x = closed_form.categorical_mi(law.sum((2, 3)))
    np.testing.assert_allclose(enough, of_x, rtol=1e-12)
    # Of two sources alone the same redundancy as in the plane.
    two = {"mmi": pid.mmi, "i_min": pid.i_min}[name](law.sum(3))
    both = found.redundancies[chains.index(((1,), (2,)))]
    np.testing.assert_allclose(both, two.redundancy, rtol=1e-12)


def test_parity_of_three_bits_is_the_top_of_the_lattice():
    law = np.zeros((2, 2, 2, 2))
    for bits in np.ndindex(2, 2, 2):
        law[(sum(bits) % 2, *bits)] = 1 / 8
    for lattice in LATTICES.values():
        atoms = np.asarray(lattice(law).atoms)
        np.testing.assert_allclose(atoms[-1], np.log(2), rtol=1e-12)
        np.testing.assert_allclose(atoms[:-1], 0, atol=1e-12)


def test_samples_of_codes_are_tables():
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 3, (2, 200))
    s = (x + y) % 2
    table = np.zeros((2, 3, 3))
    np.add.at(table, (s, x, y), 1)
    got = pid.plugin(s, x, y, shape=(2, 3, 3), measure=pid.mmi)
    np.testing.assert_allclose(got, pid.mmi(table), rtol=1e-12)
    # The default tells unique information apart, and codes outside are left out.
    s[::2] = -1
    x[1::4] = 3
    table[:] = 0
    keep = (s >= 0) & (x < 3)
    np.add.at(table, (s[keep], x[keep], y[keep]), 1)
    got = pid.plugin(s, x, y, shape=(2, 3, 3))
    np.testing.assert_allclose(
        jnp.stack(got[:4]), jnp.stack(pid.broja(table)[:4]), atol=1e-9
    )


def test_samples_of_numbers_come_close_to_their_law():
    rng = np.random.default_rng(3)
    x, y, noise = rng.normal(size=(3, 4000))
    s = x + 0.5 * y + 0.5 * noise
    covariance = np.array([[1.5, 1.0, 0.5], [1.0, 1.0, 0.0], [0.5, 0.0, 1.0]])
    expected = pid.gaussian_mmi(covariance, ds=1, dx=1)
    parts = pid.sample_mmi(s, x, y, estimator=mi.gaussian)
    # The informations have standard errors of about 1 / sqrt(n) = 0.016 nats.
    np.testing.assert_allclose(parts, expected, atol=0.05)
    low, high = pid.sample_bounds(s, x, y, estimator=mi.gaussian)
    np.testing.assert_allclose(high.redundancy, parts.redundancy)
    np.testing.assert_allclose(low.unique_x, parts.unique_x)
    assert low.synergy <= parts.synergy


def test_the_figure_stacks_what_is_there():
    copy = np.zeros((2, 2, 2))
    copy[0, 0, 0] = copy[1, 1, 1] = 0.5
    below = pid.PID(*(jnp.asarray(v) for v in (-0.1, 0.2, 0.3, 0.0)))
    figure = pid.plot_atoms({"copy": pid.mmi(copy), "estimate": below})
    (axes,) = figure.axes
    assert axes.get_ylabel() == "information [bits]"
    heights = [patch.get_height() for patch in axes.patches]
    np.testing.assert_allclose(
        heights, np.array([np.log(2), -0.1, 0, 0.2, 0, 0.3, 0, 0]) / np.log(2)
    )
