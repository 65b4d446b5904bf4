"""Iterations: where they stop, what they report, and that they are constants."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from infojax._base.loops import at_optimum, fixed_point, implicit


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


def test_short_steps_near_a_value_take_the_same_path():
    def step(x):
        return jnp.cos(x)

    def nearby(base):
        return lambda move: jnp.cos(base + move) - base

    options = {"tolerance": 1e-12, "max_steps": 200}
    start = jnp.array([1.0, 40.0])
    plain = fixed_point(step, start, **options)
    for reach in (0.0, 0.1, 10.0):
        found = fixed_point(step, start, **options, nearby=nearby, reach=reach)
        np.testing.assert_allclose(found.value, plain.value, atol=1e-14)
        assert found.steps == plain.steps and found.converged


def kepler(factor):
    """The solution of x = cos(factor x)."""

    def step(x):
        return jnp.cos(factor * x)

    options = {"tolerance": 1e-14, "max_steps": 999}
    return step, fixed_point(step, jnp.array(0.7), **options).value


def test_derivatives_of_a_fixed_point():
    def reach(factor):
        return implicit(*kepler(factor))

    x, s = reach(0.8), jnp.sin(0.8 * reach(0.8))
    slope = -s * x / (1 + 0.8 * s)
    np.testing.assert_allclose(jax.grad(reach)(0.8), slope, rtol=1e-9)
    second = jax.jit(jax.vmap(jax.grad(jax.grad(reach))))(jnp.array([0.8]))[0]
    moved = [jax.grad(reach)(0.8 + h) for h in (1e-5, -1e-5)]
    np.testing.assert_allclose(second, (moved[0] - moved[1]) / 2e-5, rtol=1e-6)


def test_an_optimum_moves_in_second_derivatives_alone():
    # The largest a x - x^2 / 2 - x^4 / 4 is where x = a - x^3; damped to converge.
    def largest(a):
        def step(x):
            return x + (a - x**3 - x) / 3

        found = fixed_point(step, jnp.array(0.5), tolerance=1e-15, max_steps=999).value
        return at_optimum(lambda x: a * x - x**2 / 2 - x**4 / 4, step, found)

    x = 1.0
    np.testing.assert_allclose(jax.grad(largest)(2.0), x, rtol=1e-12)
    curved = 1 / (1 + 3 * x**2)
    for twice in (jax.jacfwd(jax.grad(largest)), jax.grad(jax.grad(largest))):
        np.testing.assert_allclose(jax.jit(twice)(2.0), curved, rtol=1e-9)
    assert "while" not in str(jax.make_jaxpr(largest_slope)(2.0))


def largest_slope(a):
    """A first derivative, in which no system is to be solved."""
    return jax.grad(lambda a: at_optimum(lambda x: a * x - x**2, lambda x: a - x, a))(a)
