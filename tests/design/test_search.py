"""Searches find the designs that closed forms say are best."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
from design.models import LINEAR
from jax import lax

from infojax import design


def test_ascent_finds_the_direction_of_most_information():
    # Under a prior that varies most along the diagonal, of designs of length 1.
    covariance = jnp.array([[2.0, 1.5], [1.5, 2.0]])
    root = jnp.linalg.cholesky(covariance)
    model = LINEAR._replace(
        sample_prior=lambda key: root @ jax.random.normal(key, (2,))
    )
    search = design.gradient_search(
        lambda key, d: design.eig_bounds(key, model, d, outer=64, inner=32).lower,
        optax.sgd(0.3),
        project=lambda d: d / jnp.linalg.norm(d),
    )

    @jax.jit
    def run(key, start):
        return lax.scan(
            lambda state, key: search.update(key, state),
            search.init(start),
            jax.random.split(key, 60),
        )

    state, info = run(jax.random.key(0), jnp.array([1.0, -0.2]))
    np.testing.assert_allclose(state.design, np.full(2, 0.5**0.5), atol=0.1)
    assert info.value.shape == (60,) and info.value[-10:].mean() > info.value[0] + 0.2
    assert np.isfinite(info.gradient_norm).all()


def test_a_step_goes_up_by_the_gradient_and_designs_may_be_trees():
    search = design.gradient_search(
        lambda key, d: jnp.sum(d["a"] * 3.0) - d["b"] ** 2, optax.sgd(0.5)
    )
    start = {"a": jnp.zeros(2), "b": jnp.array(1.0)}
    state, info = search.update(jax.random.key(0), search.init(start))
    np.testing.assert_allclose(state.design["a"], 1.5)
    np.testing.assert_allclose(state.design["b"], 0.0)
    np.testing.assert_allclose(info.gradient_norm, np.sqrt(9 + 9 + 4))
    np.testing.assert_allclose(info.value, -1.0)


def test_all_candidates_of_a_discrete_design():
    environment = design.environments().death_process
    times = jnp.linspace(0.05, 2.0, 40)

    @jax.jit
    def both(key):
        thetas = jax.vmap(environment.model.sample_prior)(jax.random.split(key, 300))

        def plugin(time):
            return design.eig_enumerate(
                environment.model.log_prob, thetas, environment.outcomes, time
            )

        found = design.exhaustive_search(plugin, times, block_size=8)
        return found, design.exhaustive_search(environment.eig, times, block_size=8)

    found, exact = both(jax.random.key(0))
    # Regret is second order in the distance from the best time.
    assert exact.value - exact.values[found.row] < 2e-3
    assert abs(found.design - exact.design) < 0.3
    np.testing.assert_array_equal(found.value, found.values[found.row])


def test_ties_and_values_that_are_none():
    def choose(values):
        values = jnp.array(values)
        return design.exhaustive_search(lambda i: values[i], jnp.arange(len(values)))

    assert choose([1.0, 3.0, 3.0]).row == 1
    assert choose([jnp.nan, -jnp.inf]).row == 1
    assert choose([jnp.nan, 2.0, jnp.inf]).row == 2
    assert np.isnan(choose([jnp.nan, jnp.nan]).value)
