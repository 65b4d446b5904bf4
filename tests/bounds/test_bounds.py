"""The variational bounds against an independent evaluation of their formulas."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import bounds, closed_form

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
ALL = golden("variational_bounds")
SCORES = [c for c in ALL if c["name"].startswith("scores_")]
GAUSSIAN = [c for c in ALL if c["name"].startswith("gaussian_")]
ALPHAS = (0, 0.01, 0.1, 0.5, 0.9, 1)


def name(case: dict) -> str:
    return case["name"]


@pytest.mark.parametrize("case", SCORES, ids=name)
def test_bounds_of_reference_scores(case: dict):
    scores, log_a, u = (
        jnp.asarray(case["inputs"][key]) for key in ("scores", "log_baseline", "u")
    )
    n = len(scores)
    others = jnp.where(jnp.eye(n, dtype=bool), -jnp.inf, scores)
    best_u = jax.nn.logsumexp(others, axis=1) - jnp.log(n - 1.0) - jnp.diagonal(scores)
    got = {
        "dv": bounds.donsker_varadhan(scores),
        "nwj": bounds.nwj(scores),
        "infonce_rows": bounds.infonce(scores),
        "infonce_cols": bounds.infonce(scores.T),
        "infonce_symmetric": bounds.infonce_symmetric(scores),
        "tuba": bounds.tuba(scores, log_a),
        "js_fgan": bounds.jensen_shannon_objective(scores),
        "js_eval": bounds.jensen_shannon(scores),
        "smile_tau1": bounds.smile(scores, clip=1.0),
        "smile_tau5": bounds.smile(scores),
        "smile_inf": bounds.smile(scores, clip=jnp.inf),
        "flo": bounds.flo(scores, u),
        "flo_optimal_u": bounds.flo(scores, best_u),
        "club": bounds.club(scores),
        "club_offdiag": bounds.club(scores) * n / (n - 1),
        "l1out": bounds.leave_one_out(scores),
    }
    for key, value in got.items():
        np.testing.assert_allclose(value, case["expected"][key], **TOLERANCE)
    interpolated = {f"alpha_{alpha}" for alpha in ALPHAS}
    # The quirk and f-DIME have tests of their own.
    rest = {"fdime", "js_eval_reference_quirk"}
    assert set(case["expected"]) == set(got) | interpolated | rest


@pytest.mark.parametrize("case", SCORES, ids=name)
def test_f_dime_of_reference_scores(case: dict):
    scores, expected = jnp.asarray(case["inputs"]["scores"]), case["expected"]["fdime"]
    for kind in ("kl", "gan", "hellinger", "reverse_kl"):
        objective = getattr(bounds, f"{kind}_dime_objective")(scores)
        estimate = getattr(bounds, f"{kind}_dime")(scores)
        np.testing.assert_allclose(objective, expected[kind], **TOLERANCE, err_msg=kind)
        np.testing.assert_allclose(estimate, expected["mi_estimate"], **TOLERANCE)


@pytest.mark.parametrize("case", SCORES, ids=name)
def test_jensen_shannon_is_not_the_value_of_public_code(case: dict):
    # That evaluates NWJ without raising the log ratios by one.
    scores, expected = jnp.asarray(case["inputs"]["scores"]), case["expected"]
    quirk = expected["js_eval_reference_quirk"]
    np.testing.assert_allclose(bounds.nwj(scores), quirk, **TOLERANCE)
    ours = bounds.jensen_shannon(scores)
    np.testing.assert_allclose(ours, bounds.nwj(1 + scores), rtol=1e-12)
    assert abs(ours - quirk) > 0.1


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
    marginal = -0.5 * (y**2 + np.log(2 * np.pi)).sum(-1)
    log_q = scores + marginal
    entropy = y.shape[1] / 2 * np.log(2 * np.pi * np.e)
    got = {
        "dv": bounds.donsker_varadhan(scores),
        "nwj_of_1_plus_t": bounds.nwj(1 + scores),
        "infonce_rows": bounds.infonce(scores),
        "alpha_0_5_unit_baseline": bounds.interpolated(scores, alpha=0.5),
        "js_eval": bounds.jensen_shannon(scores),
        "smile_tau5": bounds.smile(scores),
        "club": bounds.club(log_q),
        "l1out": bounds.leave_one_out(log_q),
        "fdime_mi": bounds.gan_dime(scores),
        "barber_agakov": bounds.barber_agakov(jnp.diagonal(log_q), entropy),
    }
    assert set(expected) == {*got, "true_mi"}
    information = closed_form.bivariate_normal_mi(rho)
    np.testing.assert_allclose(x.shape[1] * information, expected["true_mi"])
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
        "js_fgan": bounds.jensen_shannon_objective(scores),
        "smile_tau5": bounds.smile(scores),
    }
    assert set(expected) == set(got)
    close = TOLERANCE if dtype == jnp.float64 else {"rtol": 2e-4, "atol": 2e-5}
    for key, value in got.items():
        np.testing.assert_allclose(value, expected[key], **close, err_msg=key)
