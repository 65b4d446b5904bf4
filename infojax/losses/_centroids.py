"""Where the outputs of a classifier lie on average, class by class."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.losses._encoder import log_softmax
from infojax.types import Array, ArrayLike

__all__ = [
    "CentroidAverage",
    "centroid_average",
    "class_centroids",
    "class_sums",
    "open_centroids",
    "open_classifier",
    "own_centroids",
]


def open_classifier(
    name: str, logits: Array, labels: ArrayLike, where: ArrayLike | None
) -> tuple[Array, Array, Array]:
    """Log-probabilities ``[n, classes]``, labels that index the columns, and mask."""
    if logits.ndim != 2 or logits.size == 0:
        received = str(list(logits.shape))
        raise checks.fail(
            ValueError, name, "logits", "non-empty, [n, classes]", received
        )
    classes = checks.integers(name, "labels", labels)
    n = checks.same_length(name, logits=logits, labels=classes)
    mask = checks.row_mask(name, where, n)
    log_p = log_softmax(checks.column_mask(logits, mask))
    return log_p, jnp.clip(classes, 0, logits.shape[1] - 1), mask


def open_centroids(name: str, log_centroids: Array, classes: int) -> Array:
    """Centroids ``[classes, classes]`` as constants."""
    if log_centroids.shape != (classes, classes):
        expected = f"of shape [{classes}, {classes}], one row a class"
        received = str(list(log_centroids.shape))
        raise checks.fail(ValueError, name, "log_centroids", expected, received)
    return lax.stop_gradient(log_centroids)


def class_sums(values: Array, labels: Array, mask: Array, classes: int) -> Array:
    """Sums over the rows of each class that the mask keeps, classes first."""
    return jax.ops.segment_sum(checks.column_mask(values, mask), labels, classes)


def own_centroids(log_p: Array, labels: Array, mask: Array) -> tuple[Array, Array]:
    """Log of the mean probabilities of each class, and its number of rows."""
    classes = log_p.shape[1]
    kept = jnp.where(mask[:, None], log_p, -jnp.inf)
    top = jax.ops.segment_max(lax.stop_gradient(kept), labels, classes)
    shift = jnp.where(jnp.isfinite(top), top, 0)
    sums = jax.ops.segment_sum(jnp.exp(kept - shift[labels]), labels, classes)
    none = sums <= 0
    log_sums = jnp.where(none, -jnp.inf, jnp.log(jnp.where(none, 1, sums)) + shift)
    counts = class_sums(jnp.ones_like(log_p[:, 0]), labels, mask, classes)
    return log_sums - jnp.log(jnp.maximum(counts, 1))[:, None], counts


def class_centroids(
    logits: ArrayLike, labels: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Mean output distribution of each class,
    :math:`\log \overline{p(\cdot | x)}` over its rows.

    Args:
        logits: of a classifier, ``[n, classes]``. An entry of -inf rules a class out.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: log-probabilities ``[classes, classes]``, one row a class; the row of a
        class without rows is uniform. For ``mcmi_loss`` take them from the whole
        training set, and anew after each pass through it.
    Gradients: exact.
    Cost: O(n classes).
    Example:
        >>> logits = jnp.log(jnp.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]))
        >>> centroids = jnp.exp(class_centroids(logits, jnp.array([0, 0, 1])))
        >>> [[round(float(p), 4) for p in row] for row in centroids]
        [[0.7, 0.3], [0.2, 0.8]]
    References: Ye et al. (2024), Bayes conditional distribution estimation for
        knowledge distillation, arXiv 2401.08732.
    """
    name = "class_centroids"
    (logits,), dtype = checks.common_float(name, logits=logits)
    log_p, classes, mask = open_classifier(name, logits, labels, where)
    log_means, counts = own_centroids(log_p, classes, mask)
    uniform = -math.log(log_p.shape[1])
    return jnp.where(counts[:, None] == 0, uniform, log_means).astype(dtype)


class CentroidAverage(NamedTuple):
    """Moving averages of class centroids, a pair of pure functions.

    ``init() -> log_centroids`` is uniform, ``[classes, classes]``;
    ``update(log_centroids, logits, labels, *, where=None) -> log_centroids`` moves
    them towards those of a batch.
    """

    init: Callable[[], Array]
    update: Callable[..., Array]


def centroid_average(classes: int, *, decay: ArrayLike = 0.9999) -> CentroidAverage:
    r"""Class centroids that follow a network while it is trained.

    :math:`Q_y \leftarrow \delta\, Q_y + (1 - \delta)\, \overline{p(\cdot | x)}` for
    each class of the batch, rows brought to sum 1; the other classes stay as they are.

    Args:
        classes: how many, a static int.
        decay: :math:`\delta` in [0, 1], the larger the slower. The published 0.9999
            goes with thousands of steps and a start at ``class_centroids`` of the
            training set.

    Returns: ``CentroidAverage(init, update)``. The state is an array of
        log-probabilities, such as ``class_centroids`` returns, and keeps its dtype.
    Gradients: stopped.
    Cost: O(n classes + classes^2) an update.
    Example:
        >>> average = centroid_average(2, decay=0.5)
        >>> logits = jnp.log(jnp.array([[0.9, 0.1], [0.8, 0.2]]))
        >>> state = average.update(average.init(), logits, jnp.array([0, 0]))
        >>> [[round(float(p), 4) for p in row] for row in jnp.exp(state)]
        [[0.675, 0.325], [0.5, 0.5]]
    References: Ye et al. (2024), arXiv 2401.08732, whose published code averages so.
    """
    checks.size("centroid_average", classes, "classes")
    if isinstance(decay, (int, float)) and not 0 <= decay <= 1:
        raise checks.fail(
            ValueError, "centroid_average", "decay", "in [0, 1]", str(decay)
        )

    def init() -> Array:
        return jnp.full((classes, classes), -math.log(classes))

    def update(
        log_centroids: ArrayLike,
        logits: ArrayLike,
        labels: ArrayLike,
        *,
        where: ArrayLike | None = None,
    ) -> Array:
        name = "centroid_average"
        state = checks.as_float(name, "log_centroids", log_centroids)
        (logits, old), _ = checks.common_float(name, logits=logits, log_centroids=state)
        log_p, rows, mask = open_classifier(name, logits, labels, where)
        old = open_centroids(name, old, log_p.shape[1])
        log_means, counts = own_centroids(lax.stop_gradient(log_p), rows, mask)
        kept = jnp.asarray(decay).astype(old.dtype)
        parts = [numerics.log(kept) + old, numerics.log(1 - kept) + log_means]
        moved = log_softmax(numerics.logsumexp(jnp.stack(parts), axis=0))
        return jnp.where(counts[:, None] == 0, old, moved).astype(state.dtype)

    return CentroidAverage(init, update)
