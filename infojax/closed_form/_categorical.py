"""Entropy, divergences and mutual information of tables of probabilities."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "categorical_cauchy_schwarz",
    "categorical_entropy",
    "categorical_kl",
    "categorical_mi",
]


def categorical_entropy(p: ArrayLike, *, axis: int = -1) -> Array:
    r"""Shannon entropy :math:`-\sum p \log p` of probabilities.

    Args:
        p: probabilities, floating; normalised along ``axis``.
        axis: the axis of the cells; the others are kept.

    Returns: the shape of ``p`` without ``axis``, in nats; 0 where all cells are empty.
    Gradients: exact; 0 at empty cells, where the true slope is infinite.
    Cost: O(cells).
    Example:
        >>> round(float(categorical_entropy(jnp.array([0.5, 0.25, 0.25]))), 4)
        1.0397
    References: Shannon (1948).
    """
    (p,), dtype = _tables("categorical_entropy", axis, p=p)
    return -jnp.sum(numerics.xlogx(p), axis=axis).astype(dtype)


def categorical_kl(p: ArrayLike, q: ArrayLike, *, axis: int = -1) -> Array:
    r"""Kullback-Leibler divergence :math:`D(p \| q) = \sum p \log(p / q)`.

    Args:
        p: probabilities, floating; normalised along ``axis``.
        q: the reference, of the shape of ``p``.
        axis: the axis of the cells; the others are kept.

    Returns: the shape of ``p`` without ``axis``, in nats; +inf where q is
        0 and p is not.
    Gradients: exact; zero at cells where p or q is 0.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([0.9, 0.1])
        >>> round(float(categorical_kl(p, q)), 4)
        0.5108
    References: Kullback and Leibler (1951).
    """
    (p, q), dtype = _tables("categorical_kl", axis, p=p, q=q)
    return jnp.sum(numerics.relative_entropy_terms(p, q), axis=axis).astype(dtype)


def categorical_cauchy_schwarz(p: ArrayLike, q: ArrayLike, *, axis: int = -1) -> Array:
    r"""Cauchy-Schwarz divergence :math:`-\log[(\sum pq)^2 / (\sum p^2 \sum q^2)]`.

    Args:
        p: probabilities, floating; normalised along ``axis``.
        q: as ``p`` and of its shape.
        axis: the axis of the cells; the others are kept.

    Returns: the shape of ``p`` without ``axis``, in nats, symmetric in p and q; +inf
        where p and q share no cell, 0 where both are empty.
    Gradients: exact; zero where the value is infinite.
    Cost: O(cells).
    Example:
        >>> p, q = jnp.array([0.5, 0.5]), jnp.array([1.0, 0.0])
        >>> round(float(categorical_cauchy_schwarz(p, q)), 4)  # log 2
        0.6931
    References: Principe (2010), information theoretic learning.
    """
    (p, q), dtype = _tables("categorical_cauchy_schwarz", axis, p=p, q=q)
    overlap = jnp.sum(p * q, axis=axis)
    meets = ~(overlap <= 0)
    sizes = jnp.sum(p**2, axis=axis), jnp.sum(q**2, axis=axis)
    logs = [numerics.log(jnp.where(meets, a, 1)) for a in (overlap, *sizes)]
    apart = jnp.where(sizes[0] + sizes[1] > 0, jnp.inf, 0)
    return jnp.where(meets, logs[1] + logs[2] - 2 * logs[0], apart).astype(dtype)


def categorical_mi(pxy: ArrayLike) -> Array:
    r"""Mutual information :math:`\sum p(x, y) \log \frac{p(x, y)}{p(x) p(y)}`.

    Args:
        pxy: joint probabilities, floating, ``[..., kx, ky]``; normalised over the last
            two axes.

    Returns: the leading shape of ``pxy``, in nats; 0 where all cells are empty.
    Gradients: exact; finite at empty cells.
    Cost: O(cells).
    Example:
        >>> round(float(categorical_mi(jnp.array([[0.5, 0.0], [0.0, 0.5]]))), 4)
        0.6931
    References: Shannon (1948).
    """
    name = "categorical_mi"
    table = checks.table(name, "pxy", pxy)
    if table.ndim < 2:
        received = str(list(table.shape))
        raise checks.fail(ValueError, name, "pxy", "of shape [..., kx, ky]", received)
    dtype = table.dtype
    mass = table.astype(checks.working_dtype(dtype))
    mass = jnp.where(mass < 0, 0, mass)
    joint = numerics.ratio(mass, jnp.sum(mass, axis=(-2, -1), keepdims=True))
    # Through p(y | x), which does not underflow as the product of marginals would.
    px, py = joint.sum(-1, keepdims=True), joint.sum(-2, keepdims=True)
    conditional = numerics.ratio(joint, px)
    terms = px * numerics.relative_entropy_terms(conditional, py)
    return jnp.sum(terms, axis=(-2, -1)).astype(dtype)


def _tables(name: str, axis: int, **tables: ArrayLike) -> tuple[list[Array], Any]:
    """Tables of one shape, normalised along an axis; and the dtype to return."""
    checked = {key: checks.table(name, key, p) for key, p in tables.items()}
    arrays, dtype = checks.common_float(name, **checked)
    for argument, array in zip(tables, arrays, strict=True):
        if array.shape != arrays[0].shape:
            expected = f"of the shape {list(arrays[0].shape)}"
            received = str(list(array.shape))
            raise checks.fail(ValueError, name, argument, expected, received)
    return [
        numerics.normalise(jnp.where(p < 0, 0, p), axis=axis) for p in arrays
    ], dtype
