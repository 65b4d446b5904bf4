"""What a transformer needs that its attention can be measured, and go without norms."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from flax import nnx

from infojax._base import checks, numerics
from infojax.attention import Attention, attend
from infojax.layers._linear import Linear
from infojax.types import Array

__all__ = ["ScaledResidual", "SelfAttention"]


class SelfAttention(nnx.Module):
    """Attention of a sequence to itself, by several heads, with its weights.

    Maps ``[..., n, width]`` to ``Attention(output, weights)``, ``[..., n, width]`` and
    ``[..., heads, n, n]``; ``attention.entropy(weights)`` is then ``[..., heads, n]``.

    Args:
        width: columns of input and output, a multiple of ``heads``.
        heads: how many, of ``width / heads`` columns each.
        temperature: maps a number that each head learns, 0 at the start, to the
            temperature of its softmax, such as ``jnp.exp``; None keeps it at 1.
        layer: ``Linear``, ``WeightNormLinear`` or ``SpectralLinear``.
        rngs: initialises the layers.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        temperature: Callable[[Array], Array] | None = None,
        layer: type[Linear] = Linear,
        rngs: nnx.Rngs,
    ) -> None:
        checks.sizes("SelfAttention", width=width, heads=heads)
        if width % heads:
            expected = f"a multiple of `heads` = {heads}"
            raise checks.fail(
                ValueError, "SelfAttention", "width", expected, str(width)
            )
        self.heads, self.temperature = heads, temperature
        self.query, self.key, self.value, self.out = (
            layer(width, width, rngs=rngs) for _ in range(4)
        )
        if temperature is not None:
            self.heat = nnx.Param(jnp.zeros(heads))

    def __call__(self, x: Array, *, mask: Array | None = None) -> Attention:
        """Attend; ``mask`` is Boolean, broadcast to ``[..., heads, n, n]``."""
        heat = jnp.ones((), x.dtype)
        if self.temperature is not None:
            heat = self.temperature(self.heat[...])[:, None, None]
        q, k, v = (
            self._split(layer(x)) for layer in (self.query, self.key, self.value)
        )
        found = attend(q, k, v, mask=mask, temperature=heat)
        merged = jnp.swapaxes(found.output, -3, -2).reshape(x.shape)
        return Attention(self.out(merged), found.weights)

    def _split(self, x: Array) -> Array:
        """``[..., n, width]`` to ``[..., heads, n, width / heads]``."""
        return jnp.swapaxes(x.reshape(*x.shape[:-1], self.heads, -1), -3, -2)


class ScaledResidual(nnx.Module):
    """A network beside the identity, ``beta * x + network(x) / alpha``.

    Both scales are trained, from 1: they keep a feed-forward network without
    nonlinearity and normalisation stable (Jha and Reagen 2025).

    Args:
        network: module or function that keeps the shape of its input.
    """

    def __init__(self, network: Callable[[Array], Array]) -> None:
        self.network = network
        self.alpha, self.beta = nnx.Param(jnp.ones(())), nnx.Param(jnp.ones(()))

    def __call__(self, x: Array) -> Array:
        alpha, beta = (scale[...].astype(x.dtype) for scale in (self.alpha, self.beta))
        return beta * x + numerics.ratio(self.network(x), alpha)
