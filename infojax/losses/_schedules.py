"""Trade-offs that change over training: functions of the step, without state."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp

from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["cosine_beta", "cyclical_beta", "linear_beta"]

Schedule = Callable[[ArrayLike], Array]


def linear_beta(
    start: ArrayLike, end: ArrayLike, *, anneal: int, warmup: int = 0
) -> Schedule:
    """Trade-off that waits, rises in a straight line, and stays.

    Args:
        start: value during the first ``warmup`` steps.
        end: value from step ``warmup + anneal`` on.
        anneal: steps on the way, >= 1.
        warmup: steps before it, >= 0.

    Returns: ``step -> beta``, of the step's dtype when that is floating; as it is a
        schedule of Optax, for ``optax.scale_by_schedule`` or in place of a number of
        ``optax.inject_hyperparams``.
    Gradients: exact in start and end.
    Cost: O(1).
    Example:
        >>> beta = linear_beta(0.0, 1.0, warmup=2, anneal=4)
        >>> [float(beta(step)) for step in (0, 2, 3, 6, 9)]
        [0.0, 0.0, 0.25, 1.0, 1.0]
    References: Bowman et al. (2016), generating sentences from a continuous space.
    """
    _steps("linear_beta", anneal=(anneal, 1), warmup=(warmup, 0))
    return lambda step: _between(start, end, _progress(step, warmup, anneal))


def cosine_beta(
    start: ArrayLike, end: ArrayLike, *, anneal: int, warmup: int = 0
) -> Schedule:
    """Trade-off that waits, follows half a cosine wave, and stays.

    Args:
        start, end, anneal, warmup: as in ``linear_beta``.

    Returns: ``step -> beta``, of the step's dtype when that is floating; as it is a
        schedule of Optax, for ``optax.scale_by_schedule`` or in place of a number of
        ``optax.inject_hyperparams``.
    Gradients: exact in start and end.
    Cost: O(1).
    Example:
        >>> beta = cosine_beta(0.0, 1.0, warmup=2, anneal=4)
        >>> [round(float(beta(step)), 4) for step in (0, 3, 4, 6, 9)]
        [0.0, 0.1464, 0.5, 1.0, 1.0]
    References: Loshchilov and Hutter (2017), SGDR, whose learning rate has this shape.
    """
    _steps("cosine_beta", anneal=(anneal, 1), warmup=(warmup, 0))

    def schedule(step: ArrayLike) -> Array:
        wave = (1 - jnp.cos(jnp.pi * _progress(step, warmup, anneal))) / 2
        return _between(start, end, wave)

    return schedule


def cyclical_beta(
    start: ArrayLike, end: ArrayLike, *, anneal: int, period: int
) -> Schedule:
    """Trade-off that rises in a straight line and stays, again in every period.

    Args:
        start: value at the beginning of a period.
        end: value from ``anneal`` steps into the period to its end.
        anneal: steps on the way, >= 1.
        period: steps in a period, >= 1.

    Returns: ``step -> beta``, of the step's dtype when that is floating; as it is a
        schedule of Optax, for ``optax.scale_by_schedule`` or in place of a number of
        ``optax.inject_hyperparams``.
    Gradients: exact in start and end.
    Cost: O(1).
    Example:
        >>> beta = cyclical_beta(0.0, 1.0, anneal=4, period=8)
        >>> [float(beta(step)) for step in (0, 2, 5, 7, 8, 10)]
        [0.0, 0.5, 1.0, 1.0, 0.0, 0.5]
    References: Fu et al. (2019), cyclical annealing schedule, a simple approach to
        mitigating KL vanishing.
    """
    _steps("cyclical_beta", anneal=(anneal, 1), period=(period, 1))

    def schedule(step: ArrayLike) -> Array:
        return _between(start, end, _progress(_float(step) % period, 0, anneal))

    return schedule


def _steps(name: str, **numbers: tuple[int, int]) -> None:
    for argument, (value, least) in numbers.items():
        if value < least:
            raise checks.fail(ValueError, name, argument, f">= {least}", str(value))


def _float(step: ArrayLike) -> Array:
    step = jnp.asarray(step)
    floating = jnp.issubdtype(step.dtype, jnp.floating)
    return step if floating else step.astype(jnp.result_type(float))


def _progress(step: ArrayLike, warmup: int, anneal: int) -> Array:
    """0 before the way, 1 after it."""
    return jnp.clip((_float(step) - warmup) / anneal, 0, 1)


def _between(start: ArrayLike, end: ArrayLike, share: Array) -> Array:
    start, end = (jnp.asarray(value).astype(share.dtype) for value in (start, end))
    return start + (end - start) * share
