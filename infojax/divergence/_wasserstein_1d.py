"""Wasserstein distances on a line, and of projections onto lines."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.plan import PairPlan
from infojax.divergence._two_sample import TwoSamples, two_samples
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["sliced_wasserstein", "wasserstein_1d"]


def wasserstein_1d(
    x: ArrayLike,
    y: ArrayLike,
    *,
    p: float = 1.0,
    where_x: ArrayLike | None = None,
    where_y: ArrayLike | None = None,
    weights_x: ArrayLike | None = None,
    weights_y: ArrayLike | None = None,
) -> Array:
    r"""Wasserstein distance of order p of two samples of numbers, exact.

    :math:`(\int_0^1 |F^{-1}(u) - G^{-1}(u)|^p du)^{1/p}` of the empirical quantile
    functions.

    Args:
        x: samples of the first law, ``[n]`` or ``[n, 1]``.
        y: samples of the second law, ``[m]`` or ``[m, 1]``.
        p: order, a static finite float >= 1.
        where_x, where_y: Boolean rows; those marked False are as if absent.
        weights_x, weights_y: nonnegative; integers equal repetition of rows.

    Returns: scalar >= 0 in the unit of the samples, 0 only for equal samples; biased
        upwards. 0 when a sample is empty.
    Gradients: exact, also in the weights; zero where the value is 0 and, for p = 1,
        between equal quantiles. Steep where the value is small and p > 1: its p-th
        power is smooth.
    Cost: O((n + m) log(n + m)).
    Example:
        >>> x, y = jnp.array([0.0, 1.0, 3.0]), jnp.array([5.0, 6.0, 8.0])
        >>> round(float(wasserstein_1d(x, y)), 4)
        5.0
    References: Vallender (1974); Santambrogio (2015), optimal transport for applied
        mathematicians, section 2.1.
    """
    name = "divergence.wasserstein_1d"
    order = _order(name, p)
    sample = two_samples(name, x, y, where_x, where_y, weights_x, weights_y, PairPlan())
    for argument, side in (("x", sample.x), ("y", sample.y)):
        if side.shape[1] != 1:
            expected = "of one column (sliced_wasserstein takes more)"
            received = str(list(side.shape))
            raise checks.fail(ValueError, name, argument, expected, received)
    steps = _steps(sample, sample.x[:, 0], sample.y[:, 0])
    return _norm(sample, *steps, order)


def sliced_wasserstein(
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    *,
    projections: int = 64,
    p: float = 2.0,
    where_x: ArrayLike | None = None,
    where_y: ArrayLike | None = None,
    weights_x: ArrayLike | None = None,
    weights_y: ArrayLike | None = None,
) -> Array:
    r"""Sliced Wasserstein distance of order p of two samples.

    :math:`(\overline{W_p^p(\langle\theta, x\rangle, \langle\theta, y\rangle)})^{1/p}`,
    the mean over random unit vectors :math:`\theta`.

    Args:
        key: draws the directions.
        x: samples of the first law, ``[n, d]`` or ``[n]``.
        y: samples of the second law, ``[m, d]`` or ``[m]``.
        projections: directions, static; the error falls with the root of their number.
        p: order, a static finite float >= 1.
        where_x, where_y: Boolean rows; those marked False are as if absent.
        weights_x, weights_y: nonnegative; integers equal repetition of rows.

    Returns: scalar >= 0 in the unit of the samples; ``wasserstein_1d`` for one column.
        Between two points their distance times about :math:`d^{-1/2}` for p = 2. Biased
        upwards by the size of the samples. 0 when a sample is empty.
    Gradients: exact for the directions drawn; as for ``wasserstein_1d``.
    Cost: O(projections ((n + m) (d + log(n + m)))) time, projections (n + m) memory.
    Example:
        >>> key, x = jax.random.key(0), jnp.array([[0.0], [1.0]])
        >>> round(float(sliced_wasserstein(key, x, x + 2)), 4)
        2.0
    References: Rabin, Peyre, Delon and Bernot (2011); Bonneel, Rabin, Peyre and Pfister
        (2015), sliced and Radon Wasserstein barycenters of measures.
    """
    name = "divergence.sliced_wasserstein"
    order = _order(name, p)
    count = checks.size(name, projections, "projections")
    sample = two_samples(name, x, y, where_x, where_y, weights_x, weights_y, PairPlan())
    d = sample.x.shape[1]
    # Drawn in one precision, so that the directions do not depend on the samples'.
    draws = jax.random.normal(key, (count, d), jnp.float32).astype(sample.x.dtype)
    length = numerics.sqrt(jnp.sum(draws**2, axis=1, keepdims=True))
    directions = numerics.ratio(draws, length)

    def project(rows: Array) -> Array:
        return jnp.matmul(directions, rows.T, precision="highest")

    def one(a: Array, b: Array) -> tuple[Array, Array]:
        return _steps(sample, a, b)

    widths, gaps = jax.vmap(one)(project(sample.x), project(sample.y))
    return _norm(sample, widths / count, gaps, order)


def _order(name: str, p: float) -> float:
    order = checks.order(name, p, "p", finite=True)
    if order < 1:
        raise checks.fail(ValueError, name, "p", ">= 1", str(p))
    return order


def _steps(sample: TwoSamples, x: Array, y: Array) -> tuple[Array, Array]:
    """Widths of the steps of both quantile functions, and how far these are apart."""
    sides = [
        _quantiles(x, sample.side_x[1]),
        _quantiles(y, sample.side_y[1]),
    ]
    # Both quantile functions are constant between neighbouring levels of either.
    levels = jnp.sort(jnp.concatenate([level for _, level, _ in sides]))
    starts = jnp.concatenate([jnp.zeros(1, levels.dtype), levels[:-1]])
    middle = jax.lax.stop_gradient((levels + starts) / 2)
    values = []
    for ordered, level, last in sides:
        place = jnp.searchsorted(jax.lax.stop_gradient(level), middle)
        values.append(ordered[jnp.minimum(place, last)])
    return levels - starts, values[0] - values[1]


def _quantiles(x: Array, mass: Array) -> tuple[Array, Array, Array]:
    """Values in order, the levels up to which each reaches, the last that has mass."""
    present = mass > 0
    order = jnp.argsort(jnp.where(present, jax.lax.stop_gradient(x), jnp.inf))
    total = jnp.sum(mass)
    level = numerics.ratio(jnp.cumsum(mass[order]), total)
    last = jnp.maximum(jnp.sum(present, dtype=jnp.int32) - 1, 0)
    return x[order], level, last


def _norm(sample: TwoSamples, widths: Array, gaps: Array, order: float) -> Array:
    """``(sum widths |gaps|^order)^(1 / order)``, without overflow for high orders."""
    # The slope of the absolute value at 0 is taken as 0.
    size = jnp.where(gaps == 0, 0, jnp.abs(jnp.where(gaps == 0, 1, gaps)))
    top = jax.lax.stop_gradient(jnp.max(jnp.where(widths > 0, size, 0)))
    if order == 1:
        value = jnp.sum(widths * size)
    else:
        # No larger than 1; the value does not depend on what they are divided by.
        share = numerics.ratio(jnp.where(widths > 0, size, 0), top)
        power = jnp.sum(widths * share**order)
        value = top * jnp.where(top == 0, 1, power) ** (1 / order)
    return sample.nonempty(numerics.unless_nan(value, sample.x, sample.y))
