"""Measures of many variables that need the entropy of every subset of them."""

from __future__ import annotations

from itertools import combinations

import jax.numpy as jnp

from infojax.multivariate._correlation import joint_table, marginal_entropy
from infojax.types import Array, ArrayLike

__all__ = ["co_information", "interaction_information", "tse_complexity"]


def co_information(joint: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Co-information :math:`-\sum_{S \neq \emptyset} (-1)^{|S|} H(X_S)`.

    What is common to all variables, as the centre of their Venn diagram.

    Args:
        joint: joint probabilities or counts, one axis a variable, nonnegative;
            normalised. Soft counts keep their gradients.
        where: Boolean, broadcast to ``joint``; cells marked False are as if empty.

    Returns: scalar in nats, of either sign; mutual information for two variables, the
        O-information for three.
    Gradients: exact; finite at empty cells.
    Cost: O(2^variables x cells).
    Example:
        >>> xor = jnp.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
        >>> round(float(co_information(xor)), 4)  # -log 2
        -0.6931
    References: McGill (1954); Bell (2003).
    """
    table, dtype = joint_table("co_information", joint, where)
    return _alternating(table).astype(dtype)


def interaction_information(
    joint: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Interaction information, :math:`(-1)^n` times co-information of n variables.

    The sign by which synergy of three variables is positive. Authors differ in it.

    Args:
        joint: joint probabilities or counts, one axis a variable, nonnegative;
            normalised. Soft counts keep their gradients.
        where: Boolean, broadcast to ``joint``; cells marked False are as if empty.

    Returns: scalar in nats, of either sign; mutual information for two variables,
        :math:`I(X; Y | Z) - I(X; Y)` for three.
    Gradients: exact; finite at empty cells.
    Cost: O(2^variables x cells).
    Example:
        >>> xor = jnp.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
        >>> round(float(interaction_information(xor)), 4)  # log 2
        0.6931
    References: McGill (1954).
    """
    table, dtype = joint_table("interaction_information", joint, where)
    return ((-1) ** table.ndim * _alternating(table)).astype(dtype)


def tse_complexity(joint: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Tononi, Sporns and Edelman's neural complexity.

    :math:`\sum_{k=1}^n [\frac{k}{n} T(X) - \langle T(X_S) \rangle_{|S| = k}]` with
    the total correlation T: how far that of subsets lags behind a share in proportion.

    Args:
        joint: joint probabilities or counts, one axis a variable, nonnegative;
            normalised. Soft counts keep their gradients.
        where: Boolean, broadcast to ``joint``; cells marked False are as if empty.

    Returns: scalar in nats, >= 0 up to rounding; 0 for independent variables, half the
        mutual information for two.
    Gradients: exact; finite at empty cells.
    Cost: O(2^variables x cells).
    Example:
        >>> xor = jnp.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
        >>> round(float(tse_complexity(xor)), 4)  # log 2
        0.6931
    References: Tononi, Sporns and Edelman (1994).
    """
    table, dtype = joint_table("tse_complexity", joint, where)
    n = table.ndim
    means = []
    for k in range(1, n + 1):
        subsets = [marginal_entropy(table, s) for s in combinations(range(n), k)]
        means.append(sum(subsets, jnp.zeros((), table.dtype)) / len(subsets))
    # Single entropies cancel: T of k variables is on average k of them less the mean H.
    value = sum(means, jnp.zeros((), table.dtype)) - (n + 1) / 2 * means[-1]
    return value.astype(dtype)


def _alternating(table: Array) -> Array:
    """Entropies of subsets, added where their size is odd, else subtracted."""
    value = jnp.zeros((), table.dtype)
    for k in range(1, table.ndim + 1):
        for subset in combinations(range(table.ndim), k):
            value = value - (-1) ** k * marginal_entropy(table, subset)
    return value
