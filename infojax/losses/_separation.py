"""How far apart the outputs of different classes are, and spread relative to that."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.losses._centroids import class_sums, open_classifier, own_centroids
from infojax.losses._encoder import categorical_kl
from infojax.types import Array, ArrayLike

__all__ = ["ClassSeparation", "class_separation", "normalized_cmi"]


class ClassSeparation(NamedTuple):
    """Cross-entropy of the outputs of two rows of different classes, in nats.

    ``all_pairs`` counts rows of one class as 0, the denominator of
    ``normalized_cmi``; ``unequal_pairs`` is the mean over pairs of different classes.
    """

    all_pairs: Array
    unequal_pairs: Array


def class_separation(
    logits: ArrayLike, labels: ArrayLike, *, where: ArrayLike | None = None
) -> ClassSeparation:
    r"""Concentration of outputs away from those of other classes.

    :math:`\Gamma = \frac{1}{n^2} \sum_{ij} [y_i \neq y_j]\, H(p_i, p_j)`, where
    :math:`H(p, q) = -\sum_k p_k \log q_k`.

    Args:
        logits: of a classifier, ``[n, classes]``.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``ClassSeparation(all_pairs, unequal_pairs)``, >= 0; both 0 when all rows
        are of one class. Log-probabilities are held above minus the root of the
        largest number, so that a class ruled out by -inf gives no NaN.
    Gradients: exact.
    Cost: O(n classes + classes^3), no n^2.
    Example:
        >>> logits = jnp.log(jnp.array([[0.5, 0.5], [0.2, 0.8]]))
        >>> found = class_separation(logits, jnp.array([0, 1]))
        >>> [round(float(value), 4) for value in found]
        [0.4024, 0.8047]
    References: Yang et al. (2023), conditional mutual information constrained deep
        learning, arXiv 2309.09123.
    """
    name = "class_separation"
    (logits,), dtype = checks.common_float(name, logits=logits)
    found = _separation(*open_classifier(name, logits, labels, where))
    return ClassSeparation(*(value.astype(dtype) for value in found))


def normalized_cmi(
    logits: ArrayLike, labels: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Conditional mutual information over separation, :math:`I(X; \hat Y | Y) /
    \Gamma`.

    Small for a classifier whose classes are concentrated and far apart. With
    ``class_separation(...).unequal_pairs`` the quotient is another: form it yourself.

    Args:
        logits, labels, where: as in ``class_separation``.

    Returns: scalar without unit, >= 0; the centroids are those of the same rows. 0
        when all rows are of one class.
    Gradients: exact, through the centroids too.
    Cost: O(n classes + classes^3).
    Example:
        >>> logits = jnp.log(jnp.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]))
        >>> round(float(normalized_cmi(logits, jnp.array([0, 0, 1]))), 4)
        0.1235
    References: Yang et al. (2023), arXiv 2309.09123.
    """
    name = "normalized_cmi"
    (logits,), dtype = checks.common_float(name, logits=logits)
    log_p, rows, mask = open_classifier(name, logits, labels, where)
    log_means, _ = own_centroids(log_p, rows, mask)
    information = numerics.mean(categorical_kl(log_p, log_means[rows]), mask)
    separation = _separation(log_p, rows, mask).all_pairs
    return numerics.ratio(information, separation).astype(dtype)


def _separation(log_p: Array, rows: Array, mask: Array) -> ClassSeparation:
    classes = log_p.shape[1]
    lowest = -(jnp.finfo(log_p.dtype).max ** 0.5)
    # Sums over pairs of rows are products of sums over rows.
    outputs, costs, counts = (
        class_sums(values, rows, mask, classes)
        for values in (
            jnp.exp(log_p),
            -jnp.maximum(log_p, lowest),
            jnp.ones_like(log_p[:, 0]),
        )
    )
    between = jnp.matmul(outputs, costs.T, precision="highest")
    total = numerics.total(between, ~jnp.eye(classes, dtype=bool))
    n = jnp.sum(counts)
    return ClassSeparation(
        numerics.ratio(total, n**2),
        numerics.ratio(total, jnp.sum(counts * (n - counts))),
    )
