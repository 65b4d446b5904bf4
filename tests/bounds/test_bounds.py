"""The variational bounds against an independent evaluation of their formulas."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import bounds

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
ALL = golden("variational_bounds")
SCORES = [c for c in ALL if c["name"].startswith("scores_")]
GAUSSIAN = [c for c in ALL if c["name"].startswith("gaussian_")]
ALPHAS = (0, 0.01, 0.1, 0.5, 0.9, 1)


def name(case: dict) -> str:
    return case["name"]


@pytest.mark.parametrize("case", SCORES, ids=name)
def test_bounds_of_reference_scores(case: dict):
    scores = jnp.asarray(case["inputs"]["scores"])
    expected = case["expected"]
    got = {
        "dv": bounds.donsker_varadhan(scores),
        "nwj": bounds.nwj(scores),
        "infonce_rows": bounds.infonce(scores),
        "infonce_cols": bounds.infonce(scores.T),
    }
    for key, value in got.items():
        np.testing.assert_allclose(value, expected[key], **TOLERANCE, err_msg=key)


@pytest.mark.parametrize("case", SCORES, ids=name)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_interpolated_bound_of_reference_scores(case: dict, alpha: float):
    scores, log_a = (jnp.asarray(case["inputs"][k]) for k in ("scores", "log_baseline"))
    value = bounds.interpolated(scores, alpha=alpha, log_baseline=log_a)
    np.testing.assert_allclose(value, case["expected"][f"alpha_{alpha}"], **TOLERANCE)


@pytest.mark.parametrize("case", GAUSSIAN, ids=name)
def test_bounds_at_the_exact_density_ratio(case: dict):
    x, y = (np.asarray(case["inputs"][key]) for key in "xy")
    rho, expected = case["params"]["rho"], case["expected"]
    rest = 1 - rho**2
    square = (y[None] - rho * x[:, None]) ** 2 / rest - y[None] ** 2
    scores = jnp.asarray(-0.5 * (square + np.log(rest)).sum(-1))
    got = {
        "dv": bounds.donsker_varadhan(scores),
        "nwj_of_1_plus_t": bounds.nwj(1 + scores),
        "infonce_rows": bounds.infonce(scores),
        "alpha_0_5_unit_baseline": bounds.interpolated(scores, alpha=0.5),
    }
    for key, value in got.items():
        np.testing.assert_allclose(value, expected[key], **TOLERANCE, err_msg=key)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_large_scores_stay_finite(dtype):
    (case,) = [c for c in ALL if c["name"] == "large_scores_n4"]
    scores, expected = jnp.asarray(case["inputs"]["scores"], dtype), case["expected"]
    got = {
        "dv": bounds.donsker_varadhan(scores),
        "infonce_rows": bounds.infonce(scores),
        "alpha_1": bounds.interpolated(scores, alpha=1.0),
    }
    close = TOLERANCE if dtype == jnp.float64 else {"rtol": 2e-4, "atol": 2e-5}
    for key, value in got.items():
        np.testing.assert_allclose(value, expected[key], **close, err_msg=key)
