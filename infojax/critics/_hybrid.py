"""Hybrid critics: separate encoders, and a small perceptron on pairs of features."""

from __future__ import annotations

from collections.abc import Callable

import jax
from flax import nnx

from infojax._base import checks
from infojax.critics._critics import Concatenated
from infojax.critics._perceptrons import (
    Activation,
    Encoder,
    Network,
    quiet,
)
from infojax.layers import MLP, Linear
from infojax.types import Array, Critic

__all__ = ["Hybrid", "hybrid"]


class Hybrid(nnx.Module):
    """Scores ``head(g(x), h(y))`` of two encoders and a critic of what they give.

    Args:
        encode_x, encode_y: modules or functions, ``[n, ...]`` to ``[n, features]``.
        head: a critic of the features, such as ``Concatenated``.
    """

    def __init__(self, encode_x: Callable, encode_y: Callable, head: Critic) -> None:
        self.encode_x, self.encode_y, self.head = encode_x, encode_y, head

    def __call__(self, x: Array, y: Array) -> Array:
        return self.head(self.encode_x(x), self.encode_y(y))


def hybrid(
    x_dim: int,
    y_dim: int,
    *,
    width: int = 256,
    depth: int = 2,
    features: int = 32,
    head_width: int = 64,
    head_depth: int = 1,
    activation: Activation = jax.nn.relu,
    layer: type[Linear] = Linear,
    network: Network = MLP,
) -> Callable[[nnx.Rngs], Hybrid]:
    """A small perceptron on pairs of features, ``f(x, y) = h([g(x), k(y)])``.

    Between ``separable`` and ``concatenated``: n + m evaluations of the encoders, and
    scores that need not be of low rank. With ``layer=SpectralLinear`` it is 1-Lipschitz
    in (x, y), as the Wasserstein dependency asks for.

    Args:
        x_dim, y_dim: columns of x and y.
        width, depth: units of a hidden layer of an encoder, and how many of those.
        features: outputs of each encoder.
        head_width, head_depth: the same of the perceptron on pairs, at least one layer.
        activation: between layers; 1-Lipschitz for a Lipschitz critic.
        layer: ``Linear`` or ``SpectralLinear``.
        network: ``MLP``, ``ResidualMLP`` or another constructor of an ``MLP``; for a
            Lipschitz critic ``functools.partial(ResidualMLP, scale=0.5)``.

    Returns: a function of ``nnx.Rngs`` that builds the module.
    Gradients: exact in parameters and inputs, up to kinks of the activation.
    Cost: O((n + m) depth width^2 + n m head_width) and n m head_width numbers kept, for
        a head of one hidden layer; n m head_width^2 more for each further one.
    Example:
        >>> critic = hybrid(3, 2)(nnx.Rngs(0))
        >>> critic(jnp.ones((5, 3)), jnp.ones((4, 2))).shape
        (5, 4)
    References: Poole et al. (2019), section 4, on the two kinds it lies between.
    """
    name = "hybrid"
    checks.sizes(name, x_dim=x_dim, y_dim=y_dim, width=width, features=features)
    checks.sizes(name, head_width=head_width, head_depth=head_depth)
    hidden = [width] * depth
    options = {"activation": activation, "layer": layer}

    def make(rngs: nnx.Rngs) -> Hybrid:
        def encoder(argument: str, size: int) -> Encoder:
            built = network([size, *hidden, features], rngs=rngs, **options)
            return Encoder(name, argument, built)

        sizes = [2 * features, *[head_width] * head_depth, 1]
        head = Concatenated(features, network(sizes, rngs=rngs, **options))
        return quiet(Hybrid(encoder("x", x_dim), encoder("y", y_dim), head))

    return make
