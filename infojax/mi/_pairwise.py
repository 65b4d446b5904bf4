"""Mutual information of all pairs of columns in one call."""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax import quantize, transforms
from infojax._base import checks, linalg, numerics
from infojax.types import Array, ArrayLike

__all__ = ["pairwise", "pairwise_binned", "pairwise_gaussian_copula"]


def pairwise(
    x: ArrayLike,
    *,
    estimator: Callable[..., Array],
    batch_size: int = 1,
    where: ArrayLike | None = None,
) -> Array:
    """Mutual information of every pair of columns, by any symmetric estimator.

    Args:
        x: samples of d variables, ``[n, d]``.
        estimator: ``(x [n], y [n]) -> scalar``, such as ``mi.ksg``; it gets ``where``
            as well if one is given.
        batch_size: pairs evaluated at a time, static; more of them keep an accelerator
            busy, and multiply the memory of one.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d, d]``, symmetric: pairs i <= j are evaluated and mirrored. The
        diagonal is what the estimator says of a column and itself, infinite for
        some. Two siblings are much faster: ``pairwise_binned``,
        ``pairwise_gaussian_copula``.
    Gradients: those of the estimator, each pair recomputed in the backward pass.
    Cost: d (d + 1) / 2 estimates.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (64, 3))
        >>> matrix = pairwise(x, estimator=infojax.mi.gaussian)
        >>> [round(float(v), 4) for v in (matrix[0, 0], matrix[0, 1], matrix[2, 1])]
        [inf, -0.0081, 0.0044]
    References: none needed.
    """
    name = "pairwise"
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    batch_size = checks.size(name, batch_size, "batch_size")
    columns, d = checks.column_mask(x, mask).T, x.shape[1]
    options = {} if where is None else {"where": mask}
    i, j = (jnp.asarray(index) for index in np.triu_indices(d))

    @jax.checkpoint
    def one(pair: tuple[Array, Array]) -> Array:
        return estimator(columns[pair[0]], columns[pair[1]], **options)

    values = lax.map(one, (i, j), batch_size=batch_size).astype(dtype)
    upper = jnp.zeros((d, d), dtype).at[i, j].set(values)
    return upper.at[j, i].set(values)


def pairwise_gaussian_copula(
    x: ArrayLike,
    *,
    scores: Callable[..., Array] = transforms.normal_scores,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""Mutual information of every pair of columns under a Gaussian copula.

    :math:`-\frac12 \log(1 - r^2)` less its bias, with r the correlation of the normal
    scores: ``mi.gaussian_copula`` of all pairs from one matrix product.

    Args:
        x: samples of d variables, ``[n, d]``, n > 2.
        scores: ``(x, *, where) -> scores``, column by column;
            ``transforms.soft_normal_scores(t)`` makes the matrix trainable.
        bias_correction: as in ``mi.gaussian``.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d, d]``, symmetric; +inf for columns of the same ranks, the diagonal
        among them. Constant columns tell nothing, of themselves neither; 0 when at
        most two rows remain.
    Gradients: zero with hard ranks, exact with soft ones; zero where infinite.
    Cost: O(d n log n + n d^2).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (64, 3))
        >>> matrix = pairwise_gaussian_copula(x)
        >>> round(float(matrix[0, 1] - gaussian_copula(x[:, 0], x[:, 1])), 4) + 0.0
        0.0
    References: Ince et al. (2017), a statistical framework for neuroimaging data
        analysis based on mutual information estimated via a Gaussian copula.
    """
    name = "pairwise_gaussian_copula"
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    if x.shape[0] <= 2:
        raise checks.fail(ValueError, name, "x", "of 3 rows or more", str(x.shape[0]))
    ranked = scores(checks.column_mask(x, mask), where=mask)
    matrix, variance, n = linalg.correlation(checks.column_mask(ranked, mask), mask)
    moving = ~(variance <= 0)
    matrix = jnp.where(moving[:, None] & moving[None], matrix, 0)
    rest = 1 - matrix**2
    # The bound on pivots that makes two columns one for `mi.gaussian_copula`.
    equal = rest <= 16 * jnp.finfo(x.dtype).eps
    value = jnp.where(equal, jnp.inf, -jnp.log(jnp.where(equal, 1, rest)))
    if bias_correction:
        value = value - linalg.wishart_logdet_bias(n, (1, 2), (2, -1))
    return jnp.where(n > 2, value / 2, 0).astype(dtype)


def pairwise_binned(
    x: ArrayLike,
    *,
    bins: int = 8,
    edges: Callable[..., Array] = quantize.quantile,
    batch_size: int = 16,
    where: ArrayLike | None = None,
) -> Array:
    """Mutual information of every pair of columns that are cut into bins.

    ``mi.binned`` of all pairs; their tables are one product of one-hot codes.

    Args:
        x: samples of d variables, ``[n, d]``.
        bins: intervals a column, static.
        edges: ``(x, *, bins, where) -> [d, bins]``, left ends of the bins.
        batch_size: tables held at a time, static, as many as those of so many columns
            with all others.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d, d]``, symmetric, with entropies of the binned columns on the
        diagonal. Biased upwards by about (bins - 1)^2 / (2 n).
    Gradients: zero, since values are made of counts.
    Cost: O(n d^2 bins^2) in matrix products, of half of the pairs where d is large;
        memory n d bins, and batch_size d bins^2 for the tables.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (64, 3))
        >>> matrix = pairwise_binned(x, bins=4)
        >>> [round(float(v), 4) for v in (matrix[0, 0], matrix[0, 1])]
        [1.3863, 0.0538]
    References: Fraser and Swinney (1986), independent coordinates for strange
        attractors from mutual information.
    """
    name = "pairwise_binned"
    (x,), dtype = checks.samples(name, x=x)
    n, d = x.shape
    mask = checks.row_mask(name, where, n)
    bins = checks.size(name, bins, "bins")
    batch_size = checks.size(name, batch_size, "batch_size")
    x = lax.stop_gradient(checks.column_mask(x, mask))
    codes = quantize.digitize(x, edges(x, bins=bins, where=mask))
    hot = jax.nn.one_hot(jnp.where(mask[:, None], codes, -1), bins, dtype=x.dtype)
    total = jnp.sum(mask.astype(x.dtype))

    # Square blocks of pairs, so that those below the diagonal can be left out.
    size = min(d, math.isqrt(batch_size * d))
    blocks = -(-d // size)
    size = -(-d // blocks)
    padded = jnp.pad(hot, ((0, 0), (0, blocks * size - d), (0, 0)))
    pieces = padded.reshape(n, blocks, size * bins).transpose(1, 0, 2)
    i, j = (jnp.asarray(index) for index in np.triu_indices(blocks))

    def joint(pair: tuple[Array, Array]) -> Array:
        """Joint entropies of the columns of one block with those of another."""
        one, other = (pieces[block] for block in pair)
        table = jnp.matmul(one.T, other, precision="highest")
        terms = numerics.xlogx(numerics.ratio(table, total))
        return -jnp.sum(terms.reshape(size, bins, size, bins), axis=(1, 3))

    single = -jnp.sum(numerics.xlogx(numerics.ratio(hot.sum(0), total)), axis=-1)
    upper = lax.map(joint, (i, j))
    both = jnp.zeros((blocks, blocks, size, size), x.dtype).at[i, j].set(upper)
    both = both.at[j, i].set(upper.transpose(0, 2, 1)).transpose(0, 2, 1, 3)
    both = both.reshape(blocks * size, blocks * size)[:d, :d]
    value = single[:, None] + single[None] - both
    lost = jnp.any(jnp.isnan(x), axis=0)
    return jnp.where(lost[:, None] | lost[None], jnp.nan, value).astype(dtype)
