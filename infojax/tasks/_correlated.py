"""Normal pairs of a chosen information, and the images that they draw."""

from __future__ import annotations

import math
from dataclasses import replace

import jax
import numpy as np

from infojax._base import checks
from infojax.tasks._images import gaussian_images
from infojax.tasks._laws import gaussian, paired_covariance
from infojax.tasks._task import Map, Task, transformed
from infojax.types import Array, PRNGKey

__all__ = ["correlated_gaussian", "image_pairs"]

_LARGEST = 12.0  # nats a column; beyond, 1 - rho^2 is lost in rounding


def correlated_gaussian(
    mutual_information: float,
    *,
    d: int = 1,
    rotation: PRNGKey | None = None,
    name: str = "correlated-gaussian",
) -> Task:
    r"""A normal law of a chosen information, the same in every pair of columns.

    Column i of x and of y have correlation :math:`\sqrt{1 - e^{-2 I / d}}`, and nothing
    else depends.

    Args:
        mutual_information: I in nats, from 0 to 12 d.
        d: columns of each side, static.
        rotation: draws one rotation of x and one of y, which mix the columns; a
            concrete key. None leaves columns in pairs.
        name: of the task.

    Returns: a ``Task`` whose columns are standard normal on either side.
    Gradients: none; parameters are constants.
    Cost: O(n d^2) a sample of n.
    Example:
        >>> task = correlated_gaussian(3.0, d=2, rotation=jax.random.key(1))
        >>> x, y = task.sample(jax.random.key(0), 100)
        >>> x.shape, y.shape, task.mutual_information
        ((100, 2), (100, 2), 3.0)
    References: Butakov et al. (2024), information bottleneck analysis of deep neural
        networks via lossy compression, arXiv 2305.08013.
    """
    here = "tasks.correlated_gaussian"
    return _correlated(here, mutual_information, d, rotation, name)


def image_pairs(
    mutual_information: float,
    *,
    images: Map = gaussian_images,
    d: int = 2,
    rotation: PRNGKey | None = None,
    name: str = "image-pairs",
) -> Task:
    """Pairs of images of a chosen information.

    The coordinates are those of ``correlated_gaussian``; as they can be read off the
    images, the information is theirs, though an image has many more columns.

    Args:
        mutual_information: in nats, from 0 to 12 d.
        images: one-to-one map of coordinates ``[n, d]`` to images ``[n, ...]``, such as
            ``gaussian_images`` or ``lambda z: rectangle_images(z, height=32,
            width=32)`` with d = 4.
        d: coordinates of an image, static: 2 of spots, 4 of rectangles.
        rotation: as in ``correlated_gaussian``: with one, every coordinate of an image
            tells of all coordinates of the other.
        name: of the task.

    Returns: a ``Task`` of flat images, ``[n, pixels]``.
    Gradients: none; parameters are constants.
    Cost: O(n (d^2 + pixels)) a sample of n.
    Example:
        >>> task = image_pairs(2.0)
        >>> x, y = task.sample(jax.random.key(0), 5)
        >>> x.shape, task.mutual_information
        ((5, 256), 2.0)
    References: Butakov et al. (2024), arXiv 2305.08013.
    """
    here = "tasks.image_pairs"
    task = _correlated(here, mutual_information, d, rotation, "coordinates")

    def flat(z: Array) -> Array:
        return images(z).reshape(len(z), -1)

    return transformed(task, x=flat, y=flat, name=name)


def _correlated(
    here: str,
    mutual_information: float,
    d: int,
    rotation: PRNGKey | None,
    name: str,
) -> Task:
    """``correlated_gaussian``, for the caller that a mistake is to name."""
    information = float(mutual_information)
    d = checks.size(here, d, "d")
    if not 0 <= information <= _LARGEST * d:
        expected = f"from 0 to 12 d = {_LARGEST * d:g}"
        received = str(mutual_information)
        raise checks.fail(ValueError, here, "mutual_information", expected, received)
    rho = math.sqrt(-math.expm1(-2 * information / d))
    covariance = paired_covariance([rho] * d, dx=d, dy=d)
    if rotation is not None:
        of_x, of_y = _rotations(rotation, d)
        covariance[:d, d:] = rho * of_x @ of_y.T
        covariance[d:, :d] = covariance[:d, d:].T
    return replace(
        gaussian(covariance, dx=d, name=name), mutual_information=information
    )


def _rotations(key: PRNGKey, d: int) -> list[np.ndarray]:
    """Two orthogonal matrices, uniformly distributed, in float64."""
    drawn = np.asarray(jax.random.normal(key, (2, d, d)), np.float64)
    found = []
    for matrix in drawn:
        q, r = np.linalg.qr(matrix)
        found.append(q * np.sign(np.diagonal(r)))
    return found
