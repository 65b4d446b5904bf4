"""Fused neighbours and counts: equal to brute force to the last tie."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export

from fused.test_logsumexp import CALLS, TRITON
from infojax._base import neighbors
from infojax._base.fused.neighbours import count_within, nearest
from infojax._base.fused.tiles import Tiles

N, K = 75, 5
TILES = Tiles(outer=16, inner=32)
GENERATOR = np.random.default_rng(0)
MASK = jnp.asarray(GENERATOR.random(N) > 0.2)
RADII = jnp.asarray(GENERATOR.choice([0, 1, 2, jnp.inf], size=(N, 2)), jnp.float32)
kernels = pytest.mark.parametrize("interpret", ["cuda", "tpu"])


def draw(d, ties=True):
    """Points on a small lattice, so that most distances tie and many are 0."""
    lattice = GENERATOR.integers(0, 3, (N, d))
    x = lattice if ties else GENERATOR.normal(size=(N, d))
    return jnp.asarray(x, jnp.float32)


def call(function, interpret, *arguments, **options):
    run = partial(function, **options, interpret=interpret, tiles=TILES)
    return jax.jit(run)(*arguments)


@pytest.mark.parametrize("max_norm", [True, False])
def test_blocks_agree_with_brute_force(max_norm):
    x = draw(3)
    got = nearest(x, MASK, K, max_norm=max_norm, fused=False)
    want = neighbors.nearest(x, K, max_norm=max_norm, where=MASK).indices
    np.testing.assert_array_equal(got[MASK], want[MASK])
    counts = count_within(x, RADII, MASK, strict=max_norm, fused=False)
    want = neighbors.count_within(x, RADII, strict=max_norm, where=MASK)
    np.testing.assert_array_equal(counts[MASK], want[MASK])


@kernels
@pytest.mark.parametrize(
    ("d", "max_norm", "ties"), [(3, True, True), (20, False, False)]
)
def test_neighbours(interpret, d, max_norm, ties):
    x = draw(d, ties)
    search = partial(nearest, k=K, max_norm=max_norm)
    got = call(search, interpret, x, MASK)
    np.testing.assert_array_equal(got, search(x, MASK, fused=False))


@kernels
def test_neighbours_in_another_sample(interpret):
    x, y = draw(3), draw(3)[:40]
    got = call(lambda *a, **k: nearest(*a, K, y=y, **k), interpret, x, MASK[:40])
    want = nearest(x, MASK[:40], K, y=y, fused=False)
    np.testing.assert_array_equal(got, want)
    shard = x[32:64]
    got = call(
        lambda *a, **k: nearest(*a, K, y=x, row_offset=jnp.int32(32), **k),
        interpret,
        shard,
        MASK,
    )
    np.testing.assert_array_equal(got, nearest(x, MASK, K, fused=False)[32:64])


@kernels
def test_fewer_than_k_and_rows_with_nan(interpret):
    x = draw(2).at[7, 1].set(jnp.nan)
    few = jnp.arange(N) < 4
    got = call(lambda *a, **k: nearest(*a, K, **k), interpret, x, few)
    assert not np.any(got[:4, 3:]) and np.all(got[10:, 4] == 0)
    np.testing.assert_array_equal(
        np.sort(got[10:, :4]), np.tile(np.arange(4), (N - 10, 1))
    )
    every = jnp.ones(N, bool)
    got = call(lambda *a, **k: nearest(*a, 32, **k), interpret, x, every)
    assert not np.any(np.delete(got, 7, 0) == 7)
    got = call(
        lambda *a, **k: count_within(*a, strict=True, **k), interpret, x, RADII, every
    )
    np.testing.assert_array_equal(
        got, count_within(x, RADII, every, strict=True, fused=False)
    )
    assert not np.any(got[7]) and np.all(
        got[np.isinf(RADII) & (np.arange(N) != 7)[:, None]] == N - 2
    )


@kernels
@pytest.mark.parametrize(("d", "strict"), [(3, True), (20, False)])
def test_counts(interpret, d, strict):
    x, y = draw(d), draw(d)[:40]
    count = partial(count_within, strict=strict)
    got = call(count, interpret, x, RADII, MASK)
    np.testing.assert_array_equal(got, count(x, RADII, MASK, fused=False))
    got = call(partial(count, y=y), interpret, x, RADII, MASK[:40])
    np.testing.assert_array_equal(got, count(x, RADII, MASK[:40], y=y, fused=False))


@kernels
def test_vmap(interpret):
    x = jnp.stack([draw(2), draw(2)])
    mask = jnp.stack([MASK, ~MASK])
    run = partial(nearest, k=K, interpret=interpret, tiles=TILES)
    got = jax.jit(jax.vmap(run))(x, mask)
    for i in range(2):
        np.testing.assert_array_equal(got[i], nearest(x[i], mask[i], K, fused=False))


@pytest.mark.parametrize("platform", ["cuda", "tpu"])
def test_lowers_without_the_device(platform):
    def both(x, radii, mask):
        indices = nearest(x, mask, 32), nearest(x, mask, K, max_norm=False)
        return indices, count_within(x, radii, mask, strict=False)

    exported = export.export(
        jax.jit(both), platforms=[platform], disabled_checks=[TRITON]
    )(draw(20), RADII, MASK)
    assert exported.mlir_module().count(CALLS[platform]) == 3
