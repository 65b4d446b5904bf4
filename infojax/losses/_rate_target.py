"""A trade-off that steers the rate of a bottleneck to a number of nats."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike

__all__ = ["RateTarget", "RateTargetState", "rate_target"]


class RateTargetState(NamedTuple):
    """``beta``: the trade-off to use next, a scalar."""

    beta: Array


class RateTarget(NamedTuple):
    """``init() -> RateTargetState``; ``update(state, rate) -> RateTargetState``."""

    init: Callable[[], RateTargetState]
    update: Callable[[RateTargetState, ArrayLike], RateTargetState]


def rate_target(
    target: ArrayLike,
    *,
    learning_rate: ArrayLike,
    start: ArrayLike = 1e-3,
    limits: tuple[float, float] = (1e-6, 1e3),
) -> RateTarget:
    r"""Trade-off that follows the rate until that is as large as asked for.

    :math:`\beta \leftarrow \beta\, e^{\eta (r - r^*)}`, integral control of log beta:
    dual ascent on the multiplier of *minimise the prediction with a rate of at most*
    :math:`r^*`, in steps relative to its size.

    Args:
        target: the rate :math:`r^*`, such as some nats of I(X; Z); may be traced.
        learning_rate: :math:`\eta` > 0, the relative change of beta in a step for each
            nat of excess. Slow beside the training of the network, or the rate swings.
        start: beta of the first step, within the limits. An array sets the dtype.
        limits: the smallest and the largest beta, static, both > 0. At the smallest the
            target is more than the network transmits anyway.

    Returns: ``RateTarget(init, update)``, for ``jit`` and ``scan``. ``state.beta`` goes
        to a loss that is ``prediction + beta * rate``, and the rate of that step, of
        ``vib_terms`` and the like or a running mean of it, to ``update(state, rate)``.
    Gradients: stopped.
    Cost: O(1).
    Example:
        >>> control = rate_target(0.5, learning_rate=0.2, start=1.0)
        >>> code, state = jnp.array(3.0), control.init()
        >>> for _ in range(100):  # minimise (3 - z)^2 / 2 where z^2 / 2 is 1 / 2
        ...     code = 3.0 / (1 + state.beta)
        ...     state = control.update(state, code**2 / 2)
        >>> round(float(code), 3), round(float(state.beta), 3)
        (1.0, 2.0)
    References: Alemi et al. (2018), fixing a broken ELBO, for rates as targets; Rezende
        and Viola (2018), taming VAEs, for steps of the logarithm of a multiplier.
    """
    name = "rate_target"
    low, high = limits
    if not 0 < low <= high:
        expected = "two numbers, 0 < low <= high"
        raise checks.fail(ValueError, name, "limits", expected, str(limits))

    def held(beta: Array) -> Array:
        return jnp.clip(beta, low, high)

    def init() -> RateTargetState:
        first = jnp.asarray(start)
        floating = jnp.issubdtype(first.dtype, jnp.floating)
        kind = first.dtype if floating else jnp.result_type(float)
        return RateTargetState(held(scalar(name, "start", start, kind)))

    def update(state: RateTargetState, rate: ArrayLike) -> RateTargetState:
        out = state.beta.dtype
        work = checks.working_dtype(out)
        seen = lax.stop_gradient(scalar(name, "rate", rate, work))
        excess = seen - scalar(name, "target", target, work)
        growth = numerics.exp(
            scalar(name, "learning_rate", learning_rate, work) * excess
        )
        return RateTargetState(held(state.beta.astype(work) * growth).astype(out))

    return RateTarget(init, update)
