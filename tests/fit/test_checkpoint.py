"""A run that was written and read again goes on bit for bit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infojax import bounds, critics, fit

pytestmark = pytest.mark.usefixtures("standard_promotion")


def test_a_restored_run_goes_on_as_if_it_had_not_stopped(tmp_path):
    x, noise = jax.random.normal(jax.random.key(0), (2, 160, 1), jnp.float32)
    make = critics.separable(1, 1, width=16, features=4)
    estimator = fit.critic_estimator(bounds.infonce, make, optax.adam(1e-2))
    options = {"estimator": estimator, "batch_size": 32, "every": 20}

    def run(steps, start=None):
        key = jax.random.key(1)
        return fit.train(key, x, x + noise, steps=steps, start=start, **options).run

    half = run(20)
    fit.save(tmp_path / "run", half)
    read = fit.restore(tmp_path / "run", like=jax.eval_shape(lambda: run(20)))
    assert jax.tree.structure(read) == jax.tree.structure(half)
    jax.tree.map(np.testing.assert_array_equal, run(20, read), run(40))
