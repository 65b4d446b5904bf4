"""Teachers that keep context: cross-entropy less conditional mutual information."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.losses._centroids import class_sums, open_centroids, open_classifier
from infojax.losses._encoder import categorical_kl
from infojax.types import Array, ArrayLike

__all__ = ["MCMITerms", "class_information", "mcmi_loss", "mcmi_terms"]


class MCMITerms(NamedTuple):
    """The two sides of the trade-off, scalars in nats.

    ``prediction`` is the cross-entropy of labels and logits; ``information`` the
    conditional mutual information of input and output, given the class.
    """

    prediction: Array
    information: Array


def mcmi_terms(
    logits: ArrayLike,
    labels: ArrayLike,
    log_centroids: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> MCMITerms:
    r"""Cross-entropy, and how far outputs spread inside their classes.

    The information is :math:`I(X; \hat Y | Y) = \overline{D(p(\cdot | x_i) \|
    Q_{y_i})}`, with the centroids :math:`Q_y` of the classes.

    Args:
        logits: of a classifier, ``[n, classes]``. An entry of -inf rules a class out.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        log_centroids: log-probabilities ``[classes, classes]``, one row a class:
            ``class_centroids`` of the training set, or a ``centroid_average``. Of the
            same logits, they give the plug-in estimate of the information.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``MCMITerms(prediction, information)``; ``mcmi_loss(..., weight=w)`` is
        ``prediction - w * information``. The information is >= 0 and, with centroids
        of the same logits, at most the mean entropy of the centroids and log classes.
        It is infinite where a centroid rules out what an output does not.
    Gradients: exact for the logits; zero for the centroids, which changes nothing
        where they are the exact means.
    Cost: O(n classes).
    Example:
        >>> logits = jnp.log(jnp.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]))
        >>> labels = jnp.array([0, 0, 1])
        >>> terms = mcmi_terms(logits, labels, class_centroids(logits, labels))
        >>> [round(float(term), 4) for term in terms]
        [0.3406, 0.0678]
    References: Ye et al. (2024), Bayes conditional distribution estimation for
        knowledge distillation, arXiv 2401.08732; Yang et al. (2023), conditional
        mutual information constrained deep learning, arXiv 2309.09123.
    """
    return _terms("mcmi_terms", logits, labels, log_centroids, where)


def mcmi_loss(
    logits: ArrayLike,
    labels: ArrayLike,
    log_centroids: ArrayLike,
    *,
    weight: ArrayLike = 0.15,
    where: ArrayLike | None = None,
) -> Array:
    """Maximum conditional mutual information: ``prediction - weight * information``.

    To fine-tune a trained teacher, whose outputs then tell a student more. Refresh the
    centroids after each pass through the data.

    Args:
        logits, labels, log_centroids, where: as in ``mcmi_terms``.
        weight: of the information; 0.1 to 0.25 in the paper. A large one buys
            information with accuracy; a negative one concentrates each class instead.

    Returns: scalar to minimise, in nats, above ``-weight * log(classes)`` for centroids
        of the same logits.
    Gradients: exact for logits and weight, zero for the centroids.
    Cost: O(n classes).
    Example:
        >>> x = jnp.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.5], [0.2, 0.9]])
        >>> labels, network, rule = jnp.array([0, 1, 1, 0]), jnp.eye(2), optax.sgd(0.5)
        >>> state, values = rule.init(network), []
        >>> for _ in range(3):
        ...     centroids = class_centroids(x @ network, labels)
        ...     loss = lambda w: mcmi_loss(x @ w, labels, centroids)
        ...     value, gradient = jax.value_and_grad(loss)(network)
        ...     updates, state = rule.update(gradient, state)
        ...     network = optax.apply_updates(network, updates)
        ...     values.append(value)
        >>> bool(values[2] < values[1] < values[0])
        True
    References: Ye et al. (2024), arXiv 2401.08732.
    """
    terms = _terms("mcmi_loss", logits, labels, log_centroids, where)
    trade_off = jnp.asarray(weight).astype(terms.information.dtype)
    return terms.prediction - trade_off * terms.information


def class_information(
    logits: ArrayLike,
    labels: ArrayLike,
    log_centroids: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> Array:
    r"""Conditional mutual information of each class, :math:`I(X; \hat Y | Y = y)`.

    Args:
        logits, labels, log_centroids, where: as in ``mcmi_terms``.

    Returns: ``[classes]`` in nats, >= 0; 0 for a class without rows. Their mean, each
        weighted by the share of its rows, is the information of ``mcmi_terms``.
    Gradients: exact for the logits, zero for the centroids.
    Cost: O(n classes).
    Example:
        >>> logits = jnp.log(jnp.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]))
        >>> labels = jnp.array([0, 0, 1])
        >>> found = class_information(logits, labels, class_centroids(logits, labels))
        >>> [round(abs(float(value)), 4) for value in found]
        [0.1017, 0.0]
    References: Yang et al. (2023), arXiv 2309.09123.
    """
    _, divergences, rows, mask, dtype = _open(
        "class_information", logits, labels, log_centroids, where
    )
    classes = jnp.shape(log_centroids)[0]
    sums, counts = (
        class_sums(values, rows, mask, classes)
        for values in (divergences, jnp.ones_like(divergences))
    )
    return numerics.ratio(sums, counts).astype(dtype)


def _terms(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    log_centroids: ArrayLike,
    where: ArrayLike | None,
) -> MCMITerms:
    log_p, divergences, rows, mask, dtype = _open(
        name, logits, labels, log_centroids, where
    )
    picked = jnp.take_along_axis(log_p, rows[:, None], axis=1)[:, 0]
    return MCMITerms(
        numerics.mean(-picked, mask).astype(dtype),
        numerics.mean(divergences, mask).astype(dtype),
    )


def _open(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    log_centroids: ArrayLike,
    where: ArrayLike | None,
) -> tuple[Array, Array, Array, Array, jnp.dtype]:
    """Log-probabilities, each row's divergence from its centroid, labels and mask."""
    (logits, centroids), dtype = checks.common_float(
        name, logits=logits, log_centroids=log_centroids
    )
    log_p, rows, mask = open_classifier(name, logits, labels, where)
    log_q = open_centroids(name, centroids, log_p.shape[1])[rows]
    return log_p, categorical_kl(log_p, log_q), rows, mask, dtype
