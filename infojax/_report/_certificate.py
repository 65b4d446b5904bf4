"""A lower bound that holds with a stated probability, from held-out rows."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.linalg import cho_factor, cho_solve
from scipy.special import ndtri

from infojax._base import linalg
from infojax._base.distances import squared_euclidean
from infojax._report._kinds import Data
from infojax.mi._auto import FAR
from infojax.types import Array, PRNGKey

__all__ = ["certified_lower"]

_CENTRES = 200
_SHIFTS = 8  # partners of a row that are not its own
_FLOOR = 1e-2  # of a density ratio, so that its logarithm exists
_WIDTHS, _RIDGES = (0.4, 0.8, 1.6), (1e-3, 1e-1)

_Sides = tuple[Array, Array]


def certified_lower(key: PRNGKey, data: Data, level: float, most_rows: int) -> float:
    """Lower confidence limit of the NWJ bound of a density ratio learned elsewhere.

    A third of the rows fits ratios of joint to product density, a third picks one, and
    a third evaluates the bound, whatever the ratio is worth, and its standard error.
    """
    order = np.asarray(jax.random.permutation(key, data.rows))[:most_rows]
    third = len(order) // 3
    if third < 4 * max(data.columns, 4):
        return 0.0
    cut = [order[i * third : (i + 1) * third] for i in range(3)]
    x, y = (_scores(np.asarray(side), cut) for side in data)
    value, error = _bound(x, y)
    limit = float(value) - float(ndtri(level)) * float(error)
    return max(0.0, limit) if np.isfinite(limit) else 0.0


def _scores(side: np.ndarray, cut: list[np.ndarray]) -> list[np.ndarray]:
    """Normal scores of every part by the distribution function of the first."""
    if side.ndim == 1:
        return [FAR * side[rows, None].astype(float) for rows in cut]
    first = np.sort(side[cut[0]], axis=0)
    n = len(first)

    def scores(rows: np.ndarray) -> np.ndarray:
        pairs = zip(first.T, side[rows].T, strict=True)
        # Twice the average rank among the first part.
        ranks = [
            np.searchsorted(a, b) + np.searchsorted(a, b, "right") for a, b in pairs
        ]
        return ndtri((np.stack(ranks, axis=1) + 1) / (2 * n + 2))

    return [scores(rows) for rows in cut]


@jax.jit
def _bound(x: list[Array], y: list[Array]) -> _Sides:
    """The bound on the last part and its standard error, under the best ratio."""
    options = [(w, r) for w in _WIDTHS for r in _RIDGES]

    def smooth(option: Array) -> _Sides:
        ratio = _least_squares(x[0], y[0], *option)
        return _nwj(ratio, x[1], y[1])[0], jnp.stack(_nwj(ratio, x[2], y[2]))

    picked, tested = lax.map(smooth, jnp.array(options, x[0].dtype))
    normal = _normal(x[0], y[0])
    picked = jnp.append(picked, _nwj(normal, x[1], y[1])[0])
    last = jnp.stack(_nwj(normal, x[2], y[2]))
    tested = jnp.concatenate([tested, last[None]])
    best = jnp.argmax(jnp.where(jnp.isfinite(picked), picked, -jnp.inf))
    return tested[best, 0], tested[best, 1]


def _least_squares(x: Array, y: Array, width: Array, ridge: Array):
    """Log of a ratio that is a sum of Gaussians at pairs, fitted by least squares.

    Suzuki, Sugiyama, Sese and Kanamori (2008).
    """
    centres = x[:_CENTRES], y[:_CENTRES]

    def grams(x: Array, y: Array) -> _Sides:
        sides = zip((x, y), centres, strict=True)
        kx, ky = (jnp.exp(-squared_euclidean(a, c) / (2 * width**2)) for a, c in sides)
        return kx, ky

    kx, ky = grams(x, y)
    n = len(x)
    product = (kx.T @ kx / n) * (ky.T @ ky / n)
    system = product + ridge * jnp.eye(len(product), dtype=x.dtype)
    weights = cho_solve(cho_factor(system), jnp.mean(kx * ky, axis=0))

    def log_ratio(x: Array, y: Array) -> Array:
        kx, ky = grams(x, y)
        return jnp.log(jnp.maximum((kx * ky) @ weights, _FLOOR))

    return log_ratio


def _normal(x: Array, y: Array):
    """Log of the ratio of normal densities with the correlation of the scores."""
    matrix, _, _ = linalg.correlation(
        jnp.concatenate([x, y], axis=1), jnp.ones(len(x), bool)
    )
    d = x.shape[1]
    blocks = (matrix, matrix[:d, :d], matrix[d:, d:])

    def log_ratio(x: Array, y: Array) -> Array:
        total = jnp.zeros(len(x), x.dtype)
        parts = (jnp.concatenate([x, y], axis=1), x, y)
        for z, block, sign in zip(parts, blocks, (1, -1, -1), strict=True):
            square = jnp.sum(z * jnp.linalg.solve(block, z.T).T, axis=1)
            total = total - sign * (square + jnp.linalg.slogdet(block)[1]) / 2
        return total

    return log_ratio


def _nwj(log_ratio, x: Array, y: Array) -> _Sides:
    """Value and standard error, products taken from rows shifted against each other."""

    def shifted(shift: Array) -> _Sides:
        """Log-ratios of rows with later ones, by row of x and by row of y."""
        value = log_ratio(x, jnp.roll(y, -shift, axis=0))
        return value, jnp.roll(value, shift)

    as_x, as_y = lax.map(shifted, jnp.arange(1 + _SHIFTS))
    joint, apart = as_x[0], jnp.exp(as_x[1:])
    # First-order terms of a row as x and as y: the variance of a U-statistic.
    terms = joint - jnp.mean(apart, axis=0) - jnp.mean(jnp.exp(as_y[1:]), axis=0)
    error = jnp.std(terms, ddof=1) / jnp.sqrt(jnp.asarray(len(x), x.dtype))
    return jnp.mean(joint) + 1 - jnp.mean(apart), error
