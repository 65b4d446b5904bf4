"""Divergences of tables from their mixture."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.divergence._tables import aligned, renyi_of_shares
from infojax.types import Array, ArrayLike

__all__ = ["generalized_jensen_shannon", "jensen_renyi", "jensen_shannon"]


def jensen_shannon(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, where: ArrayLike | None = None
) -> Array:
    r"""Jensen-Shannon divergence, :math:`H(m) - \frac12 [H(p) + H(q)]`, m halfway.

    The mean divergence of p and q from their midpoint; its root is a metric.

    Args:
        p: probabilities or counts, nonnegative; normalised along ``axis``.
        q: of the shape of ``p`` or broadcasting against it.
        axis: the axis of the cells; the others are kept.
        where: Boolean, broadcast to ``p``; cells marked False are as if absent.

    Returns: the broadcast shape without ``axis``, in nats, from 0 to log 2; symmetric.
    Gradients: exact; finite where only one of p and q is 0, where the true slope is
        minus infinity.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([1.0, 0.0])
        >>> round(float(jensen_shannon(p, q)), 4)
        0.2158
    References: Lin (1991).
    """
    p, q, dtype = aligned("jensen_shannon", p, q, axis, where)
    middle = (p + q) / 2
    there = numerics.relative_entropy_terms(p, middle)
    back = numerics.relative_entropy_terms(q, middle)
    return (jnp.sum(there + back, axis=-1) / 2).astype(dtype)


def generalized_jensen_shannon(
    pmfs: ArrayLike,
    *,
    axis: int = -1,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Jensen-Shannon divergence of laws, :math:`H(\sum w_i p_i) - \sum w_i H(p_i)`.

    The mutual information between a symbol and which law it was drawn from.

    Args:
        pmfs: probabilities or counts, ``[m, ..., cells]``, the laws along the first
            axis; each is normalised along ``axis``.
        axis: the axis of the cells, not the first; the others are kept.
        where: Boolean, broadcast to ``pmfs``; cells marked False are as if absent.
        weights: ``[m]``, nonnegative; normalised, equal by default. A law without mass
            has none.

    Returns: the shape of ``pmfs`` without the first axis and ``axis``, in nats, from 0
        to the entropy of the weights.
    Gradients: exact, in ``weights`` too; finite at empty cells.
    Cost: O(m x cells).
    Example:
        >>> pmfs = jnp.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
        >>> round(float(generalized_jensen_shannon(pmfs)), 4)
        0.4621
    References: Lin (1991).
    """
    name = "generalized_jensen_shannon"
    p, shares, dtype = _stack(name, pmfs, axis, where, weights)
    mixture = jnp.sum(shares[..., None] * p, axis=0)
    gaps = jnp.sum(numerics.relative_entropy_terms(p, mixture), axis=-1)
    # A law of no weight may lie where the mixture does not; it has no say.
    gaps = jnp.where(shares <= 0, 0, gaps)
    return jnp.sum(shares * gaps, axis=0).astype(dtype)


def jensen_renyi(
    pmfs: ArrayLike,
    *,
    alpha: float,
    axis: int = -1,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Jensen-Renyi divergence :math:`H_\alpha(\sum w_i p_i) - \sum w_i H_\alpha(p_i)`.

    Args:
        pmfs: probabilities or counts, ``[m, ..., cells]``, the laws along the first
            axis; each is normalised along ``axis``.
        alpha: the order of the entropies, a static Python float, at least 0, infinity
            included; 1 is :func:`generalized_jensen_shannon`.
        axis: the axis of the cells, not the first; the others are kept.
        where: Boolean, broadcast to ``pmfs``; cells marked False are as if absent.
        weights: ``[m]``, nonnegative; normalised, equal by default. A law without mass
            has none.

    Returns: the shape of ``pmfs`` without the first axis and ``axis``, in nats; >= 0
        for orders from 0 to 1, possibly negative above.
    Gradients: exact, in ``weights`` too; finite at empty cells.
    Cost: O(m x cells).
    Example:
        >>> pmfs = jnp.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
        >>> round(float(jensen_renyi(pmfs, alpha=2.0)), 4)
        0.4621
    References: He, Hamza and Krim (2003).
    """
    name = "jensen_renyi"
    order = checks.order(name, alpha)
    p, shares, dtype = _stack(name, pmfs, axis, where, weights)

    def entropy(x: Array) -> Array:
        return -renyi_of_shares(x, jnp.ones_like(x), order)

    mixture = jnp.sum(shares[..., None] * p, axis=0)
    return (entropy(mixture) - jnp.sum(shares * entropy(p), axis=0)).astype(dtype)


def _stack(
    name: str,
    pmfs: ArrayLike,
    axis: int,
    where: ArrayLike | None,
    weights: ArrayLike | None,
) -> tuple[Array, Array, jnp.dtype]:
    """Laws ``[m, ..., cells]``, their shares ``[m, ...]``, and the dtype to return."""
    array = checks.counts(name, "pmfs", pmfs)
    if array.ndim < 2:
        expected, received = "of shape [m, ..., cells]", str(list(array.shape))
        raise checks.fail(ValueError, name, "pmfs", expected, received)
    if axis % array.ndim == 0:
        expected = "another axis than the first, along which the laws are"
        raise checks.fail(ValueError, name, "axis", expected, str(axis))
    work = array.astype(checks.working_dtype(array.dtype))
    keep = checks.cell_mask(name, where, array.shape)
    work = jnp.where(keep & ~(work < 0), work, 0)
    p = numerics.normalise(jnp.moveaxis(work, axis, -1), -1)
    every = jnp.ones(len(p), bool)
    mass = checks.weights(name, weights, every, p.dtype, "weights")
    mass = mass.reshape(-1, *(1 for _ in p.shape[1:-1])) * jnp.sum(p, axis=-1)
    return p, numerics.normalise(mass, 0), array.dtype
