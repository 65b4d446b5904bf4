"""Mutual information of integer samples, and of samples cut into bins."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jax import lax

from infojax import entropy, quantize
from infojax._base import checks, numerics
from infojax.mi._plugin import plugin
from infojax.quantize._cells import CELLS, cells, count, worth
from infojax.quantize._rows import integer_rows, row_mass
from infojax.types import Array, ArrayLike, StepFn

__all__ = ["binned", "discrete", "soft_binned"]

CountEntropy = Callable[[Array], Array]
Edges = Callable[..., Array]


def discrete(
    x: ArrayLike,
    y: ArrayLike,
    *,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Mutual information :math:`H(X) + H(Y) - H(X, Y)` of rows of integers.

    Args:
        x: integers of any range, ``[n, dx]`` or ``[n]``, such as the codes of a layer;
            a row is one symbol.
        y: integers paired with ``x``, ``[n, dy]`` or ``[n]``, such as labels.
        estimator: ``counts [n] -> entropy``, of counts in which zeros may occur:
            ``entropy.plugin`` or a corrected one, such as ``entropy.miller_madow``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]``, floating and nonnegative; whole ones are as if pairs were
            repeated.

    Returns: scalar in nats, in the dtype of ``weights``; with ``entropy.plugin`` >= 0
        up to rounding, and biased upwards: it is H(Y) when all rows of x are distinct.
    Gradients: those of the estimator in ``weights``; none in the integers.
    Cost: O((dx + dy) n log n); O((dx + dy) n) for 4096 pairs or more whose columns have
        ranges with a product of 65,536 or less, such as 256 x 256 labels.
    Example:
        >>> x = jnp.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> round(float(discrete(x, x[:, 0] ^ x[:, 1])), 4)  # log 2
        0.6931
    References: Shannon (1948); Miller (1955) for the bias.
    """
    name = "discrete"
    x, y = integer_rows(name, "x", x), integer_rows(name, "y", y)
    mask = checks.row_mask(name, where, checks.same_length(name, x=x, y=y))
    mass, dtype = row_mass(name, weights, mask)
    given = None if weights is None else mass
    return _of_rows(x, y, mask, estimator, mass.dtype, given).astype(dtype)


def _of_rows(
    x: Array,
    y: Array,
    mask: Array,
    estimator: CountEntropy,
    dtype: jnp.dtype,
    mass: Array | None = None,
) -> Array:
    """Information of rows, each of mass 1 if no mass is given."""

    def by_symbols() -> Array:
        # Ones are made in here, where the other branch need not.
        own = mask.astype(dtype) if mass is None else mass
        found = symbol_counts(x, y, mask, own)
        hx, hy, hxy = (estimator(counts) for _, counts in found)
        return hx + hy - hxy

    if not worth(len(x)):
        return by_symbols()
    found = cells(mask, x, y)

    def by_table() -> Array:
        table = count(found.cell, mass).astype(dtype)
        inner = found.strides[x.shape[1] - 1]
        sides = jnp.divmod(jnp.arange(CELLS, dtype=jnp.int32), inner)
        hx, hy = (estimator(count(side, table)) for side in sides)
        return hx + hy - estimator(table)

    return lax.cond(found.fits, by_table, by_symbols)


def symbol_counts(
    x: Array, y: Array, mask: Array, mass: Array
) -> list[tuple[Array, Array]]:
    """Symbol of each row ``[n]`` and mass of each symbol ``[n]``: of x, y, the pair."""
    sides = [quantize.row_labels(side, where=mask) for side in (x, y)]
    both = quantize.row_labels(jnp.stack(sides, axis=1), where=mask)
    return [(rows, jnp.zeros_like(mass).at[rows].add(mass)) for rows in (*sides, both)]


def binned(
    x: ArrayLike,
    y: ArrayLike,
    *,
    bins: int = 8,
    edges: Edges = quantize.quantile,
    estimator: CountEntropy = entropy.plugin,
    where: ArrayLike | None = None,
) -> Array:
    """Mutual information of samples whose columns are cut into bins.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        bins: intervals a column, static.
        edges: ``(x, *, bins, where) -> [d, bins]``, left ends of the bins:
            ``quantize.quantile``, ``quantize.equal_width``, or a lambda with edges of
            your own.
        estimator: ``counts [n] -> entropy``, of counts in which zeros may occur:
            ``entropy.plugin`` or a corrected one, such as ``entropy.miller_madow``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in nats. Two errors oppose each other: bins hide dependence within
        them, and the plug-in estimate is biased upwards by about
        (cells of x - 1)(cells of y - 1) / (2 n), with bins^dx and bins^dy cells.
        Quantiles make it invariant under increasing maps of every column.
    Gradients: zero; ``soft_binned`` has useful ones.
    Cost: O(d n (log n + bins)).
    Example:
        >>> x = jnp.linspace(-1.0, 1.0, 64)
        >>> round(float(binned(x, x**3, bins=4)), 4)  # log 4
        1.3863
    References: Fraser and Swinney (1986), independent coordinates for strange
        attractors from mutual information.
    """
    (x, y), mask, dtype = _open("binned", x, y, where)
    u, v = (quantize.digitize(s, edges(s, bins=bins, where=mask)) for s in (x, y))
    value = _of_rows(u, v, mask, estimator, x.dtype)
    return numerics.unless_nan(value, x, y).astype(dtype)


def soft_binned(
    x: ArrayLike,
    y: ArrayLike,
    *,
    step: StepFn,
    bins: int = 8,
    edges: Edges = quantize.quantile,
    where: ArrayLike | None = None,
) -> Array:
    """Mutual information of samples that belong to several bins at once.

    The plug-in estimate from the table of mean products of their memberships, which is
    the information of bins drawn with these probabilities.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        step: a step at zero, such as ``transforms.sigmoid_step(width)`` with a width
            in the units of the samples; ``transforms.hard_step`` gives ``binned``.
        bins: intervals a column, static.
        edges: as in ``binned``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in nats, >= 0 up to rounding; falls to 0 as the step widens.
    Gradients: exact, through edges and the width of the step too.
    Cost: O(n bins^(dx + dy)), and a table of that many cells: for few columns.
    Example:
        >>> from infojax.transforms import sigmoid_step
        >>> x = jnp.linspace(-1.0, 1.0, 64)
        >>> round(float(soft_binned(x, x**3, bins=4, step=sigmoid_step(0.01))), 4)
        1.021
    References: Ustinova and Lempitsky (2016), learning deep embeddings with histogram
        loss, for soft bins.
    """
    (x, y), mask, dtype = _open("soft_binned", x, y, where)
    shares = []
    for side in (x, y):
        ends = edges(side, bins=bins, where=mask)
        soft = quantize.soft_digitize(side, ends, step=step)
        shares.append(_cells(jnp.where(mask[:, None, None], soft, 0)))
    table = jnp.matmul(shares[0].T, shares[1], precision="highest")
    return plugin(table).astype(dtype)


def _open(name: str, x: ArrayLike, y: ArrayLike, where: ArrayLike | None):
    (x, y), dtype = checks.samples(name, x=x, y=y)
    mask = checks.row_mask(name, where, checks.same_length(name, x=x, y=y))
    return (checks.column_mask(x, mask), checks.column_mask(y, mask)), mask, dtype


def _cells(shares: Array) -> Array:
    """Memberships ``[n, bins^d]`` in cells, products of those ``[n, d, bins]``."""
    cells = shares[:, 0]
    for column in range(1, shares.shape[1]):
        cells = (cells[:, :, None] * shares[:, None, column]).reshape(len(cells), -1)
    return cells
