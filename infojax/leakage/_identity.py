"""How far inputs are from being taken for a class: what an inversion attack lowers.

Scores for audits of one's own models. The plain cross-entropy loses its gradient once
the class is likely; the logit and the margin do not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.losses import mse_loss
from infojax.losses._encoder import log_softmax
from infojax.types import Array, ArrayLike

__all__ = [
    "InversionTerms",
    "cross_entropy",
    "cross_entropy_loss",
    "inversion_loss",
    "inversion_terms",
    "logit_loss",
    "max_margin_loss",
    "one_hot",
    "open_classes",
]


class InversionTerms(NamedTuple):
    """The two parts of an attack, scalars.

    ``identity`` is how far the inputs are from their classes; ``penalty`` the squared
    distance of their features from those of natural inputs.
    """

    identity: Array
    penalty: Array


def cross_entropy_loss(
    logits: ArrayLike, labels: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Mean cross-entropy of labels, :math:`-\overline{\log \mathrm{softmax}(l)_y}`.

    Args:
        logits: of a classifier, ``[n, classes]``. An entry of -inf rules a class out.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats, >= 0; +inf where a label is ruled out, 0 for one class.
    Gradients: exact; those of the true logit vanish as it wins. Finite where the value
        is not.
    Cost: O(n classes).
    Example:
        >>> labels = jnp.array([0, 1, 1])
        >>> round(float(cross_entropy_loss(jnp.zeros((3, 2)), labels)), 4)
        0.6931
    References: Zhang et al. (2020), the secret revealer, generative model-inversion
        attacks against deep neural networks.
    """
    return _mean("cross_entropy_loss", logits, labels, where, cross_entropy)


def logit_loss(
    logits: ArrayLike, labels: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Minus the mean logit of the label, :math:`-\overline{l_y}`.

    ``cross_entropy_loss`` less the mean of log-sum-exp: it pulls the label up and does
    not push the others down. Without limit below, so that it needs the penalty of
    ``inversion_loss``.

    Args:
        logits, labels, where: as in ``cross_entropy_loss``.

    Returns: scalar in the unit of the logits; +inf where a label is ruled out.
    Gradients: exact: -1 / n at each label, 0 elsewhere.
    Cost: O(n classes).
    Example:
        >>> float(logit_loss(jnp.array([[1.0, 2.0], [3.0, 5.0]]), jnp.array([0, 1])))
        -3.0
    References: Nguyen et al. (2023), re-thinking model inversion attacks against deep
        neural networks, arXiv 2304.01669.
    """
    return _mean("logit_loss", logits, labels, where, _minus_logit)


def max_margin_loss(
    logits: ArrayLike, labels: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Mean lead of the best other class, :math:`\overline{\max_{j \neq y} l_j - l_y}`.

    Args:
        logits, labels, where: as in ``cross_entropy_loss``.

    Returns: scalar in the unit of the logits, below 0 where labels win; without limit
        below. A row counts 0 where no other class is left, and +inf where its label is
        ruled out.
    Gradients: exact: -1 / n at each label and 1 / n at its best rival, shared among
        equal ones; 0 where the row counts 0 or is infinite.
    Cost: O(n classes).
    Example:
        >>> float(max_margin_loss(jnp.array([[1.0, 4.0, 2.0]]), jnp.array([0])))
        3.0
    References: Nguyen et al. (2023), label-only model inversion attacks via knowledge
        transfer, arXiv 2310.19342.
    """
    return _mean("max_margin_loss", logits, labels, where, _margin)


def inversion_terms(
    logits: ArrayLike,
    labels: ArrayLike,
    features: ArrayLike,
    reference: ArrayLike,
    *,
    identity: Callable[..., Array] = logit_loss,
    where: ArrayLike | None = None,
) -> InversionTerms:
    """How far inputs are from their classes, and their features from natural ones.

    Args:
        logits: of the model under attack, ``[n, classes]``; or ``[models, n, classes]``
            of that model and of students distilled from it (``soft_label_loss``), over
            which the identity is averaged: what fools one model alone then counts less.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        features: of the model under attack, its last hidden layer, ``[n, d]``.
        reference: mean of the features of public inputs, ``[d]``, or a draw about it,
            ``[d]`` or ``[n, d]``; a constant.
        identity: called like ``logit_loss``.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``InversionTerms(identity, penalty)``; ``inversion_loss(..., weight=w)`` is
        ``identity + w * penalty``.
    Gradients: exact for logits and features, zero for the reference.
    Cost: O(models n classes + n d).
    Example:
        >>> logits, labels = jnp.array([[2.0, 0.0]]), jnp.array([0])
        >>> terms = inversion_terms(logits, labels, jnp.ones((1, 3)), jnp.zeros(3))
        >>> [float(term) for term in terms]
        [-2.0, 1.0]
    References: Nguyen et al. (2023), arXiv 2304.01669.
    """
    name = "inversion_terms"
    return _terms(name, logits, labels, features, reference, identity, where)


def inversion_loss(
    logits: ArrayLike,
    labels: ArrayLike,
    features: ArrayLike,
    reference: ArrayLike,
    *,
    weight: ArrayLike = 1.0,
    identity: Callable[..., Array] = logit_loss,
    where: ArrayLike | None = None,
) -> Array:
    """Objective of an inversion attack: ``identity + weight * penalty``.

    To be added to what keeps inputs natural, such as a prior of a generator.

    Args:
        logits, labels, features, reference: as in ``inversion_terms``.
        weight: of the penalty; 1 in the published runs. 0 leaves a logit loss without
            limit below.
        identity, where: as there.

    Returns: scalar to minimise.
    Gradients: exact for logits, features and weight.
    Cost: O(models n classes + n d).
    Example:
        >>> x, labels, rule = jnp.zeros((3, 4)), jnp.array([0, 1, 2]), optax.sgd(0.5)
        >>> w = jax.random.normal(jax.random.key(0), (4, 3))
        >>> loss = lambda x: inversion_loss(x @ w, labels, x, jnp.zeros(4))
        >>> state, start = rule.init(x), loss(x)
        >>> for _ in range(3):
        ...     updates, state = rule.update(jax.grad(loss)(x), state)
        ...     x = optax.apply_updates(x, updates)
        >>> bool(loss(x) < start)
        True
    References: Nguyen et al. (2023), arXiv 2304.01669.
    """
    name = "inversion_loss"
    terms = _terms(name, logits, labels, features, reference, identity, where)
    return terms.identity + jnp.asarray(weight).astype(terms.penalty.dtype) * (
        terms.penalty
    )


def _terms(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    features: ArrayLike,
    reference: ArrayLike,
    identity: Callable[..., Array],
    where: ArrayLike | None,
) -> InversionTerms:
    named = {"logits": logits, "features": features, "reference": reference}
    (models, inner, centre), dtype = checks.common_float(name, **named)
    models = models[None] if models.ndim == 2 else models
    if models.ndim != 3 or models.size == 0:
        expected = "non-empty, [n, classes] or [models, n, classes]"
        received = str(list(jnp.shape(logits)))
        raise checks.fail(ValueError, name, "logits", expected, received)
    (inner,), _ = checks.samples(name, features=inner)
    classes = checks.integers(name, "labels", labels)
    n = checks.same_length(name, logits=models[0], labels=classes, features=inner)
    mask = checks.row_mask(name, where, n)
    try:
        centre = jnp.broadcast_to(centre, inner.shape)
    except ValueError:
        expected = f"broadcastable to {list(inner.shape)}"
        received = str(list(centre.shape))
        raise checks.fail(ValueError, name, "reference", expected, received) from None
    each = jax.vmap(lambda l: identity(l, classes, where=mask))(models)
    penalty = mse_loss(inner, centre, where=mask)
    return InversionTerms(jnp.mean(each).astype(dtype), penalty.astype(dtype))


def _mean(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    where: ArrayLike | None,
    loss: Callable[[Array, Array], Array],
) -> Array:
    rows, own, mask, dtype = open_classes(name, logits, labels, where)
    return numerics.mean(loss(rows, own), mask).astype(dtype)


def open_classes(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    where: ArrayLike | None,
    *,
    called: str = "logits",
) -> tuple[Array, Array, Array, Any]:
    """Logits ``[n, classes]``, which of them are of labels, mask, dtype to return."""
    (rows,), dtype = checks.common_float(name, **{called: logits})
    if rows.ndim != 2 or rows.size == 0:
        expected, received = "non-empty, [n, classes]", str(list(rows.shape))
        raise checks.fail(ValueError, name, called, expected, received)
    classes = checks.integers(name, "labels", labels)
    n = checks.same_length(name, **{called: rows, "labels": classes})
    mask = checks.row_mask(name, where, n)
    return checks.column_mask(rows, mask), one_hot(classes, rows), mask, dtype


def one_hot(labels: Array, logits: Array) -> Array:
    """Which of the logits are those of labels; others read as the nearest."""
    own = jnp.clip(labels, 0, logits.shape[1] - 1)
    return jnp.arange(logits.shape[1], dtype=own.dtype) == own[:, None]


def _picked(logits: Array, own: Array) -> Array:
    return numerics.total(logits, own, axis=1)


def _minus_logit(logits: Array, own: Array) -> Array:
    return _or_nan(-_picked(logits, own), logits)


def cross_entropy(logits: Array, own: Array) -> Array:
    """Of each row, ``[n]``; +inf where its label is ruled out."""
    return _or_nan(-_picked(log_softmax(logits), own), logits)


def _margin(logits: Array, own: Array) -> Array:
    mine = _picked(logits, own)
    best = jnp.max(jnp.where(own, -jnp.inf, logits), axis=1)
    gone, alone = mine == -jnp.inf, best == -jnp.inf
    lead = jnp.where(alone, 0, best) - jnp.where(gone, 0, mine)
    lead = jnp.where(gone, jnp.inf, jnp.where(alone, 0, lead))
    return _or_nan(lead, logits)


def _or_nan(values: Array, rows: Array) -> Array:
    """NaN for rows that hold one anywhere."""
    return jnp.where(jnp.any(jnp.isnan(rows), axis=1), jnp.nan, values)
