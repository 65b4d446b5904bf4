"""Kernels as callable pytrees: parameters may be arrays and receive gradients."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from infojax._base.distances import squared_euclidean
from infojax.types import Array, Kernel

__all__ = [
    "gaussian",
    "laplace",
    "linear",
    "polynomial",
    "rational_quadratic",
]


def _like(value: ArrayLike, x: Array) -> Array:
    return jnp.asarray(value).astype(x.dtype)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Gaussian:
    bandwidth: ArrayLike

    def log(self, x: Array, y: Array) -> Array:
        h = _like(self.bandwidth, x)
        return -squared_euclidean(x / h, y / h) / 2

    def __call__(self, x: Array, y: Array) -> Array:
        return jnp.exp(self.log(x, y))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Laplace:
    bandwidth: ArrayLike

    def log(self, x: Array, y: Array) -> Array:
        h = _like(self.bandwidth, x)
        return -jnp.sum(jnp.abs((x / h)[:, None] - (y / h)[None]), axis=-1)

    def __call__(self, x: Array, y: Array) -> Array:
        return jnp.exp(self.log(x, y))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _RationalQuadratic:
    bandwidth: ArrayLike
    alpha: ArrayLike

    def log(self, x: Array, y: Array) -> Array:
        h, alpha = _like(self.bandwidth, x), _like(self.alpha, x)
        return -alpha * jnp.log1p(squared_euclidean(x / h, y / h) / (2 * alpha))

    def __call__(self, x: Array, y: Array) -> Array:
        return jnp.exp(self.log(x, y))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Polynomial:
    degree: int = field(metadata={"static": True})
    gain: ArrayLike
    offset: ArrayLike

    def __call__(self, x: Array, y: Array) -> Array:
        inner = jnp.matmul(x, y.T, precision="highest")
        return (_like(self.gain, x) * inner + _like(self.offset, x)) ** self.degree


def gaussian(bandwidth: ArrayLike = 1.0) -> Kernel:
    r"""Gaussian kernel :math:`\exp(-\|x - y\|^2 / (2 \sigma^2))`, unnormalised.

    Args:
        bandwidth: :math:`\sigma > 0`, a scalar or one a column ``[d]``.

    Returns: a Gram callable, a pytree whose leaf is the bandwidth.
    Gradients: exact in samples and bandwidth; smooth where points coincide.
    Cost: O(n m d).
    Example:
        >>> round(float(gaussian(1.0)(jnp.zeros((1, 1)), jnp.ones((1, 1)))[0, 0]), 4)
        0.6065
    References: Schoelkopf and Smola (2002), Learning with Kernels.
    """
    return _Gaussian(bandwidth)


def laplace(bandwidth: ArrayLike = 1.0) -> Kernel:
    r"""Laplace kernel :math:`\exp(-\|x - y\|_1 / \sigma)`, unnormalised.

    Args:
        bandwidth: :math:`\sigma > 0`, a scalar or one a column ``[d]``.

    Returns: a Gram callable, a pytree whose leaf is the bandwidth.
    Gradients: exact off coincident coordinates, 0 at them.
    Cost: O(n m d).
    Example:
        >>> round(float(laplace(1.0)(jnp.zeros((1, 1)), jnp.ones((1, 1)))[0, 0]), 4)
        0.3679
    References: Schoelkopf and Smola (2002), Learning with Kernels.
    """
    return _Laplace(bandwidth)


def linear(offset: ArrayLike = 0.0) -> Kernel:
    r"""Linear kernel :math:`x \cdot y + c`.

    Args:
        offset: the constant c.

    Returns: a Gram callable. Its values may be negative: not for Cauchy-Schwarz
        quantities, which take logs.
    Gradients: exact.
    Cost: O(n m d), one matrix product at full precision.
    Example:
        >>> float(linear()(jnp.ones((1, 2)), jnp.ones((1, 2)))[0, 0])
        2.0
    References: Schoelkopf and Smola (2002), Learning with Kernels.
    """
    return _Polynomial(1, 1.0, offset)


def polynomial(
    degree: int = 2, *, gain: ArrayLike = 1.0, offset: ArrayLike = 1.0
) -> Kernel:
    r"""Polynomial kernel :math:`(a\, x \cdot y + c)^p`.

    Args:
        degree: the power p, a static int >= 1.
        gain: the factor a.
        offset: the constant c.

    Returns: a Gram callable.
    Gradients: exact.
    Cost: O(n m d), one matrix product at full precision.
    Example:
        >>> float(polynomial(2)(jnp.ones((1, 2)), jnp.ones((1, 2)))[0, 0])
        9.0
    References: Schoelkopf and Smola (2002), Learning with Kernels.
    """
    if not isinstance(degree, int) or degree < 1:
        raise ValueError(
            f"polynomial: `degree` must be a static int >= 1; received {degree!r}."
        )
    return _Polynomial(degree, gain, offset)


def rational_quadratic(bandwidth: ArrayLike = 1.0, *, alpha: ArrayLike = 1.0) -> Kernel:
    r"""Rational quadratic :math:`(1 + \|x-y\|^2 / (2\alpha\sigma^2))^{-\alpha}`.

    Args:
        bandwidth: :math:`\sigma > 0`, a scalar or one a column ``[d]``.
        alpha: weight of the tails; the Gaussian kernel as it grows.

    Returns: a Gram callable, a pytree whose leaves are the parameters.
    Gradients: exact; they decay slowly with distance, so far points still attract.
    Cost: O(n m d).
    Example:
        >>> kernel = rational_quadratic(1.0)
        >>> round(float(kernel(jnp.zeros((1, 1)), jnp.ones((1, 1)))[0, 0]), 4)
        0.6667
    References: Rasmussen and Williams (2006), Gaussian Processes, equation 4.19.
    """
    return _RationalQuadratic(bandwidth, alpha)
