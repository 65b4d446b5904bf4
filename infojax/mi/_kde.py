"""Information of labels in a layer with virtual noise, from distances of its rows."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.distances import squared_bandwidths
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Sum
from infojax.types import Array, ArrayLike

__all__ = ["kde_bhattacharyya", "kde_kl", "noisy_informations"]

_Side = tuple[Array, Array]  # activations [n, d] and labels [n]


def kde_kl(
    x: ArrayLike,
    labels: ArrayLike,
    *,
    variance: ArrayLike,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Information between labels and samples to which Gaussian noise is added.

    :math:`\langle \log \langle e^{-d_{ij}^2 / 2v} \rangle_{j: y_j = y_i} - \log \langle
    e^{-d_{ij}^2 / 2v} \rangle_j \rangle_i`: entropy of the mixture of Gaussians of
    variance v around all samples less that within classes, both by pairwise
    Kullback-Leibler divergences.

    Args:
        x: samples, such as activations of a layer, ``[n, d]`` or ``[n]``.
        labels: integer classes, ``[n]``; their values are names only.
        variance: of the noise, a positive scalar; ``quantize.akde_variance`` follows
            the scale of a layer.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: scalar in nats, at most log n. Either entropy is an upper bound and so
        their difference is neither kind of bound. Tends to the entropy of the labels
        as the variance falls, whatever the labels. The information in x about which
        sample it is, rather than which label, is ``losses.pairwise_rate_upper``.
    Gradients: exact, in the variance too; a variance below the root of the smallest
        normal number is held there.
    Cost: O(n^2 d).
    Example:
        >>> x = jnp.array([0.0, 0.1, 5.0, 5.2])
        >>> round(float(kde_kl(x, jnp.array([0, 0, 1, 1]), variance=0.1)), 4)  # log 2
        0.6931
    References: Kolchinsky and Tracey (2017), estimating mixture entropy with pairwise
        distances; Saxe et al. (2018), on the information bottleneck theory of deep
        learning.
    """
    return noisy_informations("kde_kl", 2, x, labels, variance, where, plan)[1]


def kde_bhattacharyya(
    x: ArrayLike,
    labels: ArrayLike,
    *,
    variance: ArrayLike,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""The same as ``kde_kl`` by pairwise Bhattacharyya distances.

    Both entropies are lower bounds; the value is that of ``kde_kl`` at four times the
    variance.

    Args:
        x, labels, variance, where, plan: as in ``kde_kl``.

    Returns: scalar in nats, a difference of lower bounds and so neither kind of bound.
        The information in x about which sample it is, is
        ``losses.pairwise_rate_lower``.
    Gradients: exact, in the variance too, as in ``kde_kl``.
    Cost: O(n^2 d).
    Example:
        >>> x, labels = jnp.array([0.0, 0.1, 1.0, 1.2]), jnp.array([0, 0, 1, 1])
        >>> round(float(kde_bhattacharyya(x, labels, variance=0.1)), 4)
        0.4606
        >>> round(float(kde_kl(x, labels, variance=0.1)), 4)
        0.6859
    References: Kolchinsky and Tracey (2017), estimating mixture entropy with pairwise
        distances.
    """
    name = "kde_bhattacharyya"
    return noisy_informations(name, 8, x, labels, variance, where, plan)[1]


def noisy_informations(
    name: str,
    factor: int,
    x: ArrayLike,
    labels: ArrayLike,
    variance: ArrayLike,
    where: ArrayLike | None,
    plan: PairPlan,
) -> tuple[Array, Array]:
    """Information about which sample it is, and about its label, of noisy samples."""
    (x,), dtype = checks.samples(name, x=x)
    labels = checks.integers(name, "labels", labels)
    mask = checks.row_mask(name, where, checks.same_length(name, x=x, labels=labels))
    width = jnp.asarray(variance)
    if width.ndim != 0:
        expected, received = "a scalar", str(list(width.shape))
        raise checks.fail(ValueError, name, "variance", expected, received)
    width, floor = width.astype(x.dtype), jnp.finfo(x.dtype).tiny ** 0.5
    width = factor * jnp.where(width < floor, floor, width)
    side = (checks.column_mask(x, mask) / jnp.sqrt(width), labels)

    def pair(rows: _Side, columns: _Side) -> tuple[Array, Array]:
        same = (rows[1][:, None] == columns[1][None]).astype(x.dtype)
        return jnp.exp(-squared_bandwidths(rows[0], columns[0])), same

    def sums(rows: Rows) -> tuple[Sum, ...]:
        kernel, same = rows.values
        return tuple(map(rows.total, (kernel, kernel * same, same)))

    # Each row is a neighbour of itself: sums are at least 1, and need no shift.
    pairs = Pairs(pair, side, side, plan, mask, mask, symmetric=True)
    overall, within, others = map(numerics.log, pairs.map_rows(sums))
    overall = overall - jnp.log(jnp.maximum(pairs.count(x.dtype), 1))
    of_sample, of_label = -pairs.mean(overall), pairs.mean(within - others - overall)
    return of_sample.astype(dtype), of_label.astype(dtype)
