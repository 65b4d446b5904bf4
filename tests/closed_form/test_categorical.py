"""Tables against reference numbers, identities and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy import stats

from infojax import closed_form

DISCRETE = golden("discrete")


def of(quantity: str):
    cases = [c for c in DISCRETE if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", cases, ids=lambda c: c["id"])


def close(got, expected: float, case: dict):
    np.testing.assert_allclose(got, expected, rtol=case["rtol"], atol=case["atol"])


@of("entropy_plugin")
def test_entropy_of_shares(case: dict):
    shares = np.array(case["inputs"]["counts"], float)
    close(closed_form.categorical_entropy(shares), case["expected"], case)


@of("renyi_entropy")
def test_entropy_of_probabilities_and_its_place_among_orders(case: dict):
    shannon = closed_form.categorical_entropy(np.array(case["inputs"]["p"]))
    order, renyi = case["inputs"]["alpha"], case["expected"]
    if order == 1:
        close(shannon, renyi, case)
    else:  # Renyi entropies do not grow with the order
        assert (renyi - shannon) * (1 - order) > -1e-9


@of("divergences")
def test_divergence_of_reference(case: dict):
    p, q = (np.array(case["inputs"][k]) for k in "pq")
    close(closed_form.categorical_kl(p, q), case["expected"]["kl"], case)


@of("multivariate")
def test_information_of_the_first_two_variables(case: dict):
    joint = np.array(case["inputs"]["joint"])
    pair = joint.sum(tuple(range(2, joint.ndim)))
    close(closed_form.categorical_mi(pair), case["expected"]["mi_01"], case)
    close(
        closed_form.categorical_entropy(joint.ravel()),
        case["expected"]["joint_entropy"],
        case,
    )


@of("channel_capacity")
def test_capacity_is_the_information_at_the_optimal_input(case: dict):
    channel = np.array(case["inputs"]["channel"])
    # By symmetry the uniform input is optimal where none is stated.
    uniform = np.full(len(channel), 1 / len(channel))
    p = np.array(case["expected"].get("input", uniform))
    got = closed_form.categorical_mi(p[:, None] * channel)
    close(got, case["expected"]["capacity"], case)


def test_information_is_a_divergence_and_survives_tiny_masses():
    table = np.random.default_rng(0).dirichlet(np.ones(12)).reshape(3, 4)
    product = table.sum(1)[:, None] * table.sum(0)
    np.testing.assert_allclose(
        closed_form.categorical_mi(table),
        closed_form.categorical_kl(table.ravel(), product.ravel()),
    )
    # The product of marginals of the last cell underflows in float32.
    rare = jnp.array([[1.0, 0.0], [0.0, 1e-25]], jnp.float32)
    np.testing.assert_allclose(closed_form.categorical_mi(rare), 0, atol=1e-6)


def test_cauchy_schwarz_by_its_definition_and_at_its_limits():
    p, q = np.random.default_rng(0).dirichlet(np.ones(5), size=2)
    divergence = closed_form.categorical_cauchy_schwarz
    expected = -np.log((p @ q) ** 2 / ((p @ p) * (q @ q)))
    np.testing.assert_allclose(divergence(p, q), expected)
    np.testing.assert_allclose(divergence(p, p), 0, atol=1e-14)
    apart, gradient = jax.value_and_grad(divergence)(
        jnp.array([1.0, 0.0]), jnp.array([0.0, 1.0])
    )
    assert apart == jnp.inf and not np.any(gradient)


def test_leading_axes_and_the_axis_argument():
    p = np.random.default_rng(0).dirichlet(np.ones(4), size=(2, 3))
    expected = stats.entropy(p, axis=-1)
    np.testing.assert_allclose(closed_form.categorical_entropy(p), expected)
    moved = np.moveaxis(p, -1, 0)
    np.testing.assert_allclose(
        closed_form.categorical_kl(moved, moved[::-1], axis=0),
        stats.entropy(p, p[..., ::-1], axis=-1),
    )
    assert closed_form.categorical_mi(p).shape == (2,)


def test_gradients_are_exact_and_finite_at_empty_cells():
    p = jnp.array([0.5, 0.3, 0.2, 0.0])
    gradient = jax.grad(closed_form.categorical_entropy)(p)
    value = closed_form.categorical_entropy(p)
    # Of the normalised table: -log p_i - H, and 0 at the empty cell less the mean.
    np.testing.assert_allclose(gradient[:3], -np.log(p[:3]) - value, rtol=1e-12)
    assert np.isfinite(gradient).all()


def test_tables_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match="categorical_kl: `q` must be"):
        closed_form.categorical_kl(jnp.ones(3) / 3, jnp.ones(4) / 4)
