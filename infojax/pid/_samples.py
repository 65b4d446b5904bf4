"""Decompositions of samples: through tables of codes, or through any MI estimator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import jax.numpy as jnp

from infojax import mi, quantize
from infojax._base import checks
from infojax.pid._atoms import PID, Informations
from infojax.pid._bounds import PIDBounds, bounds_of
from infojax.pid._broja import broja
from infojax.pid._mmi import least_of
from infojax.types import Array, ArrayLike, MIEstimator

__all__ = ["plugin", "sample_bounds", "sample_mmi"]

Atoms = TypeVar("Atoms")


def plugin(
    s: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    *,
    shape: tuple[int, int, int],
    measure: Callable[[Array], Atoms] = broja,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Atoms:
    """Plug-in decomposition: that of the table of how often codes occur together.

    Biased: of n samples without any dependence I(S; X, Y) is some (ns - 1) (nx ny - 1)
    / 2n nats, most of which shows as synergy. Shuffled targets tell how much it is.

    Args:
        s: codes of the target, integers from 0 to ``shape[0] - 1``, ``[n]``.
        x: codes of the first source, below ``shape[1]``, ``[n]``.
        y: codes of the second source, below ``shape[2]``, ``[n]``.
        shape: how many codes there are of each, static.
        measure: what decomposes a table ``[ns, nx, ny]``, such as ``mmi``.
        where: ``[n]`` Boolean; samples marked False are as if absent.
        weights: ``[n]``, floating and nonnegative, in place of ones.

    Returns: what ``measure`` returns. Samples with another code, such as -1 for a
        missing one, are left out.
    Gradients: those of ``measure`` in ``weights``; none in the codes.
    Cost: O(n), and that of ``measure``.
    Example:
        >>> x, y = jnp.array([0, 0, 1, 1]), jnp.array([0, 1, 0, 1])
        >>> round(float(plugin(x ^ y, x, y, shape=(2, 2, 2)).synergy), 4)
        0.6931
    References: Bertschinger et al. (2014), quantifying unique information.
    """
    name = "plugin"
    s, x = checks.integers(name, "s", s), checks.integers(name, "x", x)
    y = checks.integers(name, "y", y)
    mask = checks.row_mask(name, where, checks.same_length(name, s=s, x=x, y=y))
    if weights is not None:
        weights = checks.as_float(name, "weights", weights)
        checks.same_length(name, s=s, weights=weights)
    if not isinstance(shape, tuple) or len(shape) != 3:
        raise checks.fail(TypeError, name, "shape", "three ints", repr(shape))
    ns, nx, ny = (checks.size(name, size, "shape") for size in shape)
    inside = (x >= 0) & (x < nx) & (y >= 0) & (y < ny)
    y = y.astype(x.dtype)
    pair = jnp.where(inside, x * ny + y, -1)
    table = quantize.contingency(
        s, pair, shape=(ns, nx * ny), where=mask, weights=weights
    )
    return measure(table.reshape(ns, nx, ny))


def sample_mmi(
    s: ArrayLike, x: ArrayLike, y: ArrayLike, *, estimator: MIEstimator = mi.ksg
) -> PID:
    """Minimum mutual information decomposition of samples, by any MI estimator.

    Args:
        s: samples of the target, ``[n, ds]`` or ``[n]``.
        x: samples of the first source, ``[n, dx]`` or ``[n]``.
        y: samples of the second source, ``[n, dy]`` or ``[n]``.
        estimator: mutual information of two samples, in nats; it is asked for those of
            s with x, with y, and with the columns of both.

    Returns: ``PID(redundancy, unique_x, unique_y, synergy)`` in nats, unclipped: errors
        of the estimates may make atoms negative. A bias that grows with the number of
        columns shows as synergy of its sign.
    Gradients: those of the estimator; at ties the mean of the two sides.
    Cost: three estimates.
    Example:
        >>> keys = jax.random.split(jax.random.key(0))
        >>> x, y = (jax.random.normal(key, (200,)) for key in keys)
        >>> parts = sample_mmi(x + y, x, y, estimator=infojax.mi.gaussian)
        >>> bool(parts.synergy > parts.redundancy)
        True
    References: Barrett (2015), exploration of synergistic and redundant information
        sharing in static and dynamical Gaussian systems.
    """
    return least_of(_estimates("sample_mmi", s, x, y, estimator))


def sample_bounds(
    s: ArrayLike, x: ArrayLike, y: ArrayLike, *, estimator: MIEstimator = mi.ksg
) -> PIDBounds:
    """Limits of every decomposition without negative atoms, from samples.

    Args:
        s: samples of the target, ``[n, ds]`` or ``[n]``.
        x: samples of the first source, ``[n, dx]`` or ``[n]``.
        y: samples of the second source, ``[n, dy]`` or ``[n]``.
        estimator: mutual information of two samples, in nats, as in ``sample_mmi``.

    Returns: ``PIDBounds(lower, upper)``, each a ``PID`` in nats. They are limits for
        the estimated informations, whose errors they do not know: a lower one may come
        out above an upper one.
    Gradients: those of the estimator; at ties the mean of the two sides.
    Cost: three estimates.
    Example:
        >>> keys = jax.random.split(jax.random.key(0))
        >>> x, y = (jax.random.normal(key, (200,)) for key in keys)
        >>> found = sample_bounds(x + y, x, y, estimator=infojax.mi.gaussian)
        >>> bool(found.lower.synergy > 0)
        True
    References: Williams and Beer (2010), nonnegative decomposition of multivariate
        information.
    """
    return bounds_of(_estimates("sample_bounds", s, x, y, estimator))


def _estimates(
    name: str, s: ArrayLike, x: ArrayLike, y: ArrayLike, estimator: MIEstimator
) -> Informations:
    (s, x, y), dtype = checks.samples(name, s=s, x=x, y=y)
    checks.same_length(name, s=s, x=x, y=y)
    both = jnp.concatenate([x, y], axis=1)
    estimates = estimator(s, x), estimator(s, y), estimator(s, both)
    return Informations(*(value.astype(dtype) for value in estimates))
