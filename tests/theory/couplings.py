"""Reference cases and random laws for the tests of couplings."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import theory

GOLDEN = golden("mec_bottleneck")
couple = jax.jit(theory.greedy_coupling)


def of(quantity: str):
    """A test of every reference case of one quantity."""
    cases = [c for c in GOLDEN if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", cases, ids=lambda c: c["id"])


def near(case: dict) -> dict:
    """How close the reference is."""
    return {"rtol": case["rtol"], "atol": case["atol"]}


def inputs(case: dict, *names: str) -> list[np.ndarray]:
    """Some inputs of a case."""
    return [np.array(case["inputs"][name]) for name in names]


def random_laws(*shape: int, seed: int = 0) -> jax.Array:
    """Laws along the last axis, uniform over the simplex."""
    return jnp.asarray(
        np.random.default_rng(seed).dirichlet(np.ones(shape[-1]), shape[:-1])
    )
