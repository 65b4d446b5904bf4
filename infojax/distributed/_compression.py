"""What replicas send in place of float32: a pair of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax

from infojax._base import checks
from infojax.distributed import _quantiser
from infojax.types import Array, PRNGKey

__all__ = ["Compression", "e3m0", "e3m0_stochastic"]


class Compression(NamedTuple):
    """``encode(x, place) -> payload``; ``decode(payload, shape) -> x``.

    ``x`` is a leaf of float32 (float64 where parameters are), the payload any pytree of
    arrays. Replicas exchange payloads and decode and average them locally. ``place`` is
    ``(step, replica, leaf)``, three integers from which an encoder that draws derives
    its key.
    """

    encode: Callable[[Array, Any], Any]
    decode: Callable[[Any, tuple[int, ...]], Array]


def e3m0(*, block_size: int | None = None) -> Compression:
    """Four bits a coordinate, rounded to the nearest level.

    Args:
        block_size: as in ``e3m0_encode``; one scale a leaf by default.

    Returns: ``Compression(encode, decode)``, for ``streaming_diloco``.
    Gradients: none.
    Cost: 4 bits a coordinate and 32 a block.
    Example:
        >>> code = e3m0()
        >>> payload = code.encode(jnp.array([1.0, 0.3]), None)
        >>> code.decode(payload, (2,)).tolist()
        [1.0, 0.25]
    References: Douillard et al. (2025), Streaming DiLoCo.
    """
    if block_size is not None:
        checks.size("e3m0", block_size, "block_size")

    def encode(x: Array, place: Any) -> _quantiser.E3M0Codes:
        del place
        return _quantiser.e3m0_encode(x, block_size=block_size)

    return Compression(encode, _decoder(block_size))


def e3m0_stochastic(key: PRNGKey, *, block_size: int | None = None) -> Compression:
    """Four bits a coordinate, rounded at random and without bias.

    Args:
        key: every step, replica and leaf draws from a key of its own, derived from it.
        block_size: as in ``e3m0_encode``; one scale a leaf by default.

    Returns: ``Compression(encode, decode)``, for ``streaming_diloco``.
    Gradients: none.
    Cost: 4 bits a coordinate and 32 a block.
    Example:
        >>> code = e3m0_stochastic(jax.random.key(0))
        >>> payload = code.encode(jnp.array([1.0, 0.3]), (1, 0, 0))
        >>> code.decode(payload, (2,)).tolist() in ([1.0, 0.25], [1.0, 0.5])
        True
    References: Gupta et al. (2015), deep learning with limited numerical precision, for
        stochastic rounding.
    """
    if block_size is not None:
        checks.size("e3m0_stochastic", block_size, "block_size")

    def encode(x: Array, place: Any) -> _quantiser.E3M0Codes:
        own = key
        for number in place:
            own = jax.random.fold_in(own, number)
        return _quantiser.e3m0_encode_stochastic(own, x, block_size=block_size)

    return Compression(encode, _decoder(block_size))


def _decoder(block_size: int | None) -> Callable[[Any, tuple[int, ...]], Array]:
    def decode(payload: Any, shape: tuple[int, ...]) -> Array:
        codes, scales = payload
        return _quantiser.e3m0_decode(codes, scales, shape, block_size=block_size)

    return decode
