"""Rules that read a bandwidth off the data; constants for differentiation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks, numerics
from infojax._base.distances import euclidean, squared_bandwidths
from infojax._base.pairs import Pairs
from infojax._base.rows import Rows
from infojax.types import Array, ArrayLike

__all__ = [
    "likelihood_bandwidth",
    "median_bandwidth",
    "scott_bandwidth",
    "silverman_bandwidth",
]

# From a sixteenth of a bandwidth to twice as much, in steps of 16 %.
_FACTORS = tuple(float(f) for f in np.geomspace(1 / 16, 2, 24))


def median_bandwidth(
    x: ArrayLike, *, scale: float = 1.0, where: ArrayLike | None = None
) -> Array:
    r"""Median of the Euclidean distances between distinct samples.

    Args:
        x: samples, ``[n, d]`` or ``[n]``, n >= 2.
        scale: factor applied to the median.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: a positive scalar in the units of ``x``, at least the fourth root of the
        smallest normal number, also when all samples are equal or masked.
    Gradients: stopped.
    Cost: O(n^2 d) time and n^2 memory; give a subsample when n is large.
    Example:
        >>> float(median_bandwidth(jnp.array([0.0, 1.0, 3.0])))
        2.0
    References: Gretton et al. (2012), a kernel two-sample test, section 8.
    """
    name = "median_bandwidth"
    (x,), dtype = checks.samples(name, x=x)
    n = x.shape[0]
    if n < 2:
        raise checks.fail(ValueError, name, "x", "at least 2 rows", f"{n} row")
    mask = checks.row_mask(name, where, n)
    x = lax.stop_gradient(checks.column_mask(x, mask))
    first, second = jnp.triu_indices(n, 1)
    distance = jnp.where(
        mask[first] & mask[second], euclidean(x, x)[first, second], jnp.inf
    )
    count = jnp.sum(mask[first] & mask[second])
    ordered = jnp.sort(distance)
    low, high = jnp.maximum(count - 1, 0) // 2, count // 2
    median = (ordered[low] + ordered[jnp.minimum(high, ordered.shape[0] - 1)]) / 2
    median = numerics.unless_nan(jnp.where(count > 0, median, 0), x)
    floor = jnp.finfo(x.dtype).tiny ** 0.25
    return jnp.maximum(scale * median, floor).astype(dtype)


def scott_bandwidth(x: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Scott's rule :math:`\sigma_j\, n^{-1/(d+4)}`, one bandwidth a column.

    Args:
        x: samples, ``[n, d]`` or ``[n]``, n >= 2.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d]``, positive, in the units of ``x``.
    Gradients: stopped.
    Cost: O(n d).
    Example:
        >>> round(float(scott_bandwidth(jnp.array([-1.0, 0.0, 1.0]))[0]), 4)
        0.8027
    References: Scott (1992), Multivariate Density Estimation.
    """
    return _normal_reference("scott_bandwidth", x, where, lambda d: 1.0)


def silverman_bandwidth(x: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Silverman's rule :math:`\sigma_j\,(4/((d+2)\,n))^{1/(d+4)}`, one a column.

    Args:
        x: samples, ``[n, d]`` or ``[n]``, n >= 2.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[d]``, positive, in the units of ``x``.
    Gradients: stopped.
    Cost: O(n d).
    Example:
        >>> round(float(silverman_bandwidth(jnp.array([-1.0, 0.0, 1.0]))[0]), 4)
        0.8503
    References: Silverman (1986), Density Estimation, equation 4.14.
    """
    return _normal_reference(
        "silverman_bandwidth", x, where, lambda d: (4 / (d + 2)) ** (1 / (d + 4))
    )


def likelihood_bandwidth(
    x: ArrayLike,
    *,
    grid: ArrayLike | Sequence[float] = _FACTORS,
    base: ArrayLike | Callable[..., ArrayLike] = silverman_bandwidth,
    where: ArrayLike | None = None,
) -> Array:
    r"""The multiple of a bandwidth under which samples predict each other best.

    Maximises :math:`\langle \log \langle N(x_i; x_j, h^2) \rangle_{j \neq i}
    \rangle_i` over :math:`h = g\, h_0` for the values g of a grid: leave-one-out
    likelihood, which is minus ``entropy.kde``.

    Args:
        x: samples, ``[n, d]`` or ``[n]``, n >= 2.
        grid: positive multiples to choose from, ``[g]``.
        base: bandwidth :math:`h_0`, a scalar or one a column; or a rule ``(x) ->
            bandwidth``, which is also given ``where`` if there is one. With a base of 1
            the grid holds bandwidths.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: of the shape of the base, positive, in the units of ``x``. Narrower than
        rules of thumb where samples cluster. Duplicates are predicted perfectly by an
        ever narrower bandwidth: then the least of the grid. An end of the grid says
        that the best bandwidth may lie beyond it.
    Gradients: stopped.
    Cost: O(n^2 (d + g)).
    Example:
        >>> x = jnp.concatenate([jnp.linspace(0.0, 1.0, 9), jnp.linspace(8.0, 9.0, 9)])
        >>> wide, narrow = silverman_bandwidth(x)[0], likelihood_bandwidth(x)[0]
        >>> round(float(wide), 1), round(float(narrow), 1)
        (2.5, 0.3)
    References: Habbema, Hermans and van den Broek (1974); Duin (1976), on the choice of
        smoothing parameters for Parzen estimators.
    """
    name = "likelihood_bandwidth"
    (x,), dtype = checks.samples(name, x=x)
    n, d = x.shape
    if n < 2:
        raise checks.fail(ValueError, name, "x", "at least 2 rows", f"{n} row")
    mask = checks.row_mask(name, where, n)
    x = lax.stop_gradient(checks.column_mask(x, mask))
    factors = jnp.asarray(grid).astype(x.dtype)
    if factors.ndim != 1 or factors.size == 0:
        received = str(list(factors.shape))
        raise checks.fail(ValueError, name, "grid", "of shape [g]", received)
    if callable(base):
        base = base(x) if where is None else base(x, where=mask)
    floor = jnp.finfo(x.dtype).tiny ** 0.25
    width = jnp.maximum(lax.stop_gradient(jnp.asarray(base).astype(x.dtype)), floor)
    if width.shape not in ((), (1,), (d,)):
        expected, received = f"a scalar or of shape [{d}]", str(list(width.shape))
        raise checks.fail(ValueError, name, "base", expected, received)
    pairs = Pairs(squared_bandwidths, x / width, x / width, where_x=mask, where_y=mask)

    def log_densities(rows: Rows) -> Array:
        def one(factor: Array) -> Array:
            logits = -rows.values / (2 * factor**2)
            return numerics.logmeanexp(logits, rows.off_diagonal)

        return lax.map(one, factors).T

    logs = pairs.map_rows(log_densities)
    likelihood = numerics.mean(logs, mask[:, None], axis=0) - d * jnp.log(factors)
    best = factors[jnp.argmax(likelihood)]
    best = numerics.unless_nan(best, x)
    return jnp.maximum(best * width, floor).astype(dtype)


def _normal_reference(name: str, x: ArrayLike, where: ArrayLike | None, factor):
    (x,), dtype = checks.samples(name, x=x)
    n, d = x.shape
    if n < 2:
        raise checks.fail(ValueError, name, "x", "at least 2 rows", f"{n} row")
    mask = checks.row_mask(name, where, n)
    x = lax.stop_gradient(checks.column_mask(x, mask))
    count = jnp.sum(mask.astype(x.dtype))
    centred = x - numerics.mean(x, mask[:, None], axis=0)
    variance = numerics.total(centred**2, mask[:, None], axis=0)
    spread = numerics.sqrt(variance / jnp.maximum(count - 1, 1))
    width = factor(d) * jnp.maximum(count, 1) ** (-1 / (d + 4))
    floor = jnp.finfo(x.dtype).tiny ** 0.25
    return jnp.maximum(spread * width, floor).astype(dtype)
