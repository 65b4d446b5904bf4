"""Information gain of given parameters: all pairs of them, or all outcomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from infojax import bounds
from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.types import Array, ArrayLike

__all__ = ["EIGPair", "eig_enumerate", "eig_matrix"]

LogProb = Callable[[Any, Any, Any], Array]


class EIGPair(NamedTuple):
    """A lower and an upper bound in expectation, in nats, of one matrix."""

    lower: Array
    upper: Array


def eig_matrix(
    log_prob: LogProb,
    thetas: Any,
    outcomes: Any,
    design: Any,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> EIGPair:
    """Both bounds from one square of log-likelihoods: n draws contrast each other.

    The lower one is PCE over all n columns, ``bounds.infonce`` of the matrix; the upper
    one leaves out the parameters that made the outcome, ``bounds.leave_one_out``.

    Args:
        log_prob: ``(y, theta, design)`` to a scalar, as of a ``Model``.
        thetas: draws of the prior, n rows; an array or a pytree of arrays.
        outcomes: one drawn of each row of ``thetas``, n rows.
        design: whatever ``log_prob`` takes; a keyword for ``infojax.sharded``, which
            splits what is positional by rows.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the n x n densities are evaluated; never changes the value.

    Returns: ``EIGPair(lower, upper)`` in nats; ``lower`` is at most log n, both are 0
        when fewer than two rows remain.
    Gradients: exact; through ``outcomes`` if they follow the design.
    Cost: O(n^2) densities, for n^2 of information that n draws each contain.
    Example:
        >>> theta, noise = jax.random.normal(jax.random.key(0), (2, 1000))
        >>> log_prob = lambda y, theta, d: jax.scipy.stats.norm.logpdf(y, d * theta)
        >>> found = eig_matrix(log_prob, theta, 2 * theta + noise, 2.0)
        >>> abs(float(found.lower) - 0.8047) < 0.1  # log(1 + 4) / 2
        True
    References: Foster et al. (2020); Poole et al. (2019) for the leave-one-out bound.
    """
    name = "eig_matrix"
    thetas, outcomes = _rows(name, thetas=thetas), _rows(name, outcomes=outcomes)
    first = jax.tree.leaves(thetas)[0]
    checks.same_length(name, thetas=first, outcomes=jax.tree.leaves(outcomes)[0])
    keep = checks.row_mask(name, where, len(first))
    if plan.size(len(first)) < 2:
        raise checks.fail(ValueError, name, "thetas", "of two rows or more", "one")
    # Masked rows may hold anything: the first row that is there stands in for them.
    index = plan.row_index(len(keep))
    latest = plan.size(len(keep)) - 1
    stand_in = latest - plan.maximum(jnp.max(jnp.where(keep, latest - index, 0)))
    number = jnp.where(keep, index, stand_in)
    thetas, outcomes = plan.take((thetas, outcomes), number)

    def scores(y: Any, theta: Any) -> Array:
        each = jax.vmap(lambda y, t: log_prob(y, t, design), (None, 0))
        return jax.vmap(each, (0, None))(y, theta)

    pairs = Pairs(scores, outcomes, thetas, plan, where_x=keep, where_y=keep)
    return EIGPair(bounds.infonce(pairs), bounds.leave_one_out(pairs.transpose))


def eig_enumerate(
    log_prob: LogProb,
    thetas: Any,
    outcomes: Any,
    design: Any,
    *,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Information gain about a finite set of parameters, of all outcomes there are.

    :math:`\sum_i w_i \sum_y p(y|\theta_i) [\log p(y|\theta_i) - \log \bar p(y)]`, the
    mutual information of the table. No outcome is drawn, so that gradients in the
    design are exact where outcomes jump.

    Args:
        log_prob: ``(y, theta, design)`` to a scalar, as of a ``Model``.
        thetas: particles of the prior, n rows; an array or a pytree of arrays.
        outcomes: every outcome there is, once, k rows, integers or floating.
        design: whatever ``log_prob`` takes.
        where: ``[n]`` Boolean; particles marked False are as if absent.
        weights: ``[n]``, nonnegative, of the particles; equal if None.

    Returns: scalar in nats, from 0 to log k. Exact for the law of these particles; of
        the law they are drawn from it is a lower bound in expectation, too low by
        at most about (k - 1) / (2 n).
    Gradients: exact, in the design and in particles and weights; finite where an
        outcome is impossible.
    Cost: O(n k) densities.
    Example:
        >>> log_prob = lambda y, theta, d: jnp.where(y == (theta > d), 0.0, -jnp.inf)
        >>> thetas, outcomes = jnp.arange(4.0), jnp.array([False, True])
        >>> round(float(eig_enumerate(log_prob, thetas, outcomes, 1.5)), 4)  # log 2
        0.6931
    References: Rainforth et al. (2018), section 4, for the exact sum over outcomes.
    """
    name = "eig_enumerate"
    thetas, outcomes = _rows(name, thetas=thetas), _rows(name, outcomes=outcomes)
    n = len(jax.tree.leaves(thetas)[0])
    keep = checks.row_mask(name, where, n)
    stand_in = jnp.argmax(keep)
    number = jnp.where(keep, jnp.arange(n), stand_in)
    thetas = jax.tree.map(lambda a: a[number], thetas)
    each = jax.vmap(lambda y, theta: log_prob(y, theta, design), (0, None))
    log = jax.vmap(each, (None, 0))(outcomes, thetas)
    dtype = log.dtype
    log = log.astype(checks.working_dtype(dtype))
    mass = checks.weights(name, weights, keep, log.dtype, "weights")
    mass = numerics.normalise(jnp.where(mass < 0, 0, mass))
    marginal = numerics.logsumexp(log, weights=mass[:, None], axis=0)
    counts = (mass[:, None] > 0) & (log != -jnp.inf)
    safe = jnp.where(counts, log, 0)
    terms = jnp.exp(safe) * (safe - jnp.where(jnp.isinf(marginal), 0, marginal))
    value = jnp.sum(mass[:, None] * jnp.where(counts, terms, 0))
    return numerics.unless_nan(value, mass, safe).astype(dtype)


def _rows(name: str, **named: Any) -> Any:
    """A pytree of arrays with as many rows each, at least one."""
    ((argument, tree),) = named.items()
    tree = jax.tree.map(jnp.asarray, tree)
    leaves = jax.tree.leaves(tree)
    if not leaves or any(not a.ndim or not len(a) for a in leaves):
        expected = "arrays with rows first, at least one"
        received = str([list(a.shape) for a in leaves])
        raise checks.fail(ValueError, name, argument, expected, received)
    checks.same_length(
        name,
        **{argument: leaves[0]}
        | {f"{argument}[{i}]": a for i, a in enumerate(leaves[1:], 1)},
    )
    return tree
