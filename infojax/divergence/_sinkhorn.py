"""Debiased entropic transport between two samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks, numerics
from infojax._base.distances import squared_euclidean
from infojax._base.loops import FixedPoint, fixed_point
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows
from infojax.divergence._two_sample import TwoSamples, two_samples
from infojax.types import Array, ArrayLike

__all__ = ["SinkhornResult", "sinkhorn", "sinkhorn_solve"]

Cost = Callable[[Array, Array], Array]


class SinkhornResult(NamedTuple):
    """A Sinkhorn divergence and how well its three transport problems were solved.

    ``value`` is the divergence, ``cross`` the entropic cost between the samples, with
    its relative entropy; ``change`` the last move of a potential over epsilon and
    ``steps`` the iterations, both the largest of the three; ``converged`` tells whether
    all of them did.
    """

    value: Array
    cross: Array
    change: Array
    steps: Array
    converged: Array


def sinkhorn(
    x: ArrayLike,
    y: ArrayLike,
    *,
    epsilon: ArrayLike,
    cost: Cost = squared_euclidean,
    tolerance: float = 1e-3,
    max_steps: int = 1000,
    where_x: ArrayLike | None = None,
    where_y: ArrayLike | None = None,
    weights_x: ArrayLike | None = None,
    weights_y: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Sinkhorn divergence of two samples: entropic transport without its bias.

    :math:`T(x, y) - \frac12 T(x, x) - \frac12 T(y, y)`, where :math:`T = \min_P
    \langle P, C\rangle + \epsilon\, KL(P \| a \otimes b)` over the couplings.

    Args:
        x: samples of the first law, ``[n, d]`` or ``[n]``.
        y: samples of the second law, ``[m, d]`` or ``[m]``.
        epsilon: entropic regularisation, positive, in the unit of the cost; a few
            percent of the mean cost is usual.
        cost: ``(x, y) -> [n, m]``, symmetric; squared Euclidean distances by default.
        tolerance: stop when no potential moves by more than this times ``epsilon``;
            relative errors of gradients were a tenth of it, of values far smaller.
        max_steps: Sinkhorn iterations at most.
        where_x, where_y: Boolean rows; those marked False are as if absent.
        weights_x, weights_y: nonnegative; integers equal repetition of rows.
        plan: how the costs are evaluated; never changes the value.

    Returns: scalar in the unit of the cost; 0 for equal samples and, where
        ``exp(-cost / epsilon)`` is a positive definite kernel, >= 0, up to the
        tolerance. It tends to the cost of transport as epsilon falls, to that between
        the means for squared distances as it grows. 0 when a sample is empty.
    Gradients: exact at convergence, by the envelope theorem: in samples, weights,
        epsilon and what the cost depends on. Not through the iterations.
    Cost: O((n + m)^2) an iteration and O((n + m)^2 d) once, or an iteration where the
        plan has blocks; the number of iterations grows like cost / epsilon.
    Example:
        >>> x = jnp.array([[0.0], [1.0]])
        >>> round(float(sinkhorn(x, x + 2, epsilon=1.0)), 4)
        4.0
    References: Genevay, Peyre and Cuturi (2018), learning generative models with
        Sinkhorn divergences; Feydy et al. (2019), interpolating between optimal
        transport and MMD using Sinkhorn divergences.
    """
    name = "divergence.sinkhorn"
    sample = two_samples(name, x, y, where_x, where_y, weights_x, weights_y, plan)
    return _solve(name, sample, cost, epsilon, tolerance, max_steps).value


def sinkhorn_solve(
    x: ArrayLike,
    y: ArrayLike,
    *,
    epsilon: ArrayLike,
    cost: Cost = squared_euclidean,
    tolerance: float = 1e-3,
    max_steps: int = 1000,
    where_x: ArrayLike | None = None,
    where_y: ArrayLike | None = None,
    weights_x: ArrayLike | None = None,
    weights_y: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> SinkhornResult:
    """The transport problems behind ``sinkhorn``, with their diagnostics.

    Args:
        x, y, epsilon, cost, tolerance, max_steps, where_x, where_y, weights_x,
        weights_y, plan: as in ``sinkhorn``.

    Returns: ``SinkhornResult(value, cross, change, steps, converged)``.
    Gradients: of ``value`` and ``cross`` exact at convergence; none of the others.
    Cost: as ``sinkhorn``.
    Example:
        >>> x = jnp.array([[0.0], [1.0]])
        >>> bool(sinkhorn_solve(x, x + 2, epsilon=1.0).converged)
        True
    References: Feydy et al. (2019), interpolating between optimal transport and MMD
        using Sinkhorn divergences.
    """
    name = "divergence.sinkhorn_solve"
    sample = two_samples(name, x, y, where_x, where_y, weights_x, weights_y, plan)
    return _solve(name, sample, cost, epsilon, tolerance, max_steps)


class _Side(NamedTuple):
    rows: Array
    mask: Array
    mass: Array


def _solve(
    name: str,
    sample: TwoSamples,
    cost: Cost,
    epsilon: ArrayLike,
    tolerance: float,
    max_steps: int,
) -> SinkhornResult:
    if isinstance(epsilon, (int, float, np.floating)) and not epsilon > 0:
        raise checks.fail(ValueError, name, "epsilon", "positive", str(epsilon))
    max_steps = checks.size(name, max_steps, "max_steps")
    epsilon = jnp.asarray(epsilon).astype(sample.x.dtype)
    x = _Side(sample.x, *sample.side_x)
    y = _Side(sample.y, *sample.side_y)
    plan, limits = sample.plan, {"tolerance": tolerance, "max_steps": max_steps}
    found = [_transport(cost, epsilon, a, b, plan, limits) for a, b in ((x, y), (x, x))]
    found.append(_transport(cost, epsilon, y, y, plan, limits))
    (cross, one, two), states = zip(*found, strict=True)
    change = jnp.max(jnp.stack([s.change for s in states]))
    steps = jnp.max(jnp.stack([s.steps for s in states]))
    return SinkhornResult(
        sample.nonempty(cross - (one + two) / 2),
        sample.nonempty(cross),
        change.astype(sample.dtype),
        steps,
        change <= tolerance,
    )


def _transport(
    cost: Cost, epsilon: Array, x: _Side, y: _Side, plan: PairPlan, limits: dict
) -> tuple[Array, FixedPoint]:
    """Entropic cost between two samples, and how its potential was found.

    The potential ``g`` of y, over epsilon, maximises ``mean(f(g)) + mean(g)`` with f
    the best answer to it. So the value is differentiated with g held fixed.
    """
    fixed = lax.stop_gradient((epsilon, x, y))
    here = plan.row_index(len(y.rows))
    to_x, to_y = _answers(cost, *fixed, plan)

    # The state holds the potential on all devices, which then stop at the same step.
    start = jnp.zeros(plan.size(len(y.rows)), y.rows.dtype)

    def shared(g: Array) -> Array:
        return plan.total(start.at[here].set(g)) if plan.axis_name else g

    def alternate(g: Array) -> Array:
        return shared(to_y(to_x(g[here])))

    # Of a sample with itself both potentials agree, and averaging finds them at once.
    def average(g: Array) -> Array:
        return (g + shared(to_x(g[here]))) / 2

    state = fixed_point(average if x is y else alternate, start, **limits)
    g = state.value[here]
    pairs = _pairs(cost, epsilon, x, y, g, plan)
    f = _answer(pairs)
    value = pairs.mean(f) + _pairs(cost, epsilon, y, x, f, plan).mean(g)
    return epsilon * value, state


def _answers(
    cost: Cost, epsilon: Array, x: _Side, y: _Side, plan: PairPlan
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Potentials of x that answer those of y, and of y that answer those of x.

    Where the plan takes all rows at once, the costs are evaluated once and kept.
    """
    whole = min(plan.rows_at_once(len(y.rows)), plan.rows_at_once(len(x.rows)))
    if plan.axis_name is None and whole >= max(len(x.rows), len(y.rows)):
        matrix = cost(x.rows, y.rows) / epsilon
        x_rows, y_rows = x._replace(rows=matrix), y._replace(rows=matrix.T)

        def stored(row: Array, column: Any) -> Array:
            return column[1][None] - row

        def keep(a: _Side, b: _Side) -> Callable[[Array], Array]:
            return lambda g: _answer(_joined(stored, a, b, g, plan))

        return keep(x_rows, y), keep(y_rows, x)
    return (
        lambda g: _answer(_pairs(cost, epsilon, x, y, g, plan)),
        lambda f: _answer(_pairs(cost, epsilon, y, x, f, plan)),
    )


def _answer(pairs: Pairs) -> Array:
    """The best potential of the rows given that of the columns; 0 where masked."""
    mass = jnp.asarray(pairs.weights_y)
    log_mass = numerics.log(pairs.plan.total(jnp.sum(mass)))

    total = pairs.map_rows(Rows.logsumexp)
    some = total != -jnp.inf
    return jnp.where(some, log_mass - jnp.where(some, total, 0), 0)


def _pairs(
    cost: Cost, epsilon: Array, x: _Side, y: _Side, g: Array, plan: PairPlan
) -> Pairs:
    """Potential of the column less the cost, both over epsilon."""

    def fn(row: Array, column: Any) -> Array:
        return column[1][None] - cost(row, column[0]) / epsilon

    return _joined(fn, x, y, g, plan)


def _joined(fn: Callable, x: _Side, y: _Side, g: Array, plan: PairPlan) -> Pairs:
    return Pairs(fn, x.rows, (y.rows, g), plan, x.mask, y.mask, x.mass, y.mass)
