"""What a task is, and how one-to-one maps make new tasks of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax.types import Array, PRNGKey

__all__ = ["Map", "Sampler", "Task", "transformed"]

Sampler = Callable[[PRNGKey, int], tuple[Array, Array]]
Map = Callable[[Array], Array]


@dataclass(frozen=True)
class Task:
    """A law of a pair (X, Y) that can be sampled and whose information is known.

    ``mutual_information`` is in nats, a Python float of float64 accuracy whatever the
    precision JAX runs in. ``sampler(key, n)`` draws ``n`` pairs; call it as ``sample``.
    A task is a static value: close over it, do not pass it through ``jit``.
    """

    name: str
    dim_x: int
    dim_y: int
    mutual_information: float
    sampler: Sampler

    def sample(self, key: PRNGKey, n: int) -> tuple[Array, Array]:
        """Independent pairs ``x [n, dim_x]`` and ``y [n, dim_y]``; ``n`` is static."""
        if isinstance(n, bool) or not isinstance(n, int):
            raise checks.fail(TypeError, "sample", "n", "a static Python int", repr(n))
        if n < 1:
            raise checks.fail(ValueError, "sample", "n", "positive", str(n))
        return self.sampler(key, n)


def transformed(
    task: Task, *, x: Map | None = None, y: Map | None = None, name: str | None = None
) -> Task:
    """The same task seen through one-to-one maps of X and of Y.

    Mutual information does not change under such maps, whatever they do to the shape of
    the law. That they are one-to-one is for the caller to know.

    Args:
        task: the task to start from.
        x: map of samples, ``[n, dim_x]`` to ``[n, d]`` for any d; no change if None.
        y: the same for the other side.
        name: of the new task; ``"transformed-"`` and the old name if None.

    Returns: a ``Task`` of the same mutual information.
    Gradients: samples follow the maps; the information is a constant.
    Cost: one evaluation of each map per sample.
    Example:
        >>> task = transformed(additive_uniform(0.5), x=swiss_roll, name="rolled")
        >>> task.dim_x, task.dim_y, task.mutual_information
        (2, 1, 0.5)
    References: Kraskov et al. (2004), appendix; Czyz et al. (2023).
    """
    dim_x = _width("x", x, task.dim_x)
    dim_y = _width("y", y, task.dim_y)

    def sampler(key: PRNGKey, n: int) -> tuple[Array, Array]:
        left, right = task.sampler(key, n)
        left = left if x is None else x(left)
        return left, right if y is None else y(right)

    name = f"transformed-{task.name}" if name is None else name
    return Task(name, dim_x, dim_y, task.mutual_information, sampler)


def _width(argument: str, function: Map | None, d: int) -> int:
    """Columns after the map, found without evaluating it."""
    if function is None:
        return d
    rows = jax.ShapeDtypeStruct((3, d), jnp.result_type(float))
    shape = jax.eval_shape(function, rows).shape
    if len(shape) != 2 or shape[0] != 3:
        expected = f"a map of samples [n, {d}] to [n, d']"
        received = f"one that gives {list(shape)} for [3, {d}]"
        raise checks.fail(ValueError, "transformed", argument, expected, received)
    return shape[1]
