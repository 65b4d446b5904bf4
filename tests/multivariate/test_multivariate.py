"""Measures of joint tables against independent evaluations, known laws, identities."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import mi, multivariate

CASES = [c for c in golden("discrete") if c["quantity"] == "multivariate"]
# Those of joint tables; the others take samples.
NAMES = sorted(n for n in multivariate.__all__ if not n.startswith("gaussian_copula"))
LOG2 = np.log(2)
XOR = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
COPY = np.zeros((2, 2, 2))
COPY[0, 0, 0] = COPY[1, 1, 1] = 0.5
# Total, dual total, O, S, co-, interaction information and complexity, over log 2.
KNOWN = {
    "total_correlation": (1, 2),
    "dual_total_correlation": (2, 1),
    "o_information": (-1, 1),
    "s_information": (3, 3),
    "co_information": (-1, 1),
    "interaction_information": (1, -1),
    "tse_complexity": (1, 1),
}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_joint_tables(case: dict):
    joint = np.asarray(case["inputs"]["joint"])
    for name in NAMES:
        np.testing.assert_allclose(
            getattr(multivariate, name)(joint),
            float(case["expected"][name]),
            rtol=float(case["rtol"]),
            atol=float(case["atol"]),
        )


@pytest.mark.parametrize("name", NAMES)
def test_parity_and_copies(name: str):
    values = [getattr(multivariate, name)(table) for table in (XOR, COPY)]
    expected = LOG2 * np.array(KNOWN[name])
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_two_variables_share_mutual_information(name: str):
    table = np.random.default_rng(0).dirichlet(np.ones(12)).reshape(3, 4)
    times = {"o_information": 0, "s_information": 2, "tse_complexity": 0.5}
    expected = times.get(name, 1) * mi.plugin(table)
    value = getattr(multivariate, name)(table)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_independent_variables_share_nothing(name: str):
    p, q, r = jnp.array([1.0, 3.0]), jnp.array([2.0, 1.0, 1.0]), jnp.array([0.5, 0.5])
    table = p[:, None, None, None] * q[:, None, None] * r[:, None] * p
    np.testing.assert_allclose(getattr(multivariate, name)(table), 0, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_whole_counts_and_masks_of_cells(name: str):
    counts = np.random.default_rng(1).integers(0, 9, size=(2, 3, 2, 2))
    keep = counts != 5
    call = getattr(multivariate, name)
    expected = call(np.where(keep, counts, 0) / 100.0)
    np.testing.assert_allclose(call(counts, where=keep), expected, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_must_be_of_the_shape_of_the_table(name: str):
    with pytest.raises(ValueError, match=f"{name}: `where` must be broadcastable"):
        getattr(multivariate, name)(XOR, where=np.ones(5, bool))
