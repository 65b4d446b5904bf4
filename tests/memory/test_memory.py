"""Row blocks bound the memory of the compiled value and of its gradient."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import pytest

from infojax import (
    PairPlan,
    Pairs,
    bounds,
    dependence,
    divergence,
    entropy,
    losses,
    mi,
    transforms,
)

N, BLOCK = 4096, 64
MATRIX = N * N * 4  # bytes of one float32 matrix of all pairs
BLOCKED = PairPlan(block_size=BLOCK)


def scores(x, y):
    return jnp.tanh(x @ y.T)


SMOOTH = {
    "bounds.infonce": lambda x, y, plan: bounds.infonce(Pairs(scores, x, y, plan)),
    "bounds.nwj": lambda x, y, plan: bounds.nwj(Pairs(scores, x, y, plan)),
    "dependence.hsic": lambda x, y, plan: dependence.hsic(x, y, plan=plan),
    "divergence.cauchy_schwarz": lambda x, y, plan: divergence.cauchy_schwarz(
        x, y, plan=plan
    ),
    "losses.mi_alpha_loss": lambda x, y, plan: losses.mi_alpha_loss(
        x, y, scores, plan=plan
    ),
    "mi.cs_qmi": lambda x, y, plan: mi.cs_qmi(x, y, plan=plan),
}
COUNTS = {
    "mi.ksg": lambda x, y: mi.ksg(x, y),
    "entropy.kozachenko_leonenko": lambda x, y: entropy.kozachenko_leonenko(x),
}


@pytest.fixture(autouse=True)
def optimised():
    """Compile as users do: without fusion every intermediate array takes memory."""
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", True)


def temporary_bytes(function, n: int = N) -> int:
    # Wide samples, which no tree serves.
    x = jax.ShapeDtypeStruct((n, 8), jnp.float32)
    analysis = jax.jit(function).lower(x, x).compile().memory_analysis()
    return analysis.temp_size_in_bytes


@pytest.mark.parametrize("name", SMOOTH)
def test_a_blocked_gradient_stays_far_below_one_matrix(name: str):
    def gradient(plan):
        return jax.grad(lambda x, y: SMOOTH[name](x, y, plan), argnums=(0, 1))

    plans = PairPlan(block_size=N), PairPlan(), BLOCKED
    dense, automatic, blocked = (temporary_bytes(gradient(plan)) for plan in plans)
    # A dense gradient keeps a matrix at least; blocks keep a few blocks and vectors.
    assert dense >= MATRIX
    assert automatic <= 3 * MATRIX
    assert blocked <= MATRIX / 4


@pytest.mark.parametrize("name", SMOOTH)
def test_a_value_takes_no_more_with_four_times_the_pairs(name: str):
    def value(x, y):
        return SMOOTH[name](x, y, PairPlan())

    # Left alone, a plan evaluates a limited number of pairs at a time.
    assert temporary_bytes(value, 2 * N) <= 1.2 * temporary_bytes(value, N)


@pytest.mark.parametrize("name", COUNTS)
def test_neighbours_are_found_block_by_block_without_asking(name: str):
    assert temporary_bytes(COUNTS[name]) <= MATRIX


LARGE = 200_000
AT_SCALE = {
    "bounds.infonce": lambda x, y: bounds.infonce(Pairs(scores, x, y)),
    "dependence.hsic": dependence.hsic,
    "divergence.mmd": divergence.mmd,
    "entropy.kde": lambda x, y: entropy.kde(x, bandwidth=0.5),
    "mi.cs_qmi": mi.cs_qmi,
    "mi.ksg": partial(mi.ksg, step=transforms.sigmoid_step(0.1)),
}


@pytest.mark.parametrize("name", AT_SCALE)
def test_no_matrix_of_all_pairs_exists_at_two_hundred_thousand(name: str):
    share = LARGE * LARGE * 4 // 400  # 400 MB, where a matrix has 160 GB
    gradient = jax.grad(AT_SCALE[name], argnums=(0, 1))
    assert temporary_bytes(AT_SCALE[name], LARGE) <= share
    assert temporary_bytes(gradient, LARGE) <= share


@pytest.mark.parametrize("name", ["dependence.hsic", "mi.cs_qmi", "bounds.infonce"])
def test_products_with_a_hessian_stream_in_blocks(name: str):
    def product(x, y):
        gradient = jax.grad(AT_SCALE[name])
        return jax.jvp(lambda a: gradient(a, y), (x,), (y,))[1]

    assert temporary_bytes(product, 4 * N) <= 2 * MATRIX  # a matrix has 16 of them
