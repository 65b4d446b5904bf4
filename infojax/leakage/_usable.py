"""Information that a given kind of predictor can use."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax.leakage._identity import cross_entropy, open_classes
from infojax.types import Array, ArrayLike

__all__ = ["usable_information"]


def usable_information(
    logits: ArrayLike, labels: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Information about the labels that a predictor uses, on data it has not seen.

    :math:`H(Y) - \overline{-\log q(y_i | x_i)}` with the entropy of the labels given:
    how much better the predictor is than the best constant. A lower bound on I(X; Y),
    up to sampling, whatever the predictor; the most of a family of predictors is what
    that family can use.

    Args:
        logits: of a trained classifier on held-out inputs, ``[n, classes]``; on its
            training set it would measure memory. An entry of -inf rules a class out.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar in nats, at most the entropy of the labels. Negative where the
        predictor is worse than a constant, as an overconfident one is; -inf where it
        rules out a label that occurs. At most 0 where only one label occurs.
    Gradients: exact for the logits.
    Cost: O(n classes).
    Example:
        >>> labels = jnp.array([0, 1, 1, 0])
        >>> found = usable_information(jnp.log(0.8 * jnp.eye(2)[labels] + 0.1), labels)
        >>> round(float(found), 4)
        0.5878
    References: Xu et al. (2020), a theory of usable information under computational
        constraints.
    """
    rows, own, mask, dtype = open_classes("usable_information", logits, labels, where)
    shares = numerics.mean(own.astype(rows.dtype), mask[:, None], axis=0)
    entropy = -jnp.sum(numerics.xlogx(shares))
    return (entropy - numerics.mean(cross_entropy(rows, own), mask)).astype(dtype)
