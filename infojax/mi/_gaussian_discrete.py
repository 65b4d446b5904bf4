"""Gaussian-copula mutual information of continuous samples and labels."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.scipy.special import digamma

from infojax import quantize, transforms
from infojax._base import checks, linalg, numerics
from infojax.mi._sweep import sweep
from infojax.types import Array, ArrayLike

__all__ = ["gaussian_copula_discrete"]


def gaussian_copula_discrete(
    x: ArrayLike,
    labels: ArrayLike,
    *,
    scores: Callable[..., Array] = transforms.normal_scores,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""Information between labels and samples whose normal scores are normal per class.

    :math:`\frac12 (\log|S| - \sum_c \frac{n_c}{n} \log|S_c|)` with S the covariance of
    the normal scores of all rows and :math:`S_c` of those in class c.

    Args:
        x: samples, ``[n, d]`` or ``[n]``; n > d.
        labels: integer classes, ``[n]``; their values are names only. Classes of at
            most d rows are left out.
        scores: ``(x, *, where) -> scores``, column by column;
            ``transforms.soft_normal_scores(t)`` makes the estimate trainable.
        bias_correction: subtract the bias that the log-determinants have for normal
            scores that are normal in every class.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in nats, invariant under increasing maps of every column; above the
        truth where the classes, mixed, are far from a normal law: it is not bounded by
        the entropy of the labels. Columns that are constant, or that the others
        determine, tell nothing; +inf when that is so within a class alone. 0 for one
        class, and when no class is large enough.
    Gradients: zero with hard ranks, exact with soft ones; zero where it is infinite.
    Cost: O(n log n) a column, then O(n d^2) time and memory.
    Example:
        >>> x = jnp.linspace(0.0, 1.0, 60) ** 2
        >>> round(float(gaussian_copula_discrete(x, (x > 0.5).astype(int))), 4)
        0.46
    References: Ince et al. (2017), a statistical framework for neuroimaging data
        analysis based on mutual information estimated via a Gaussian copula.
    """
    name = "gaussian_copula_discrete"
    (x,), dtype = checks.samples(name, x=x)
    labels = checks.integers(name, "labels", labels)
    rows = checks.same_length(name, x=x, labels=labels)
    d = checks.longer_than_wide(name, x=x)
    mask = checks.row_mask(name, where, rows)
    slot, kept = _slots(quantize.row_labels(labels, where=mask), mask, d)
    z = checks.column_mask(scores(checks.column_mask(x, kept), where=kept), kept)

    matrix, variance, n = linalg.correlation(z, kept)
    alive = sweep(matrix, d)[1] & ~(variance <= 0)
    matrix = _without(matrix, alive)
    z = jnp.where(alive, z / numerics.sqrt(jnp.where(alive, variance, 1)), 0)
    counts, spreads = _class_logdets(z, slot, rows // (d + 1), alive)
    share = counts / jnp.maximum(n, 1)
    value = linalg.logdet(matrix) - numerics.total(share * spreads, share > 0)
    if bias_correction:
        within = jax.vmap(lambda m: _bias(m, alive))(counts)
        value = value - _bias(n, alive) + numerics.total(share * within, share > 0)
    return jnp.where(n > 0, value / 2, 0).astype(dtype)


def _slots(label: Array, mask: Array, d: int) -> tuple[Array, Array]:
    """Number of each row's class among those of more than d rows; which rows count."""
    rows = len(label)
    sizes = jnp.zeros(rows, jnp.int32).at[label].add(mask.astype(jnp.int32))
    large = sizes > d
    slot = (jnp.cumsum(large, dtype=jnp.int32) - 1)[label]
    kept = mask & large[label]
    return jnp.where(kept, slot, rows), kept


def _class_logdets(
    z: Array, slot: Array, classes: int, alive: Array
) -> tuple[Array, Array]:
    """Rows of each class and the log-determinant of its covariance, ``[classes]``."""
    ones = jnp.ones(len(z), z.dtype)

    def add(values: Array) -> Array:
        empty = jnp.zeros((classes, *values.shape[1:]), values.dtype)
        return empty.at[slot].add(values, mode="drop")

    counts = add(ones)
    means = add(z) / jnp.maximum(counts, 1)[:, None]
    gap = z - means.at[slot].get(mode="fill", fill_value=0)
    scatter = add(gap[:, :, None] * gap[:, None])
    size = add(z**2)

    def logdet(count: Array, scatter: Array, size: Array) -> Array:
        square = jnp.diagonal(scatter)
        noise = (4 * float(jnp.finfo(z.dtype).eps)) ** 2 * size
        moving = alive & ~(square <= noise)
        scale = numerics.sqrt(jnp.where(moving, square, 1))
        matrix = _without(scatter / jnp.outer(scale, scale), moving)
        variance = jnp.where(moving, square / jnp.maximum(count - 1, 1), 1)
        value = linalg.logdet(matrix) + jnp.sum(jnp.log(variance))
        lost = jnp.any(alive & ~moving) & (count > 0)
        return jnp.where(lost, -jnp.inf, value)

    return counts, jax.vmap(logdet)(counts, scatter, size)


def _without(matrix: Array, alive: Array) -> Array:
    """A correlation in which the other columns are independent of all."""
    both = alive[:, None] & alive[None]
    identity = jnp.eye(len(matrix), dtype=matrix.dtype)
    return jnp.where((identity > 0) | ~both, identity, matrix)


def _bias(n: Array, alive: Array) -> Array:
    """Expected log-determinant of as many columns minus the truth, from n rows."""
    i = jnp.arange(1, len(alive) + 1, dtype=n.dtype)
    freedom = jnp.maximum(n - i, 1)
    excess = digamma(freedom / 2) - jnp.log(jnp.maximum(n - 1, 1) / 2)
    return jnp.sum(jnp.where(i <= jnp.sum(alive.astype(n.dtype)), excess, 0))
