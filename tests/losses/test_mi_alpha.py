"""MI-alpha distillation against references and the limits of its bound."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import bounds, losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
CASES = [c for c in golden("mi_alpha_distillation") if c["name"].startswith("mi_alpha")]


def setting(case: dict):
    given = {key: jnp.asarray(value) for key, value in case["inputs"].items()}
    temperature = case["params"]["temperature"]

    def critic(student, teacher):
        return (student @ given["P"]) @ (teacher @ given["Q"]).T / temperature

    return given, critic


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_values_of_reference(case: dict):
    given, critic = setting(case)
    student, teacher, expected = given["student"], given["teacher"], case["expected"]
    scores = critic(student, teacher)
    np.testing.assert_allclose(scores[0, 0], expected["scores_0_0"], **TOLERANCE)
    np.testing.assert_allclose(
        bounds.infonce(scores.T), expected["infonce_cols"], **TOLERANCE
    )
    for alpha in (0, 0.1, 0.5, 0.9, 1):
        options = {"alpha": alpha, "baseline": lambda _: given["log_baseline"]}
        terms = losses.mi_alpha_terms(student, teacher, critic, **options)
        loss = losses.mi_alpha_loss(student, teacher, critic, **options)
        np.testing.assert_allclose(
            terms.information,
            expected[f"mi_alpha_{alpha}"],
            **TOLERANCE,
            err_msg=f"alpha = {alpha}",
        )
        np.testing.assert_allclose(loss, expected[f"loss_{alpha}"], **TOLERANCE)


def test_the_teacher_receives_no_gradient():
    given, critic = setting(CASES[0])

    def loss(student, teacher):
        return losses.mi_alpha_loss(
            student, teacher, critic, baseline=lambda t: jnp.sum(t, axis=1)
        )

    student, teacher = jax.grad(loss, argnums=(0, 1))(
        given["student"], given["teacher"]
    )
    assert (teacher == 0).all()
    assert (student != 0).all()


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_constant_scores_that_match_the_baseline_carry_no_information(alpha: float):
    x = jnp.linspace(0.0, 1.0, 5)
    value = losses.mi_alpha_loss(
        x,
        x,
        lambda s, t: jnp.full((len(s), len(t)), 0.7),
        alpha=alpha,
        baseline=lambda t: jnp.full(len(t), 0.7),
    )
    np.testing.assert_allclose(value, 0, atol=1e-12)


def test_at_alpha_one_a_shift_of_the_scores_is_free_and_the_ceiling_holds():
    given, critic = setting(CASES[1])
    x, n = given["student"], len(given["student"])
    values = [
        losses.mi_alpha_loss(
            x, given["teacher"], lambda s, t, c=c: critic(s, t) + c, alpha=1.0
        )
        for c in (0.0, 3.0)
    ]
    np.testing.assert_allclose(values[0], values[1], rtol=1e-10)
    strong = losses.mi_alpha_loss(
        jnp.eye(n), jnp.eye(n), lambda s, t: 50 * s @ t.T, alpha=1.0
    )
    np.testing.assert_allclose(strong, -np.log(n - 1), rtol=1e-10)
