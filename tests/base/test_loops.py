"""Iterations: where they stop, what they report, and that they are constants."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from infojax._base.loops import fixed_point


def test_a_contraction_reaches_its_fixed_point():
    found = fixed_point(jnp.cos, jnp.array(1.0), tolerance=1e-12, max_steps=200)
    np.testing.assert_allclose(found.value, 0.7390851332151607, rtol=1e-11)
    assert found.converged and found.change <= 1e-12 and found.steps < 200


def test_too_few_steps_are_told():
    found = fixed_point(jnp.cos, jnp.array(1.0), tolerance=1e-12, max_steps=3)
    assert not found.converged and found.steps == 3 and found.change > 1e-12


def test_trees_and_infinite_entries():
    start = {"a": jnp.ones(2), "b": jnp.full(1, 4.0)}
    found = fixed_point(
        lambda t: jax.tree.map(jnp.sqrt, t), start, tolerance=1e-10, max_steps=100
    )
    np.testing.assert_allclose(found.value["b"], 1, atol=1e-9)


def test_the_value_is_a_constant():
    def reach(factor):
        found = fixed_point(
            lambda x: jnp.cos(factor * x), factor, tolerance=1e-8, max_steps=99
        )
        return found.value

    assert jax.grad(reach)(1.0) == 0
