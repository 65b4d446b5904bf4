"""The curve: concave, of slope 1 / beta, known for copies and for normal laws."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy import stats

from infojax import closed_form, theory

TABLES = [
    np.array(c["inputs"]["pxy"])
    for c in golden("information_plane")
    if c["quantity"] == "discrete_mi"
]
curve = jax.jit(theory.bottleneck_curve, static_argnames=("tolerance", "max_steps"))


@pytest.mark.parametrize("pxy", TABLES, ids=lambda pxy: f"{len(pxy)}x{len(pxy.T)}")
def test_the_curve_is_concave_with_the_slope_of_its_trade_off(pxy):
    betas = 2.0 * 1.03 ** np.arange(120)
    found = curve(pxy, betas=betas)
    rate, relevance = np.asarray(found.rate), np.asarray(found.relevance)
    assert np.all(np.diff(rate) >= -1e-7) and np.all(np.diff(relevance) >= -1e-8)
    assert np.all(relevance <= np.minimum(rate, closed_form.categorical_mi(pxy)) + 1e-9)
    # A chord between two trade-offs has a slope between theirs: hence concavity.
    moved = np.diff(rate) > 1e-3
    slope = np.diff(relevance)[moved] / np.diff(rate)[moved]
    assert len(slope) > 10
    middle = 1 / np.sqrt(betas[1:] * betas[:-1])[moved]
    np.testing.assert_allclose(slope, middle, rtol=5e-2)
    assert np.all(np.diff(slope) < 1e-4)


def test_the_curve_of_a_copy_is_the_diagonal():
    px = np.array([0.4, 0.3, 0.2, 0.1])
    found = curve(np.diag(px), betas=np.array([0.5, 0.9, 1.1, 2.0, 1e3]))
    np.testing.assert_allclose(found.relevance, found.rate, atol=1e-9)
    entropy = closed_form.categorical_entropy(px)
    np.testing.assert_allclose(found.rate[2:], entropy, rtol=1e-9)
    np.testing.assert_allclose(found.rate[:2], 0, atol=1e-7)


def test_trade_offs_in_any_order():
    betas = np.array([3.0, 40.0, 9.0])
    mixed, ordered = (
        curve(TABLES[0], betas=betas),
        curve(TABLES[0], betas=-np.sort(-betas)),
    )
    for a, b in zip(mixed, ordered, strict=True):
        np.testing.assert_array_equal(a, b[np.array([2, 0, 1])])


def test_annealing_both_ways_meets():
    pxy, betas = TABLES[0], 3.0 * 1.1 ** np.arange(30)
    forward = jax.jit(functools.partial(theory.annealed_bottleneck_curve, clusters=4))(
        jax.random.key(0), pxy, betas=betas
    )
    back = curve(pxy, betas=betas)
    costs = [f.rate - betas * f.relevance for f in (forward, back)]
    # Splits come later than merges, and between them forward points are worse.
    assert np.all(costs[1] <= costs[0] + 1e-6)
    same = np.abs(forward.relevance - back.relevance) < 1e-5
    assert np.mean(same) > 0.7 and same[-1]
    assert forward.encoder.shape == (30, 4, 4)


def test_gradients_at_every_point():
    pxy, betas = jnp.asarray(TABLES[0]), jnp.array([40.0, 7.0])

    def total(betas, field):
        found = theory.bottleneck_curve(pxy, betas=betas, tolerance=1e-13)
        return jnp.sum(getattr(found, field))

    slope = [
        jax.jit(jax.grad(total), static_argnums=1)(betas, f)
        for f in ("rate", "relevance")
    ]
    assert np.all(slope[1] > 0)
    np.testing.assert_allclose(slope[0], betas * slope[1], rtol=1e-5)


def test_a_normal_law_cut_into_cells():
    rho, betas = 0.8, np.array([3.0, 6.0, 12.0])
    grid = np.linspace(-4, 4, 41)
    x, y = np.meshgrid(grid, grid, indexing="ij")
    law = stats.multivariate_normal(cov=[[1, rho], [rho, 1]])
    pxy = law.pdf(np.stack([x, y], axis=-1))
    found = curve(pxy, betas=betas, tolerance=1e-6, max_steps=2000)
    oracle = jax.vmap(
        lambda b: theory.gaussian_bottleneck([[1, rho], [rho, 1.0]], dx=1, beta=b)
    )(jnp.asarray(betas))
    np.testing.assert_allclose(found.rate, oracle.rate, rtol=2e-2)
    np.testing.assert_allclose(found.relevance, oracle.relevance, rtol=2e-2)
