"""Masks delete, weights replicate, order is irrelevant, plans change nothing."""

from __future__ import annotations

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from contracts.cases import CASES, Case, example
from infojax import PairPlan
from infojax._base import tiles


def having(attribute: str):
    rows = [c for c in CASES if getattr(c, attribute)]
    return pytest.mark.parametrize("case", rows, ids=lambda c: c.id)


def _delete(case: Case, a, keep):
    a = a[keep]
    return a[:, keep] if case.square else a


def _mask(n: int) -> np.ndarray:
    keep = np.ones(n, bool)
    keep[[1, n // 2]] = False
    return keep


def _spoil(case: Case, a, keep):
    """Masked rows hold rubbish, which must not matter (integers stay valid)."""
    if not jnp.issubdtype(a.dtype, jnp.floating):
        return a
    rows = a.at[~keep].set(jnp.nan)
    return rows.at[:, ~keep].set(jnp.nan) if case.square else rows


@having("masks")
def test_a_mask_equals_deletion_even_over_nan(case: Case):
    arrays = example(case)
    options, spoiled, deleted = {}, list(arrays), list(arrays)
    for keyword, positions in case.masks.items():
        keep = _mask(len(arrays[positions[0]]))
        options[keyword] = jnp.asarray(keep)
        for i in positions:
            spoiled[i] = _spoil(case, arrays[i], keep)
            deleted[i] = _delete(case, arrays[i], keep)
    got = jax.jit(lambda a, o: case.call(*a, **o))(spoiled, options)
    expected = case.compiled(*deleted)
    chex.assert_trees_all_close(got, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
def test_a_nan_that_no_mask_deletes_comes_out_as_nan(case: Case):
    arrays = example(case)
    call = case.compiled
    for i, a in enumerate(arrays):
        if not jnp.issubdtype(a.dtype, jnp.floating):
            continue
        spoiled = list(arrays)
        spoiled[i] = a.at[(0,) * a.ndim].set(jnp.nan)
        leaves = jax.tree.leaves(call(*spoiled))
        assert any(np.isnan(leaf).any() for leaf in leaves), f"argument {i}"


@having("masks")
def test_everything_masked_gives_zero_and_no_gradient(case: Case):
    arrays = example(case)
    options = {
        keyword: jnp.zeros(len(arrays[positions[0]]), bool)
        for keyword, positions in case.masks.items()
    }
    floating = [a for a in arrays if jnp.issubdtype(a.dtype, jnp.floating)]

    def f(*parts):
        parts = iter(parts)
        full = [
            next(parts) if jnp.issubdtype(a.dtype, jnp.floating) else a for a in arrays
        ]
        out = jax.tree.leaves(case.call(*full, **options))
        return sum(jnp.sum(o) for o in out)

    positions = tuple(range(len(floating)))
    value, gradient = jax.jit(jax.value_and_grad(f, argnums=positions))(*floating)
    assert np.isfinite(value)
    if case.zero_when_empty:
        assert value == 0
    for g in gradient:
        assert (g == 0).all()


@having("weights")
def test_integer_weights_equal_repetition(case: Case):
    arrays = example(case)
    options, repeated = {}, list(arrays)
    for keyword, positions in case.weights.items():
        times = np.arange(len(arrays[positions[0]])) % 3
        options[keyword] = jnp.asarray(times, float)
        for i in positions:
            repeated[i] = jnp.repeat(arrays[i], times, axis=0)
    got = jax.jit(lambda a, o: case.call(*a, **o))(arrays, options)
    expected = case.compiled(*repeated)
    chex.assert_trees_all_close(got, expected, rtol=1e-9, atol=1e-10)


@having("joint")
def test_the_order_of_samples_is_irrelevant(case: Case):
    arrays, call = list(example(case)), case.compiled
    expected = call(*arrays)
    for number, group in enumerate(case.joint):
        order = np.random.default_rng(number).permutation(len(arrays[group[0]]))
        for i in group:
            arrays[i] = _delete(case, arrays[i], order)
    chex.assert_trees_all_close(call(*arrays), expected, rtol=1e-9, atol=1e-10)


@having("symmetric")
def test_claimed_symmetry_of_the_first_two_arguments(case: Case):
    (x, y, *rest), call = example(case), case.compiled
    chex.assert_trees_all_close(
        call(x, y, *rest), call(y, x, *rest), rtol=1e-9, atol=1e-10
    )


@having("plan")
def test_blocks_change_neither_value_nor_gradient(case: Case, monkeypatch):
    monkeypatch.setattr(tiles, "_LEAST", 1)  # tiles where there may be tiles
    arrays = example(case)

    def both(plan):
        def f(*a):
            return sum(jnp.sum(o) for o in jax.tree.leaves(case.call(*a, plan=plan)))

        positions = tuple(case.floating(arrays))
        return jax.jit(jax.value_and_grad(f, argnums=positions))(*arrays)

    # Five rows at a time: the last block is partly padding.
    chex.assert_trees_all_close(
        both(PairPlan(block_size=5)), both(PairPlan()), rtol=1e-9, atol=1e-10
    )
