"""By how much the gradients of competing modalities are scaled, and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike

__all__ = [
    "ModulationState",
    "RunningScores",
    "modulation_coefficients",
    "modulation_ratio",
    "open_vector",
    "running_scores",
]


def modulation_ratio(scores: ArrayLike) -> Array:
    r"""How far each modality is ahead, :math:`\exp(\overline{s^k}_{k \ne m} - s^m)`.

    Args:
        scores: ``[M]``, of ``modality_scores`` or their running mean.

    Returns: ``[M]`` positive numbers whose product is 1; above 1 for a modality that is
        ahead of the others. 1 for a single one.
    Gradients: exact.
    Cost: O(M).
    Example:
        >>> ratio = modulation_ratio(jnp.log(jnp.array([1.0, 4.0])))
        >>> [round(float(r), 4) for r in ratio]
        [4.0, 0.25]
    References: Li et al. (2023), arXiv 2308.07686.
    """
    s, dtype = open_vector("modulation_ratio", "scores", scores)
    others = (jnp.sum(s) - s) / max(len(s) - 1, 1)
    lead = others - s if len(s) > 1 else 0 * s
    return numerics.exp(lead).astype(dtype)


def modulation_coefficients(
    scores: ArrayLike,
    running: ArrayLike,
    *,
    alpha: ArrayLike,
    max_gap: ArrayLike | None = None,
) -> Array:
    r"""Factors for the gradients of each modality, :math:`e^{\alpha (\tau^m - r^m)}`.

    r is ``modulation_ratio`` of this batch, :math:`\tau` that of the past: a modality
    that is further ahead than usual learns more slowly, one that lags behind faster.

    Args:
        scores: of this batch, ``[M]``, of ``modality_scores``.
        running: mean of those before it, ``[M]``, of ``running_scores``; zeros first.
        alpha: strength >= 0; 0 gives ones. Published 0.2 to 3. May be traced.
        max_gap: largest :math:`\tau - r`, such as 7 or 10; no limit by default.

    Returns: ``[M]`` positive factors, held short of overflow.
    Gradients: stopped.
    Cost: O(M).
    Example:
        >>> scores, running = jnp.log(jnp.array([1.0, 2.0])), jnp.zeros(2)
        >>> kappa = modulation_coefficients(scores, running, alpha=1.0)
        >>> [round(float(k), 4) for k in kappa]  # exp(1 - 2), exp(1 - 1 / 2)
        [0.3679, 1.6487]
    References: Li et al. (2023), arXiv 2308.07686.
    """
    name = "modulation_coefficients"
    s, dtype = open_vector(name, "scores", scores)
    past, _ = open_vector(name, "running", running)
    checks.same_length(name, scores=s, running=past)
    gap = modulation_ratio(past.astype(s.dtype)) - modulation_ratio(s)
    if max_gap is not None:
        gap = jnp.minimum(gap, scalar(name, "max_gap", max_gap, s.dtype))
    kappa = numerics.exp(scalar(name, "alpha", alpha, s.dtype) * gap)
    return lax.stop_gradient(kappa).astype(dtype)


class ModulationState(NamedTuple):
    """Mean scores ``[M]`` over the steps so far, zeros at first, and their number."""

    running: Array
    step: Array


class RunningScores(NamedTuple):
    """``init() -> ModulationState``; ``update(state, scores) -> ModulationState``."""

    init: Callable[[], ModulationState]
    update: Callable[[ModulationState, ArrayLike], ModulationState]


def running_scores(modalities: int) -> RunningScores:
    """Mean of ``modality_scores`` over all steps of training, for the reference.

    Args:
        modalities: M, static.

    Returns: ``RunningScores(init, update)``. Use ``state.running`` for the coefficients
        of a batch before it is updated with the scores of that batch.
    Gradients: stopped.
    Cost: O(M) a step.
    Example:
        >>> average = running_scores(2)
        >>> state = average.init()
        >>> for scores in ([1.0, 3.0], [2.0, 5.0]):
        ...     state = average.update(state, jnp.array(scores))
        >>> state.running.tolist(), int(state.step)
        ([1.5, 4.0], 2)
    References: Li et al. (2023), arXiv 2308.07686.
    """
    checks.size("running_scores", modalities, "modalities")

    def init() -> ModulationState:
        return ModulationState(jnp.zeros(modalities), jnp.zeros((), jnp.int32))

    def update(state: ModulationState, scores: ArrayLike) -> ModulationState:
        s, _ = open_vector("running_scores", "scores", scores)
        checks.same_length("running_scores", running=state.running, scores=s)
        work = checks.working_dtype(state.running.dtype)
        mean, new = state.running.astype(work), lax.stop_gradient(s).astype(work)
        mean = mean + (new - mean) / (state.step + 1).astype(work)
        return ModulationState(mean.astype(state.running.dtype), state.step + 1)

    return RunningScores(init, update)


def open_vector(name: str, argument: str, x: ArrayLike) -> tuple[Array, jnp.dtype]:
    """One number a modality, ``[M]``, and its dtype."""
    (vector,), dtype = checks.common_float(name, **{argument: x})
    if vector.ndim != 1 or vector.size == 0:
        received = str(list(vector.shape))
        raise checks.fail(ValueError, name, argument, "non-empty, [M]", received)
    return vector, dtype
