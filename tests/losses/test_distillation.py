"""Point losses, contrastive distillation and layer mappings."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy.optimize import linprog

from infojax import losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
GOLDENS = golden("mi_alpha_distillation")


def cases(kind: str):
    rows = [c for c in GOLDENS if c["name"].startswith(kind)]
    return pytest.mark.parametrize("case", rows, ids=[c["name"] for c in rows])


def features(case: dict) -> tuple[jax.Array, jax.Array]:
    given = case["inputs"]
    return jnp.asarray(given["student_projected"]), jnp.asarray(given["teacher"])


@cases("point_losses")
def test_point_losses_of_reference(case: dict):
    student, teacher = features(case)
    got = {
        "mse_mean": losses.mse_loss(student, teacher),
        "l2_per_sample_mean": losses.l2_loss(student, teacher),
        "sq_l2_per_sample_mean": student.shape[1] * losses.mse_loss(student, teacher),
        "cosine_loss": losses.cosine_loss(student, teacher),
        "pkd": losses.pkd_loss(student, teacher),
    }
    width = case["params"]["sigma2"] ** 0.5
    log_q = -losses.vid_loss(student, teacher, scale=width)
    got |= {"gaussian_log_q_mean": log_q, "gaussian_log_q_from_sq_l2": log_q}
    assert set(got) == set(case["expected"])
    for key, value in got.items():
        np.testing.assert_allclose(
            value, case["expected"][key], **TOLERANCE, err_msg=key
        )


@cases("crd")
def test_crd_of_reference(case: dict):
    given = case["params"]
    got = losses.crd_loss(
        *features(case),
        dataset_size=given["n_data"],
        temperature=given["temperature"],
    )
    np.testing.assert_allclose(got, case["expected"]["loss"], **TOLERANCE)


@cases("soft_label")
def test_soft_labels_of_reference(case: dict):
    got = losses.soft_label_loss(
        jnp.asarray(case["inputs"]["student_logits"]),
        jnp.asarray(case["inputs"]["teacher_logits"]),
        temperature=case["params"]["temperature"],
    )
    np.testing.assert_allclose(got, case["expected"]["kd"], **TOLERANCE)


@cases("emd")
def test_earth_mover_mapping_of_reference(case: dict):
    cost, expected = jnp.asarray(case["inputs"]["cost"]), case["expected"]
    plan = losses.emd_mapping(cost)
    np.testing.assert_allclose(jnp.sum(plan * cost), expected["emd"], **TOLERANCE)
    np.testing.assert_allclose(plan.sum(1), expected["plan_row_sums"], **TOLERANCE)
    np.testing.assert_allclose(plan.sum(0), expected["plan_col_sums"], **TOLERANCE)


@pytest.mark.parametrize("shape", [(1, 4), (4, 6), (6, 4), (5, 5)], ids=str)
def test_earth_mover_mapping_is_the_optimum_of_its_linear_program(shape):
    rng = np.random.default_rng(sum(shape))
    rows, columns = shape
    equalities = np.concatenate(
        [np.repeat(np.eye(rows), columns, 1), np.tile(np.eye(columns), rows)]
    )
    masses = np.repeat([1 / rows, 1 / columns], [rows, columns])
    # Rounded costs tie; the optimum is then met by one of several plans.
    for cost in (rng.normal(size=shape), np.round(3 * rng.normal(size=shape))):
        plan = losses.emd_mapping(cost)
        best = linprog(cost.ravel(), A_eq=equalities, b_eq=masses).fun
        np.testing.assert_allclose(jnp.sum(plan * cost), best, atol=1e-9)
        np.testing.assert_allclose(equalities @ plan.ravel(), masses, atol=1e-12)


def test_earth_mover_mapping_of_forbidden_pairs_and_its_gradient():
    cost = 1 - jnp.eye(3)
    np.testing.assert_allclose(losses.emd_mapping(cost), np.eye(3) / 3)
    walls = jnp.where(jnp.eye(3) > 0, 0, jnp.inf).at[0, 1].set(1)
    np.testing.assert_allclose(losses.emd_mapping(walls), np.eye(3) / 3)
    gradient = jax.grad(lambda c: jnp.sum(losses.emd_mapping(c) * c))(cost)
    np.testing.assert_allclose(gradient, np.eye(3) / 3)


def test_fixed_mappings_choose_the_layers_they_say():
    skip, last = losses.skip_mapping(3, 6), losses.last_mapping(3, 6)
    np.testing.assert_array_equal(np.argmax(skip, axis=1), [1, 3, 5])
    np.testing.assert_array_equal(np.argmax(last, axis=1), [3, 4, 5])
    for plan in (skip, last):
        np.testing.assert_allclose(plan.sum(1), np.full(3, 1 / 3), rtol=1e-12)
        assert jnp.count_nonzero(plan) == 3


@pytest.mark.parametrize(
    "mapping, sizes",
    [
        (losses.skip_mapping, (0, 4)),
        (losses.skip_mapping, (3, 4)),
        (losses.last_mapping, (4, 3)),
    ],
)
def test_layers_that_cannot_be_mapped_are_refused(mapping, sizes):
    with pytest.raises(ValueError, match=rf"{mapping.__name__}: `\w+_layers` must be"):
        mapping(*sizes)


POINT = (
    losses.cosine_loss,
    losses.l2_loss,
    losses.mse_loss,
    losses.pkd_loss,
    losses.soft_label_loss,
)


@pytest.mark.parametrize("loss", POINT, ids=lambda f: f.__name__)
def test_a_perfect_student_costs_nothing_and_the_teacher_is_constant(loss):
    teacher = jnp.asarray(np.random.default_rng(0).normal(size=(5, 3)))
    value, slope = jax.value_and_grad(loss)(teacher, teacher)
    np.testing.assert_allclose(value, 0, atol=1e-15)
    np.testing.assert_allclose(slope, 0, atol=1e-15)
    assert (jax.grad(loss, argnums=1)(2 * teacher + 1, teacher) == 0).all()


def test_the_best_scale_of_vid_is_the_residual_deviation_of_each_column():
    rng = np.random.default_rng(2)
    student = rng.normal(size=(30, 2))
    teacher = student + rng.normal(size=(30, 2)) * np.array([0.2, 3.0])
    best = np.sqrt(np.mean((student - teacher) ** 2, axis=0))
    slope = jax.grad(lambda s: losses.vid_loss(student, teacher, scale=s))(
        jnp.asarray(best)
    )
    np.testing.assert_allclose(slope, 0, atol=1e-12)
    with pytest.raises(ValueError, match="vid_loss: `scale` must be a scalar or of"):
        losses.vid_loss(student, teacher, scale=jnp.ones(30))


def test_soft_labels_with_a_class_ruled_out():
    teacher = jnp.array([[0.0, 0.0, -jnp.inf]])
    student = jnp.log(jnp.array([[0.25, 0.25, 0.5]]))
    value, slope = jax.value_and_grad(losses.soft_label_loss)(student, teacher)
    np.testing.assert_allclose(value, np.log(2), rtol=1e-12)
    np.testing.assert_allclose(slope, [[-0.25, -0.25, 0.5]], rtol=1e-12)


def test_soft_labels_at_a_high_temperature_match_logits():
    rng = np.random.default_rng(3)
    student, teacher = (
        a - a.mean(1, keepdims=True) for a in rng.normal(size=(2, 4, 3))
    )
    got = losses.soft_label_loss(student, teacher, temperature=1e4)
    np.testing.assert_allclose(got, losses.mse_loss(student, teacher) / 2, rtol=1e-3)


def test_crd_sums_the_chances_of_all_pairs():
    student, teacher = jnp.eye(3), jnp.roll(jnp.eye(3), 1, axis=0)
    loss = losses.crd_loss(student, teacher, dataset_size=10, temperature=1.0)
    noise = 2 / 10
    chance = {c: np.exp(c) / (np.exp(c) + noise) for c in (0, 1)}
    expected = 0.0
    for i, j in itertools.product(range(3), repeat=2):
        h = chance[int(student[i] @ teacher[j])]
        expected -= np.log(h if i == j else 1 - h) / 3
    np.testing.assert_allclose(loss, expected, rtol=1e-12)
    assert losses.crd_loss(student[:1], teacher[:1], dataset_size=10) == 0
