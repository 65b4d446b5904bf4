"""Images drawn from a few normal coordinates by smooth one-to-one maps."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.special import ndtr

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike

__all__ = ["gaussian_images", "rectangle_images"]


def gaussian_images(
    z: ArrayLike, *, height: int = 16, width: int = 16, sharpness: ArrayLike = 10.0
) -> Array:
    r"""Images of one blurred spot, placed by two coordinates.

    Pixel (r, c) is :math:`\exp(-s [(c / (W - 1) - \Phi(z_0))^2 + (r / (H - 1) -
    \Phi(z_1))^2])`: normal coordinates put the spot anywhere with equal probability.

    Args:
        z: coordinates, ``[n, 2]``: first across, then down.
        height, width: pixels H and W, static, at least 2.
        sharpness: s > 0 of the spot; may be traced.

    Returns: ``[n, height, width]`` in (0, 1]. One-to-one in z, so that the information
        of images is that of the coordinates; coordinates above 5.4 are lost to rounding
        in float32.
    Gradients: exact.
    Cost: O(n height width).
    Example:
        >>> spots = gaussian_images(jnp.zeros((1, 2)), height=3, width=3)
        >>> [round(float(pixel), 4) for pixel in spots[0, 1]]
        [0.0821, 1.0, 0.0821]
    References: Butakov et al. (2024), information bottleneck analysis of deep neural
        networks via lossy compression, arXiv 2305.08013.
    """
    name = "gaussian_images"
    (z,), dtype = checks.samples(name, z=z)
    _coordinates(name, z, 2)
    for argument, size in (("height", height), ("width", width)):
        if checks.size(name, size, argument) < 2:
            raise checks.fail(ValueError, name, argument, ">= 2", str(size))
    place, sharp = ndtr(z), scalar(name, "sharpness", sharpness, z.dtype)

    def profile(size: int, centre: Array) -> Array:
        pixels = jnp.arange(size, dtype=z.dtype) / (size - 1)
        return jnp.exp(-sharp * (pixels - centre[:, None]) ** 2)

    down, across = profile(height, place[:, 1]), profile(width, place[:, 0])
    return (down[:, :, None] * across[:, None]).astype(dtype)


def rectangle_images(
    z: ArrayLike, *, height: int = 16, width: int = 16, min_size: float = 2.0
) -> Array:
    r"""Images of one rectangle, placed and sized by four coordinates.

    Along each axis of s pixels two coordinates, with :math:`u = \Phi(z)` and
    :math:`m` the least size as a share of s, give the start :math:`a = (1 - m) (1 -
    \sqrt{1 - u_0})` and the end :math:`a + m + u_1 (1 - a - m)`. A pixel is the share
    of it that the rectangle covers.

    Args:
        z: coordinates, ``[n, 4]``: two for the rows, then two for the columns.
        height, width: pixels, static, above ``min_size``.
        min_size: least extent in pixels, static, at least 2: then one pixel is always
            covered along its whole side, and the image tells all coordinates.

    Returns: ``[n, height, width]`` in [0, 1]. One-to-one in z, as partly covered pixels
        say where between them an edge lies.
    Gradients: exact; piecewise smooth, with kinks where an edge passes a pixel's.
    Cost: O(n height width).
    Example:
        >>> rectangle_images(jnp.zeros((1, 4)), height=8, width=8).shape
        (1, 8, 8)
    References: Butakov et al. (2024), arXiv 2305.08013.
    """
    name = "rectangle_images"
    (z,), dtype = checks.samples(name, z=z)
    _coordinates(name, z, 4)
    checks.sizes(name, height=height, width=width)
    if not 2 <= min_size < min(height, width):
        expected = f"in 2 <= min_size < min(height, width) = {min(height, width)}"
        raise checks.fail(ValueError, name, "min_size", expected, str(min_size))
    down, across = (
        _coverage(pair, size, min_size)
        for pair, size in ((z[:, :2], height), (z[:, 2:], width))
    )
    return (down[:, :, None] * across[:, None]).astype(dtype)


def _coverage(z: Array, size: int, min_size: float) -> Array:
    """Share of each pixel of one axis between the two ends, ``[n, size]``."""
    least = min_size / size
    start = (1 - least) * (1 - numerics.sqrt(ndtr(-z[:, 0])))
    end = start + least + ndtr(z[:, 1]) * (1 - start - least)
    pixel = jnp.arange(size, dtype=z.dtype)
    left = jnp.maximum(pixel, size * start[:, None])
    right = jnp.minimum(pixel + 1, size * end[:, None])
    return jnp.maximum(right - left, 0)


def _coordinates(name: str, z: Array, d: int) -> None:
    if z.shape[1] != d:
        received = f"{z.shape[1]} columns"
        raise checks.fail(ValueError, name, "z", f"of shape [n, {d}]", received)
