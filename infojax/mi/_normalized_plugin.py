"""Plug-in mutual information on a scale from 0 to 1, as of two clusterings."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jax import lax

from infojax import entropy
from infojax._base import checks, numerics
from infojax.mi._plugin import plugin
from infojax.types import Array, ArrayLike

__all__ = ["adjusted_plugin", "normalized_plugin"]

Average = Callable[[Array, Array], Array]


def arithmetic(hx: Array, hy: Array) -> Array:
    """The mean of two entropies."""
    return (hx + hy) / 2


def normalized_plugin(
    pxy: ArrayLike, *, average: Average = arithmetic, where: ArrayLike | None = None
) -> Array:
    """Plug-in mutual information over an average of the two entropies.

    Args:
        pxy: joint probabilities or counts, ``[..., kx, ky]``, nonnegative; normalised
            over the last two axes. Soft counts keep their gradients.
        average: of H(X) and H(Y), elementwise; the arithmetic mean by default, and
            ``jnp.minimum``, ``jnp.maximum`` or ``lambda a, b: jnp.sqrt(a * b)``.
        where: Boolean, broadcast to ``pxy``; cells marked False are as if empty.

    Returns: the leading shape of ``pxy``, from 0 to 1; 0 where a variable is constant.
        1 for any relabelling; from n samples it grows with the number of cells, which
        ``adjusted_plugin`` corrects.
    Gradients: exact; finite at empty cells, zero where a variable is constant.
    Cost: O(cells).
    Example:
        >>> table = jnp.array([[4, 0], [0, 4], [1, 1]])
        >>> round(float(normalized_plugin(table)), 4)
        0.6344
    References: Strehl and Ghosh (2002); Vinh, Epps and Bailey (2010) for the averages.
    """
    name = "normalized_plugin"
    table, dtype = _table(name, pxy, where)
    information, mean = _information(table, average)
    return numerics.ratio(information, mean).astype(dtype)


def adjusted_plugin(
    counts: ArrayLike, *, average: Average = arithmetic, where: ArrayLike | None = None
) -> Array:
    r"""Plug-in mutual information of a table of counts, adjusted for chance.

    :math:`\frac{I - E}{M - E}`, where M is an average of H(X) and H(Y), and E what I is
    expected to be of labels that are shuffled: under the hypergeometric model, in
    which sums of rows and columns are fixed.

    Args:
        counts: how often each pair occurred, ``[..., kx, ky]``, whole numbers.
        average: of H(X) and H(Y), as in ``normalized_plugin``.
        where: Boolean, broadcast to ``counts``; cells marked False are as if empty.

    Returns: the leading shape of ``counts``: 1 for any relabelling, about 0 for
        independent labels, at times negative. 0 where a variable is constant, or each
        pair of labels occurs once: then nothing can be told from chance.
    Gradients: exact, with E held fixed.
    Cost: O(cells sqrt(n)) for n counts: twelve standard deviations on either side.
    Example:
        >>> table = jnp.array([[4, 0], [0, 4], [1, 1]])
        >>> round(float(adjusted_plugin(table)), 4)
        0.566
    References: Vinh, Epps and Bailey (2010), information theoretic measures for
        clusterings comparison.
    """
    name = "adjusted_plugin"
    table, dtype = _table(name, counts, where)
    information, mean = _information(table, average)
    expected = _expected(lax.stop_gradient(table))
    room = mean - expected
    # Where chance alone reaches the mean, what is left is rounding.
    some = ~(jnp.abs(room) <= 64 * jnp.finfo(room.dtype).eps * (1 + mean))
    value = numerics.ratio(information - expected, jnp.where(some, room, 0))
    return value.astype(dtype)


def _table(name: str, pxy: ArrayLike, where: ArrayLike | None):
    argument = "pxy" if name == "normalized_plugin" else "counts"
    table = checks.counts(name, argument, pxy)
    if table.ndim < 2:
        received = str(list(table.shape))
        raise checks.fail(ValueError, name, argument, "[..., kx, ky]", received)
    work = table.astype(checks.working_dtype(table.dtype))
    keep = checks.cell_mask(name, where, table.shape)
    return jnp.where(keep & ~(work < 0), work, 0), table.dtype


def _information(table: Array, average: Average) -> tuple[Array, Array]:
    """Mutual information and average entropy, both 0 where a variable is constant."""
    hx, hy = entropy.plugin(table.sum(-1)), entropy.plugin(table.sum(-2))
    least = 4 * jnp.finfo(table.dtype).eps
    varied = ~((hx <= least) | (hy <= least))
    mean = average(jnp.where(varied, hx, 1), jnp.where(varied, hy, 1))
    return jnp.where(varied, plugin(table), 0), jnp.where(varied, mean, 0)


def _expected(table: Array) -> Array:
    """Expected mutual information of tables with the same sums of rows and columns.

    In each cell the hypergeometric law is summed over a window around its mean. Ratios
    of neighbouring probabilities, normalised at the end, need no gamma functions, the
    differences of which would lose their digits in float32.
    """
    a = jnp.sum(table, axis=-1, keepdims=True)
    b = jnp.sum(table, axis=-2, keepdims=True)
    n = jnp.sum(a, axis=-2, keepdims=True)
    centre = numerics.ratio(a * b, n)
    spread = numerics.ratio(centre * (n - a) * (n - b), n * jnp.maximum(n - 1, 1))
    reach = 12 * jnp.sqrt(jnp.maximum(spread, 0)) + 12
    least = jnp.maximum(a + b - n, 0)
    first = jnp.maximum(least, jnp.floor(centre - reach))
    last = jnp.minimum(jnp.minimum(a, b), jnp.ceil(centre + reach))
    steps = jnp.max(jnp.where(jnp.isnan(last - first), -1, last - first))

    def add(step: Array, sums: tuple[Array, ...]) -> tuple[Array, ...]:
        log_p, top, mass, moment = sums
        m = first + step.astype(table.dtype)
        inside = m <= last
        gain = m * numerics.log(numerics.ratio(m, centre))
        peak = jnp.where(inside, jnp.maximum(top, log_p), top)
        keep, new = jnp.exp(top - peak), jnp.where(inside, jnp.exp(log_p - peak), 0)
        ways = numerics.ratio((a - m) * (b - m), (m + 1) * (n - a - b + m + 1))
        log_p = jnp.where(inside, log_p + numerics.log(ways), log_p)
        return log_p, peak, mass * keep + new, moment * keep + gain * new

    zero = jnp.zeros_like(centre)
    sums = zero, zero, zero, zero
    steps = steps.astype(jnp.int32) + 1
    _, _, mass, moment = lax.fori_loop(0, steps, add, sums)
    terms = numerics.ratio(moment, mass)
    expected = numerics.ratio(terms, n).sum((-1, -2))
    return jnp.where(jnp.isnan(centre).any((-1, -2)), jnp.nan, expected)
