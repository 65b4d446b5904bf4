"""Monotone maps of the line, made of rational quadratic pieces, and flows of them."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from flax import nnx

from infojax.layers import MLP
from infojax.types import Array

__all__ = ["Flow", "spline"]

_RANGE = 5.0  # the map is the identity outside of [-5, 5]
_LEAST = 1e-3  # share of the range, and slope
_UNIT = math.log(math.expm1(1 - _LEAST))  # softplus of it is a slope of one


def spline(x: Array, raw: Array) -> tuple[Array, Array]:
    """An increasing map of each entry, and the log of its slope.

    ``raw`` is ``[..., 3 bins - 1]`` for ``x [...]``: widths, heights and inner slopes
    before they are made positive. Zeros give the identity.
    """
    bins = (raw.shape[-1] + 1) // 3
    left, width = _knots(raw[..., :bins])
    low, height = _knots(raw[..., bins : 2 * bins])
    inner = _LEAST + jax.nn.softplus(raw[..., 2 * bins :] + _UNIT)
    ends = jnp.ones((*inner.shape[:-1], 1), inner.dtype)
    slope = jnp.concatenate([ends, inner, ends], axis=-1)

    inside = jnp.abs(x) < _RANGE
    safe = jnp.where(inside, x, 0)
    later = safe[..., None] >= left[..., 1:]
    here = jax.nn.one_hot(jnp.sum(later, axis=-1), bins, dtype=x.dtype)

    def pick(values: Array) -> Array:
        return jnp.sum(values * here, axis=-1)

    rise, run = pick(height), pick(width)
    start, end, chord = pick(slope[..., :-1]), pick(slope[..., 1:]), rise / run
    share = (safe - pick(left)) / run
    mixed = share * (1 - share)
    below = chord + (start + end - 2 * chord) * mixed
    value = pick(low) + rise * (chord * share**2 + start * mixed) / below
    above = end * share**2 + 2 * chord * mixed + start * (1 - share) ** 2
    log_slope = 2 * jnp.log(chord) + jnp.log(above) - 2 * jnp.log(below)
    return jnp.where(inside, value, x), jnp.where(inside, log_slope, 0)


def _knots(raw: Array) -> tuple[Array, Array]:
    """Left ends and lengths of the pieces of the range, ``[..., bins]``."""
    bins = raw.shape[-1]
    share = _LEAST + (1 - _LEAST * bins) * jax.nn.softmax(raw, axis=-1)
    length = 2 * _RANGE * share
    return jnp.cumsum(length, axis=-1) - length - _RANGE, length


class _Coupling(nnx.Module):
    """One half of the columns moved as the other says, then each column by itself."""

    def __init__(self, d: int, *, width: int, bins: int, rngs: nnx.Rngs) -> None:
        self.given = d // 2
        outputs = (d - self.given) * (3 * bins - 1)
        self.columns = nnx.Param(jnp.zeros((d, 3 * bins - 1)))
        if self.given:
            # Halves are exchanged, and mixed as far as training likes.
            self.mixing = nnx.Param(jnp.eye(d)[::-1])
            self.network = MLP([self.given, width, width, outputs], rngs=rngs)
            last = self.network.layers[-1]
            last.kernel[...] = jnp.zeros_like(last.kernel[...])

    def __call__(self, x: Array) -> tuple[Array, Array]:
        logdet = jnp.zeros(len(x), x.dtype)
        if self.given:
            mixing = self.mixing[...].astype(x.dtype)
            x = jnp.matmul(x, mixing, precision="highest")
            given, moved = x[:, : self.given], x[:, self.given :]
            raw = self.network(given).reshape(*moved.shape, -1)
            moved, slopes = spline(moved, raw)
            x = jnp.concatenate([given, moved], axis=1)
            logdet = jnp.sum(slopes, axis=1) + jnp.linalg.slogdet(mixing)[1]
        x, slopes = spline(x, self.columns[...].astype(x.dtype))
        return x, logdet + jnp.sum(slopes, axis=1)


class Flow(nnx.Module):
    """An invertible map of rows ``[n, d]``, at first a permutation of the columns.

    A call returns the images and the log-determinants of the Jacobians ``[n]``.
    """

    def __init__(
        self, d: int, *, layers: int, width: int, bins: int, rngs: nnx.Rngs
    ) -> None:
        sizes = {"width": width, "bins": bins}
        # Alone a column needs one map: maps of maps are no richer.
        self.layers = nnx.List(
            [_Coupling(d, **sizes, rngs=rngs) for _ in range(layers if d > 1 else 1)]
        )

    def __call__(self, x: Array) -> tuple[Array, Array]:
        logdet = jnp.zeros(len(x), x.dtype)
        for layer in self.layers:
            x, more = layer(x)
            logdet = logdet + more
        return x, logdet
