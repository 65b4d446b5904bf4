"""Conditional probabilities of labels: a classifier that scores every pair."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import nnx

from infojax._base import checks
from infojax.critics._perceptrons import Activation, Encoder, Network
from infojax.layers import MLP, Linear
from infojax.types import Array

__all__ = ["CategoricalEncoder", "categorical_encoder"]


class CategoricalEncoder(nnx.Module):
    """Log-probabilities ``log q(y_j | x_i)``, ``[n, m]``, of integer labels.

    Args:
        network: module or function, ``[n, ...]`` to logits ``[n, classes]``.
    """

    def __init__(self, network: Callable[[Array], Array]) -> None:
        self.network = network

    def __call__(self, x: Array, y: Array) -> Array:
        ((x,), dtype) = checks.common_float("categorical_encoder", x=x)
        labels = checks.integers("categorical_encoder", "y", y)
        log_q = jax.nn.log_softmax(self.network(x))
        # Not `take`'s own clipping, to which a negative label is one from the end.
        labels = jnp.clip(labels, 0, log_q.shape[1] - 1)
        return jnp.take(log_q, labels, axis=1).astype(dtype)


def categorical_encoder(
    x_dim: int,
    classes: int,
    *,
    width: int = 256,
    depth: int = 2,
    activation: Activation = jax.nn.relu,
    layer: type[Linear] = Linear,
    network: Network = MLP,
) -> Callable[[nnx.Rngs], CategoricalEncoder]:
    r"""Classifier as a model of labels given x, :math:`\log q(y_j | x_i)`.

    The module takes integer labels y, ``[m]``, in 0 .. classes - 1; others read as the
    nearest.

    Args:
        x_dim: columns of x.
        classes: how many labels there are.
        width, depth: units of a hidden layer, and how many of those.
        activation: between layers.
        layer: ``Linear`` or ``SpectralLinear``.
        network: ``MLP``, ``ResidualMLP`` or another constructor of an ``MLP``.

    Returns: a function of ``nnx.Rngs`` that builds the module.
    Gradients: exact in parameters and x, up to kinks of the activation.
    Cost: O(n depth width^2 + n classes + n m).
    Example:
        >>> encoder = categorical_encoder(3, 10)(nnx.Rngs(0))
        >>> encoder(jnp.ones((5, 3)), jnp.array([0, 9, 2, 2])).shape
        (5, 4)
    References: Barber and Agakov (2003), the IM algorithm.
    """
    name = "categorical_encoder"
    checks.sizes(name, x_dim=x_dim, classes=classes, width=width)
    sizes = [x_dim, *[width] * depth, classes]

    def make(rngs: nnx.Rngs) -> CategoricalEncoder:
        built = network(sizes, activation=activation, layer=layer, rngs=rngs)
        return CategoricalEncoder(Encoder(name, "x", built))

    return make
