"""Bags of instances drawn to the prototype of their class."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.losses._distillation import unit
from infojax.types import Array, ArrayLike

__all__ = ["PrototypeTerms", "prototype_loss", "prototype_terms"]


class PrototypeTerms(NamedTuple):
    """Mean similarity of bags and prototypes, scalars from -1 to 1.

    ``positive`` with the prototype of the bag's class, ``negative`` with the others.
    """

    positive: Array
    negative: Array


def prototype_terms(
    features: ArrayLike,
    prototypes: ArrayLike,
    index: ArrayLike,
    *,
    top_k: int,
    instances: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> PrototypeTerms:
    r"""How similar the best instances of each bag are to its prototype, and to others.

    The similarity of a bag and a prototype is the mean of the ``top_k`` largest cosines
    of its instances with the prototype.

    Args:
        features: of the instances of every bag, ``[n, m, d]``.
        prototypes: one a class, ``[classes, d]``; for ``layers.GaussianPrototypes`` the
            mean of a few draws.
        index: integer ``[n]``, the class of each bag, in 0 .. classes - 1; others read
            as the nearest. For survival ``censored * bins + bin``.
        top_k: instances that count, a static int from 1 to m.
        instances: ``[n, m]`` Boolean; instances marked False (padding) are as if
            absent. All that a bag has count where they are fewer than ``top_k``.
        where: ``[n]`` Boolean; bags marked False are as if absent.

    Returns: ``PrototypeTerms(positive, negative)``; ``prototype_loss`` is ``negative -
        positive``. A bag without instances is 0 to every prototype; with one class
        there are no negatives, which then are 0.
    Gradients: exact, through the instances that count; zero at a vector of zeros.
    Cost: O(n m classes d).
    Example:
        >>> features = jnp.array([[[3.0, 0.0], [0.0, 1.0]]])
        >>> terms = prototype_terms(features, jnp.eye(2), jnp.array([0]), top_k=2)
        >>> [float(term) for term in terms]
        [0.5, 0.5]
    References: Zhang et al. (2024), prototypical information bottlenecking and
        disentangling for multimodal cancer survival prediction, arXiv 2401.01646.
    """
    return _terms(
        "prototype_terms", features, prototypes, index, top_k, instances, where
    )


def prototype_loss(
    features: ArrayLike,
    prototypes: ArrayLike,
    index: ArrayLike,
    *,
    top_k: int,
    instances: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """Prototype loss: ``negative - positive``.

    The prototypical bottleneck adds what keeps prototypes simple and useful, with
    weights 0.01 and 0.1: ``gaussian_rate(prototypes.mean, prototypes.scale)``, and the
    ``survival_loss`` of the prototypes themselves, each with its own bin.

    Args:
        features, prototypes, index, top_k, instances, where: as in ``prototype_terms``.

    Returns: scalar to minimise, from -2 to 2.
    Gradients: exact, through the instances that count.
    Cost: O(n m classes d).
    Example:
        >>> features = jax.random.normal(jax.random.key(0), (6, 5, 3))
        >>> index = jnp.arange(6) % 2
        >>> loss = lambda p: prototype_loss(features, p, index, top_k=2)
        >>> prototypes, rule = jnp.eye(2, 3), optax.adam(0.1)
        >>> start, state = loss(prototypes), rule.init(prototypes)
        >>> for _ in range(3):
        ...     updates, state = rule.update(jax.grad(loss)(prototypes), state)
        ...     prototypes = optax.apply_updates(prototypes, updates)
        >>> bool(loss(prototypes) < start)
        True
    References: Zhang et al. (2024), arXiv 2401.01646.
    """
    terms = _terms(
        "prototype_loss", features, prototypes, index, top_k, instances, where
    )
    return terms.negative - terms.positive


def _terms(
    name: str,
    features: ArrayLike,
    prototypes: ArrayLike,
    index: ArrayLike,
    top_k: int,
    instances: ArrayLike | None,
    where: ArrayLike | None,
) -> PrototypeTerms:
    (features, prototypes), dtype = checks.common_float(
        name, features=features, prototypes=prototypes
    )
    for argument, array, shape in (
        ("features", features, "[n, m, d]"),
        ("prototypes", prototypes, "[classes, d]"),
    ):
        if array.ndim != shape.count(",") + 1 or array.size == 0:
            received = str(list(array.shape))
            expected = f"non-empty, {shape}"
            raise checks.fail(ValueError, name, argument, expected, received)
    if features.shape[2] != prototypes.shape[1]:
        expected = f"as wide as `features` ({features.shape[2]} columns)"
        received = f"{prototypes.shape[1]} columns"
        raise checks.fail(ValueError, name, "prototypes", expected, received)
    classes = checks.integers(name, "index", index)
    n = checks.same_length(name, features=features, index=classes)
    best = checks.size(name, top_k, "top_k")
    if best > features.shape[1]:
        expected = f"at most the number of instances, {features.shape[1]}"
        raise checks.fail(ValueError, name, "top_k", expected, str(best))
    mask = checks.row_mask(name, where, n)
    present = checks.cell_mask(name, instances, features.shape[:2], "instances")
    present = present & mask[:, None]

    features = unit(checks.column_mask(features, present))
    cosines = jnp.einsum("nmd,pd->npm", features, unit(prototypes), precision="highest")
    top, _ = lax.top_k(jnp.where(present[:, None], cosines, -jnp.inf), best)
    similarity = numerics.mean(top, top != -jnp.inf, axis=2)
    own = (
        jnp.arange(len(prototypes))
        == jnp.clip(classes, 0, len(prototypes) - 1)[:, None]
    )
    terms = (
        numerics.mean(numerics.total(similarity, own, axis=1), mask),
        numerics.mean(numerics.mean(similarity, ~own, axis=1), mask),
    )
    # The order of NaN among the cosines is nobody's promise.
    found = (numerics.unless_nan(term, cosines).astype(dtype) for term in terms)
    return PrototypeTerms(*found)
