"""Lipschitz critics: objectives, gradient penalty and what the draws may depend on."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import bounds, dependence, losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
GOLDENS = golden("wasserstein_dependency")


def cases(kind: str):
    rows = [c for c in GOLDENS if c["name"].startswith(kind)]
    return pytest.mark.parametrize("case", rows, ids=[c["name"] for c in rows])


@cases("objective")
def test_objectives_of_reference(case: dict):
    scores, expected = jnp.asarray(case["inputs"]["scores"]), case["expected"]
    n = len(scores)
    coding = bounds.infonce(scores)
    np.testing.assert_allclose(coding, expected["wpc_plus_log_n"], **TOLERANCE)
    np.testing.assert_allclose(coding - np.log(n), expected["wpc"], **TOLERANCE)
    dual = dependence.wasserstein_dual(scores)
    np.testing.assert_allclose(dual, expected["wdm_dual_offdiag"], **TOLERANCE)
    np.testing.assert_allclose(
        (n - 1) / n * dual, expected["wdm_dual_all_pairs"], **TOLERANCE
    )


@cases("gradient_penalty")
def test_gradient_penalty_of_reference(case: dict):
    given = {key: jnp.asarray(value) for key, value in case["inputs"].items()}
    dx = given["x"].shape[1]

    def bilinear(x, y):
        return x @ given["W"] @ y.T

    def tanh(x, y):
        hidden = (x @ given["V"][:dx])[:, None] + (y @ given["V"][dx:])[None]
        return jnp.tanh(hidden) @ given["c"]

    for name, critic in (("bilinear", bilinear), ("tanh", tanh)):
        for side, one_sided in (("two_sided", False), ("one_sided", True)):
            got = losses.gradient_penalty(
                given["x"],
                given["y"],
                critic,
                epsilon=given["epsilon"],
                partner=given["permutation"],
                one_sided=one_sided,
            )
            key = f"{name}_{side}"
            np.testing.assert_allclose(
                got, case["expected"][key], **TOLERANCE, err_msg=key
            )
        # A pair of one row that is its own partner is the interpolate itself.
        mixing, partner = given["epsilon"][:, None], given["permutation"]
        between = mixing * given["y"] + (1 - mixing) * given["y"][partner]

        def one(x, y, critic=critic):
            alone = {"epsilon": jnp.ones(1), "partner": jnp.zeros(1, int)}
            return losses.gradient_penalty(x[None], y[None], critic, **alone)

        norms = np.asarray(case["expected"][f"{name}_grad_norms"])
        rows = jax.vmap(one)(given["x"], between)
        np.testing.assert_allclose(rows, (norms - 1) ** 2, **TOLERANCE, err_msg=name)


def test_an_additive_critic_of_slope_one_is_not_penalised():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
    a, b = jnp.array([[0.6], [0.0]]), jnp.array([[0.8]])
    terms = losses.wasserstein_dependency_terms(
        jax.random.key(0), x, y, lambda u, v: u @ a + (v @ b).T
    )
    np.testing.assert_allclose(terms.penalty, 0, atol=1e-20)


def test_terms_add_up_to_the_loss_and_the_objective_is_exchangeable():
    rng = np.random.default_rng(1)
    arguments = jax.random.key(1), *rng.normal(size=(2, 6, 2)), lambda u, v: u @ v.T
    options = {"objective": dependence.wasserstein_dual, "one_sided": True}
    terms = losses.wasserstein_dependency_terms(*arguments, **options)
    loss = losses.wasserstein_dependency_loss(*arguments, penalty_weight=3.0, **options)
    np.testing.assert_allclose(loss, 3 * terms.penalty - terms.dependency, rtol=1e-12)
    _, x, y, critic = arguments
    dual = dependence.wasserstein_dual(critic(x, y))
    np.testing.assert_allclose(terms.dependency, dual, rtol=1e-12)


def test_unmasked_rows_are_mixed_with_other_unmasked_rows_only():
    where = np.array([True, False, True, True, False])
    x, y = jnp.zeros((5, 1)), jnp.array([[0.0], [1e6], [2.0], [4.0], [-1e6]])

    def squares(seed):
        """Mean square of the interpolates."""
        return losses.wasserstein_dependency_terms(
            jax.random.key(seed),
            x,
            y,
            # Slope 1 + |v| in y, so that the penalty is v^2 at the interpolate v.
            lambda u, v: 0 * u + (v + v * jnp.abs(v) / 2).T,
            where=where,
        ).penalty

    got = jax.vmap(squares)(jnp.arange(4000))
    # Each of 0, 2 and 4 meets the next along the cycle, at a uniform place between a
    # and b: (a^2 + a b + b^2) / 3 on average. The mean of 4000 has deviation 0.03.
    expected = np.mean([4 / 3, (4 + 8 + 16) / 3, 16 / 3])
    np.testing.assert_allclose(jnp.mean(got), expected, atol=0.15)
