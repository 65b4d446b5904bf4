"""Estimators that compare distances in several passes see the same numbers in each.

Arithmetic before them in one program would otherwise be done anew, and rounded in
other ways, in each loop: counts were off by one, the third of these by 0.07 nats.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import mi, transforms
from infojax._base import numerics

X, NOISE = np.random.default_rng(0).normal(size=(2, 200, 3)).astype(np.float32)

ESTIMATORS = {
    "ksg": mi.ksg,
    "ksg2": mi.ksg2,
    "labels": lambda x, y: mi.discrete_continuous(x, (y[:, 0] > 0).astype(int)),
    "mixed": mi.mixed_ksg,
    "conditional": lambda x, y: mi.conditional_ksg(x, y, x[:, :1]),
    "ranks": lambda x, y: transforms.ranks(x + y),
}


def scaled(x, noise):
    return transforms.standardise(x), transforms.standardise(x + noise)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_one_program_or_two(name: str):
    estimator = ESTIMATORS[name]
    one = jax.jit(lambda x, noise: estimator(*scaled(x, noise)))(X, NOISE)
    two = jax.jit(estimator)(*jax.jit(scaled)(X, NOISE))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("shape", [(1,), (2,), (5, 2), (8, 1, 3)])
def test_nothing_changes_and_gradients_pass(shape):
    x = jnp.asarray(np.random.default_rng(1).normal(size=shape)).at[0].set(jnp.nan)
    np.testing.assert_array_equal(numerics.settled(x), x)
    np.testing.assert_array_equal(jax.vmap(numerics.settled)(x[None]), x[None])
    gradient = jax.jit(jax.grad(lambda x: jnp.sum(numerics.settled(x) * 3)))(x)
    np.testing.assert_array_equal(gradient, np.full(shape, 3.0))
