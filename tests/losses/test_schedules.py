"""Trade-offs that change over training."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from conftest import golden

from infojax import losses

CASES = [c for c in golden("vib") if c["name"] == "beta_schedule"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_linear_beta_of_reference(case: dict):
    given = case["params"]
    beta = losses.linear_beta(
        given["beta_start"],
        given["beta_end"],
        warmup=given["warmup"],
        anneal=given["anneal"],
    )
    got = jax.vmap(beta)(jnp.asarray(case["inputs"]["steps"]))
    np.testing.assert_allclose(got, case["expected"]["beta"], rtol=1e-8, atol=1e-9)


def test_cosine_beta_is_a_falling_cosine_decay_turned_around():
    steps = jnp.arange(12.0)
    beta = losses.cosine_beta(0.2, 1.2, anneal=10)(steps)
    decay = optax.cosine_decay_schedule(1.0, 10)(steps)
    np.testing.assert_allclose(beta, 1.2 - decay, rtol=1e-12)


def test_cyclical_beta_repeats():
    beta = losses.cyclical_beta(0.0, 1.0, anneal=5, period=8)(jnp.arange(24))
    one = [0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1]
    np.testing.assert_allclose(beta, np.tile(one, 3), rtol=1e-12)


SCHEDULES = {
    "linear": losses.linear_beta(0.0, 1.0, anneal=4, warmup=1),
    "cosine": losses.cosine_beta(0.0, 1.0, anneal=4, warmup=1),
    "cyclical": losses.cyclical_beta(0.0, 1.0, anneal=2, period=3),
}


@pytest.mark.parametrize("beta", SCHEDULES.values(), ids=SCHEDULES)
def test_optax_takes_them_as_schedules(beta):
    decay = optax.inject_hyperparams(optax.add_decayed_weights)(weight_decay=beta)
    scale = optax.scale_by_schedule(beta)
    parameters, gradient = {"w": jnp.full(2, 3.0)}, {"w": jnp.zeros(2)}
    decayed, scaled = decay.init(parameters), scale.init(parameters)
    for step in range(7):
        shrink, decayed = jax.jit(decay.update)(gradient, decayed, parameters)
        times, scaled = jax.jit(scale.update)(parameters, scaled)
        expected = np.full(2, 3 * beta(step))
        np.testing.assert_allclose(shrink["w"], expected, atol=1e-15)
        np.testing.assert_allclose(times["w"], expected, atol=1e-15)
        np.testing.assert_allclose(decayed.hyperparams["weight_decay"], beta(step))


@pytest.mark.parametrize(
    "make, wrong",
    [
        (losses.linear_beta, {"anneal": 0}),
        (losses.cosine_beta, {"anneal": 2, "warmup": -1}),
        (losses.cyclical_beta, {"anneal": 2, "period": 0}),
    ],
)
def test_lengths_that_are_no_lengths_are_refused(make, wrong):
    with pytest.raises(ValueError, match=rf"{make.__name__}: `\w+` must be >="):
        make(0.0, 1.0, **wrong)
