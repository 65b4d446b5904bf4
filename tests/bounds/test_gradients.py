"""Estimates ascend their objectives, MINE its moving average; nothing overflows."""

from __future__ import annotations

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import PairPlan, Pairs, bounds

MINE = [c for c in golden("variational_bounds") if c["name"].startswith("mine_ema")]
TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
KEY = jax.random.key(0)
ESTIMATES = {
    "jensen_shannon": (bounds.jensen_shannon, bounds.jensen_shannon_objective),
    "smile": (bounds.smile, bounds.jensen_shannon_objective),
    "siglip": (bounds.siglip, bounds.siglip_objective),
    "kl_dime": (bounds.kl_dime, bounds.kl_dime_objective),
    "gan_dime": (bounds.gan_dime, bounds.gan_dime_objective),
    "hellinger_dime": (bounds.hellinger_dime, bounds.hellinger_dime_objective),
    "reverse_kl_dime": (bounds.reverse_kl_dime, bounds.reverse_kl_dime_objective),
}
ALL = {
    **{name: estimate for name, (estimate, _) in ESTIMATES.items()},
    **{f"{name}_objective": f for name, (_, f) in ESTIMATES.items() if name != "smile"},
    "donsker_varadhan": bounds.donsker_varadhan,
    "nwj": bounds.nwj,
    "infonce": bounds.infonce,
    "infonce_symmetric": bounds.infonce_symmetric,
    "interpolated": lambda s: bounds.interpolated(s, alpha=0.5),
    "mine": lambda s: bounds.mine(s, -jnp.inf).value,
    "club": bounds.club,
    "club_sampled": lambda s: bounds.club_sampled(KEY, s),
    "leave_one_out": bounds.leave_one_out,
    "tuba": lambda s: bounds.tuba(s, column(s)),
    "flo": lambda s: bounds.flo(s, column(s)),
}


def column(s) -> jax.Array:
    """Values a row in the dtype of the scores."""
    if isinstance(s, Pairs):
        return jnp.sin(s.diagonal())
    return jnp.sin(jnp.diagonal(s))


def random(n: int = 6) -> jax.Array:
    rng = np.random.default_rng(0)
    return jnp.asarray(rng.normal(size=(n, n)) + 2 * np.eye(n))


def test_every_bound_of_scores_is_here():
    others = {"barber_agakov", "derangement", "MINE", "JointProduct"}
    assert set(bounds.__all__) - others == set(ALL)


@pytest.mark.parametrize("name", ESTIMATES)
def test_an_estimate_has_the_gradient_of_its_objective(name: str):
    estimate, objective = ESTIMATES[name]
    scores = random()
    expected = jax.grad(objective)(scores)
    np.testing.assert_array_equal(jax.grad(estimate)(scores), expected)
    curvature = jax.hessian(objective)(scores)
    np.testing.assert_allclose(jax.hessian(estimate)(scores), curvature, rtol=1e-12)
    # Training climbs the objective, which is not what is reported.
    assert abs(estimate(scores) - objective(scores)) > 1e-3
    direction = jnp.sign(expected)
    _, slope = jax.jvp(estimate, (scores,), (direction,))
    np.testing.assert_allclose(slope, jnp.sum(expected * direction), rtol=1e-12)


def test_smile_clips_negatives_only_and_takes_its_clip_as_an_array():
    scores = 3 * random()
    off = ~np.eye(len(scores), dtype=bool)
    for clip in (0.5, 2):
        mean = np.exp(np.clip(scores, -clip, clip))[off].mean()
        expected = np.mean(np.diagonal(scores)) - np.log(mean)
        np.testing.assert_allclose(bounds.smile(scores, clip=clip), expected)
        traced = jax.jit(lambda s, c: bounds.smile(s, clip=c))
        np.testing.assert_allclose(traced(scores, jnp.asarray(clip)), expected)
    assert jax.grad(lambda c: bounds.smile(scores, clip=c))(2.0) == 0
    with pytest.raises(ValueError, match=r"smile: `clip` must be a scalar"):
        bounds.smile(scores, clip=jnp.ones(2))


@pytest.mark.parametrize("case", MINE, ids=lambda c: c["name"])
def test_mine_of_two_reference_batches(case: dict):
    rate, expected = case["params"]["ema_rate"], case["expected"]

    def value(scores, log_mean):
        return bounds.mine(scores, log_mean, rate=rate)

    state = jnp.asarray(-jnp.inf)
    for step in ("1", "2"):
        scores = jnp.asarray(case["inputs"][f"scores_step{step}"])
        (got, state), gradient = jax.value_and_grad(value, has_aux=True)(scores, state)
        np.testing.assert_allclose(got, expected[f"value{step}"], **TOLERANCE)
        np.testing.assert_allclose(state, expected[f"log_ema{step}"], **TOLERANCE)
        np.testing.assert_allclose(gradient, expected[f"grad{step}"], **TOLERANCE)


def test_the_moving_average_of_mine_accumulates():
    # Public code returns the mean of the batch as the next state, or none at all.
    batches = jnp.stack([random() + c for c in (0.0, 1.0, -1.0, 2.0)])

    def step(state, scores):
        value, state = bounds.mine(scores, state, rate=0.1)
        return state, (value, state)

    _, (_, states) = jax.lax.scan(step, jnp.asarray(-jnp.inf), batches)
    off = ~np.eye(batches.shape[1], dtype=bool)
    means = [np.exp(np.asarray(batch))[off].mean() for batch in batches]
    average = means[0]
    for mean, state in zip(means, states, strict=True):
        average = 0.9 * average + 0.1 * mean
        np.testing.assert_allclose(state, np.log(average), **TOLERANCE)
    assert abs(states[-1] - np.log(means[-1])) > 0.5


def test_the_state_of_mine_has_no_gradient_keeps_its_dtype_and_outlives_a_lost_batch():
    scores, state = random().astype(jnp.bfloat16), jnp.asarray(0.25, jnp.float32)

    def both(scores, state):
        return bounds.mine(scores, state)

    got = both(scores, state)
    assert got.value.dtype == jnp.bfloat16 and got.log_mean.dtype == jnp.float32
    for number in (0, 1):
        gradient = jax.grad(lambda *a, i=number: both(*a)[i], argnums=1)(scores, state)
        assert gradient == 0
    gradient = jax.grad(lambda s: both(s, state).log_mean)(scores)
    assert (gradient == 0).all()
    nothing = bounds.mine(scores, state, where=jnp.zeros(len(scores), bool))
    assert nothing.value == 0 and nothing.log_mean == state
    same = bounds.mine(random(), 5.0, rate=1.0)
    np.testing.assert_allclose(same.log_mean, bounds.mine(random(), -jnp.inf).log_mean)
    with pytest.raises(ValueError, match=r"mine: `log_mean` must be a scalar"):
        bounds.mine(scores, jnp.zeros(3))


def extremes(dtype) -> dict[str, jax.Array]:
    rng = np.random.default_rng(1)
    n = 8
    noise = rng.normal(size=(n, n))
    spike, trough = noise.copy(), noise.copy()
    spike[0, 1], trough[2, 2] = 250, -250
    tables = {
        "large": 200 * np.sign(noise),
        "confident": 400 * np.eye(n) - 200,
        "wrong": 200 - 400 * np.eye(n),
        "one negative dominates": spike,
        "one positive fails": trough,
        "tied": np.round(noise),
        "equal": np.full((n, n), 3.0),
    }
    return {key: jnp.asarray(value, dtype) for key, value in tables.items()}


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16])
@pytest.mark.parametrize("name", ALL)
def test_huge_and_tied_scores_give_finite_values_and_gradients(name: str, dtype):
    both = jax.jit(jax.value_and_grad(ALL[name]))
    for kind, scores in extremes(dtype).items():
        value, gradient = both(scores)
        assert value.dtype == gradient.dtype == dtype
        assert np.isfinite(value), kind
        assert np.isfinite(gradient).all(), kind


@pytest.mark.parametrize("name", ALL)
def test_pairs_in_blocks_are_the_matrix(name: str):
    rng = np.random.default_rng(2)
    x, y = (jnp.asarray(rng.normal(size=(9, 2))) for _ in range(2))

    def score(a, b):
        return 2 * jnp.tanh(a @ b.T)

    def dense(x, y):
        return ALL[name](score(x, y))

    def blocked(x, y):
        return ALL[name](Pairs(score, x, y, PairPlan(block_size=4)))

    got, expected = (
        jax.jit(jax.value_and_grad(f, argnums=(0, 1)))(x, y) for f in (blocked, dense)
    )
    chex.assert_trees_all_close(got, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", ALL)
def test_pairs_of_half_precision_accumulate_in_float32(name: str):
    rng = np.random.default_rng(3)
    x, y = (jnp.asarray(rng.normal(size=40), jnp.bfloat16) for _ in range(2))
    pairs = Pairs(lambda a, b: a[:, None] * b, x, y, PairPlan(block_size=16))
    got, expected = ALL[name](pairs), ALL[name](x[:, None] * y)
    assert got.dtype == jnp.bfloat16
    np.testing.assert_array_equal(got, expected)
