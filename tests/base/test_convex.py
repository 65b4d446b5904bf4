"""Convex programs whose solutions are known, and how these move."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from infojax._base.convex import Program, interior_point, optimal_value

# The point of a box nearest to a, and a direction that nothing depends on.
BOX = Program(
    lambda v, given: jnp.sum((v[:-1] - given[0]) ** 2) / 2,
    lambda v, given: v[:-1] - given[1],
)
LIMITS = {"tolerance": 1e-12, "max_steps": 100}


def nearest(a, b, mass):
    start = jnp.append(b - 1, 0.0)
    return interior_point(BOX, start, (a, b), mass=mass, **LIMITS)


@jax.jit
def solved(a, b, mass):
    optimum = nearest(a, b, mass)
    return optimum, optimal_value(BOX, optimum, (a, b))


def test_the_nearest_point_of_a_box():
    a, b = np.array([2.0, -1.0, 0.5]), np.array([1.0, 0.0, 0.2])
    optimum, value = solved(a, b, np.ones(3))
    assert optimum.converged and optimum.gap <= 1e-12 and optimum.slope <= 1e-12
    np.testing.assert_allclose(optimum.value[:3], np.minimum(a, b), atol=1e-11)
    np.testing.assert_allclose(optimum.multipliers, np.maximum(a - b, 0), atol=1e-11)
    np.testing.assert_allclose(value, (1 + 0.09) / 2, atol=1e-11)
    # A constraint without mass is absent, whatever the others weigh.
    optimum, value = solved(a, b, np.array([0.0, 1e-3, 5.0]))
    assert optimum.converged
    np.testing.assert_allclose(optimum.value[:3], [2, -1, 0.2], atol=1e-9)
    np.testing.assert_allclose(optimum.multipliers, [0, 0, 0.3], atol=1e-9)


def test_derivatives_of_any_order():
    a, b = np.array([2.0, -1.0, 0.5]), np.array([1.0, 0.0, 0.2])
    bound = a > b
    moves = jax.jit(jax.jacobian(lambda a, b: nearest(a, b, np.ones(3))[:2], (0, 1)))
    (v_a, v_b), (m_a, m_b) = moves(a, b)
    np.testing.assert_allclose(v_a[:3], np.diag(~bound), atol=1e-9)
    np.testing.assert_allclose(v_b[:3], np.diag(bound), atol=1e-9)
    np.testing.assert_allclose(m_a, np.diag(bound), atol=1e-9)
    np.testing.assert_allclose(m_b, -1.0 * np.diag(bound), atol=1e-9)

    def value(a, b):
        return optimal_value(BOX, nearest(a, b, np.ones(3)), (a, b))

    gradient = jax.jit(jax.grad(value, (0, 1)))(a, b)
    np.testing.assert_allclose(gradient[0], np.maximum(a - b, 0), atol=1e-9)
    np.testing.assert_allclose(gradient[1], -np.maximum(a - b, 0), atol=1e-9)
    hessian = jax.jit(jax.hessian(value, (0, 1)))(a, b)
    np.testing.assert_allclose(hessian[0][0], np.diag(bound), atol=1e-9)
    np.testing.assert_allclose(hessian[0][1], -1.0 * np.diag(bound), atol=1e-9)
    np.testing.assert_allclose(hessian[1][1], np.diag(bound), atol=1e-9)


def test_what_is_cut_short_says_so():
    a, b = np.array([2.0]), np.array([1.0])

    def cut(a):
        start = jnp.append(b - 1, 0.0)
        return interior_point(
            BOX, start, (a, b), mass=np.ones(1), tolerance=1e-12, max_steps=2
        )

    optimum = jax.jit(cut)(a)
    assert optimum.steps == 2 and not optimum.converged
