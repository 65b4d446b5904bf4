"""What the bounds are at constants, how they relate, and what leaves them alone."""

from __future__ import annotations

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import PairPlan, Pairs, bounds

EXACT = {"rtol": 1e-10, "atol": 1e-12}
KEY = jax.random.key(0)
N = 7


def random(seed: int = 0, n: int = N) -> jax.Array:
    rng = np.random.default_rng(seed)
    return jnp.asarray(rng.normal(size=(n, n)) + 2 * np.eye(n))


def zeros(s):
    return jnp.zeros(len(s))


@pytest.mark.parametrize("c", [-3.0, 0.0, 0.7, 40.0])
def test_constant_scores_show_no_information(c: float):
    scores = jnp.full((N, N), c)
    for value in (
        bounds.donsker_varadhan(scores),
        bounds.infonce_symmetric(scores),
        bounds.flo(scores, zeros(scores)),
        bounds.club(scores),
        bounds.club_sampled(KEY, scores),
        bounds.leave_one_out(scores),
        bounds.tuba(scores, jnp.full(N, c)),
        bounds.mine(scores, -jnp.inf).value,
        bounds.smile(scores, clip=jnp.inf),
    ):
        np.testing.assert_allclose(value, 0, atol=1e-12)


def test_zero_scores_show_no_information_as_log_ratios():
    scores = jnp.zeros((N, N))
    log_2 = np.log(2)
    for value, expected in (
        (bounds.nwj(scores + 1), 0),
        (bounds.jensen_shannon(scores), 0),
        (bounds.jensen_shannon_objective(scores), -2 * log_2),
        (bounds.siglip(scores - np.log(N - 1)), 0),
        (bounds.siglip_objective(scores), -N * log_2),
        (bounds.kl_dime_objective(scores), 0),
        (bounds.hellinger_dime_objective(scores), 0),
        (bounds.reverse_kl_dime_objective(scores), -1),
    ):
        np.testing.assert_allclose(value, expected, atol=1e-12)


@pytest.mark.parametrize(
    "bound",
    [
        bounds.donsker_varadhan,
        bounds.infonce,
        bounds.infonce_symmetric,
        bounds.club,
        bounds.leave_one_out,
        lambda s: bounds.flo(s, 0.3 * jnp.ones(N)),
        lambda s: bounds.interpolated(s, alpha=1.0),
        lambda s: bounds.mine(s, -jnp.inf).value,
        lambda s: bounds.club_sampled(KEY, s),
    ],
)
def test_a_constant_added_to_all_scores_changes_nothing(bound):
    np.testing.assert_allclose(bound(random() + 1.7), bound(random()), **EXACT)


def test_a_constant_for_each_x_leaves_infonce_alone_and_moves_nwj():
    scores = random()
    moved = scores + jnp.arange(1.0 * N)[:, None]
    np.testing.assert_allclose(bounds.infonce(moved), bounds.infonce(scores), **EXACT)
    assert abs(bounds.nwj(moved) - bounds.nwj(scores)) > 0.1


@pytest.mark.parametrize("seed", range(4))
def test_relations_between_bounds(seed: int):
    scores = 2 * random(seed)
    dv = bounds.donsker_varadhan(scores)
    assert dv >= bounds.nwj(scores)
    assert bounds.infonce_symmetric(10 * scores) <= np.log(N)
    np.testing.assert_allclose(bounds.smile(scores, clip=jnp.inf), dv, **EXACT)
    np.testing.assert_allclose(bounds.mine(scores, 0.3).value, dv, **EXACT)
    np.testing.assert_allclose(
        bounds.infonce_symmetric(scores),
        (bounds.infonce(scores) + bounds.infonce(scores.T)) / 2,
        **EXACT,
    )
    np.testing.assert_allclose(
        bounds.kl_dime_objective(scores), bounds.nwj(1 + scores), **EXACT
    )
    np.testing.assert_allclose(
        bounds.siglip(scores - np.log(N - 1)), bounds.jensen_shannon(scores), **EXACT
    )


@pytest.mark.parametrize("seed", range(3))
def test_tuba_is_the_interpolated_bound_without_negatives_in_its_baseline(seed: int):
    scores, log_a = random(seed), random(seed + 9)[0]

    def interpolated(s, a):
        return bounds.interpolated(s, alpha=0.0, log_baseline=a)

    got, expected = (
        jax.value_and_grad(f, argnums=(0, 1))(scores, log_a)
        for f in (bounds.tuba, interpolated)
    )
    chex.assert_trees_all_close(got, expected, **EXACT)
    np.testing.assert_allclose(
        bounds.tuba(scores, jnp.ones(N)), bounds.nwj(scores), **EXACT
    )


def test_the_best_baseline_and_the_best_u_are_stationary():
    scores = random()
    off = jnp.where(jnp.eye(N, dtype=bool), -jnp.inf, scores)
    columns, rows = (
        jax.nn.logsumexp(off, axis=axis) - jnp.log(N - 1.0) for axis in (0, 1)
    )
    best_u = rows - jnp.diagonal(scores)
    slope_a = jax.grad(bounds.tuba, argnums=1)(scores, columns)
    slope_u = jax.grad(bounds.flo, argnums=1)(scores, best_u)
    np.testing.assert_allclose(slope_a, 0, atol=1e-12)
    np.testing.assert_allclose(slope_u, 0, atol=1e-12)
    np.testing.assert_allclose(bounds.flo(scores, best_u), -best_u.mean(), **EXACT)


def test_the_sigmoid_loss_as_published():
    # Sum over all pairs of log sigmoid(z s), z = 1 on the diagonal, else -1, over n.
    scores = np.asarray(random())
    z = 2 * np.eye(N) - 1
    published = np.log(1 / (1 + np.exp(-z * scores))).sum() / N
    got = bounds.siglip_objective(jnp.asarray(scores))
    np.testing.assert_allclose(got, published, **EXACT)


def test_bounds_reach_the_information_with_the_exact_log_ratio():
    rho, n = 0.6, 3000
    rng = np.random.default_rng(0)
    x = rng.normal(size=n)
    y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)
    rest = 1 - rho**2

    def log_ratio(x, y):
        square = (y[None] - rho * x[:, None]) ** 2 / rest - y[None] ** 2
        return -0.5 * (square + np.log(rest))

    plan = PairPlan(block_size=300)
    pairs = Pairs(log_ratio, jnp.asarray(x), jnp.asarray(y), plan)
    raised = Pairs(lambda a, b: 1 + log_ratio(a, b), pairs.x, pairs.y, plan)
    lowered = Pairs(
        lambda a, b: log_ratio(a, b) - np.log(n - 1), pairs.x, pairs.y, plan
    )
    truth = -0.5 * np.log(rest)
    for value in (
        bounds.donsker_varadhan(pairs),
        bounds.nwj(raised),
        bounds.jensen_shannon(pairs),
        bounds.siglip(lowered),
        bounds.smile(pairs),
        bounds.gan_dime(pairs),
        bounds.leave_one_out(pairs),
        bounds.mine(pairs, -jnp.inf).value,
    ):
        # Log ratios have standard deviation 0.6; 0.6 / sqrt(n) is 0.011.
        np.testing.assert_allclose(value, truth, atol=0.03)
    # An upper bound, in which the log density of y, left out here, cancels.
    assert bounds.club(pairs) > truth
