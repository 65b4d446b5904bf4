"""Wasserstein dependency: how far a joint law is from the product of its margins."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.distances import euclidean
from infojax._base.loops import at_optimum, fixed_point
from infojax._base.pairs import Pairs
from infojax._base.rows import Mean, Rows
from infojax._base.scores import open_scores
from infojax.types import Array, ArrayLike

__all__ = ["WassersteinResult", "wasserstein", "wasserstein_dual", "wasserstein_solve"]


class WassersteinResult(NamedTuple):
    """What the entropic transport problem returned.

    ``value`` is the transport cost, ``regularized`` the cost plus epsilon times the
    relative entropy of the plan, ``change`` the last move of a potential, ``steps`` the
    iterations taken and ``converged`` whether they sufficed.
    """

    value: Array
    regularized: Array
    change: Array
    steps: Array
    converged: Array


def wasserstein_dual(
    scores: ArrayLike | Pairs, *, where: ArrayLike | None = None
) -> Array:
    r"""Dual Wasserstein dependency, :math:`\overline{s_{ii}} - \overline{s_{ij}}`.

    Args:
        scores: ``[n, n]`` of a 1-Lipschitz critic, positives on the diagonal, or
            ``Pairs``; the second mean is over the pairs off the diagonal.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in the unit of the critic's arguments; a lower bound on the
        Wasserstein dependency in expectation when the critic is 1-Lipschitz.
        (n - 1) / n times it is the mean over all pairs. 0 when fewer than two rows
        remain.
    Gradients: exact.
    Cost: O(n^2).
    Example:
        >>> float(wasserstein_dual(jnp.eye(3)))
        1.0
    References: Ozair et al. (2019), the Wasserstein dependency measure.
    """
    pairs, diagonal, n, dtype = open_scores("wasserstein_dual", scores, where)

    def row_mean(rows: Rows) -> Mean:
        return rows.mean(keep=rows.off_diagonal)

    value = pairs.mean(diagonal) - pairs.mean(pairs.map_rows(row_mean))
    return jnp.where(n > 1, value, 0).astype(dtype)


def wasserstein(
    x: ArrayLike,
    y: ArrayLike,
    *,
    epsilon: ArrayLike = 0.05,
    ground: Callable[[Array, Array], Array] = jnp.add,
    tolerance: float = 1e-6,
    max_steps: int = 200,
    where: ArrayLike | None = None,
) -> Array:
    """Entropic Wasserstein dependency of paired samples, without a critic.

    The cost of transporting the n pairs onto all n^2 recombinations of their halves.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        epsilon: entropic regularisation, in the unit of distance.
        ground: joins the Euclidean distances of the halves; their sum by default.
        tolerance: stop when no potential moves by more than this.
        max_steps: Sinkhorn iterations at most.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in the unit of distance, 0 when one side is constant; above the
        exact dependency, and closer the smaller ``epsilon``. Scale the columns first:
        it is not invariant. ``wasserstein_solve`` tells whether it converged.
    Gradients: through the distances with the plan held fixed; exact for the regularised
        value of ``wasserstein_solve``, approximate for this one.
    Cost: O(n^3) memory and time an iteration: for up to about 100 pairs.
    Example:
        >>> x = jnp.array([0.0, 3.0])
        >>> round(float(wasserstein(x, x)), 4)
        1.5
    References: Ozair et al. (2019); Cuturi (2013), Sinkhorn distances.
    """
    options = (epsilon, ground, tolerance, max_steps, where)
    return _solve("wasserstein", x, y, *options).value


def wasserstein_solve(
    x: ArrayLike,
    y: ArrayLike,
    *,
    epsilon: ArrayLike = 0.05,
    ground: Callable[[Array, Array], Array] = jnp.add,
    tolerance: float = 1e-6,
    max_steps: int = 200,
    where: ArrayLike | None = None,
) -> WassersteinResult:
    """The transport problem behind ``wasserstein``, with its diagnostics.

    Args:
        x, y, epsilon, ground, tolerance, max_steps, where: as in ``wasserstein``.

    Returns: ``WassersteinResult``.
    Gradients: ``regularized`` exact at convergence, by the envelope theorem; higher
        derivatives too, by the implicit function theorem.
    Cost: O(n^3) memory and time an iteration.
    Example:
        >>> x = jnp.array([0.0, 3.0])
        >>> bool(wasserstein_solve(x, x).converged)
        True
    References: Cuturi (2013), Sinkhorn distances; Ozair et al. (2019).
    """
    options = (epsilon, ground, tolerance, max_steps, where)
    return _solve("wasserstein_solve", x, y, *options)


def _solve(
    name: str,
    x: ArrayLike,
    y: ArrayLike,
    epsilon: ArrayLike,
    ground: Callable[[Array, Array], Array],
    tolerance: float,
    max_steps: int,
    where: ArrayLike | None,
) -> WassersteinResult:
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, n)
    x, y = checks.column_mask(x, mask), checks.column_mask(y, mask)
    epsilon = jnp.asarray(epsilon).astype(x.dtype)
    halves = euclidean(x, x)[:, :, None], euclidean(y, y)[:, None, :]
    cost = ground(*halves).reshape(n, n * n)
    columns = (mask[:, None] & mask[None]).reshape(-1)
    count = jnp.maximum(jnp.sum(mask.astype(x.dtype)), 1)
    log_row, log_column = -jnp.log(count), -2 * jnp.log(count)
    scaled = cost / epsilon

    def row_potential(g: Array) -> Array:
        total = numerics.logsumexp(g[None] - scaled, columns[None])
        return jnp.where(mask, -(total + log_column), 0)

    def step(g: Array) -> Array:
        f = row_potential(g)
        total = numerics.logsumexp(f[:, None] - scaled, mask[:, None], axis=0)
        g = jnp.where(columns, -(total + log_row), 0)
        # A constant added to one potential and taken from the other changes nothing.
        return jnp.where(columns, g - numerics.mean(g, columns), 0)

    def dual(g: Array) -> Array:
        means = numerics.mean(row_potential(g), mask) + numerics.mean(g, columns)
        return epsilon * means

    solution = fixed_point(
        step,
        jnp.zeros(n * n, x.dtype),
        tolerance=tolerance,
        max_steps=max_steps,
    )
    regularized = at_optimum(dual, step, solution.value)
    g = solution.value
    here = mask[:, None] & columns[None]
    log_density = row_potential(g)[:, None] + g[None] - scaled
    plan = jnp.where(here, jnp.exp(log_density + log_row + log_column), 0)
    value = jnp.sum(lax.stop_gradient(plan) * cost)
    return WassersteinResult(
        value.astype(dtype),
        regularized.astype(dtype),
        solution.change.astype(dtype),
        solution.steps,
        solution.converged,
    )
