"""Integer codes of samples, hard and soft, and one label for each row of codes."""

from __future__ import annotations

from functools import partial

import jax.numpy as jnp
from jax import lax

from infojax._base import checks
from infojax.quantize._cells import cells, count, worth
from infojax.quantize._rows import integer_rows
from infojax.types import Array, ArrayLike, StepFn

__all__ = ["digitize", "fixed_width", "row_labels", "soft_digitize"]


def digitize(x: ArrayLike, edges: ArrayLike) -> Array:
    """Codes of samples: the last bin whose left end is not above the value.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        edges: left ends of the bins, ``[d, bins]``, or ``[bins]`` for all columns.

    Returns: the shape of ``x``, integers from 0 to ``bins - 1``. Values below all edges
        have code 0; NaN has -1, and so has every value of a column with a NaN edge.
    Gradients: none, since codes are integers; ``soft_digitize`` has useful ones.
    Cost: O(n d bins).
    Example:
        >>> digitize(jnp.array([-3.0, 0.5, 1.0, 9.0]), jnp.array([0.0, 1.0])).tolist()
        [0, 0, 1, 1]
    References: Fraser and Swinney (1986).
    """
    values, edges, _ = _door("digitize", x, edges)
    reached = jnp.sum(values[..., None] >= edges, axis=-1, dtype=jnp.int32)
    codes = jnp.where(_lost(values, edges), -1, jnp.maximum(reached - 1, 0))
    return codes.reshape(jnp.shape(x))


def soft_digitize(x: ArrayLike, edges: ArrayLike, *, step: StepFn) -> Array:
    """Memberships of samples in bins, which tend to the codes of ``digitize``.

    How far a value is beyond the left end of a bin, less how far beyond that of the
    next one, both measured by a step.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        edges: left ends of the bins, ``[d, bins]``, or ``[bins]`` for all columns, in
            increasing order. The first one has no effect.
        step: a step at zero; ``transforms.sigmoid_step(width)`` trains.

    Returns: the shape of ``x`` and ``bins``; each last axis is nonnegative and sums to
        one. With ``transforms.hard_step`` exactly the codes, one-hot. The table of two
        columns is ``memberships_x.T @ memberships_y``. NaN as ``digitize`` has -1.
    Gradients: those of the step, in samples, edges and its width.
    Cost: O(n d bins).
    Example:
        >>> from infojax.transforms import sigmoid_step
        >>> edges = jnp.array([0.0, 1.0])
        >>> soft = soft_digitize(jnp.array([1.0, 9.0]), edges, step=sigmoid_step(0.1))
        >>> soft.tolist()
        [[0.5, 0.5], [0.0, 1.0]]
    References: Ustinova and Lempitsky (2016), learning deep embeddings with histogram
        loss, for the idea.
    """
    values, edges, dtype = _door("soft_digitize", x, edges)
    # The step at an edge goes with the bin on its right, as the code does.
    beyond = 1 - step(edges[..., 1:] - values[..., None])
    whole = jnp.ones((*values.shape, 1), values.dtype)
    left = jnp.concatenate([whole, beyond], axis=-1)
    right = jnp.concatenate([beyond, jnp.zeros_like(whole)], axis=-1)
    shares = jnp.where(_lost(values, edges)[..., None], jnp.nan, left - right)
    return shares.reshape(*jnp.shape(x), edges.shape[-1]).astype(dtype)


def fixed_width(x: ArrayLike, width: float) -> Array:
    r"""Codes :math:`\lfloor x / w \rfloor`: bins of one width anchored at 0, no ends.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        width: length of the bins, positive, in the units of ``x``.

    Returns: the shape of ``x``, 32-bit integers, held at their limits; the least one is
        kept for NaN.
    Gradients: none, since codes are integers.
    Cost: O(n d).
    Example:
        >>> fixed_width(jnp.array([-0.1, 0.0, 0.6]), 0.5).tolist()
        [-1, 0, 1]
    References: Saxe et al. (2018), on the information bottleneck theory of deep
        learning.
    """
    (values,), _ = checks.samples("fixed_width", x=x)
    if isinstance(width, (int, float)) and not width > 0:
        raise checks.fail(ValueError, "fixed_width", "width", "positive", str(width))
    place = jnp.floor(values / jnp.asarray(width).astype(values.dtype))
    # The largest float32 below 2^31, which the cast holds.
    held = jnp.clip(place, -(2.0**31 - 128), 2.0**31 - 128)
    codes = jnp.where(jnp.isnan(place), 0, held).astype(jnp.int32)
    codes = jnp.where(jnp.isnan(place), jnp.iinfo(jnp.int32).min, codes)
    return codes.reshape(jnp.shape(x))


def row_labels(codes: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    """One label for each distinct row of codes: what ``unique`` calls the inverse.

    Args:
        codes: integers, ``[n, d]`` or ``[n]``, of any range.
        where: ``[n]`` Boolean; rows marked False are as if absent, with label -1.

    Returns: ``[n]``, integers from 0 to the number of distinct rows less one, in
        lexicographic order of the rows.
    Gradients: none, since labels are integers.
    Cost: O(d n log n), two sorted columns at a time; O(d n) for 4096 rows or more
        whose columns have ranges with a product of 65,536 or less.
    Example:
        >>> row_labels(jnp.array([[7, 1], [2, 9], [7, 1], [2, 3]])).tolist()
        [2, 1, 2, 0]
    References: none needed.
    """
    name = "row_labels"
    rows = integer_rows(name, "codes", codes)
    n = rows.shape[0]
    mask = checks.row_mask(name, where, n)
    if worth(n):
        found = cells(mask, rows)
        table = partial(_labels_by_table, found.cell)
        labels = lax.cond(found.fits, table, partial(_labels_by_sort, rows, mask))
    else:
        labels = _labels_by_sort(rows, mask)
    return jnp.where(mask, labels, -1)


def _labels_by_table(index: Array) -> Array:
    """Labels of rows by their cells: how many cells before them are occupied."""
    there = jnp.minimum(count(index), 1)
    return (jnp.cumsum(there, dtype=jnp.int32) - 1)[index]


def _labels_by_sort(rows: Array, mask: Array) -> Array:
    n = rows.shape[0]
    here = jnp.arange(n, dtype=jnp.int32)

    def refine(label: Array, column: Array) -> tuple[Array, None]:
        """Labels of rows so far, told apart by one more column."""
        major, minor, place = lax.sort((label, column, here), num_keys=2)
        new = (major[1:] != major[:-1]) | (minor[1:] != minor[:-1])
        rank = jnp.cumsum(new, dtype=jnp.int32)
        rank = jnp.concatenate([jnp.zeros(1, jnp.int32), rank])
        return jnp.zeros(n, jnp.int32).at[place].set(rank), None

    # Absent rows start behind the others and stay there.
    return lax.scan(refine, (~mask).astype(jnp.int32), rows.T)[0]


def _door(name: str, x: ArrayLike, edges: ArrayLike) -> tuple[Array, Array, jnp.dtype]:
    """Samples ``[n, d]``, edges that broadcast to ``[d, bins]``, the dtype of ``x``."""
    (values, ends), dtype = checks.common_float(name, x=x, edges=edges)
    (values,), _ = checks.samples(name, x=values)
    d = values.shape[1]
    fits = ends.ndim in (1, 2) and ends.size > 0 and ends.shape[:-1] in ((), (d,))
    if not fits:
        expected = f"of shape [{d}, bins] or [bins]"
        raise checks.fail(ValueError, name, "edges", expected, str(list(ends.shape)))
    return values, ends, dtype


def _lost(values: Array, edges: Array) -> Array:
    """Where no code is known, ``[n, d]``."""
    return jnp.isnan(values) | jnp.any(jnp.isnan(edges), axis=-1)
