"""Mutual information from a partition that is refined where the data depend."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["darbellay_vajda"]

_DEEPEST = 15  # two codes of so many bits interleave in 32


def darbellay_vajda(
    x: ArrayLike,
    y: ArrayLike,
    *,
    threshold: float = 7.81,
    forced: int = 2,
    where: ArrayLike | None = None,
) -> Array:
    r"""Adaptive partition of the plane of ranks, refined where pairs still depend.

    A cell is cut into four at the middles of its ranks as long as the pairs in it are
    not spread as independence would have them, by a chi-square test. The estimate is
    :math:`\sum_c \frac{n_c}{n} \log \frac{n_c\, n}{n_{x,c}\, n_{y,c}}` over final
    cells, with :math:`n_{x,c}` all samples in the interval of ranks of the cell.

    Args:
        x: samples, ``[n]`` or ``[n, 1]``.
        y: samples paired with ``x``, ``[n]`` or ``[n, 1]``.
        threshold: chi-square of three degrees of freedom above which a cell is cut;
            7.81 is its 95 per cent point, larger means fewer cells.
        forced: how often all cells are cut before the test decides, static: dependence
            that is symmetric in all four quarters is seen only then.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in nats, invariant under increasing maps of either side. Near
        independence it is biased upwards by at most about :math:`(2^f - 1)^2 / n`, f
        times forced; at strong dependence it falls short, as cells keep some samples.
        Values that tie stay together.
    Gradients: zero, since values are made of ranks.
    Cost: O(n log n).
    Example:
        >>> x = jnp.linspace(-1.0, 1.0, 256)
        >>> round(float(darbellay_vajda(x, x**2)), 2)
        2.77
    References: Darbellay and Vajda (1999), estimation of the information by an
        adaptive partitioning of the observation space.
    """
    name = "darbellay_vajda"
    (x, y), dtype = checks.samples(name, x=x, y=y)
    for argument, side in (("x", x), ("y", y)):
        if side.shape[1] != 1:
            received = f"{side.shape[1]} columns"
            raise checks.fail(ValueError, name, argument, "one column", received)
    mask = checks.row_mask(name, where, checks.same_length(name, x=x, y=y))
    if isinstance(forced, bool) or not isinstance(forced, int) or forced < 0:
        raise checks.fail(ValueError, name, "forced", "an int >= 0", repr(forced))
    u, v = (lax.stop_gradient(checks.column_mask(s, mask)[:, 0]) for s in (x, y))
    value = _partition(u, v, mask, jnp.asarray(threshold).astype(u.dtype), forced)
    return numerics.unless_nan(value, u, v).astype(dtype)


def _partition(x: Array, y: Array, mask: Array, threshold: Array, forced: int) -> Array:
    # Deeper cells of up to 65,535 samples hold two ranks: too few to pass the test.
    depth = min(max(len(x).bit_length() - 1, 1), _DEEPEST)
    i, j = _codes(x, mask, depth), _codes(y, mask, depth)
    # Sorted by interleaved bits, the cells of every depth are runs of samples.
    order = jnp.argsort(_interleave(i, j, depth))
    i, j, mass = i[order], j[order], mask[order].astype(x.dtype)
    n = jnp.sum(mass)

    def occupied(code: Array) -> Array:
        """Samples in the interval of each code, ``[2^depth]``."""
        return jnp.zeros(2**depth, x.dtype).at[code].add(mass)

    def cut(state: tuple[Array, Array], level: Array) -> tuple[tuple, None]:
        """One level: cells that are not cut again have their value.

        At the last level the quarters mean nothing, and nothing is made of them.
        """
        whole, value = state
        here = depth - level
        cell = _runs(i >> here, j >> here)
        count = jnp.zeros_like(mass).at[cell].add(mass)[cell]
        a, b = (occupied(code >> here)[code >> here] for code in (i, j))
        below = jnp.maximum(here - 1, 0)
        excess = -count
        for corner in (0, 0), (0, 1), (1, 0), (1, 1):
            # Samples of the cell, and of its two intervals, in one of its quarters.
            u, v = (
                2 * (code >> here) + bit
                for code, bit in zip((i, j), corner, strict=True)
            )
            there = (i >> below == u) & (j >> below == v)
            inside = jnp.zeros_like(mass).at[cell].add(jnp.where(there, mass, 0))[cell]
            halves = occupied(i >> below)[u] * occupied(j >> below)[v]
            expected = count * numerics.ratio(halves, a * b)
            excess = excess + numerics.ratio(inside**2, expected)
        again = ((excess > threshold) | (level < forced)) & (level < depth)
        gain = numerics.log(numerics.ratio(count * n, a * b))
        return (whole & again, jnp.where(whole & ~again, gain, value)), None

    start = jnp.ones(len(x), bool), jnp.zeros_like(x)
    (_, value), _ = lax.scan(cut, start, jnp.arange(depth + 1, dtype=jnp.int32))
    return numerics.mean(value, mass > 0)


def _codes(x: Array, mask: Array, depth: int) -> Array:
    """Which of ``2^depth`` intervals of ranks each sample is in; ties have one rank."""
    n = jnp.sum(mask, dtype=jnp.int32)
    ordered = jnp.sort(jnp.where(mask, x, jnp.inf))
    twice = jnp.searchsorted(ordered, x, side="left")
    twice = twice + jnp.minimum(jnp.searchsorted(ordered, x, side="right"), n)
    place = numerics.ratio(twice.astype(x.dtype), 2 * n.astype(x.dtype))
    return jnp.clip((place * 2**depth).astype(jnp.int32), 0, 2**depth - 1)


def _interleave(i: Array, j: Array, depth: int) -> Array:
    """One code that orders cells as a quadtree does."""
    code = jnp.zeros_like(i)
    for bit in range(depth):
        code = code | ((i >> bit & 1) << (2 * bit + 1)) | ((j >> bit & 1) << (2 * bit))
    return code


def _runs(i: Array, j: Array) -> Array:
    """Number of the run of equal pairs that each sample is in."""
    new = (i[1:] != i[:-1]) | (j[1:] != j[:-1])
    return jnp.append(jnp.zeros(1, jnp.int32), jnp.cumsum(new, dtype=jnp.int32))
