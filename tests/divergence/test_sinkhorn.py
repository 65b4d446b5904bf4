"""Sinkhorn divergence against another solver, closed forms and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from infojax import PairPlan, divergence
from infojax._base.distances import euclidean, squared_euclidean

# Two samples of 6 and 5 points, with weights 1 2 1 1 3 1 and 1 1 2 1 1.
X = jnp.array(
    [
        [0.001, 0.299],
        [-0.274, -0.891],
        [-0.455, -0.992],
        [0.06, 1.34],
        [-0.492, -0.62],
        [0.49, 0.357],
    ]
)
Y = jnp.array(
    [
        [0.605, -0.43],
        [0.471, 1.195],
        [-0.844, 0.042],
        [-1.401, -0.79],
        [-1.342, 0.265],
    ]
)
WEIGHTS = {
    "weights_x": jnp.array([1.0, 2, 1, 1, 3, 1]),
    "weights_y": jnp.array([1.0, 1, 2, 1, 1]),
}
EQUAL = {"weights_x": jnp.ones(6), "weights_y": jnp.ones(6)}
SOLVED = {"tolerance": 1e-12, "max_steps": 20000}
# ott-jax 0.6.0, tools.sinkhorn_divergence.sinkhorn_divergence of PointCloud, threshold
# 1e-13, jax 0.10 in float64: epsilon, weighted, value, gradient in x.
OTT = [
    (
        0.1,
        False,
        0.86058021623601,
        [
            [0.36521172191557394, 0.05307608110942908],
            [0.02184436989162719, -0.18630837536377493],
            [0.3258115578197634, -0.052546438176763105],
            [-0.13699893149021908, 0.04832390033273437],
            [0.24795756396014718, -0.2982181119444517],
            [-0.04275961543014617, 0.15387294404287477],
        ],
    ),
    (
        0.5,
        True,
        0.6666869747921628,
        [
            [0.14153341971300937, 0.021232077239603103],
            [0.10676147678489506, -0.22641228562519883],
            [0.13400907084909708, -0.0985994020980497],
            [-0.07051936083186296, 0.010393245355019398],
            [0.4054454468950973, -0.4196252277348657],
            [-0.027341164521276204, 0.0187893706413277],
        ],
    ),
    (
        3.0,
        False,
        0.3272270474803869,
        [
            [0.12419382072176106, -0.026295548375740857],
            [0.15273573076547, -0.08251874495440358],
            [0.17540253283195034, -0.08766849433634892],
            [0.08866815440889303, 0.01632743595896005],
            [0.1842477542307665, -0.0753797017385071],
            [0.05581867370782588, -0.02626494855395975],
        ],
    ),
]


@jax.jit
def solved(x, y, epsilon, weights):
    def f(x):
        return divergence.sinkhorn(x, y, epsilon=epsilon, **SOLVED, **weights)

    return jax.value_and_grad(f)(x)


@pytest.mark.parametrize("epsilon, weighted, value, gradient", OTT)
def test_values_and_gradients_of_another_solver(epsilon, weighted, value, gradient):
    ones = jax.tree.map(jnp.ones_like, WEIGHTS)
    got = solved(X, Y, epsilon, WEIGHTS if weighted else ones)
    np.testing.assert_allclose(got[0], value, rtol=1e-12)
    np.testing.assert_allclose(got[1], gradient, atol=1e-11)


def test_gradients_in_epsilon_and_weights_agree_with_differences():
    def f(epsilon, weight):
        return divergence.sinkhorn(X, Y, epsilon=epsilon, weights_x=weight, **SOLVED)

    point = jnp.asarray(0.7), WEIGHTS["weights_x"]
    call = jax.jit(f)
    slopes = jax.jit(jax.grad(f, argnums=(0, 1)))(*point)
    step = 1e-5
    moved = [call(point[0] + s * step, point[1]) for s in (1, -1)]
    np.testing.assert_allclose(slopes[0], (moved[0] - moved[1]) / (2 * step), rtol=1e-6)
    unit = jnp.eye(6)[1] * step
    moved = [call(point[0], point[1] + s * unit) for s in (1, -1)]
    difference = (moved[0] - moved[1]) / (2 * step)
    np.testing.assert_allclose(slopes[1][1], difference, rtol=1e-6)


def test_a_shift_costs_its_square_at_any_regularisation():
    shift = jnp.array([1.0, -2.0])
    for epsilon in (0.5, 5.0):
        got = solved(X, X + shift, epsilon, EQUAL)
        np.testing.assert_allclose(got[0], 5, rtol=1e-8)
        # Moving every point towards the other sample alike.
        np.testing.assert_allclose(got[1], jnp.tile(-shift / 3, (6, 1)), atol=1e-8)


def test_limits_of_small_and_large_regularisation():
    x, y = np.asarray(X[:5]), np.asarray(Y)
    cost = cdist(x, y, "sqeuclidean")
    rows, columns = linear_sum_assignment(cost)
    ones = {"weights_x": jnp.ones(5), "weights_y": jnp.ones(5)}
    small = solved(X[:5], Y, 0.01, ones)[0]
    np.testing.assert_allclose(small, cost[rows, columns].mean(), rtol=0.02)
    # At infinity the couplings are products: half of the energy distance of this cost.
    large = solved(X[:5], Y, 1e4, ones)[0]
    means = np.sum((x.mean(axis=0) - y.mean(axis=0)) ** 2)
    np.testing.assert_allclose(large, means, rtol=1e-3)


def test_another_cost_and_its_energy_distance():
    got = jax.jit(lambda: divergence.sinkhorn(X, Y, cost=euclidean, epsilon=1e5))()
    np.testing.assert_allclose(got, divergence.energy_distance(X, Y) / 2, rtol=1e-4)


def test_the_default_tolerance_is_good_to_four_digits():
    found = jax.jit(lambda: divergence.sinkhorn_solve(X, Y, epsilon=0.1))()
    assert found.converged and found.steps < 1000 and found.change <= 1e-3
    np.testing.assert_allclose(found.value, OTT[0][2], rtol=1e-4)
    cut = jax.jit(lambda: divergence.sinkhorn_solve(X, Y, epsilon=0.01, max_steps=3))()
    assert not cut.converged and cut.steps == 3


def test_equal_samples_are_no_distance_apart():
    equal = jax.jit(lambda: divergence.sinkhorn(X, X, epsilon=0.3))()
    np.testing.assert_allclose(equal, 0, atol=1e-5)


@pytest.mark.parametrize("epsilon", [0.0, -1.0])
def test_a_regularisation_that_is_not_positive_is_refused(epsilon):
    with pytest.raises(ValueError, match="`epsilon` must be positive"):
        divergence.sinkhorn(X, Y, epsilon=epsilon)


@pytest.mark.parametrize("epsilon", [0.5, 0.03, 0.002])
def test_kernels_take_the_steps_of_the_logarithms(epsilon):
    """Far rows, rows of no mass and masked rows, in both precisions."""
    x = jnp.concatenate([X, jnp.array([[9.0, 9.0], [0.0, 0.0]])])
    options = {
        "epsilon": epsilon,
        "max_steps": 40,
        "where_x": jnp.arange(8) != 1,
        "weights_x": jnp.array([1.0, 2, 0, 1, 3, 1, 0, 1]),
    }
    for dtype, bound in ((jnp.float64, 1e-9), (jnp.float32, 1e-3)):
        kept, blocks = (
            divergence.sinkhorn_solve(
                x.astype(dtype), Y.astype(dtype), **options, plan=plan
            )
            for plan in (PairPlan(), PairPlan(block_size=3))
        )
        assert kept.steps == blocks.steps
        np.testing.assert_allclose(kept.value, blocks.value, rtol=bound, atol=bound)
        np.testing.assert_allclose(kept.change, blocks.change, rtol=0.1, atol=bound)


def test_products_with_the_hessian_of_weights_and_of_what_a_cost_depends_on():
    mask = jnp.arange(6) != 2
    direction = (jnp.cos(X), jnp.asarray(0.2), jnp.arange(6.0), jnp.array([1.0, -0.5]))
    point = X, jnp.asarray(0.6), WEIGHTS["weights_x"], jnp.array([1.0, 1.5])

    def f(point):
        x, epsilon, weights, scale = point
        return divergence.sinkhorn(
            x,
            Y,
            epsilon=epsilon,
            cost=lambda a, b: squared_euclidean(a * scale, b * scale),
            where_x=mask,
            weights_x=weights,
            **SOLVED,
        )

    slope = jax.jit(jax.grad(f))
    step = 1e-5

    def moved(h):
        return slope(jax.tree.map(lambda a, v: a + h * v, point, direction))

    def product(point):
        return jax.jvp(jax.grad(f), (point,), (direction,))[1]

    products = jax.jit(jax.vmap(product))(jax.tree.map(lambda a: a[None], point))
    for got, a, b in zip(products, moved(step), moved(-step), strict=True):
        np.testing.assert_allclose(got[0], (a - b) / (2 * step), atol=1e-6)
