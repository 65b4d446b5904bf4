"""Quantities of tables against independent evaluations of their definitions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import divergence, entropy, mi

ALL = golden("discrete")


def of(quantity: str):
    rows = [c for c in ALL if c["quantity"] == quantity]
    assert rows
    return pytest.mark.parametrize("case", rows, ids=lambda c: c["id"])


def close(case: dict) -> dict[str, float]:
    return {"rtol": float(case["rtol"]), "atol": float(case["atol"])}


@of("entropy_plugin")
def test_entropy_of_counts(case: dict):
    value = entropy.plugin(jnp.asarray(case["inputs"]["counts"]))
    np.testing.assert_allclose(value, float(case["expected"]), **close(case))


@of("divergences")
def test_kl_of_tables(case: dict):
    p, q = (jnp.asarray(case["inputs"][key], float) for key in "pq")
    expected = float(case["expected"]["kl"])
    np.testing.assert_allclose(divergence.kl(p, q), expected, **close(case))


@of("multivariate")
def test_mutual_information_of_a_joint_table(case: dict):
    joint = np.asarray(case["inputs"]["joint"], float)
    pxy = jnp.asarray(joint.sum(axis=tuple(range(2, joint.ndim))))
    expected = float(case["expected"]["mi_01"])
    np.testing.assert_allclose(mi.plugin(pxy), expected, **close(case))


def test_entropy_gradient_at_an_empty_cell_is_that_of_the_other_cells():
    p = jnp.array([0.5, 0.5, 0.0])
    gradient = jax.grad(entropy.plugin)(p)
    np.testing.assert_allclose(gradient, [0.0, 0.0, 1 - np.log(2)], atol=1e-12)
