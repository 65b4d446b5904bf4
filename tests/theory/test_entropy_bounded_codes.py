"""Codes of bounded entropy against reference numbers, enumeration and guarantees."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from theory.couplings import couple, inputs, near, of, random_laws

from infojax import closed_form, theory

bounded = jax.jit(lambda p, r: theory.entropy_bounded_map(p, max_entropy=r))
enveloped = jax.jit(lambda p, r: theory.entropy_bounded_envelope(p, max_entropy=r))
chained = jax.jit(lambda p, q, r: theory.bottleneck_coupling(p, q, max_entropy=r))
over_bounds = jax.jit(
    jax.vmap(
        jax.vmap(
            lambda p, r: theory.entropy_bounded_map(p, max_entropy=r), in_axes=(None, 0)
        ),
        in_axes=(0, None),
    )
)
entropies = closed_form.categorical_entropy


def part_masses(p, labels) -> jax.Array:
    return jnp.zeros_like(p).at[labels].add(p)


def partition_entropies(p: jax.Array) -> jax.Array:
    every = theory.set_partitions(len(p))
    return entropies(jax.vmap(lambda labels: part_masses(p, labels))(every))


@of("ebim_greedy")
def test_reference_maps(case: dict):
    p, r = inputs(case, "p", "R")
    found, expected = bounded(p, r), case["expected"]
    assert found.feasible and found.labels.tolist() == expected["labels"]
    np.testing.assert_allclose(found.information, expected["information"], **near(case))
    values = partition_entropies(jnp.asarray(p))
    best = jnp.max(jnp.where(values <= r + 1e-12, values, 0))
    np.testing.assert_allclose(
        best, expected["best_partition_information"], **near(case)
    )
    assert best - found.information <= expected["gap_bound_h_p2"] + 1e-12


@of("ebim_perturb")
def test_reference_moves(case: dict):
    p, labels, eps = inputs(case, "p", "labels", "eps")
    expected = case["expected"]
    p_xt = p[:, None] * np.eye(labels.max() + 1)[labels]
    up = theory.raise_map_entropy(p_xt, amount=eps)
    down = theory.lower_map_entropy(p_xt, amount=eps)
    for table, way in ((up, "up"), (down, "down")):
        information = closed_form.categorical_mi(table)
        np.testing.assert_allclose(information, expected[f"{way}_I"], **near(case))
        entropy = entropies(table.sum(0))
        np.testing.assert_allclose(entropy, expected[f"{way}_H_T"], **near(case))
        np.testing.assert_allclose(table.sum(1), p, rtol=1e-12)
    assert np.argwhere(up[:, -1] > 0).tolist() == [expected["up_cell"][:1]]
    moved = np.argwhere(np.abs(down - p_xt) > 1e-12)
    x, source, target = expected["down_cell_from_to"]
    cells = [] if source == target else sorted([[x, source], [x, target]])
    assert moved.tolist() == cells


@of("ebim_envelope")
def test_reference_envelope(case: dict):
    p, bounds = inputs(case, "p", "R")
    every = theory.set_partitions(len(p))
    found = jax.jit(
        jax.vmap(
            lambda r: theory.entropy_bounded_envelope(p, max_entropy=r, labels=every)
        )
    )(bounds)
    expected = np.array(case["expected"]["information"])
    np.testing.assert_allclose(found.information, expected, **near(case))
    # Roots are exact where the reference walks on a grid.
    assert np.all(found.information >= expected - 1e-9)
    np.testing.assert_allclose(found.entropy, bounds, rtol=1e-12)


@of("mec_bottleneck")
def test_reference_chains(case: dict):
    found, expected = chained(*inputs(case, "p_x", "p_y", "R")), case["expected"]
    parts = len(expected["p_t"])
    p_t = found.p_xt.sum(0)
    np.testing.assert_allclose(p_t[:parts], expected["p_t"], **near(case))
    assert np.all(p_t[parts:] == 0)
    np.testing.assert_allclose(found.p_xy, expected["p_xy"], **near(case))
    got = (
        found.encoder_information,
        found.decoder_information,
        found.information,
        found.bound,
    )
    names = "I_xt", "I_ty", "I_xy", "lower_bound"
    for value, name in zip(got, names, strict=True):
        np.testing.assert_allclose(value, expected[name], **near(case))


def test_the_guarantee_of_maps_over_many_bounds():
    p = random_laws(30, 8)
    bounds = jnp.linspace(0.0, math.log(8), 25)
    found = over_bounds(p, bounds)
    assert np.all(found.feasible)
    assert np.all(found.information <= bounds + 1e-9)
    assert np.all(np.diff(found.information, axis=1) >= -1e-12)
    whole = entropies(p)[:, None]
    second = jnp.sort(p)[:, -2]
    gap = entropies(jnp.stack([second, 1 - second], axis=-1))[:, None]
    short = jnp.minimum(bounds, whole) - found.information
    assert np.all(short <= gap + 1e-12)
    identity = np.broadcast_to(bounds >= whole, short.shape)
    np.testing.assert_allclose(np.asarray(short)[identity], 0, atol=1e-12)
    values = jax.vmap(jax.vmap(part_masses, (None, 0)))(p, found.labels)
    np.testing.assert_allclose(found.information, entropies(values), atol=1e-12)
    # One part at no entropy at all.
    assert np.all(found.labels[:, 0] == 0)


def test_labels_are_canonical_and_padding_changes_nothing():
    p = random_laws(6)
    for r in (0.4, 0.9, 1.3, 2.0):
        plain = bounded(p, r)
        first = [plain.labels.tolist().index(t) for t in range(max(plain.labels) + 1)]
        assert first == sorted(first)
        at = jnp.array([1, 2, 4, 5, 6, 8])
        padded = bounded(jnp.zeros(9).at[at].set(3 * p), r)
        assert padded.labels[at].tolist() == plain.labels.tolist()
        np.testing.assert_allclose(padded.information, plain.information, rtol=1e-12)
        heaviest = plain.labels[jnp.argmax(part_masses(p, plain.labels)[plain.labels])]
        assert np.all(padded.labels[jnp.array([0, 3, 7])] == heaviest)


def test_degenerate_sources_and_bounds():
    assert bounded(jnp.ones(1), 0.0).labels.tolist() == [0]
    empty = bounded(jnp.zeros(3), 1.0)
    assert empty.information == 0 and empty.labels.tolist() == [0, 0, 0]
    below = bounded(random_laws(4), -0.1)
    assert not below.feasible and below.labels.tolist() == [0, 0, 0, 0]
    assert bounded(random_laws(4), jnp.inf).labels.tolist() == [0, 1, 2, 3]
    assert np.isnan(bounded(random_laws(4), jnp.nan).information)
    for value in (-1.0, math.nan):
        with pytest.raises(ValueError, match="`max_entropy` must be >= 0"):
            theory.entropy_bounded_map(jnp.ones(2), max_entropy=value)


def test_partitions_are_all_there():
    for n, bell in enumerate((1, 2, 5, 15, 52, 203), 1):
        labels = theory.set_partitions(n)
        assert labels.shape == (bell, n)
        assert len({tuple(row) for row in labels.tolist()}) == bell
    with pytest.raises(ValueError, match="`n` must be <= 10"):
        theory.set_partitions(11)


def test_the_envelope_is_the_best_of_moves_on_a_grid():
    # Moves of every partition by the public functions, in steps of a thousandth.
    p, bounds = random_laws(4, seed=3), jnp.linspace(0.05, 1.35, 14)
    every = theory.set_partitions(4)
    found = jax.jit(
        jax.vmap(
            lambda r: theory.entropy_bounded_envelope(p, max_entropy=r, labels=every)
        )
    )(bounds)
    codes = p[:, None] * jax.nn.one_hot(every, 4, dtype=p.dtype)
    amounts = jnp.linspace(0, float(p.max()), 1001)

    @jax.jit
    def on_grid(code):
        def both(amount):
            up = theory.raise_map_entropy(code, amount=amount)
            down = jnp.pad(
                theory.lower_map_entropy(code, amount=amount), ((0, 0), (0, 1))
            )
            tables = jnp.stack([up, down])
            return closed_form.categorical_mi(tables), entropies(tables.sum(1))

        return jax.lax.map(both, amounts)

    information, entropy = (
        jnp.concatenate(part) for part in zip(*map(on_grid, codes), strict=True)
    )
    kept = jnp.where(entropy <= bounds[:, None, None] + 1e-12, information, 0)
    grid = jnp.max(kept, axis=(1, 2))
    assert np.all(found.information >= grid - 1e-9)
    np.testing.assert_allclose(found.information, grid, atol=5e-3)
    assert np.all(found.entropy <= bounds + 1e-9)
    np.testing.assert_allclose(found.p_xt.sum(2), np.tile(p, (14, 1)), rtol=1e-12)
    np.testing.assert_allclose(
        closed_form.categorical_mi(found.p_xt), found.information, rtol=1e-12
    )


def test_the_envelope_is_not_below_the_map():
    p, bounds = random_laws(12), jnp.linspace(0.0, 2.4, 13)
    envelope = jax.jit(
        jax.vmap(lambda r: theory.entropy_bounded_envelope(p, max_entropy=r))
    )(bounds)
    maps = jax.vmap(lambda r: bounded(p, r))(bounds)
    assert np.all(envelope.information >= maps.information - 1e-12)
    assert np.any(envelope.information >= maps.information + 1e-3)
    assert np.all(envelope.entropy <= bounds + 1e-9)


def test_noise_fills_the_gaps_of_a_uniform_source():
    # Its columns weigh the same: the lightest then gives to another one.
    p, r = jnp.full(4, 0.25), math.log(4) - 0.05
    found = enveloped(p, r)
    assert found.information > bounded(p, r).information + 0.05
    np.testing.assert_allclose(found.entropy, r, rtol=1e-12)


def test_envelopes_of_bad_input():
    p = random_laws(3)
    below = enveloped(p, -0.1)
    assert not below.feasible and below.information == 0
    np.testing.assert_allclose(below.p_xt[:, 0], p)
    empty = enveloped(jnp.zeros(3), 1.0)
    assert empty.information == 0 and np.all(empty.p_xt == 0)
    with pytest.raises(ValueError, match="`labels` must be"):
        theory.entropy_bounded_envelope(
            p, max_entropy=1.0, labels=theory.set_partitions(2)
        )
    with pytest.raises(TypeError, match="`labels` must be an integer array"):
        theory.entropy_bounded_envelope(p, max_entropy=1.0, labels=jnp.ones((1, 3)))


def test_chains_keep_their_ends_and_their_bound():
    p, q = random_laws(9), random_laws(6, seed=1)
    bounds = jnp.linspace(0.0, 2.5, 11)
    found = jax.jit(
        jax.vmap(lambda r: theory.bottleneck_coupling(p, q, max_entropy=r))
    )(bounds)
    np.testing.assert_allclose(found.p_xy.sum(2), np.tile(p, (11, 1)), atol=1e-14)
    np.testing.assert_allclose(found.p_xy.sum(1), np.tile(q, (11, 1)), atol=1e-14)
    np.testing.assert_allclose(found.p_xt.sum(2), np.tile(p, (11, 1)), atol=1e-14)
    np.testing.assert_allclose(found.p_ty.sum(2), found.p_xt.sum(1), atol=1e-14)
    assert np.all(found.information >= found.bound - 1e-9)
    most = np.minimum(found.encoder_information, found.decoder_information)
    assert np.all(found.information <= most + 1e-9)
    np.testing.assert_allclose(
        found.bound,
        found.encoder_information + found.decoder_information - bounds,
        atol=1e-12,
    )
    # No entropy, no information; no limit, the coupling of both ends.
    np.testing.assert_allclose(found.p_xy[0], jnp.outer(p, q), atol=1e-14)
    np.testing.assert_allclose(found.p_xy[-1], couple(p, q).joint, atol=1e-14)


def test_chains_of_empty_laws_are_empty():
    p = random_laws(3)
    assert np.all(chained(jnp.zeros(3), p, 1.0).p_xy == 0)
    found = chained(p, jnp.zeros(2), 1.0)
    assert np.all(found.p_xy == 0) and found.information == 0
    assert np.isnan(chained(p, p, jnp.nan).information)
