"""Steps at zero, hard for estimating and soft for training."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax.types import Array, ArrayLike, StepFn

__all__ = ["hard_step", "sigmoid_step"]


def hard_step(gap: ArrayLike) -> Array:
    """1 where the argument is positive, else 0.

    Args:
        gap: array of any shape.

    Returns: the shape and dtype of ``gap``; 0 at ``gap = 0``.
    Gradients: zero everywhere.
    Cost: elementwise.
    Example:
        >>> hard_step(jnp.array([-1.0, 0.0, 2.0])).tolist()
        [0.0, 0.0, 1.0]
    References: Qin, Liu and Li (2010), for the place of the step in rank metrics.
    """
    gap = checks.as_float("hard_step", "gap", gap)
    return jnp.maximum(jnp.sign(gap), 0)


def sigmoid_step(width: ArrayLike) -> StepFn:
    """A step smoothed by a logistic function.

    Args:
        width: the scale over which the step rises, in the units of the gap.

    Returns: a step callable; the hard step in the limit of width 0.
    Gradients: exact, also in the width.
    Cost: elementwise.
    Example:
        >>> round(float(sigmoid_step(0.5)(jnp.array(0.5))), 4)
        0.7311
    References: Qin, Liu and Li (2010), a general approximation framework for direct
        optimisation of information retrieval measures.
    """

    def step(gap: Array) -> Array:
        gap = checks.as_float("sigmoid_step", "gap", gap)
        return jax.nn.sigmoid(gap / jnp.asarray(width).astype(gap.dtype))

    return step
