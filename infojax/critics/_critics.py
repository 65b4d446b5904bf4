"""Separable, bilinear and concatenated critics."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from infojax._base import checks
from infojax.critics._perceptrons import (
    Activation,
    Encoder,
    Network,
    inputs,
    quiet,
)
from infojax.layers import MLP, Linear
from infojax.types import Array

__all__ = [
    "Bilinear",
    "Concatenated",
    "Separable",
    "bilinear",
    "concatenated",
    "separable",
]


class Separable(nnx.Module):
    """Scores ``g(x) . h(y)`` of two encoders with outputs of one width.

    Args:
        encode_x, encode_y: modules or functions, ``[n, ...]`` to ``[n, features]``.
    """

    def __init__(self, encode_x: Callable, encode_y: Callable) -> None:
        self.encode_x, self.encode_y = encode_x, encode_y

    def __call__(self, x: Array, y: Array) -> Array:
        return self.encode_x(x) @ self.encode_y(y).T


class Bilinear(nnx.Module):
    """Scores ``x W y``: the log density ratio of Gaussians up to terms of one side."""

    def __init__(self, x_dim: int, y_dim: int, *, rngs: nnx.Rngs) -> None:
        self.layer = Linear(x_dim, y_dim, rngs=rngs)

    def __call__(self, x: Array, y: Array) -> Array:
        (x, y), dtype = inputs("bilinear", x, y, *self.layer.kernel.shape)
        return (self.layer(x) @ y.T).astype(dtype)


class Concatenated(nnx.Module):
    """Scores ``h([x, y])`` of one perceptron on every pair.

    Args:
        x_dim: width of x, the first inputs of the perceptron.
        network: an ``MLP`` from ``x_dim + y_dim`` inputs to one output.
    """

    def __init__(self, x_dim: int, network: MLP) -> None:
        self.x_dim, self.network = x_dim, network

    def __call__(self, x: Array, y: Array) -> Array:
        first = self.network.layers[0]
        total = first.kernel.shape[0]
        (x, y), dtype = inputs("concatenated", x, y, self.x_dim, total - self.x_dim)
        weight = first.weight().astype(x.dtype)
        # The first map is a sum over the two sides, so it costs n + m rows, not n m.
        left, right = x @ weight[: self.x_dim], y @ weight[self.x_dim :]
        hidden = _sums(left, right + first.bias[...].astype(x.dtype))
        # As one matrix: products that sum over two axes are slower on the CPU.
        scores = self.network.above(hidden.reshape(-1, hidden.shape[-1]))
        return scores.reshape(len(x), len(y)).astype(dtype)


@jax.custom_jvp
def _sums(left: Array, right: Array) -> Array:
    """Each row of the one plus each of the other, ``[n, m, width]``.

    The gradient of ``right`` sums over the leading axis. As a product with ones it
    takes a tenth of the time of the sum, which XLA for CPUs reads across rows.
    """
    return left[:, None] + right[None]


@_sums.defjvp
def _sums_jvp(primals: tuple[Array, Array], tangents: tuple[Array, Array]):
    left, right = tangents
    ones = jnp.ones_like(primals[0][:, 0])
    spread = jnp.einsum("i,jk->ijk", ones, right, precision=lax.Precision.HIGHEST)
    return _sums(*primals), left[:, None] + spread


def separable(
    x_dim: int,
    y_dim: int,
    *,
    width: int = 256,
    depth: int = 2,
    features: int = 32,
    activation: Activation = jax.nn.relu,
    layer: type[Linear] = Linear,
    network: Network = MLP,
) -> Callable[[nnx.Rngs], Separable]:
    """Inner product of two perceptrons, ``f(x, y) = g(x) . h(y)``.

    The cheapest expressive critic: n + m network evaluations for n m scores. Other
    encoders (convolutions, a transformer) go into ``Separable`` directly.

    Args:
        x_dim, y_dim: columns of x and y.
        width, depth: units of a hidden layer, and how many of those.
        features: rank of the score matrix.
        activation: between layers.
        layer: ``Linear`` or ``SpectralLinear``. The latter bounds the slope of each
            perceptron, but not of their product.
        network: ``MLP``, ``ResidualMLP`` or another constructor of an ``MLP``.

    Returns: a function of ``nnx.Rngs`` that builds the module.
    Gradients: exact in parameters and inputs, up to kinks of the activation.
    Cost: O((n + m) depth width^2 + n m features).
    Example:
        >>> critic = separable(3, 2)(nnx.Rngs(0))
        >>> critic(jnp.ones((5, 3)), jnp.ones((4, 2))).shape
        (5, 4)
    References: van den Oord, Li and Vinyals (2018); Poole et al. (2019), section 4.
    """
    checks.sizes("separable", x_dim=x_dim, y_dim=y_dim, width=width, features=features)
    hidden = [width] * depth

    def make(rngs: nnx.Rngs) -> Separable:
        def encoder(argument: str, size: int) -> Encoder:
            sizes = [size, *hidden, features]
            built = network(sizes, activation=activation, layer=layer, rngs=rngs)
            return Encoder("separable", argument, built)

        return quiet(Separable(encoder("x", x_dim), encoder("y", y_dim)))

    return make


def bilinear(x_dim: int, y_dim: int) -> Callable[[nnx.Rngs], Bilinear]:
    """Bilinear form of the inputs, ``f(x, y) = x W y + b y``.

    For representations that are already learned, or encoders trained with it. Scores of
    standardised inputs start with a size of about ``sqrt(y_dim)``: divide by it where a
    loss takes exponentials.

    Args:
        x_dim, y_dim: columns of x and y.

    Returns: a function of ``nnx.Rngs`` that builds the module.
    Gradients: exact.
    Cost: O(n dx dy + n m dy).
    Example:
        >>> critic = bilinear(3, 2)(nnx.Rngs(0))
        >>> critic(jnp.ones((5, 3)), jnp.ones((4, 2))).shape
        (5, 4)
    References: van den Oord, Li and Vinyals (2018), equation 3.
    """
    checks.sizes("bilinear", x_dim=x_dim, y_dim=y_dim)
    return lambda rngs: Bilinear(x_dim, y_dim, rngs=rngs)


def concatenated(
    x_dim: int,
    y_dim: int,
    *,
    width: int = 256,
    depth: int = 2,
    activation: Activation = jax.nn.relu,
    layer: type[Linear] = Linear,
    network: Network = MLP,
) -> Callable[[nnx.Rngs], Concatenated]:
    """One perceptron on every pair, ``f(x, y) = h([x, y])``.

    The most expressive critic and the dearest: n m network evaluations. With
    ``layer=SpectralLinear`` it is 1-Lipschitz in (x, y), as the Wasserstein dependency
    asks for.

    Args:
        x_dim, y_dim: columns of x and y.
        width, depth: units of a hidden layer, and how many of those, at least one.
        activation: between layers; 1-Lipschitz for a Lipschitz critic.
        layer: ``Linear`` or ``SpectralLinear``.
        network: ``MLP``, ``ResidualMLP`` or another constructor of an ``MLP``; for a
            Lipschitz critic ``functools.partial(ResidualMLP, scale=0.5)``.

    Returns: a function of ``nnx.Rngs`` that builds the module.
    Gradients: exact in parameters and inputs, up to kinks of the activation.
    Cost: O(n m (depth - 1) width^2 + (n + m) (dx + dy) width).
    Example:
        >>> critic = concatenated(3, 2)(nnx.Rngs(0))
        >>> critic(jnp.ones((5, 3)), jnp.ones((4, 2))).shape
        (5, 4)
    References: Belghazi et al. (2018), MINE; Poole et al. (2019), section 4.
    """
    checks.sizes("concatenated", x_dim=x_dim, y_dim=y_dim, width=width, depth=depth)
    sizes = [x_dim + y_dim, *[width] * depth, 1]

    def make(rngs: nnx.Rngs) -> Concatenated:
        built = network(sizes, activation=activation, layer=layer, rngs=rngs)
        return quiet(Concatenated(x_dim, built))

    return make
