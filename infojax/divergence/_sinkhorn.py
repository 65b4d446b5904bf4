"""Debiased entropic transport between two samples."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from infojax._base import checks
from infojax._base.distances import squared_euclidean
from infojax._base.plan import PairPlan
from infojax.divergence._transport import Cost, Side, transport
from infojax.divergence._two_sample import TwoSamples, two_samples
from infojax.types import Array, ArrayLike

__all__ = ["SinkhornResult", "sinkhorn", "sinkhorn_solve"]


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
        plan: how the costs are evaluated; never changes the value. Without blocks of
            its own, kernels of up to 2^26 pairs (n = 8192) are kept.

    Returns: scalar in the unit of the cost; 0 for equal samples and, where
        ``exp(-cost / epsilon)`` is a positive definite kernel, >= 0, up to the
        tolerance. It tends to the cost of transport as epsilon falls, to that between
        the means for squared distances as it grows. 0 when a sample is empty.
    Gradients: exact at convergence, by the envelope theorem: in samples, weights,
        epsilon and what the cost depends on. Not through the iterations. Higher
        derivatives, on one device, by the implicit function theorem: a linear
        system each.
    Cost: O((n + m)^2) an iteration, two products of a kept kernel with a vector, and
        O((n + m)^2 d) where it is scaled anew; O((n + m)^2 d) an iteration where the
        plan has blocks. The number of iterations grows like cost / epsilon.
    Example:
        >>> x = jnp.array([[0.0], [1.0]])
        >>> round(float(sinkhorn(x, x + 2, epsilon=1.0)), 4)
        4.0
    References: Genevay, Peyre and Cuturi (2018), learning generative models with
        Sinkhorn divergences; Feydy et al. (2019), interpolating between optimal
        transport and MMD using Sinkhorn divergences; Schmitzer (2019), stabilized
        sparse scaling algorithms for entropy regularized transport problems.
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
    x = Side(sample.x, *sample.side_x)
    y = Side(sample.y, *sample.side_y)
    plan, limits = sample.plan, {"tolerance": tolerance, "max_steps": max_steps}
    found = [transport(cost, epsilon, a, b, plan, limits) for a, b in ((x, y), (x, x))]
    found.append(transport(cost, epsilon, y, y, plan, limits))
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
