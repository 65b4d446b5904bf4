"""The maps are one-to-one: each can be undone, or increases."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infojax import tasks


def base(name: str):
    """Samples of a task with the outermost map, and of what lies under it."""
    under = name.split("-", 1)[1]
    key = jax.random.key(2)
    return tasks.make(name).sample(key, 400), tasks.make(under).sample(key, 400)


UNDO = {
    "normal_cdf-multinormal-sparse-3-3-2-2.0": 2 * (stats.norm.ppf,),
    "half_cube-multinormal-sparse-25-25-2-2.0": 2
    * (lambda x: np.sign(x) * np.abs(x) ** (2 / 3),),
    "asinh-student-identity-3-3-2": 2 * (np.sinh,),
    "spiral-multinormal-sparse-25-25-2-2.0": (
        tasks.spiral(-1 / 25, plane=(0, 1)),
        tasks.spiral(-1 / 25, plane=(1, 2)),
    ),
    "spiral-normal_cdf-multinormal-sparse-5-5-2-2.0": (
        tasks.spiral(-1 / 5, plane=(0, 1)),
        tasks.spiral(-1 / 5, plane=(1, 2)),
    ),
    "swissroll_x-normal_cdf-1v1-normal-0.75": (
        lambda x: (21 * np.hypot(*x.T)[:, None] / (1.5 * np.pi) - 1) / 2,
        lambda y: y,
    ),
}


@pytest.mark.parametrize("name", UNDO)
def test_what_lies_under_a_map_can_be_recovered(name: str):
    seen, under = base(name)
    for undo, got, expected in zip(UNDO[name], seen, under, strict=True):
        np.testing.assert_allclose(undo(np.asarray(got)), expected, rtol=1e-9)


def test_the_published_waves_increase_with_the_published_slopes():
    (x, y), (u, v) = base("wiggly-1v1-normal-0.75")
    for got, under in ((x, u), (y, v)):
        order = np.argsort(np.asarray(under)[:, 0])
        assert (np.diff(np.asarray(got)[order, 0]) > 0).all()
    u, v = np.asarray(u), np.asarray(v)
    wave_x = 0.4 * np.sin(u) + 0.2 * np.sin(1.7 * u + 1) + 0.03 * np.sin(3.3 * u - 2.5)
    wave_y = (
        -0.4 * np.sin(0.4 * v)
        + 0.17 * np.sin(1.3 * v + 3.5)
        + 0.02 * np.sin(4.3 * v - 2.5)
    )
    np.testing.assert_allclose(x, u + wave_x, atol=1e-12)
    np.testing.assert_allclose(y, v + wave_y, atol=1e-12)


def test_margins_of_the_bimodal_task_and_its_gaussian_copula():
    x, y = tasks.make("1v1-bimodal-0.75").sample(jax.random.key(1), 4000)
    cdf = stats.norm.cdf
    u = 0.3 * cdf(x[:, 0]) + 0.7 * cdf(x[:, 0] - 5)
    v = 0.5 * cdf(y[:, 0] + 1) + 0.5 * cdf(y[:, 0] - 3)
    for margin in (u, v):
        assert stats.kstest(margin, "uniform").pvalue > 1e-3
    scores = stats.norm.ppf(np.stack([u, v]))
    error = 6 * (1 - 0.75**2) / np.sqrt(4000)
    assert abs(np.corrcoef(scores)[0, 1] - 0.75) < error


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_quantiles_of_a_mixture_solve_their_equation_far_into_both_tails(dtype):
    weights, means, scales = [0.2, 0.8], [-1.0, 2.0], [0.5, 1.5]
    go = tasks.to_normal_mixture(weights, means, scales=scales)
    z = jnp.linspace(-7, 7, 57).astype(dtype)
    q = np.asarray(go(z), np.float64)
    assert (np.diff(q) > 0).all()
    for sign in (1, -1):  # each side on its own tail, relative to its size
        half = np.asarray(sign * z <= 0)
        tails = [
            w * stats.norm.cdf(sign * (q[half] - m) / s)
            for w, m, s in zip(weights, means, scales, strict=True)
        ]
        expected = stats.norm.cdf(sign * np.asarray(z, np.float64)[half])
        tolerance = 1e-4 if dtype == jnp.float32 else 1e-12
        np.testing.assert_allclose(sum(tails), expected, rtol=tolerance)


def test_slope_of_a_quantile_is_the_ratio_of_densities():
    go = tasks.to_normal_mixture([0.3, 0.7], [0.0, 5.0])
    for z in (-3.0, 0.1, 2.0):
        q = float(go(jnp.array(z)))
        density = 0.3 * stats.norm.pdf(q) + 0.7 * stats.norm.pdf(q - 5)
        expected = stats.norm.pdf(z) / density
        np.testing.assert_allclose(jax.grad(go)(jnp.array(z)), expected, rtol=1e-9)


def test_a_spiral_preserves_length_and_volume():
    x = jax.random.normal(jax.random.key(0), (5, 4))
    turn = tasks.spiral(0.7, plane=(3, 1))
    got = turn(x)
    np.testing.assert_allclose(jnp.linalg.norm(got, axis=1), jnp.linalg.norm(x, axis=1))
    jacobian = jax.vmap(jax.jacobian(lambda row: turn(row[None])[0]))(x)
    np.testing.assert_allclose(jnp.linalg.det(jacobian), 1, rtol=1e-12)


def test_a_swiss_roll_is_a_curve_in_the_published_frame():
    u = jnp.linspace(0.0, 1.0, 500)
    curve = np.asarray(tasks.swiss_roll(u))
    np.testing.assert_allclose(curve[0], [0, -1.5 * np.pi / 21], atol=1e-12)
    np.testing.assert_allclose(curve[-1], [0, 4.5 * np.pi / 21], atol=1e-12)
    assert (np.diff(np.hypot(*curve.T)) > 0).all()


def test_maps_that_cannot_be_undone_are_refused():
    with pytest.raises(ValueError, match="wiggle: `amplitudes` must be"):
        tasks.wiggle([1.0], [2.0], [0.0])
    with pytest.raises(ValueError, match="spiral: `plane` must be"):
        tasks.spiral(1.0, plane=(1, 1))
    with pytest.raises(ValueError, match="spiral: `x` must be"):
        tasks.spiral(1.0, plane=(0, 2))(jnp.ones((3, 2)))
    with pytest.raises(ValueError, match="swiss_roll: `x` must be"):
        tasks.swiss_roll(jnp.ones((3, 2)))
    with pytest.raises(ValueError, match="to_normal_mixture: `weights` must be of sum"):
        tasks.to_normal_mixture([0.5, 0.6], [0.0, 1.0])
    with pytest.raises(ValueError, match="to_normal_mixture: `means` must be as long"):
        tasks.to_normal_mixture([0.5, 0.5], [0.0])
    with pytest.raises(ValueError, match="to_normal_mixture: `scales` must be"):
        tasks.to_normal_mixture([0.5, 0.5], [0.0, 1.0], scales=[1.0, 0.0])
