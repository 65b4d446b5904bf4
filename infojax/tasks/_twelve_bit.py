"""The twelve-bit task of Shwartz-Ziv and Tishby, by a rule in place of a file."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from infojax.types import Array

__all__ = ["TwelveBit", "twelve_bit"]

# The bits sit on the vertices of an icosahedron: the later neighbours of each.
_NEIGHBOURS = {
    0: (1, 3, 5, 10, 11),
    1: (2, 3, 4, 11),
    2: (3, 4, 8, 9),
    3: (8, 10),
    4: (6, 9, 11),
    5: (6, 7, 10, 11),
    6: (7, 9, 11),
    7: (8, 9, 10),
    8: (9, 10),
}
_OPPOSITE = {0: (9,), 1: (7,), 2: (5,), 3: (6,), 4: (10,), 8: (11,)}


class TwelveBit(NamedTuple):
    """Patterns ``x [4096, 12]`` and labels ``y [4096]``, 32-bit integers, 0 or 1."""

    x: Array
    y: Array


def twelve_bit() -> TwelveBit:
    r"""All patterns of twelve bits, and labels that symmetries of a sphere preserve.

    The bits are the vertices of an icosahedron. Of a pattern with w ones, a adjacent
    pairs and b antipodal pairs of ones, the label is 1 iff :math:`30 w + 8 a - 4 b - 3
    w^2 \geq 120`. This rule gives the labels of the published data, all 4096 of them,
    and all 120 symmetries of the icosahedron leave them alone.

    Args: none.

    Returns: ``TwelveBit(x, y)``: row r holds the binary digits of r, the most
        significant first. 2118 labels are 1. As all patterns are equally likely and
        the label is a function of the pattern, I(X; Y) = H(Y) = 0.6926 nats (0.9992
        bits), H(X) = 12 log 2, and what a layer tells of x is the entropy of its
        states; (w, a, b) takes 64 values.
    Gradients: none; constants.
    Cost: 4096 rows.
    Example:
        >>> x, y = twelve_bit()
        >>> x.shape, int(y.sum()), round(float(entropy.discrete(y)), 4)
        ((4096, 12), 2118, 0.6926)
    References: Shwartz-Ziv and Tishby (2017), opening the black box of deep neural
        networks via information, arXiv 1703.00810, whose task this is.
    """
    x = np.arange(4096)[:, None] >> np.arange(11, -1, -1) & 1
    ones = x.sum(axis=1)
    adjacent, antipodal = (_both(x, pairs) for pairs in (_NEIGHBOURS, _OPPOSITE))
    y = 30 * ones + 8 * adjacent - 4 * antipodal - 3 * ones**2 >= 120
    return TwelveBit(jnp.asarray(x, jnp.int32), jnp.asarray(y, jnp.int32))


def _both(x: np.ndarray, pairs: dict[int, tuple[int, ...]]) -> np.ndarray:
    """How many of the pairs have both bits 1, for each pattern."""
    first, second = np.array([(i, j) for i, others in pairs.items() for j in others]).T
    return np.sum(x[:, first] * x[:, second], axis=1)
