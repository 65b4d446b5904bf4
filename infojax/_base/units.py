"""The only change of unit in the library."""

from __future__ import annotations

import math

from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["to_bits"]


def to_bits(nats: ArrayLike) -> Array:
    """Nats to bits: divide by log 2.

    Args:
        nats: an information quantity, any shape, floating.

    Returns: the same in bits, shape and dtype kept.
    Gradients: exact.
    Cost: elementwise.
    Example:
        >>> round(float(to_bits(jnp.log(2.0))), 4)
        1.0
    References: Shannon (1948).
    """
    (value,), dtype = checks.common_float("to_bits", nats=nats)
    return (value / math.log(2)).astype(dtype)
