"""Entropy of integer samples of any width, without a table of all their values."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp

from infojax import quantize
from infojax._base import checks
from infojax.entropy._plugin import plugin
from infojax.quantize._rows import integer_rows, row_mass
from infojax.types import Array, ArrayLike

__all__ = ["discrete"]


def discrete(
    x: ArrayLike,
    *,
    estimator: Callable[[Array], Array] = plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Entropy of samples that are rows of integers, such as the codes of a layer.

    Args:
        x: integers of any range, ``[n, d]`` or ``[n]``; a row is one symbol.
        estimator: ``counts [n] -> entropy``, of counts in which zeros may occur:
            ``entropy.plugin`` or a corrected one, such as ``entropy.miller_madow``.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        weights: ``[n]``, floating and nonnegative; whole ones are as if rows were
            repeated.

    Returns: scalar in nats, in the dtype of ``weights``. At most log n, and about that
        when most rows are distinct, whatever the truth.
    Gradients: those of the estimator in ``weights``; none in the integers.
    Cost: O(d n log n).
    Example:
        >>> rows = jnp.array([[3, -1], [0, 5], [3, -1], [0, 4]])
        >>> round(float(discrete(rows)), 4)
        1.0397
    References: Shannon (1948); Miller (1955) for the bias.
    """
    name = "discrete"
    rows = integer_rows(name, "x", x)
    mask = checks.row_mask(name, where, rows.shape[0])
    mass, dtype = row_mass(name, weights, mask)
    labels = quantize.row_labels(rows, where=mask)
    return estimator(jnp.zeros_like(mass).at[labels].add(mass)).astype(dtype)
