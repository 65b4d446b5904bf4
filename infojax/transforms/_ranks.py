"""Column-wise maps: standardising, ranks and normal scores, hard and soft."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtri

from infojax._base import checks, numerics
from infojax._base.keys import to_keys
from infojax.types import Array, ArrayLike

__all__ = ["normal_scores", "ranks", "soft_normal_scores", "soft_ranks", "standardise"]


def _door(name: str, x: ArrayLike, where: ArrayLike | None):
    """Samples, mask, and the way back to the caller's rank and dtype."""
    (columns,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, columns.shape[0])
    shape = jnp.shape(x)

    def back(values: Array) -> Array:
        return checks.column_mask(values, mask).reshape(shape).astype(dtype)

    return checks.column_mask(columns, mask), mask, back


def standardise(x: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    """Subtract each column's mean and divide by its standard deviation.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        where: ``[n]`` Boolean; rows marked False are as if absent, and 0 in the result.

    Returns: the shape of ``x``; population standard deviation; constant columns are 0.
    Gradients: exact; zero for constant columns.
    Cost: O(n d).
    Example:
        >>> standardise(jnp.array([1.0, 3.0])).tolist()
        [-1.0, 1.0]
    References: none needed.
    """
    x, mask, back = _door("standardise", x, where)
    row = mask[:, None]
    centred = jnp.where(row, x - numerics.mean(x, row, axis=0), 0)
    scale = numerics.sqrt(numerics.mean(centred**2, row, axis=0))
    return back(numerics.ratio(centred, scale))


def ranks(x: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    """Ranks 1 to n of each column, ties sharing their average.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        where: ``[n]`` Boolean; rows marked False are as if absent, and 0 in the result.

    Returns: the shape and dtype of ``x``.
    Gradients: zero; ``soft_ranks`` has useful ones.
    Cost: O(n log n) a column.
    Example:
        >>> ranks(jnp.array([0.5, 0.1, 0.5])).tolist()
        [2.5, 1.0, 2.5]
    References: Kendall (1945), the treatment of ties in ranking problems.
    """
    return _ranks("ranks", x, where)


def _ranks(name: str, x: ArrayLike, where: ArrayLike | None) -> Array:
    x, mask, back = _door(name, x, where)

    def column(values: Array) -> Array:
        keys = to_keys(values)
        absent = jnp.iinfo(keys.dtype).max
        below = jnp.searchsorted(jnp.sort(jnp.where(mask, keys, absent)), keys)
        ties = jnp.zeros_like(below).at[below].add(mask.astype(below.dtype))[below]
        average = below.astype(values.dtype) + (ties + 1).astype(values.dtype) / 2
        return numerics.unless_nan(average, values)

    x = numerics.settled(jax.lax.stop_gradient(x))
    return back(jax.vmap(column, in_axes=1, out_axes=1)(x))


def soft_ranks(
    x: ArrayLike, *, temperature: ArrayLike, where: ArrayLike | None = None
) -> Array:
    """Ranks in which each comparison is a logistic function of the difference.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        temperature: scale of the logistic function, in the units of ``x``.
        where: ``[n]`` Boolean; rows marked False are as if absent, and 0 in the result.

    Returns: the shape of ``x``, between 1 and n; ``ranks`` as the temperature falls.
    Gradients: exact in ``x`` and the temperature.
    Cost: O(n^2 d) time and memory.
    Example:
        >>> soft_ranks(jnp.array([0.0, 9.0]), temperature=0.1).tolist()
        [1.0, 2.0]
    References: Qin, Liu and Li (2010), equation 9.
    """
    return _soft_ranks("soft_ranks", x, temperature, where)


def _soft_ranks(
    name: str, x: ArrayLike, temperature: ArrayLike, where: ArrayLike | None
) -> Array:
    x, mask, back = _door(name, x, where)
    width = jnp.asarray(temperature).astype(x.dtype)
    above = jax.nn.sigmoid((x[:, None] - x[None]) / width)
    return back(0.5 + numerics.total(above, mask[None, :, None], axis=1))


def normal_scores(x: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Normal scores :math:`\Phi^{-1}(\mathrm{rank} / (n + 1))` of each column.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        where: ``[n]`` Boolean; rows marked False are as if absent, and 0 in the result.

    Returns: the shape of ``x``; invariant under increasing maps of every column.
    Gradients: zero; ``soft_normal_scores`` has useful ones.
    Cost: O(n log n) a column.
    Example:
        >>> [round(v, 4) for v in normal_scores(jnp.array([7.0, 1.0, 2.0])).tolist()]
        [0.6745, -0.6745, 0.0]
    References: Ince et al. (2017), a statistical framework for neuroimaging data
        analysis based on mutual information estimated via a Gaussian copula.
    """
    return _scores(_ranks("normal_scores", x, where), where)


def soft_normal_scores(temperature: ArrayLike):
    """Normal scores of soft ranks, for training through a copula.

    Args:
        temperature: scale of the logistic comparison, in the units of the samples.

    Returns: a callable ``(x, *, where=None) -> scores``, for the ``scores`` option of
        ``mi.gaussian_copula``.
    Gradients: exact in the samples and the temperature.
    Cost: O(n^2 d) time and memory.
    Example:
        >>> soft = soft_normal_scores(0.1)
        >>> [round(v, 4) + 0.0 for v in soft(jnp.array([7.0, 1.0, 2.0])).tolist()]
        [0.6745, -0.6745, 0.0]
    References: Qin, Liu and Li (2010); Ince et al. (2017).
    """

    def scores(x: ArrayLike, *, where: ArrayLike | None = None) -> Array:
        ranks = _soft_ranks("soft_normal_scores", x, temperature, where)
        return _scores(ranks, where)

    return scores


def _scores(rank: Array, where: ArrayLike | None) -> Array:
    dtype, work = rank.dtype, checks.working_dtype(rank.dtype)
    n = rank.shape[0]
    mask = checks.row_mask("normal_scores", where, n)
    mask = mask.reshape(mask.shape + (1,) * (rank.ndim - 1))
    count = jnp.sum(mask).astype(work)
    uniform = jnp.where(mask, rank.astype(work) / (count + 1), 0.5)
    return ndtri(uniform).astype(dtype)
