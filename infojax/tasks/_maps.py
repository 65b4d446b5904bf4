"""One-to-one maps that change the shape of a law and keep its information."""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import ndtr
from jax.scipy.stats import norm

from infojax._base import checks, numerics
from infojax.tasks._task import Map
from infojax.types import Array, ArrayLike

__all__ = [
    "half_cube",
    "normal_cdf",
    "spiral",
    "swiss_roll",
    "to_normal_mixture",
    "wiggle",
]


def normal_cdf(x: ArrayLike) -> Array:
    """Distribution function of the standard normal law: makes normal columns uniform.

    Args:
        x: any shape.

    Returns: the same shape, in (0, 1); in float32 values above 5.4 round to 1.
    Gradients: exact.
    Cost: elementwise.
    Example:
        >>> float(normal_cdf(jnp.array(0.0)))
        0.5
    References: Czyz et al. (2023), arXiv 2306.11078.
    """
    (x,), dtype = checks.common_float("normal_cdf", x=x)
    return ndtr(x).astype(dtype)


def half_cube(x: ArrayLike) -> Array:
    r"""The odd power :math:`x |x|^{1/2}`, which lengthens tails.

    Args:
        x: any shape.

    Returns: the same shape.
    Gradients: exact.
    Cost: elementwise.
    Example:
        >>> float(half_cube(jnp.array(-4.0)))
        -8.0
    References: Czyz et al. (2023), arXiv 2306.11078.
    """
    (x,), dtype = checks.common_float("half_cube", x=x)
    return (x * numerics.sqrt(jnp.abs(x))).astype(dtype)


def swiss_roll(x: ArrayLike) -> Array:
    r"""One column rolled up in the plane, :math:`(t \cos t, t \sin t) / 21`.

    Args:
        x: one column with values in [0, 1], ``[n, 1]`` or ``[n]``;
            :math:`t = \frac32 \pi (1 + 2 x)` makes one turn and a half of it.

    Returns: ``[n, 2]``, a curve that does not meet itself.
    Gradients: exact.
    Cost: O(n).
    Example:
        >>> swiss_roll(jnp.zeros((5, 1))).shape
        (5, 2)
    References: Marsland (2014), machine learning, chapter 6.
    """
    (x,), dtype = checks.samples("swiss_roll", x=x)
    if x.shape[1] != 1:
        received = f"{x.shape[1]} columns"
        raise checks.fail(ValueError, "swiss_roll", "x", "one column", received)
    t = 1.5 * math.pi * (1 + 2 * x)
    curve = jnp.concatenate([t * jnp.cos(t), t * jnp.sin(t)], axis=1)
    return (curve / 21).astype(dtype)


def spiral(speed: float, *, plane: tuple[int, int] = (0, 1)) -> Map:
    r"""Rotation of two columns by an angle that grows with the distance from zero.

    :math:`x \mapsto R(s \|x\|^2)\, x`, where R turns the plane of columns i and j and
    the norm is over all columns. ``spiral(-speed)`` undoes it.

    Args:
        speed: radians per squared distance.
        plane: the two columns (i, j), different.

    Returns: a map of samples, ``[n, d]`` to ``[n, d]``, that preserves norm and volume.
    Gradients: exact in the samples.
    Cost: O(n d).
    Example:
        >>> turned = spiral(np.pi / 2)(jnp.array([[1.0, 0.0]]))
        >>> [round(abs(float(value)), 4) for value in turned[0]]
        [0.0, 1.0]
    References: Czyz et al. (2023), arXiv 2306.11078.
    """
    i, j = plane
    if i == j or min(i, j) < 0:
        expected = "two different columns"
        raise checks.fail(ValueError, "spiral", "plane", expected, str(plane))
    return lambda x: _spiral(x, speed, i, j)


def wiggle(
    amplitudes: Sequence[float], frequencies: Sequence[float], phases: Sequence[float]
) -> Map:
    r"""An increasing wave in every column, :math:`x + \sum_k a_k \sin(f_k x + c_k)`.

    Args:
        amplitudes, frequencies, phases: of each wave, of one length, with
            :math:`\sum_k |a_k f_k| < 1`, so that the map increases.

    Returns: an elementwise map of samples.
    Gradients: exact in the samples.
    Cost: O(waves) an entry.
    Example:
        >>> float(wiggle([0.5], [1.0], [0.0])(jnp.zeros((1, 1)))[0, 0])
        0.0
    References: Czyz et al. (2023), arXiv 2306.11078.
    """
    waves = _table(
        "wiggle", amplitudes=amplitudes, frequencies=frequencies, phases=phases
    )
    slope = np.sum(np.abs(waves[0] * waves[1]))
    if not slope < 1:
        expected = "such that the sum of |amplitude * frequency| is below 1"
        raise checks.fail(ValueError, "wiggle", "amplitudes", expected, f"{slope:.3g}")
    return lambda x: _wiggle(x, waves)


def to_normal_mixture(
    weights: Sequence[float],
    means: Sequence[float],
    *,
    scales: Sequence[float] | None = None,
) -> Map:
    r"""The increasing map of a standard normal variable to a mixture of normal ones.

    Solves :math:`\sum_k w_k \Phi((q - m_k) / s_k) = \Phi(z)` for q, in the tail on the
    side of z, so that large values keep their digits.

    Args:
        weights: of the components, positive, of sum 1.
        means: of the components.
        scales: standard deviations; all 1 if None.

    Returns: an elementwise map of samples whose columns are standard normal.
    Gradients: exact in the samples; zero where all densities underflow.
    Cost: about 30 bisections in float32, 60 in float64, of all components.
    Example:
        >>> bimodal = to_normal_mixture([0.5, 0.5], [-2.0, 2.0])
        >>> abs(round(float(bimodal(jnp.zeros((1, 1)))[0, 0]), 4))
        0.0
    References: Czyz et al. (2023), arXiv 2306.11078.
    """
    name = "to_normal_mixture"
    scales = [1.0] * len(weights) if scales is None else scales
    mixture = _table(name, weights=weights, means=means, scales=scales)
    for argument, row in (("weights", mixture[0]), ("scales", mixture[2])):
        if not (row > 0).all():
            received = str(row.tolist())
            raise checks.fail(ValueError, name, argument, "positive", received)
    if not np.isclose(mixture[0].sum(), 1):
        received = str(mixture[0].tolist())
        raise checks.fail(ValueError, name, "weights", "of sum 1", received)
    return lambda z: _to_normal_mixture(z, mixture)


def _table(name: str, **lists: Sequence[float]) -> np.ndarray:
    """Lists of numbers of one length, as the rows of a float64 table."""
    first, *others = lists
    length = len(lists[first])
    for argument in others:
        if len(lists[argument]) != length:
            expected = f"as long as `{first}` ({length})"
            received = str(len(lists[argument]))
            raise checks.fail(ValueError, name, argument, expected, received)
    return np.array(list(lists.values()), float)


def _spiral(x: ArrayLike, speed: float, i: int, j: int) -> Array:
    (x,), dtype = checks.samples("spiral", x=x)
    if max(i, j) >= x.shape[1]:
        expected = f"wide enough for columns {i} and {j}"
        raise checks.fail(ValueError, "spiral", "x", expected, f"{x.shape[1]} columns")
    angle = speed * jnp.sum(x**2, axis=1)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    turned = x.at[:, i].set(cos * x[:, i] - sin * x[:, j])
    return turned.at[:, j].set(sin * x[:, i] + cos * x[:, j]).astype(dtype)


def _wiggle(x: ArrayLike, waves: np.ndarray) -> Array:
    (x,), dtype = checks.common_float("wiggle", x=x)
    amplitude, frequency, phase = jnp.asarray(waves, x.dtype)
    wave = amplitude * jnp.sin(frequency * x[..., None] + phase)
    return (x + jnp.sum(wave, axis=-1)).astype(dtype)


def _to_normal_mixture(z: ArrayLike, mixture: np.ndarray) -> Array:
    (z,), dtype = checks.common_float("to_normal_mixture", z=z)
    weight, mean, scale = parts = jnp.asarray(mixture, z.dtype)
    q = _solve(lax.stop_gradient(z), parts)
    # Two Newton steps polish the root and carry its first two derivatives in z.
    for _ in range(2):
        standard = (q[..., None] - mean) / scale
        density = jnp.sum(weight * norm.pdf(standard) / scale, axis=-1)
        q = q - numerics.ratio(_excess(q, z, parts), density)
    return q.astype(dtype)


def _excess(q: Array, z: Array, mixture: Array) -> Array:
    """Mixture at q minus normal distribution at z, from the tail on the side of z."""
    weight, mean, scale = mixture
    sign = jnp.where(z > 0, -1, 1).astype(z.dtype)
    tails = ndtr(sign[..., None] * (q[..., None] - mean) / scale)
    return sign * (jnp.sum(weight * tails, axis=-1) - ndtr(sign * z))


def _solve(z: Array, mixture: Array) -> Array:
    """The root of ``_excess`` in q by bisection, to the last digits."""

    def halve(_: int, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        middle = low + (high - low) / 2
        left = _excess(middle, z, mixture) < 0
        return jnp.where(left, middle, low), jnp.where(left, high, middle)

    # Each component alone would send z to mean + scale z: the root lies between.
    _, mean, scale = mixture
    alone = mean + scale * z[..., None]
    steps = jnp.finfo(z.dtype).nmant + 6
    low, high = lax.fori_loop(0, steps, halve, (alone.min(-1), alone.max(-1)))
    return low + (high - low) / 2
