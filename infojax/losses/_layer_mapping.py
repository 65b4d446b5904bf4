"""Which teacher layer teaches which student layer: weights of the pairs of layers."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.losses._assignment import cheapest_assignment
from infojax.types import Array, ArrayLike

__all__ = ["emd_mapping", "last_mapping", "skip_mapping"]


def skip_mapping(student_layers: int, teacher_layers: int) -> Array:
    """Every student layer learns from the last of an equal share of teacher layers.

    Args:
        student_layers: number L of student layers.
        teacher_layers: number of teacher layers, a multiple of L.

    Returns: weights ``[student, teacher]``: 1 / L at teacher layer ``i * teacher / L``
        of student layer i (counted from 1), 0 elsewhere.
    Gradients: none; a constant.
    Cost: O(student teacher).
    Example:
        >>> skip_mapping(2, 4).tolist()
        [[0.0, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5]]
    References: Sun et al. (2019), patient knowledge distillation for BERT.
    """
    name = "skip_mapping"
    _at_least(name, "student_layers", student_layers, 1)
    if teacher_layers < 1 or teacher_layers % student_layers:
        expected = f"a positive multiple of {student_layers}"
        raise checks.fail(
            ValueError, name, "teacher_layers", expected, str(teacher_layers)
        )
    share = teacher_layers // student_layers
    return _one_each(share * (jnp.arange(student_layers) + 1) - 1, teacher_layers)


def last_mapping(student_layers: int, teacher_layers: int) -> Array:
    """The student layers learn from as many last layers of the teacher, in order.

    Args:
        student_layers: number L of student layers.
        teacher_layers: number of teacher layers, >= L.

    Returns: weights ``[student, teacher]``: 1 / L at teacher layer ``teacher - L + i``
        of student layer i, 0 elsewhere.
    Gradients: none; a constant.
    Cost: O(student teacher).
    Example:
        >>> last_mapping(2, 4).tolist()
        [[0.0, 0.0, 0.5, 0.0], [0.0, 0.0, 0.0, 0.5]]
    References: Sun et al. (2019), patient knowledge distillation for BERT.
    """
    name = "last_mapping"
    _at_least(name, "student_layers", student_layers, 1)
    _at_least(name, "teacher_layers", teacher_layers, student_layers)
    first = teacher_layers - student_layers
    return _one_each(first + jnp.arange(student_layers), teacher_layers)


def emd_mapping(cost: ArrayLike) -> Array:
    """Earth mover's weights: the cheapest many-to-many mapping of uniform layers.

    Args:
        cost: finite loss of every pair of layers, ``[student, teacher]``, such as
            ``mse_loss`` of each; infinities read as the largest finite cost.

    Returns: an optimal transport plan ``[student, teacher]`` with rows summing to 1 /
        student and columns to 1 / teacher, exact up to rounding. The distillation loss
        is ``jnp.sum(emd_mapping(cost) * cost)``.
    Gradients: stopped, so that the loss above has its exact gradient, the plan.
    Cost: O(m^3) for m the least common multiple of the numbers of layers.
    Example:
        >>> cost = jnp.array([[1.0, 2.0, 3.0, 9.0], [9.0, 3.0, 2.0, 1.0]])
        >>> emd_mapping(cost).tolist()
        [[0.25, 0.25, 0.0, 0.0], [0.0, 0.0, 0.25, 0.25]]
    References: Li et al. (2020), BERT-EMD, many-to-many layer mapping; He et al.
        (2021), Distiller, arXiv 2109.11105.
    """
    name = "emd_mapping"
    (losses,), dtype = checks.common_float(name, cost=cost)
    if losses.ndim != 2 or losses.size == 0:
        expected, received = "non-empty, [student, teacher]", str(list(losses.shape))
        raise checks.fail(ValueError, name, "cost", expected, received)
    given = losses = lax.stop_gradient(losses)
    finite = jnp.isfinite(losses)
    losses = jnp.where(finite, losses, jnp.max(jnp.where(finite, losses, 0)))
    # Layers split into parts of one size make the transport an assignment.
    student, teacher = losses.shape
    parts = math.lcm(student, teacher)
    split = jnp.repeat(losses, parts // student, axis=0)
    split = jnp.repeat(split, parts // teacher, axis=1)
    rows = cheapest_assignment(split) // (parts // student)
    columns = jnp.arange(parts) // (parts // teacher)
    counts = jnp.zeros(losses.shape, losses.dtype).at[rows, columns].add(1)
    return numerics.unless_nan(counts / parts, given).astype(dtype)


def _at_least(name: str, argument: str, value: int, least: int) -> None:
    if value < least:
        raise checks.fail(ValueError, name, argument, f">= {least}", str(value))


def _one_each(layer: Array, teacher_layers: int) -> Array:
    chosen = layer[:, None] == jnp.arange(teacher_layers)
    return chosen.astype(jnp.result_type(float)) / layer.shape[0]
