"""Names for the arrays and callables that the whole library speaks in."""

from __future__ import annotations

from typing import Protocol

import jax
from jax.typing import ArrayLike

Array = jax.Array
PRNGKey = jax.Array

__all__ = [
    "Array",
    "ArrayLike",
    "Bound",
    "Critic",
    "EntropyEstimator",
    "Kernel",
    "MIEstimator",
    "PRNGKey",
    "StepFn",
]


class Kernel(Protocol):
    """Gram callable: ``[n, d]`` and ``[m, d]`` to kernel values ``[n, m]``."""

    def __call__(self, x: Array, y: Array, /) -> Array: ...


class Critic(Protocol):
    """Score callable: ``[n, dx]`` and ``[m, dy]`` to scores ``[n, m]``."""

    def __call__(self, x: Array, y: Array, /) -> Array: ...


class StepFn(Protocol):
    """Step at zero: 1 where the argument is positive, 0 where negative, elementwise."""

    def __call__(self, gap: Array, /) -> Array: ...


class Bound(Protocol):
    """Variational bound: scores ``[n, n]``, positives on the diagonal, to nats."""

    def __call__(self, scores: ArrayLike, /) -> Array: ...


class EntropyEstimator(Protocol):
    """Entropy of samples ``[n, d]``, a scalar in nats."""

    def __call__(self, x: ArrayLike, /) -> Array: ...


class MIEstimator(Protocol):
    """Mutual information of paired samples ``[n, dx]``, ``[n, dy]``, in nats."""

    def __call__(self, x: ArrayLike, y: ArrayLike, /) -> Array: ...
