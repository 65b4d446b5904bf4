"""How many bits the codes on the wire would need at least."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp

from infojax import entropy
from infojax._base import checks
from infojax._base.units import to_bits
from infojax.quantize._rows import row_mass
from infojax.types import Array, ArrayLike

__all__ = ["code_entropy_bits"]

_CODES = 16


def code_entropy_bits(
    codes: ArrayLike,
    *,
    estimator: Callable[[Array], Array] = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Entropy of codes of four bits: what an ideal coder would send for each of them.

    Of codes one by one, as if they were independent: a coder that knows neighbours or
    the past may need less.

    Args:
        codes: integers 0 to 15, ``[n]``, of ``unpack_codes``; others are left out.
        estimator: ``counts [16] -> entropy`` in nats, such as ``entropy.plugin`` or
            ``entropy.miller_madow``.
        where: ``[n]`` Boolean; codes marked False are as if absent.
        weights: ``[n]``, floating and nonnegative; whole ones are as if codes were
            repeated, such as ``jnp.arange(16)`` weighted by how often each was sent.

    Returns: scalar in bits, in the dtype of ``weights``: with the plug-in at most 4, or
        log2 15 where no code is 8, as in those of ``e3m0_encode``.
    Gradients: those of the estimator in ``weights``; none in the codes.
    Cost: O(n).
    Example:
        >>> codes, _ = e3m0_encode(jnp.array([1.0, -1.0, 0.5, -0.5]))
        >>> float(code_entropy_bits(unpack_codes(codes, 4)))
        2.0
    References: Shannon (1948).
    """
    name = "code_entropy_bits"
    symbols = checks.integers(name, "codes", codes)
    mask = checks.row_mask(name, where, symbols.shape[0])
    inside = mask & (symbols >= 0) & (symbols < _CODES)
    place = jnp.where(inside, symbols, 0).astype(jnp.int32)
    mass, dtype = row_mass(name, weights, inside)
    if weights is None:  # whole counts: those in float32 stop growing at 2^24
        mass = inside.astype(jnp.int32)
    counts = jnp.zeros(_CODES, mass.dtype).at[place].add(mass)
    return to_bits(estimator(counts.astype(checks.working_dtype(dtype)))).astype(dtype)
