"""Edges of bins: for each bin its left end, so that there are as many as codes."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import checks, keys, numerics
from infojax.types import Array, ArrayLike

__all__ = ["ebab", "equal_width", "quantile"]


def equal_width(x: ArrayLike, *, bins: int, where: ArrayLike | None = None) -> Array:
    """Edges that divide the range of each column into intervals of one length.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        bins: how many intervals, static.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d, bins]``, the left ends; the last bin holds the maximum. All 0 when no
        row remains. For a range that is known, such as that of tanh, pass ``digitize``
        a ``jnp.linspace(-1, 1, bins, endpoint=False)`` instead.
    Gradients: exact; shared among the extremes that tie.
    Cost: O(n d).
    Example:
        >>> equal_width(jnp.array([0.0, 1.0, 8.0]), bins=4).tolist()
        [[0.0, 2.0, 4.0, 6.0]]
    References: Strong et al. (1998), for estimates of information from such bins.
    """
    x, mask, bins, dtype = _door("equal_width", x, bins, where)
    row = mask[:, None]
    some = jnp.any(mask)
    low = jnp.min(jnp.where(row, x, jnp.inf), axis=0)
    high = jnp.max(jnp.where(row, x, -jnp.inf), axis=0)
    low, high = jnp.where(some, low, 0), jnp.where(some, high, 0)
    share = jnp.arange(bins, dtype=x.dtype) / bins
    edges = low[:, None] + (high - low)[:, None] * share
    return _unless_lost(edges, x).astype(dtype)


def quantile(x: ArrayLike, *, bins: int, where: ArrayLike | None = None) -> Array:
    r"""Edges that put equally many samples of each column into each interval.

    The left end of bin b is midway between the samples of ranks r - 1 and r, from 0,
    with :math:`r = \lfloor b n / B \rfloor`; that of the first is the minimum.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        bins: how many intervals, static.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d, bins]``, the left ends. Counts differ by at most one without ties;
        with many, edges repeat and some bins stay empty. All 0 when no row remains.
    Gradients: exact, to the samples beside edges.
    Cost: O(n log n) a column.
    Example:
        >>> quantile(jnp.array([5.0, 1.0, 2.0, 9.0, 3.0, 4.0]), bins=3).tolist()
        [[1.0, 2.5, 4.5]]
    References: Fraser and Swinney (1986), independent coordinates for strange
        attractors from mutual information.
    """
    x, mask, bins, dtype = _door("quantile", x, bins, where)
    count = jnp.sum(mask, dtype=jnp.int32)
    rank = _ranks(count, bins)
    ordered = jnp.sort(jnp.where(mask[:, None], x, jnp.inf), axis=0)
    above, below = ordered[rank], ordered[jnp.maximum(rank - 1, 0)]
    middle = above / 2 + below / 2
    # Rounded down to the sample below, it would move that to the bin above.
    edges = jnp.where(middle > below, middle, above)
    edges = jnp.where(count > 0, edges, 0).T
    return _unless_lost(edges, x).astype(dtype)


def ebab(
    x: ArrayLike,
    *,
    bins: int = 30,
    low: float = 0.0,
    where: ArrayLike | None = None,
) -> Array:
    r"""Entropy-based adaptive edges, common to all units of a layer.

    Intervals hold equally many distinct values of the whole layer, so that values that
    repeat, as of saturated or silent units, use up no bins: ``low``, then
    :math:`u_{\lfloor k U / B \rfloor}` for k < B, then :math:`u_{U - 1}`, of the sorted
    distinct values :math:`u` other than ``low``.

    Args:
        x: activations of a layer, ``[n, d]`` or ``[n]``.
        bins: how many intervals between least and largest value, static.
        low: least value of the activation function, a bin of its own, static: 0 for a
            ReLU, below -1 for a tanh.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[bins + 2]``, left ends; the maximum is a bin of its own as well.
        Increasing maps of the activations that keep ``low`` move no code. Edges repeat
        where distinct values are few; all are ``low`` where there are none.
    Gradients: exact, to the values that are edges.
    Cost: O(n d log(n d)).
    Example:
        >>> h = jnp.array([[0.0, 1.0], [0.0, 4.0], [2.0, 3.0], [0.0, 2.0]])
        >>> ebab(h, bins=2).tolist()
        [0.0, 1.0, 3.0, 4.0]
    References: Chelombiev, Houghton and O'Donnell (2019), adaptive estimators show
        information compression in deep neural networks.
    """
    x, mask, bins, dtype = _door("ebab", x, bins, where)
    bottom = jnp.asarray(low, x.dtype)
    counted = mask[:, None] & (x != bottom)
    every = keys.to_keys(x)
    every = jnp.where(counted, every, jnp.iinfo(every.dtype).max).ravel()
    values = jnp.sort(every)
    present = jnp.arange(values.size) < jnp.sum(counted)
    first = jnp.concatenate([jnp.ones(1, bool), values[1:] != values[:-1]])
    distinct = jnp.cumsum((first & present).astype(jnp.int32))
    number = distinct[-1]
    wanted = jnp.append(_ranks(number, bins), jnp.maximum(number - 1, 0))
    # The r-th distinct value is where the number of them first exceeds r.
    index = jnp.searchsorted(distinct, wanted + 1)
    chosen = values[jnp.minimum(index, values.size - 1)]
    # The sample itself, through which gradients pass.
    place = jnp.argmax(every == chosen[:, None], axis=1)
    inner = jnp.where(number > 0, x.ravel()[place], bottom)
    edges = jnp.append(bottom, inner)
    return numerics.unless_nan(edges, x).astype(dtype)


def _door(name: str, x: ArrayLike, bins: int, where: ArrayLike | None):
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    return checks.column_mask(x, mask), mask, checks.size(name, bins, "bins"), dtype


def _ranks(count: Array, bins: int) -> Array:
    """``floor(b count / bins)`` for each bin b, in integers that do not overflow."""
    b = jnp.arange(bins, dtype=jnp.int32)
    return b * (count // bins) + (b * (count % bins)) // bins


def _unless_lost(edges: Array, x: Array) -> Array:
    """Edges ``[d, bins]``, NaN for columns of ``x [n, d]`` that hold one."""
    return jax.vmap(numerics.unless_nan, in_axes=(0, 1))(edges, x)
