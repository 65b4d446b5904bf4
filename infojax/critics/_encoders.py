"""Conditional densities of continuous y: a Gaussian, and a mixture of them."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import nnx

from infojax._base import checks
from infojax.critics._densities import (
    bounded,
    gaussian_log_density,
    mixture_log_density,
)
from infojax.critics._perceptrons import (
    Activation,
    Encoder,
    Network,
    check_limit,
    check_width,
)
from infojax.layers import MLP, Linear
from infojax.types import Array

__all__ = ["GaussianEncoder", "MixtureEncoder", "gaussian_encoder", "mixture_encoder"]


class GaussianEncoder(nnx.Module):
    """Log-densities ``log q(y_j | x_i)``, ``[n, m]``, of a Gaussian with free scales.

    Args:
        network: module or function, ``[n, ...]`` to ``[n, 2 dy]``: the means, then what
            becomes the log-variances.
        limit: log-variances lie in (-limit, limit), through a tanh.
    """

    def __init__(
        self, network: Callable[[Array], Array], *, limit: float = 10.0
    ) -> None:
        self.network, self.limit = network, limit

    def parameters(self, x: Array) -> tuple[Array, Array]:
        """Means and log-variances, ``[n, dy]`` each."""
        mean, raw = jnp.split(self.network(x), 2, axis=1)
        return mean, bounded(raw, self.limit)

    def __call__(self, x: Array, y: Array) -> Array:
        (x, y), dtype = checks.common_float("gaussian_encoder", x=x, y=y)
        mean, log_variance = self.parameters(x)
        ((y,), _) = checks.samples("gaussian_encoder", y=y)
        check_width("gaussian_encoder", "y", y, mean.shape[1])
        return gaussian_log_density(y, mean, log_variance).astype(dtype)


class MixtureEncoder(nnx.Module):
    """Log-densities ``log q(y_j | x_i)``, ``[n, m]``, of a mixture of Gaussians.

    Args:
        network: module or function, ``[n, ...]`` to ``[n, k (2 dy + 1)]``: for each of
            the k components a logit, means, and what becomes the log-variances.
        components: k.
        limit: log-variances lie in (-limit, limit), through a tanh.
    """

    def __init__(
        self, network: Callable[[Array], Array], *, components: int, limit: float = 10.0
    ) -> None:
        self.network, self.components, self.limit = network, components, limit

    def parameters(self, x: Array) -> tuple[Array, Array, Array]:
        """Log-weights ``[n, k]``, means and log-variances ``[n, k, dy]``."""
        out = self.network(x)
        out = out.reshape(len(out), self.components, -1)
        mean, raw = jnp.split(out[..., 1:], 2, axis=2)
        return jax.nn.log_softmax(out[..., 0]), mean, bounded(raw, self.limit)

    def __call__(self, x: Array, y: Array) -> Array:
        (x, y), dtype = checks.common_float("mixture_encoder", x=x, y=y)
        log_weights, mean, log_variance = self.parameters(x)
        ((y,), _) = checks.samples("mixture_encoder", y=y)
        check_width("mixture_encoder", "y", y, mean.shape[2])
        value = mixture_log_density(y, log_weights, mean, log_variance)
        return value.astype(dtype)


def gaussian_encoder(
    x_dim: int,
    y_dim: int,
    *,
    width: int = 256,
    depth: int = 2,
    limit: float = 10.0,
    activation: Activation = jax.nn.relu,
    layer: type[Linear] = Linear,
    network: Network = MLP,
) -> Callable[[nnx.Rngs], GaussianEncoder]:
    r"""Gaussian model of y given x, :math:`\log q(y_j | x_i)` in row i and column j.

    Independent columns, whose means and log-variances one perceptron gives. What
    ``bounds.club``, ``bounds.leave_one_out`` and, on the diagonal,
    ``bounds.barber_agakov`` take; fit it by maximum likelihood,
    ``Pairs(encoder, x, y).diagonal()``. Standardise y: the scale at the
    start is about one.

    Args:
        x_dim, y_dim: columns of x and y.
        width, depth: units of a hidden layer, and how many of those.
        limit: log-variances lie in (-limit, limit), through a tanh; a small one keeps
            single pairs from dominating, and q from being sharp.
        activation: between layers.
        layer: ``Linear`` or ``SpectralLinear``.
        network: ``MLP``, ``ResidualMLP`` or another constructor of an ``MLP``.

    Returns: a function of ``nnx.Rngs`` that builds the module. Beyond 32 columns of y
        squares come from a matrix product, with a rounding error that grows with the
        square of the spread of y over the scale of q, except in ``Pairs.diagonal``.
    Gradients: exact in parameters and inputs, up to kinks of the activation.
    Cost: O(n depth width^2 + n m dy) time, n m memory.
    Example:
        >>> encoder = gaussian_encoder(3, 2)(nnx.Rngs(0))
        >>> encoder(jnp.ones((5, 3)), jnp.ones((4, 2))).shape
        (5, 4)
    References: Barber and Agakov (2003); Cheng et al. (2020), CLUB.
    """
    name = "gaussian_encoder"
    checks.sizes(name, x_dim=x_dim, y_dim=y_dim, width=width)
    check_limit(name, limit)
    sizes = [x_dim, *[width] * depth, 2 * y_dim]

    def make(rngs: nnx.Rngs) -> GaussianEncoder:
        built = network(sizes, activation=activation, layer=layer, rngs=rngs)
        return GaussianEncoder(Encoder(name, "x", built), limit=limit)

    return make


def mixture_encoder(
    x_dim: int,
    y_dim: int,
    *,
    components: int = 8,
    width: int = 256,
    depth: int = 2,
    limit: float = 10.0,
    activation: Activation = jax.nn.relu,
    layer: type[Linear] = Linear,
    network: Network = MLP,
) -> Callable[[nnx.Rngs], MixtureEncoder]:
    r"""Mixture of Gaussians as a model of y given x, a mixture density network.

    :math:`\log \sum_c w_c(x_i)\, \mathcal{N}(y_j; \mu_c(x_i), \sigma_c(x_i))` in row i
    and column j, each component with independent columns: for y whose noise has several
    modes, heavy tails or dependent columns. With one component it is
    ``gaussian_encoder``.

    Args:
        x_dim, y_dim: columns of x and y.
        components: how many Gaussians.
        width, depth: units of a hidden layer, and how many of those.
        limit: log-variances lie in (-limit, limit), through a tanh.
        activation: between layers.
        layer: ``Linear`` or ``SpectralLinear``.
        network: ``MLP``, ``ResidualMLP`` or another constructor of an ``MLP``.

    Returns: a function of ``nnx.Rngs`` that builds the module.
    Gradients: exact in parameters and inputs, up to kinks of the activation.
    Cost: O(n depth width^2 + n m k dy) time and n m k memory for k components; rows of
        a plan bound the latter.
    Example:
        >>> encoder = mixture_encoder(3, 2, components=4)(nnx.Rngs(0))
        >>> encoder(jnp.ones((5, 3)), jnp.ones((4, 2))).shape
        (5, 4)
    References: Bishop (1994), mixture density networks.
    """
    name = "mixture_encoder"
    checks.sizes(name, x_dim=x_dim, y_dim=y_dim, components=components, width=width)
    check_limit(name, limit)
    sizes = [x_dim, *[width] * depth, components * (2 * y_dim + 1)]

    def make(rngs: nnx.Rngs) -> MixtureEncoder:
        built = network(sizes, activation=activation, layer=layer, rngs=rngs)
        encoder = Encoder(name, "x", built)
        return MixtureEncoder(encoder, components=components, limit=limit)

    return make
