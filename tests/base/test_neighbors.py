"""Neighbours and counts: every engine gives the answer of brute force, ties too."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import PairPlan, entropy, mi
from infojax._base import _lanes, _packed, neighbors

# Tied values in every column, duplicates among the rows, spaced by a power of two or
# not (rounded differences): the hard cases for engines that must agree.
KINDS = {
    "normal": lambda rng, n, d: rng.normal(size=(n, d)),
    "lattice": lambda rng, n, d: rng.integers(0, 4, (n, d)) / 4,
    "tenths": lambda rng, n, d: rng.integers(0, 9, (n, d)) / 10,
    "constant": lambda rng, n, d: np.ones((n, d)),
    "far": lambda rng, n, d: 1e6 + rng.normal(size=(n, d)),
}
NEVER = 10**9
# The settings by which one way serves every size; those not named stay as they are.
ENGINES = {
    "brute": {"_NEAREST_TREE": (NEVER, 0), "_BRUTE": NEVER, "_SORTED": NEVER},
    "tree": {"_NEAREST_TREE": (1, 99), "_BRUTE": 0, "_SORTED": 0},
    "lanes": {"_NEAREST_TREE": (NEVER, 0), "_BRUTE": 0, "_SORTED": NEVER},
    "boxes": {"_NEAREST_TREE": (NEVER, 0), "_BRUTE": 0, "_SORTED": NEVER},
}
N = 150
kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    """Every size is served by one engine."""
    for rule, value in ENGINES[request.param].items():
        monkeypatch.setattr(neighbors, rule, value)
    monkeypatch.setattr(_lanes, "together", lambda width: 4)
    monkeypatch.setattr(_lanes, "_MEMBERS", 4)
    monkeypatch.setattr(_lanes, "_FOLD", 4)  # few enough that groups are folded
    if request.param == "boxes":
        monkeypatch.setattr(_lanes, "_GROUP_PAIRS", 64 * 39)  # rows in blocks
        # Pairs of boxes by twos, so that the last turn overlaps the one before.
        for rule, value in {"_DENSE": 0, "_ROWS": 7, "_PAIRS": 500}.items():
            monkeypatch.setattr(_packed, rule, value)
    return request.param


@pytest.fixture
def tree(monkeypatch):
    monkeypatch.setattr(neighbors, "_NEAREST_TREE", (1, 99))


def data(kind: str, n: int, d: int, dtype):
    rng = np.random.default_rng(d)
    x = jnp.asarray(KINDS[kind](rng, n, d), dtype)
    return x, jnp.asarray(rng.random(n) > 0.1)


def distances(x, mask, max_norm: bool):
    """All distances between rows that exist, in the precision of the samples."""
    x = np.asarray(x)
    gap = x[:, None] - x[None]
    distance = np.abs(gap).max(-1) if max_norm else (gap**2).sum(-1)
    distance[~mask] = np.inf
    distance[:, ~mask] = np.inf
    np.fill_diagonal(distance, np.inf)
    return distance


@kinds
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
@pytest.mark.parametrize("d, max_norm", [(1, True), (3, True), (3, False)])
def test_nearest_is_brute_force_to_the_last_tie(engine, kind, d, dtype, max_norm):
    x, mask = data(kind, N, d, dtype)
    found = jax.jit(
        lambda x, mask: neighbors.nearest(x, 3, max_norm=max_norm, where=mask)
    )(x, mask)
    keep = np.asarray(mask)
    expected = distances(x, keep, max_norm)
    order = np.argsort(expected, axis=1, kind="stable")[:, :3]
    nearest = np.take_along_axis(expected, order, axis=1)
    nearest = nearest if max_norm else np.sqrt(nearest)
    np.testing.assert_allclose(found.distance[keep], nearest[keep], rtol=1e-6)
    if max_norm or kind in ("lattice", "constant"):
        # Sums of squares may round differently in the two orders of summation.
        np.testing.assert_array_equal(found.indices[keep], order[keep])


@kinds
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("strict", [True, False])
def test_counts_are_brute_force_to_the_last_tie(engine, kind, d, dtype, strict):
    x, mask = data(kind, N, d, dtype)
    keep = np.asarray(mask)
    distance = distances(x, keep, True)
    # Radii that are distances of the sample themselves, zero among them.
    radius = np.sort(distance, axis=1)[:, 4]
    radius[::5] = 0
    radius = jnp.asarray(np.where(keep, radius, 0), dtype)
    count = jax.jit(
        lambda x, r, m: neighbors.count_within(x, r, strict=strict, where=m)
    )(x, radius, mask)
    limit = np.asarray(radius)[:, None]
    inside = distance < limit if strict else distance <= limit
    np.testing.assert_array_equal(count, np.where(keep, inside.sum(1), 0))


@kinds
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("max_norm", [True, False])
def test_nearest_in_another_sample_is_brute_force(engine, kind, dtype, k, max_norm):
    (x, mask_x), (y, mask_y) = (data(kind, n, 2, dtype) for n in (N, N - 20))
    y = y + jnp.asarray(0.25, dtype)
    found = jax.jit(
        lambda x, y: neighbors.nearest_in(
            x, y, k, max_norm=max_norm, where_x=mask_x, where_y=mask_y
        )
    )(x, y)
    gap = np.asarray(x)[:, None] - np.asarray(y)[None, mask_y]
    expected = np.abs(gap).max(-1) if max_norm else np.sqrt((gap**2).sum(-1))
    expected = np.sort(expected, axis=1)[mask_x, :k]
    np.testing.assert_allclose(found.distance[mask_x], expected, rtol=1e-6)
    assert np.asarray(mask_y)[found.indices[mask_x]].all()
    assert np.isinf(found.distance[~mask_x]).all()


def test_a_nan_in_another_sample_says_so(engine):
    x = data("normal", N, 2, jnp.float64)[0]
    y = x.at[3, 1].set(jnp.nan)
    assert np.isnan(neighbors.nearest_in(x, y, 1).distance).all()
    masked = neighbors.nearest_in(x, y, 1, where_y=jnp.arange(N) != 3)
    np.testing.assert_array_equal(masked.distance[:3], 0)


def test_blocks_change_nothing(engine):
    x, mask = data("tenths", N, 2, jnp.float64)
    dense, blocked = (
        neighbors.nearest(x, 4, where=mask, plan=PairPlan(size)) for size in (None, 7)
    )
    np.testing.assert_array_equal(dense.distance, blocked.distance)
    np.testing.assert_array_equal(dense.indices[mask], blocked.indices[mask])


@pytest.mark.parametrize("k", [4, 5])
def test_no_neighbour_is_found_twice_at_the_end(engine, k):
    x = jnp.arange(1.0, 102.0)[:, None] ** 2
    found = neighbors.nearest(x, k).indices
    np.testing.assert_array_equal(found[-1], 99 - np.arange(k))


def test_several_radii_and_points_at_infinity(engine):
    x = data("normal", N, 2, jnp.float64)[0].at[3, 0].set(jnp.inf).at[4].set(jnp.nan)
    gaps = np.abs(x[:, None] - x[None]).max(-1)
    radii = jnp.asarray([0.2, 1, jnp.nan]) * jnp.ones((N, 1))
    counts = jax.vmap(lambda r: neighbors.count_within(x, r, strict=True))(
        jnp.stack([radii, 2 * radii])
    )
    for radius, count in zip((radii, 2 * radii), counts, strict=True):
        inside = np.sum(gaps[:, :, None] < np.asarray(radius)[:, None], axis=1)
        itself = np.all(np.isfinite(x), axis=1)[:, None] & np.isfinite(radius)
        np.testing.assert_array_equal(count, inside - itself)


def test_too_few_others_are_infinitely_far():
    x = jnp.arange(5.0)[:, None]
    mask = jnp.array([True, False, True, False, False])
    found = neighbors.nearest(x, 2, where=mask)
    np.testing.assert_array_equal(found.distance[0], [2, jnp.inf])
    np.testing.assert_array_equal(found.distance[2], [2, jnp.inf])


def test_the_distance_has_the_slope_of_its_pair():
    x = jnp.array([[0.0, 0.0], [3.0, 4.0], [30.0, 40.0]])

    def first(x):
        return neighbors.nearest(x, 1, max_norm=False).distance[0, 0]

    gradient = jax.grad(first)(x)
    np.testing.assert_allclose(gradient, [[-0.6, -0.8], [0.6, 0.8], [0, 0]])
    same = jax.grad(first)(jnp.zeros((3, 2)))
    np.testing.assert_array_equal(same, 0)


def test_the_tree_serves_under_vmap(tree):
    x = jnp.stack([data("normal", N, 2, jnp.float64)[0], jnp.zeros((N, 2))])
    x = x.at[1, :, 0].set(jnp.arange(float(N)))
    distance = jax.vmap(lambda x: neighbors.nearest(x, 1).distance)(x)
    np.testing.assert_array_equal(distance[1], 1)
    alone = neighbors.nearest(x[0], 1).distance
    np.testing.assert_array_equal(distance[0], alone)


def test_a_nan_is_far_from_everything_and_says_so(engine):
    x = data("normal", N, 2, jnp.float64)[0].at[3].set(jnp.nan)
    assert np.isnan(neighbors.nearest(x, 1).distance[3]).all()
    for estimate in (mi.ksg(x[:, 0], x[:, 1]), entropy.kozachenko_leonenko(x)):
        assert np.isnan(estimate)
