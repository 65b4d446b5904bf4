"""Derangements, and bounds of n positives and n negatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import Pairs, bounds

OBJECTIVES = {
    "kl": bounds.kl_dime_objective,
    "gan": bounds.gan_dime_objective,
    "hellinger": bounds.hellinger_dime_objective,
    "reverse_kl": bounds.reverse_kl_dime_objective,
}


@pytest.mark.parametrize("n", [2, 3, 4, 17])
def test_a_derangement_is_one_cycle(n: int):
    keys = jax.random.split(jax.random.key(n), 50)
    orders = np.asarray(jax.vmap(lambda key: bounds.derangement(key, n))(keys))
    assert np.issubdtype(orders.dtype, np.integer)
    for order in orders:
        np.testing.assert_array_equal(np.sort(order), np.arange(n))
        place, seen = 0, []
        for _ in range(n):
            place = order[place]
            seen.append(place)
        # Back at the start after n steps and not before.
        assert seen.index(0) == n - 1


def test_all_cycles_and_all_partners_are_equally_likely():
    keys = jax.random.split(jax.random.key(0), 6000)
    orders = np.asarray(jax.vmap(lambda key: bounds.derangement(key, 4))(keys))
    cycles, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(cycles) == 6
    # Six binomial counts of mean 1000 and standard deviation 29.
    np.testing.assert_allclose(counts, 1000, atol=4 * 29)


def test_masked_rows_keep_their_place_and_the_others_do_as_if_alone():
    key, keep = jax.random.key(3), np.array([1, 0, 1, 1, 0, 1, 1, 0], bool)
    order = np.asarray(bounds.derangement(key, 8, where=jnp.asarray(keep)))
    here = np.flatnonzero(keep)
    np.testing.assert_array_equal(order[~keep], np.flatnonzero(~keep))
    np.testing.assert_array_equal(order[here], here[bounds.derangement(key, len(here))])


def test_a_row_that_is_alone_keeps_its_place():
    where = jnp.arange(3) == 1
    order = bounds.derangement(jax.random.key(0), 3, where=where)
    np.testing.assert_array_equal(order, np.arange(3))


@pytest.mark.parametrize("n", [0, 1])
def test_a_derangement_needs_two_rows(n: int):
    with pytest.raises(ValueError, match=r"derangement: `n` must be >= "):
        bounds.derangement(jax.random.key(0), n)


def test_fixed_points_would_cap_the_estimate_near_log_n():
    n, c = 8, 50.0
    scores = jnp.where(jnp.eye(n, dtype=bool), c, -c)
    order = bounds.derangement(jax.random.key(0), n)
    joint, rows = jnp.diagonal(scores), jnp.arange(n)
    apart = bounds.JointProduct(joint, scores[rows, order])
    np.testing.assert_allclose(bounds.donsker_varadhan(apart), 2 * c)
    # Some permutation that leaves a single row in its place.
    together = jnp.roll(rows, 1).at[jnp.array([0, 1])].set(jnp.array([0, n - 1]))
    shuffled = bounds.JointProduct(joint, scores[rows, together])
    np.testing.assert_allclose(bounds.donsker_varadhan(shuffled), np.log(n))


def test_the_mean_over_draws_is_that_of_all_negatives():
    n = 5
    scores = jnp.asarray(np.random.default_rng(0).normal(size=(n, n)) + 2 * np.eye(n))

    def drawn(order):
        product = scores[jnp.arange(n), order]
        return bounds.JointProduct(jnp.diagonal(scores), product)

    # The shifts of one order meet every other row once.
    shifts = [jnp.roll(jnp.arange(n), k) for k in range(1, n)]
    for name, objective in OBJECTIVES.items():
        mean = np.mean([objective(drawn(order)) for order in shifts])
        np.testing.assert_allclose(mean, objective(scores), rtol=1e-10, err_msg=name)


def law():
    """A joint and a product law of four cells as samples of eight, and log ratios."""
    joint = np.repeat(np.arange(4), [3, 1, 1, 3])
    product = np.repeat(np.arange(4), [2, 2, 2, 2])
    return joint, product, np.log([1.5, 0.5, 0.5, 1.5])


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_the_log_ratio_is_the_optimum_and_the_estimate_there_the_information(kind: str):
    joint, product, log_ratio = law()

    def objective(table):
        return OBJECTIVES[kind](bounds.JointProduct(table[joint], table[product]))

    table = jnp.asarray(log_ratio)
    slope, curvature = jax.grad(objective)(table), jax.hessian(objective)(table)
    np.testing.assert_allclose(slope, 0, atol=1e-12)
    assert (np.linalg.eigvalsh(curvature) < 0).all()
    information = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    scores = bounds.JointProduct(table[joint], table[product])
    estimate = getattr(bounds, f"{kind}_dime")(scores)
    np.testing.assert_allclose(estimate, information, rtol=1e-12)
    best = {
        "kl": information,
        # Twice the Jensen-Shannon divergence less 2 log 2.
        "gan": 0.75 * np.log(0.6) + 0.25 * np.log(1 / 3) + 0.5 * np.log(4 / 15),
        "hellinger": 2 - np.sqrt(1.5) - np.sqrt(0.5),
        "reverse_kl": -0.5 * (np.log(1.5) + np.log(0.5)) - 1,
    }
    np.testing.assert_allclose(objective(table), best[kind], rtol=1e-12)


def test_scores_of_drawn_pairs_need_two_n_evaluations():
    rng = np.random.default_rng(1)
    x, y = (jnp.asarray(rng.normal(size=(6, 2))) for _ in range(2))

    def critic(a, b):
        return jnp.tanh(a @ b.T)

    order = bounds.derangement(jax.random.key(0), 6)
    drawn = bounds.JointProduct(
        Pairs(critic, x, y).diagonal(), Pairs(critic, x, y[order]).diagonal()
    )
    scores = critic(x, y)
    np.testing.assert_allclose(drawn.joint, jnp.diagonal(scores), rtol=1e-12)
    expected = scores[jnp.arange(6), order]
    np.testing.assert_allclose(drawn.product, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "bound", [bounds.infonce, bounds.siglip, bounds.club, bounds.leave_one_out]
)
def test_bounds_that_need_a_matrix_say_so(bound):
    scores = bounds.JointProduct(jnp.ones(2), jnp.ones(2))
    with pytest.raises(TypeError, match=r"must be \[n, n\] or `Pairs`; received `Jo"):
        bound(scores)


def test_pairs_must_be_square():
    pairs = Pairs(lambda a, b: a[:, None] + b, jnp.ones(3), jnp.ones(4))
    with pytest.raises(ValueError, match=r"nwj: `scores` must be square"):
        bounds.nwj(pairs)
