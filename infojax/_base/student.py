"""Quantiles of Student's t: a table made by SciPy while tracing, read in JAX.

JAX has no inverse of the incomplete beta function. A quantile is a smooth function of
the log of its tail probability, so a cubic through a fixed table of values and slopes
is exact to about 1e-9 of the quantile, and costs two gathers.
"""

from __future__ import annotations

import functools

import jax.numpy as jnp
import numpy as np
from scipy import special, stats

from infojax.types import Array

__all__ = ["QuantileTable", "quantile_table", "student_quantile"]

QuantileTable = tuple[np.ndarray, np.ndarray]

# Nodes in -log(2 p): from the median to tail probabilities of 2e-14.
_STEP, _NODES = 1 / 32, 1024


@functools.lru_cache
def quantile_table(df: float) -> QuantileTable:
    """Values and slopes of ``asinh`` of the upper quantile at the nodes, float64."""
    w = _STEP * np.arange(_NODES)
    tail = np.exp(-w) / 2
    if np.isinf(df):
        t, density = -special.ndtri(tail), stats.norm.pdf
    else:
        t, density = -special.stdtrit(df, tail), functools.partial(stats.t.pdf, df=df)
    slope = tail / density(t) / np.sqrt(1 + t**2)
    return np.arcsinh(t), slope


def student_quantile(tail: Array, table: QuantileTable) -> Array:
    """Upper quantiles of tail probabilities in (0, 1/2]; not to be differentiated."""
    values, slopes = (jnp.asarray(column, tail.dtype) for column in table)
    place = -jnp.log(2 * tail) / _STEP
    node = jnp.clip(jnp.floor(place), 0, _NODES - 2)
    s, index = place - node, node.astype(jnp.int32)
    left, right = values[index], values[index + 1]
    rise, fall = _STEP * slopes[index], _STEP * slopes[index + 1]
    gap = right - left
    cubic = s * (rise + s * (3 * gap - 2 * rise - fall + s * (rise + fall - 2 * gap)))
    return jnp.sinh(left + cubic)
