"""Networks made of linear layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import jax
from flax import nnx

from infojax._base import checks
from infojax.layers._linear import Linear
from infojax.types import Array

__all__ = ["MLP", "ResidualMLP"]


class MLP(nnx.Module):
    """Perceptron with the given layer widths; the last layer is affine.

    Args:
        sizes: widths from input to output, at least two.
        activation: between layers; 1-Lipschitz (the default is) for a Lipschitz critic.
        layer: ``Linear`` or ``SpectralLinear``.
        rngs: initialises the layers.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Callable[[Array], Array] = jax.nn.relu,
        layer: type[Linear] = Linear,
        rngs: nnx.Rngs,
    ) -> None:
        self.layers = nnx.List([layer(a, b, rngs=rngs) for a, b in pairwise(sizes)])
        self.activation = activation

    def __call__(self, x: Array) -> Array:
        return self.above(self.layers[0](x))

    def above(self, x: Array) -> Array:
        """Everything after the first affine map."""
        for layer in list(self.layers)[1:]:
            x = layer(self.activation(x))
        return x


class ResidualMLP(MLP):
    """Perceptron whose hidden maps are blocks ``scale * (x + layer(activation(x)))``.

    The first and the last layer are as in ``MLP``, whose parameters it has.

    Args:
        sizes: widths from input to output; those between the ends are equal.
        activation: before each layer but the first.
        layer: ``Linear`` or ``SpectralLinear``. With the latter and a 1-Lipschitz
            activation the slope of a block is at most ``2 * scale``.
        scale: multiplies every block, a Python float; 0.5 keeps a network of
            ``SpectralLinear`` 1-Lipschitz, however deep.
        rngs: initialises the layers.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Callable[[Array], Array] = jax.nn.relu,
        layer: type[Linear] = Linear,
        scale: float = 1.0,
        rngs: nnx.Rngs,
    ) -> None:
        if len(set(sizes[1:-1])) > 1:
            raise checks.fail(
                ValueError,
                "ResidualMLP",
                "sizes",
                "equal between the first and the last",
                str(list(sizes)),
            )
        super().__init__(sizes, activation=activation, layer=layer, rngs=rngs)
        self.scale = scale

    def above(self, x: Array) -> Array:
        *blocks, last = self.layers
        if not blocks:  # the only layer is the first
            return x
        for block in blocks[1:]:
            x = self.scale * (x + block(self.activation(x)))
        return last(self.activation(x))
