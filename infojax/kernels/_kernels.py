"""Kernels as callable pytrees: parameters may be arrays and receive gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from infojax._base import checks
from infojax._base.distances import manhattan, squared_bandwidths
from infojax._base.fused.logsumexp import Factors
from infojax.types import Array, Kernel

__all__ = [
    "gaussian",
    "laplace",
    "linear",
    "polynomial",
    "rational_quadratic",
]


def _open(name: str, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """The two sides of a Gram matrix, checked and not converted."""
    sides = {"x": checks.as_float(name, "x", x), "y": checks.as_float(name, "y", y)}
    for argument, side in sides.items():
        if side.ndim != 2:
            received = str(list(side.shape))
            raise checks.fail(ValueError, name, argument, "of shape [n, d]", received)
    checks.columns(name, **sides)
    return sides["x"], sides["y"]


def _like(name: str, value: ArrayLike, x: Array) -> Array:
    """A bandwidth in the dtype of the samples, a scalar or one a column."""
    width = jnp.asarray(value).astype(x.dtype)
    if width.shape not in ((), (1,), x.shape[1:]):
        expected = f"a scalar or of shape {list(x.shape[1:])}"
        raise checks.fail(
            ValueError, name, "bandwidth", expected, str(list(width.shape))
        )
    return width


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Gaussian:
    bandwidth: ArrayLike

    def log(self, x: Array, y: Array) -> Array:
        x, y = _open("gaussian", x, y)
        h = _like("gaussian", self.bandwidth, x)
        return -squared_bandwidths(x / h, y / h) / 2

    def factors(self, x: Array, y: Array) -> Factors:
        """Of the logarithm; centred, which leaves differences alone."""
        x, y = _open("gaussian", x, y)
        h = _like("gaussian", self.bandwidth, x)
        centre = jnp.mean(y, axis=0)
        x, y = (x - centre) / h, (y - centre) / h
        return Factors(x, y, -jnp.sum(x**2, axis=1) / 2, -jnp.sum(y**2, axis=1) / 2)

    def __call__(self, x: Array, y: Array) -> Array:
        return jnp.exp(self.log(x, y))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Laplace:
    bandwidth: ArrayLike

    def log(self, x: Array, y: Array) -> Array:
        x, y = _open("laplace", x, y)
        h = _like("laplace", self.bandwidth, x)
        return -manhattan(x / h, y / h)

    def __call__(self, x: Array, y: Array) -> Array:
        return jnp.exp(self.log(x, y))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _RationalQuadratic:
    bandwidth: ArrayLike
    alpha: ArrayLike

    def log(self, x: Array, y: Array) -> Array:
        x, y = _open("rational_quadratic", x, y)
        h = _like("rational_quadratic", self.bandwidth, x)
        alpha = jnp.asarray(self.alpha).astype(x.dtype)
        return -alpha * jnp.log1p(squared_bandwidths(x / h, y / h) / (2 * alpha))

    def __call__(self, x: Array, y: Array) -> Array:
        return jnp.exp(self.log(x, y))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Polynomial:
    name: str = field(metadata={"static": True})
    degree: int = field(metadata={"static": True})
    gain: ArrayLike
    offset: ArrayLike

    def __call__(self, x: Array, y: Array) -> Array:
        x, y = _open(self.name, x, y)
        inner = jnp.matmul(x, y.T, precision="highest")
        gain, offset = (
            jnp.asarray(a).astype(x.dtype) for a in (self.gain, self.offset)
        )
        return (gain * inner + offset) ** self.degree

    @property
    def factors(self) -> Callable[[Array, Array], Factors] | None:
        """Of the values, where they are inner products."""
        return self._inner_products if self.degree == 1 else None

    def _inner_products(self, x: Array, y: Array) -> Factors:
        x, y = _open(self.name, x, y)
        row = jnp.broadcast_to(jnp.asarray(self.offset).astype(x.dtype), (len(x),))
        return Factors(x * self.gain, y, row, jnp.zeros(len(y), x.dtype))


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
    return _Polynomial("linear", 1, 1.0, offset)


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
    return _Polynomial("polynomial", degree, gain, offset)


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
