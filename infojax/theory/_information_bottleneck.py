"""The encoder at which the self-consistent equations of the bottleneck hold."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks
from infojax._base.loops import FixedPoint, fixed_point
from infojax.theory._bottleneck_terms import terms
from infojax.theory._equations import open_beta, open_problem, update
from infojax.theory._stationary import stationary
from infojax.types import Array, ArrayLike

__all__ = [
    "InformationBottleneck",
    "information_bottleneck",
    "limits",
    "search",
    "solution",
]


class InformationBottleneck(NamedTuple):
    """An encoder of the information bottleneck, its values, and how it was found.

    ``encoder`` is q(t | x), ``rate`` I(X; T), ``relevance`` I(T; Y) and ``entropy``
    H(T), in nats; ``change`` is the last move of a probability, ``steps`` the
    iterations taken, and ``converged`` tells whether the move was within tolerance.
    """

    encoder: Array
    rate: Array
    relevance: Array
    entropy: Array
    change: Array
    steps: Array
    converged: Array


def information_bottleneck(
    pxy: ArrayLike,
    encoder: ArrayLike,
    *,
    beta: ArrayLike,
    tolerance: float = 1e-9,
    max_steps: int = 10_000,
) -> InformationBottleneck:
    r"""Information bottleneck: the least of I(X; T) - beta I(T; Y) near an encoder.

    Repeats ``bottleneck_step``, which never raises that objective. It has local optima:
    ``bottleneck_curve`` needs no start. Up to ``beta = 1`` nothing is worth keeping.

    Args:
        pxy: joint probabilities or counts, ``[nx, ny]``, nonnegative; normalised.
        encoder: where to start, q(t | x), ``[nx, nt]``; rows are normalised. Equal
            clusters stay equal, and probabilities of 0 may stay 0: random rows are a
            good start.
        beta: trade-off, a positive scalar; thousands are fine. May be traced.
        tolerance: stop when no probability moves by more than this, or by more than
            four rounding errors of the dtype. Moves are small, and many, close to the
            trade-offs at which clusters merge.
        max_steps: iterations at most; with ``tolerance=0`` that many are done, unless
            only rounding is left.

    Returns: ``InformationBottleneck(encoder, rate, relevance, entropy, change, steps,
        converged)``, the values those of the encoder returned.
    Gradients: exact at convergence, in ``pxy`` and ``beta``, by the implicit function
        theorem and not through the iterations; zero in the start. How clusters that
        became equal share their mass is left open: ``rate`` and ``relevance`` do not
        depend on it, ``encoder`` and ``entropy`` are taken to move no more than needed.
        Steep at trade-offs where clusters merge and at empty cells. For a fixed number
        of steps scan ``bottleneck_step``.
    Cost: O(nx nt ny) an iteration; a gradient is a linear system, solved by products
        of that cost.
    Example:
        >>> pxy = jnp.array([[0.4, 0.1], [0.1, 0.4]])
        >>> found = information_bottleneck(pxy, jnp.eye(2), beta=5.0)
        >>> round(float(found.rate), 4), round(float(found.relevance), 4)
        (0.5995, 0.1774)
    References: Tishby, Pereira and Bialek (1999), the information bottleneck method.
    """
    name = "information_bottleneck"
    joint, start, dtype = open_problem(name, pxy, encoder)
    trade_off = open_beta(name, beta, start.dtype)
    found = search(joint, start, trade_off, **limits(name, tolerance, max_steps))
    return solution(joint, trade_off, found, dtype)


def limits(name: str, tolerance: float, max_steps: int) -> dict[str, Any]:
    """When to stop, checked."""
    return {
        "tolerance": checks.order(name, tolerance, "tolerance", finite=True),
        "max_steps": checks.size(name, max_steps, "max_steps"),
    }


def search(
    joint: Array, start: Array, beta: Array, *, tolerance: float, max_steps: int
) -> FixedPoint:
    """Iterations from a start, constant for differentiation."""
    joint, beta = lax.stop_gradient((joint, beta))
    least = 4 * float(jnp.finfo(start.dtype).eps)
    return fixed_point(
        partial(update, joint, beta=beta),
        start,
        tolerance=max(tolerance, least),
        max_steps=max_steps,
    )


def solution(
    joint: Array, beta: Array, found: FixedPoint, dtype: Any
) -> InformationBottleneck:
    """What was found as a function of the table and of the trade-off."""
    encoder = stationary(joint, found.value, beta)
    values = terms(joint, encoder)
    return InformationBottleneck(
        encoder.astype(dtype),
        values.rate.astype(dtype),
        values.relevance.astype(dtype),
        values.entropy.astype(dtype),
        found.change.astype(dtype),
        found.steps,
        found.converged,
    )
