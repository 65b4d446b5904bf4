"""The forty tasks of the benchmark of Czyz et al. (2023), by their published names."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial

import jax.numpy as jnp
import numpy as np

from infojax._base import checks
from infojax.tasks._laws import (
    additive_uniform,
    dense_covariance,
    gaussian,
    paired_covariance,
    student,
)
from infojax.tasks._maps import (
    half_cube,
    normal_cdf,
    spiral,
    swiss_roll,
    to_normal_mixture,
    wiggle,
)
from infojax.tasks._task import Task, transformed

__all__ = ["make", "names"]

_NAMES = (
    "1v1-normal-0.75",
    "normal_cdf-1v1-normal-0.75",
    "1v1-additive-0.1",
    "1v1-additive-0.75",
    "1v1-bimodal-0.75",
    "wiggly-1v1-normal-0.75",
    "half_cube-1v1-normal-0.75",
    "student-identity-1-1-1",
    "asinh-student-identity-1-1-1",
    "swissroll_x-normal_cdf-1v1-normal-0.75",
    "multinormal-dense-2-2-0.5",
    "multinormal-dense-3-3-0.5",
    "multinormal-dense-5-5-0.5",
    "multinormal-dense-25-25-0.5",
    "multinormal-dense-50-50-0.5",
    "multinormal-sparse-2-2-2-2.0",
    "multinormal-sparse-3-3-2-2.0",
    "multinormal-sparse-5-5-2-2.0",
    "multinormal-sparse-25-25-2-2.0",
    "student-identity-2-2-1",
    "student-identity-2-2-2",
    "student-identity-3-3-2",
    "student-identity-3-3-3",
    "student-identity-5-5-2",
    "student-identity-5-5-3",
    "normal_cdf-multinormal-sparse-3-3-2-2.0",
    "normal_cdf-multinormal-sparse-5-5-2-2.0",
    "normal_cdf-multinormal-sparse-25-25-2-2.0",
    "half_cube-multinormal-sparse-3-3-2-2.0",
    "half_cube-multinormal-sparse-5-5-2-2.0",
    "half_cube-multinormal-sparse-25-25-2-2.0",
    "spiral-multinormal-sparse-3-3-2-2.0",
    "spiral-multinormal-sparse-5-5-2-2.0",
    "spiral-multinormal-sparse-25-25-2-2.0",
    "spiral-normal_cdf-multinormal-sparse-3-3-2-2.0",
    "spiral-normal_cdf-multinormal-sparse-5-5-2-2.0",
    "spiral-normal_cdf-multinormal-sparse-25-25-2-2.0",
    "asinh-student-identity-2-2-1",
    "asinh-student-identity-3-3-2",
    "asinh-student-identity-5-5-2",
)


def names() -> tuple[str, ...]:
    """Names of the forty benchmark tasks, in the published order.

    Args: none.

    Returns: a tuple of names for ``make``. A name reads from the right: a law with its
        dimensions and parameters, then the maps laid over it.
    Gradients: none.
    Cost: none; no task is built.
    Example:
        >>> len(names()), names()[0]
        (40, '1v1-normal-0.75')
    References: Czyz et al. (2023), beyond normal: on the evaluation of mutual
        information estimators, arXiv 2306.11078.
    """
    return _NAMES


def make(name: str) -> Task:
    """One of the forty benchmark tasks.

    Args:
        name: one of ``names()``.

    Returns: a ``Task`` whose ``name`` is the given one.
    Gradients: none; all parameters are constants.
    Cost: O(d^3) once, for the information.
    Example:
        >>> task = make("swissroll_x-normal_cdf-1v1-normal-0.75")
        >>> task.dim_x, task.dim_y, round(task.mutual_information, 4)
        (2, 1, 0.4133)
    References: Czyz et al. (2023), arXiv 2306.11078; cbg-ethz/bmi on GitHub.
    """
    if name not in _NAMES:
        close = difflib.get_close_matches(str(name), _NAMES, 1) or _NAMES[:1]
        expected = f"one of tasks.names(), such as {close[0]!r}"
        raise checks.fail(ValueError, "tasks.make", "name", expected, repr(name))
    return _build(name)


def _build(name: str) -> Task:
    first, _, rest = name.partition("-")
    if first in _OVERLAYS:
        return _OVERLAYS[first](_build(rest), name)
    return _LAWS[name](name)


def _normal(name: str) -> Task:
    return gaussian(dense_covariance(2, 0.75), dx=1, name=name)


def _bimodal(name: str) -> Task:
    x = to_normal_mixture([0.3, 0.7], [0.0, 5.0])
    y = to_normal_mixture([0.5, 0.5], [-1.0, 3.0])
    return transformed(_normal("normal"), x=x, y=y, name=name)


def _dense(name: str, *, d: int) -> Task:
    return gaussian(dense_covariance(2 * d, 0.5), dx=d, name=name)


def _sparse(name: str, *, d: int) -> Task:
    # Signal of variance 4 shared by each of two pairs, and noise of variance 1.
    rho = 4 / (4 + 1)
    return gaussian(paired_covariance([rho, rho], dx=d, dy=d), dx=d, name=name)


def _student(name: str, *, d: int, df: int) -> Task:
    return student(np.eye(2 * d), df, dx=d, name=name)


def _wiggly(task: Task, name: str) -> Task:
    x = wiggle([0.4, 0.2, 0.03], [1.0, 1.7, 3.3], [0.0, 1.0, -2.5])
    y = wiggle([-0.4, 0.17, 0.02], [0.4, 1.3, 4.3], [0.0, 3.5, -2.5])
    return transformed(task, x=x, y=y, name=name)


def _spirals(task: Task, name: str) -> Task:
    x = spiral(1 / task.dim_x, plane=(0, 1))
    y = spiral(1 / task.dim_y, plane=(1, 2))
    return transformed(task, x=x, y=y, name=name)


_LAWS: dict[str, Callable[[str], Task]] = {
    "1v1-normal-0.75": _normal,
    "1v1-bimodal-0.75": _bimodal,
    "1v1-additive-0.1": lambda name: additive_uniform(0.1, name=name),
    "1v1-additive-0.75": lambda name: additive_uniform(0.75, name=name),
}
for _d in (2, 3, 5, 25, 50):
    _LAWS[f"multinormal-dense-{_d}-{_d}-0.5"] = partial(_dense, d=_d)
for _d in (2, 3, 5, 25):
    _LAWS[f"multinormal-sparse-{_d}-{_d}-2-2.0"] = partial(_sparse, d=_d)
for _d, _df in ((1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (5, 2), (5, 3)):
    _LAWS[f"student-identity-{_d}-{_d}-{_df}"] = partial(_student, d=_d, df=_df)

_OVERLAYS: dict[str, Callable[[Task, str], Task]] = {
    "asinh": lambda task, name: transformed(
        task, x=jnp.arcsinh, y=jnp.arcsinh, name=name
    ),
    "half_cube": lambda task, name: transformed(
        task, x=half_cube, y=half_cube, name=name
    ),
    "normal_cdf": lambda task, name: transformed(
        task, x=normal_cdf, y=normal_cdf, name=name
    ),
    "spiral": _spirals,
    "swissroll_x": lambda task, name: transformed(task, x=swiss_roll, name=name),
    "wiggly": _wiggly,
}
