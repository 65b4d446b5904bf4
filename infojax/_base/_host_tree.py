"""SciPy's k-d tree behind ``jax.pure_callback``, tie for tie equal to brute force."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy import spatial

from infojax.types import Array

__all__ = ["count_within", "nearest", "nearest_in"]

_CHUNK = 1 << 22  # distances recomputed at a time for rows with ties


def nearest(k: int, max_norm: bool):
    """``(x [n, d], mask [n]) -> index [n, k]`` on the host."""

    def search(x: Array, mask: Array) -> Array:
        shape = jax.ShapeDtypeStruct((x.shape[0], k), jnp.int32)

        def host(x, mask):
            return _nearest(np.asarray(x), np.asarray(mask), k, max_norm)

        return jax.pure_callback(host, shape, x, mask, vmap_method="sequential")

    return search


def nearest_in(k: int, max_norm: bool):
    """``(x [n, d], y [m, d], mask_x, mask_y) -> index [n, k]`` into y, on the host."""

    def search(x: Array, y: Array, mask_x: Array, mask_y: Array) -> Array:
        shape = jax.ShapeDtypeStruct((x.shape[0], k), jnp.int32)

        def host(x, y, mask_x, mask_y):
            x, y, mask_x, mask_y = map(np.asarray, (x, y, mask_x, mask_y))
            return _nearest_in(x, y, mask_x, mask_y, k, max_norm)

        return jax.pure_callback(
            host, shape, x, y, mask_x, mask_y, vmap_method="sequential"
        )

    return search


def count_within(strict: bool):
    """``(x [n, d], radii [n, m], mask [n]) -> counts [n, m]``, other rows, max norm."""

    def count(x: Array, radii: Array, mask: Array) -> Array:
        shape = jax.ShapeDtypeStruct(radii.shape, jnp.int32)

        def host(x, radii, mask):
            return _count(np.asarray(x), np.asarray(radii), np.asarray(mask), strict)

        return jax.pure_callback(host, shape, x, radii, mask, vmap_method="sequential")

    return count


def _nearest(x: np.ndarray, mask: np.ndarray, k: int, max_norm: bool) -> np.ndarray:
    out = np.zeros((x.shape[0], k), np.int32)
    rows = np.flatnonzero(mask)
    points = x[rows]
    m = points.shape[0]
    if m <= k or not np.isfinite(points).all():
        return out
    tree = _tree(points)
    # Itself, k others and one more, which reveals a tie at the border.
    _, near = tree.query(tree.data, min(k + 2, m), p=np.inf if max_norm else 2)
    distance = _rounded(points[:, None], points[near], max_norm)
    itself = near == np.arange(m)[:, None]
    distance[itself] = np.inf
    order = np.lexsort((near, distance), axis=1)
    distance = np.take_along_axis(distance, order, axis=1)
    near = np.take_along_axis(near, order, axis=1)
    found = near[:, :k]
    unsure = ~itself.any(axis=1)
    if near.shape[1] > k + 1:
        unsure |= distance[:, k] == distance[:, k - 1]
    found[unsure] = _exhaustive(points, np.flatnonzero(unsure), k, max_norm)
    out[rows] = rows[found]
    return out


def _nearest_in(
    x: np.ndarray,
    y: np.ndarray,
    mask_x: np.ndarray,
    mask_y: np.ndarray,
    k: int,
    max_norm: bool,
) -> np.ndarray:
    out = np.zeros((x.shape[0], k), np.int32)
    rows, columns = np.flatnonzero(mask_x), np.flatnonzero(mask_y)
    points, others = x[rows], y[columns]
    finite = np.isfinite(points).all() and np.isfinite(others).all()
    if rows.size == 0 or columns.size < k or not finite:
        return out
    norm = np.inf if max_norm else 2
    _, near = _tree(others).query(points.astype(np.float64), k, p=norm)
    out[rows] = columns[near.reshape(rows.size, k)]
    return out


def _tree(points: np.ndarray) -> spatial.KDTree:
    """A tree split at midpoints.

    Callbacks run with denormal numbers flushed to zero. SciPy's median splits step off
    a tie by the next float after it, which at 0 is denormal: it never gets away.
    """
    return spatial.KDTree(points.astype(np.float64), balanced_tree=False)


def _exhaustive(
    points: np.ndarray, rows: np.ndarray, k: int, max_norm: bool
) -> np.ndarray:
    """Brute force for the rows on whose border several points tie."""
    found = np.empty((rows.size, k), np.int64)
    step = max(1, _CHUNK // points.size)
    for start in range(0, rows.size, step):
        part = rows[start : start + step]
        distance = _rounded(points[part, None], points[None], max_norm)
        distance[np.arange(part.size), part] = np.inf
        found[start : start + step] = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return found


def _rounded(a: np.ndarray, b: np.ndarray, max_norm: bool) -> np.ndarray:
    """Distances (squared, if Euclidean) rounded as on the device."""
    gap = a - b
    return np.abs(gap).max(-1) if max_norm else (gap**2).sum(-1)


def _count(
    x: np.ndarray, radii: np.ndarray, mask: np.ndarray, strict: bool
) -> np.ndarray:
    out = np.zeros(radii.shape, np.int32)
    rows = np.flatnonzero(mask)
    points = x[rows].astype(np.float64)
    if rows.size < 2 or not np.isfinite(points).all():
        return out
    tree = _tree(points)
    for column, radius in enumerate(radii.T):
        limit = _largest_inside(radius[rows], strict)
        some = limit >= 0
        counts = np.zeros(rows.size, np.int64)
        counts[some] = tree.query_ball_point(
            points[some], limit[some], p=np.inf, return_length=True
        )
        out[rows, column] = np.maximum(counts - 1, 0)  # the point itself
    return out


def _largest_inside(radius: np.ndarray, strict: bool) -> np.ndarray:
    """Largest float64 distance that, rounded to the radius' dtype, is inside it.

    A float64 difference of float32 numbers rounds to the float32 difference (53 bits
    are more than 2 x 24 + 2), so the tree and the device agree on every border.
    """
    wide = radius.astype(np.float64)
    if strict:
        wide = np.where(wide > 0, wide, -1)  # nothing is closer than 0
    if radius.dtype == np.float64:
        return np.where(wide > 0, np.nextafter(wide, 0), wide) if strict else wide
    towards = np.asarray(-np.inf if strict else np.inf, radius.dtype)
    neighbour = np.nextafter(radius, towards)
    border = 0.5 * (wide + neighbour.astype(np.float64))
    border = np.where(np.isfinite(border) & (wide > 0), border, wide)
    rounded = border.astype(radius.dtype)
    inside = rounded < radius if strict else rounded <= radius
    return np.where(inside | (wide <= 0), border, np.nextafter(border, 0))
