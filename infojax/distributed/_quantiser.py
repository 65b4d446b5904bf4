"""E3M0: a sign and three bits of exponent for each coordinate, two codes a byte."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from infojax._base import checks
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = [
    "E3M0Codes",
    "e3m0_decode",
    "e3m0_encode",
    "e3m0_encode_stochastic",
    "unpack_codes",
]

# Code 0 is zero; codes 1 to 7 are powers of two of the scale; 8 more for a minus.
_LEVELS = np.array([0.0, *(2.0**k for k in range(-6, 1))])
# Midways between neighbours, from which the larger magnitude is nearer or as near.
_MIDWAYS = (_LEVELS[1:] + _LEVELS[:-1]) / 2
_MINUS = 8


class E3M0Codes(NamedTuple):
    """Packed codes, uint8 of half the size (rounded up), and a scale for each block."""

    codes: Array
    scales: Array


def e3m0_encode(x: ArrayLike, *, block_size: int | None = None) -> E3M0Codes:
    r"""Nearest of the levels 0 and :math:`\pm a\,2^{-6}, \ldots, \pm a`, in four bits.

    a is the largest magnitude of the block. Nearest in linear distance, ties to the
    larger magnitude. Computed in the dtype of ``x``, in float32 for half precision.

    Args:
        x: of any shape, not empty, read in row-major order.
        block_size: how many coordinates share a scale, static; the last block may be
            shorter. All of them by default.

    Returns: ``E3M0Codes(codes, scales)``: two codes of four bits in each uint8, the
        first one in the low bits, ``[ceil(n / 2)]``; scales in the dtype of ``x``. What
        is at least :math:`a\,2^{-6}` errs by a third of itself at most. A block with
        a NaN or an infinity decodes to NaN, one of zeros to zeros.
    Gradients: exact in the scales; none in the codes.
    Cost: O(n).
    Example:
        >>> codes, scales = e3m0_encode(jnp.array([1.0, -0.3, 0.0]))
        >>> unpack_codes(codes, 3).tolist(), scales.tolist()
        ([7, 13, 0], [1.0])
        >>> e3m0_decode(codes, scales, (3,)).tolist()
        [1.0, -0.25, 0.0]
    References: Douillard et al. (2025), Streaming DiLoCo, for the format; the scale of
        a block is this library's choice.
    """
    ratio, minus, scales = _scaled("e3m0_encode", x, block_size)
    midways = jnp.asarray(_MIDWAYS, ratio.dtype)
    magnitude = jnp.sum(ratio[:, None] >= midways, axis=-1, dtype=jnp.uint8)
    return E3M0Codes(_packed(magnitude, minus), scales)


def e3m0_encode_stochastic(
    key: PRNGKey, x: ArrayLike, *, block_size: int | None = None
) -> E3M0Codes:
    """Unbiased codes: a neighbouring level drawn so that the mean is the value itself.

    The upper level with probability (r - lower) / (upper - lower), where r is the
    magnitude in units of the block's maximum.

    Args:
        key: for the draws.
        x, block_size: as in ``e3m0_encode``.

    Returns: ``E3M0Codes(codes, scales)``, as ``e3m0_encode``. Levels encode to
        themselves.
    Gradients: exact in the scales; none in the codes.
    Cost: O(n).
    Example:
        >>> x = jnp.array([1.0, 0.4])
        >>> def draw(key):
        ...     return e3m0_decode(*e3m0_encode_stochastic(key, x), (2,))
        >>> draws = jax.vmap(draw)(jax.random.split(jax.random.key(0), 4000))
        >>> [round(float(mean), 1) for mean in draws.mean(axis=0)]
        [1.0, 0.4]
    References: Gupta et al. (2015), deep learning with limited numerical precision, for
        stochastic rounding.
    """
    ratio, minus, scales = _scaled("e3m0_encode_stochastic", x, block_size)
    levels = jnp.asarray(_LEVELS, ratio.dtype)
    lower = jnp.sum(ratio[:, None] >= levels[1:], axis=-1, dtype=jnp.uint8)
    low, high = levels[lower], levels[jnp.minimum(lower + 1, 7)]
    # At the largest level there is no gap, and nothing to draw.
    chance = (ratio - low) / jnp.where(high > low, high - low, 1)
    draw = jax.random.uniform(key, ratio.shape, jnp.float32).astype(ratio.dtype)
    magnitude = lower + (draw < chance).astype(jnp.uint8)
    return E3M0Codes(_packed(magnitude, minus), scales)


def e3m0_decode(
    codes: ArrayLike,
    scales: ArrayLike,
    shape: tuple[int, ...],
    *,
    block_size: int | None = None,
) -> Array:
    """The levels that codes stand for.

    Args:
        codes, scales: of ``e3m0_encode``.
        shape: of what was encoded, static.
        block_size: as it was encoded with.

    Returns: ``shape``, in the dtype of ``scales``.
    Gradients: exact in ``scales``; none in the codes.
    Cost: O(n).
    Example:
        >>> codes = e3m0_encode(jnp.array([[0.5, -4.0], [0.3, 2.0]]), block_size=2)
        >>> e3m0_decode(*codes, (2, 2), block_size=2).tolist()
        [[0.5, -4.0], [0.25, 2.0]]
    References: Douillard et al. (2025), Streaming DiLoCo.
    """
    name = "e3m0_decode"
    sides = tuple(shape)
    size = checks.size(name, math.prod(sides), "shape")
    block = size if block_size is None else checks.size(name, block_size, "block_size")
    scale = checks.as_float(name, "scales", scales)
    blocks = -(-size // block)
    if scale.shape != (blocks,):
        expected = f"of shape [{blocks}], one for each block"
        raise checks.fail(ValueError, name, "scales", expected, str(list(scale.shape)))
    signed = unpack_nibbles(name, codes, size)
    level = jnp.asarray(_LEVELS, scale.dtype)[signed % _MINUS]
    level = jnp.where(signed >= _MINUS, -level, level)
    padded = jnp.pad(level, (0, blocks * block - size)).reshape(blocks, block)
    return (padded * scale[:, None]).reshape(-1)[:size].reshape(sides)


def unpack_codes(codes: ArrayLike, size: int) -> Array:
    """One code of four bits for each coordinate, from two in a byte.

    Args:
        codes: uint8, ``[ceil(size / 2)]``, of ``e3m0_encode``.
        size: how many coordinates there are, static.

    Returns: uint8, ``[size]``: 0 for zero, 1 to 7 for powers of two in increasing
        order, 9 to 15 for the same below zero.
    Gradients: none, since codes are integers.
    Cost: O(size).
    Example:
        >>> unpack_codes(jnp.array([0xD7, 0x00], jnp.uint8), 3).tolist()
        [7, 13, 0]
    References: none needed.
    """
    size = checks.size("unpack_codes", size, "size")
    return unpack_nibbles("unpack_codes", codes, size)


def unpack_nibbles(name: str, codes: ArrayLike, size: int) -> Array:
    """Low and high halves of bytes in turn, ``[size]``."""
    packed = checks.integers(name, "codes", codes)
    bytes_ = -(-size // 2)
    if packed.shape != (bytes_,) or packed.dtype != jnp.uint8:
        expected = f"uint8[{bytes_}], two codes of {size} in each"
        received = f"{packed.dtype}{list(packed.shape)}"
        raise checks.fail(ValueError, name, "codes", expected, received)
    return jnp.stack([packed & 15, packed >> 4], axis=1).reshape(-1)[:size]


def _scaled(
    name: str, x: ArrayLike, block_size: int | None
) -> tuple[Array, Array, Array]:
    """Magnitudes in units of their block's largest, signs, and the scales."""
    values = checks.as_float(name, "x", x)
    if values.size == 0:
        raise checks.fail(ValueError, name, "x", "non-empty", str(list(values.shape)))
    dtype = values.dtype
    flat = values.astype(checks.working_dtype(dtype)).reshape(-1)
    size = flat.size
    block = size if block_size is None else checks.size(name, block_size, "block_size")
    blocks = -(-size // block)
    padded = jnp.pad(jnp.abs(flat), (0, blocks * block - size))
    magnitude = padded.reshape(blocks, block)
    top = jnp.max(magnitude, axis=1)
    ratio = magnitude / jnp.where(top > 0, top, 1)[:, None]
    ratio = jax.lax.stop_gradient(ratio).reshape(-1)[:size]
    # A maximum of half-precision numbers is one of them: no digit is lost.
    return ratio, flat < 0, top.astype(dtype)


def _packed(magnitude: Array, minus: Array) -> Array:
    """Two signed codes in each uint8, the first in the low bits."""
    signed = magnitude + jnp.where(minus & (magnitude > 0), _MINUS, 0).astype(jnp.uint8)
    pairs = jnp.pad(signed, (0, signed.size % 2)).reshape(-1, 2)
    return pairs[:, 0] | (pairs[:, 1] << 4)
