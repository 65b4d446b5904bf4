"""Correlations of many variables from the entropies of one, of all but one, of all."""

from __future__ import annotations

from collections.abc import Iterable

import jax.numpy as jnp

from infojax import entropy
from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = [
    "dual_total_correlation",
    "joint_table",
    "marginal_entropy",
    "o_information",
    "s_information",
    "total_correlation",
]


def joint_table(
    name: str, joint: ArrayLike, where: ArrayLike | None
) -> tuple[Array, jnp.dtype]:
    """A joint table in its working dtype, masked, and the dtype to return."""
    table = checks.counts(name, "joint", joint)
    if table.ndim < 2:
        expected = "a table of two or more axes, one a variable"
        raise checks.fail(ValueError, name, "joint", expected, str(list(table.shape)))
    work = table.astype(checks.working_dtype(table.dtype))
    keep = checks.cell_mask(name, where, table.shape)
    return jnp.where(keep & ~(work < 0), work, 0), table.dtype


def marginal_entropy(table: Array, axes: Iterable[int]) -> Array:
    """Entropy of some of the variables together."""
    kept = set(axes)
    others = tuple(axis for axis in range(table.ndim) if axis not in kept)
    return entropy.plugin(jnp.sum(table, axis=others).ravel())


def _single(table: Array) -> Array:
    return sum(
        (marginal_entropy(table, [i]) for i in range(table.ndim)),
        jnp.zeros((), table.dtype),
    )


def _all_but_one(table: Array) -> Array:
    every = set(range(table.ndim))
    return sum(
        (marginal_entropy(table, every - {i}) for i in every),
        jnp.zeros((), table.dtype),
    )


def total_correlation(joint: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Total correlation (multi-information) :math:`\sum_i H(X_i) - H(X)`.

    Args:
        joint: joint probabilities or counts, one axis a variable, nonnegative;
            normalised. Soft counts keep their gradients.
        where: Boolean, broadcast to ``joint``; cells marked False are as if empty.

    Returns: scalar in nats, >= 0 up to rounding, 0 for independent variables; mutual
        information for two.
    Gradients: exact; finite at empty cells.
    Cost: O(variables x cells).
    Example:
        >>> copy = jnp.zeros((2, 2, 2)).at[0, 0, 0].set(0.5).at[1, 1, 1].set(0.5)
        >>> round(float(total_correlation(copy)), 4)  # 2 log 2
        1.3863
    References: Watanabe (1960).
    """
    table, dtype = joint_table("total_correlation", joint, where)
    whole = marginal_entropy(table, range(table.ndim))
    return (_single(table) - whole).astype(dtype)


def dual_total_correlation(
    joint: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Dual total correlation (binding) :math:`H(X) - \sum_i H(X_i | X_{-i})`.

    What is left of the joint entropy without what each variable has to itself.

    Args:
        joint: joint probabilities or counts, one axis a variable, nonnegative;
            normalised. Soft counts keep their gradients.
        where: Boolean, broadcast to ``joint``; cells marked False are as if empty.

    Returns: scalar in nats, >= 0 up to rounding, 0 for independent variables; mutual
        information for two.
    Gradients: exact; finite at empty cells.
    Cost: O(variables x cells).
    Example:
        >>> copy = jnp.zeros((2, 2, 2)).at[0, 0, 0].set(0.5).at[1, 1, 1].set(0.5)
        >>> round(float(dual_total_correlation(copy)), 4)  # log 2
        0.6931
    References: Han (1978).
    """
    table, dtype = joint_table("dual_total_correlation", joint, where)
    whole = marginal_entropy(table, range(table.ndim))
    return (_all_but_one(table) - (table.ndim - 1) * whole).astype(dtype)


def o_information(joint: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""O-information: total correlation minus dual total correlation.

    :math:`(n - 2) H(X) + \sum_i [H(X_i) - H(X_{-i})]` of n variables.

    Args:
        joint: joint probabilities or counts, one axis a variable, nonnegative;
            normalised. Soft counts keep their gradients.
        where: Boolean, broadcast to ``joint``; cells marked False are as if empty.

    Returns: scalar in nats; positive where redundancy dominates, negative where synergy
        does, 0 for two variables.
    Gradients: exact; finite at empty cells.
    Cost: O(variables x cells).
    Example:
        >>> xor = jnp.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
        >>> round(float(o_information(xor)), 4)  # -log 2
        -0.6931
    References: Rosas, Mediano, Gastpar and Jensen (2019).
    """
    table, dtype = joint_table("o_information", joint, where)
    whole = marginal_entropy(table, range(table.ndim))
    gaps = _single(table) - _all_but_one(table)
    return ((table.ndim - 2) * whole + gaps).astype(dtype)


def s_information(joint: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""S-information: total correlation plus dual total correlation.

    :math:`\sum_i I(X_i; X_{-i})`, how much each variable shares with all the others.

    Args:
        joint: joint probabilities or counts, one axis a variable, nonnegative;
            normalised. Soft counts keep their gradients.
        where: Boolean, broadcast to ``joint``; cells marked False are as if empty.

    Returns: scalar in nats, >= 0 up to rounding; twice mutual information for two
        variables.
    Gradients: exact; finite at empty cells.
    Cost: O(variables x cells).
    Example:
        >>> xor = jnp.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
        >>> round(float(s_information(xor)), 4)  # 3 log 2
        2.0794
    References: James, Ellison and Crutchfield (2011); Rosas et al. (2019).
    """
    table, dtype = joint_table("s_information", joint, where)
    whole = marginal_entropy(table, range(table.ndim))
    sums = _single(table) + _all_but_one(table)
    return (sums - table.ndim * whole).astype(dtype)
