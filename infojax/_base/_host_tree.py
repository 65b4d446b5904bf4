"""SciPy's k-d tree behind ``jax.pure_callback``, tie for tie equal to brute force."""

from __future__ import annotations

import os

import jax
import jax.numpy as jnp
import numpy as np
from scipy import spatial

from infojax.types import Array

__all__ = ["nearest", "nearest_in"]

_LEAF = 16  # points of a leaf
_WIDER = 8  # times as many neighbours are asked for where some tie
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


def _nearest(x: np.ndarray, mask: np.ndarray, k: int, max_norm: bool) -> np.ndarray:
    out = np.zeros((x.shape[0], k), np.int32)
    rows = np.flatnonzero(mask)
    points = x[rows]
    m = points.shape[0]
    if m <= k or not np.isfinite(points).all():
        return out
    tree, order = _tree(points)
    # Itself, k others and one more, which reveals a tie at the border.
    place = _query(tree, tree.data, min(k + 2, m), max_norm)
    points = points[order]
    distance = _rounded(points, place, max_norm)
    found = order[place[:, 1 : k + 1]]
    plain = place[:, 0] == np.arange(m)
    for i in range(2, place.shape[1]):
        plain &= distance[:, i - 1] < distance[:, i]
    if not plain.all():
        tied = np.flatnonzero(~plain)
        # Further away, as more than two may tie at the border.
        place = _query(tree, tree.data[tied], min(_WIDER * (k + 2), m), max_norm)
        distance = _rounded(points, place, max_norm, tied)
        near, sure = _sorted(order[place], distance, order[tied], k)
        found[tied] = near
        found[tied[~sure]] = _exhaustive(x[rows], order[tied[~sure]], k, max_norm)
    out[rows[order]] = rows[found]
    return out


def _sorted(
    near: np.ndarray, distance: np.ndarray, own: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest but oneself, ties to the lower index, and if none else ties."""
    itself = near == own[:, None]
    distance = np.where(itself, np.inf, distance)
    best = np.lexsort((near, distance), axis=1)
    distance = np.take_along_axis(distance, best, axis=1)
    sure = itself.any(axis=1)
    if near.shape[1] > k + 1:
        sure &= distance[:, -2] != distance[:, k - 1]  # the last is itself
    return np.take_along_axis(near, best[:, :k], axis=1), sure


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
    tree, order = _tree(others)
    walk = _midpoints(points.astype(np.float64)).indices
    near = _query(tree, points[walk].astype(np.float64), k, max_norm)
    out[rows[walk]] = columns[order[near.reshape(rows.size, k)]]
    return out


def _tree(points: np.ndarray) -> tuple[spatial.KDTree, np.ndarray]:
    """A tree of the points in the order of its leaves, and that order.

    Where neighbours are neighbours in memory: with n = 100,000, building twice and
    asking in this order takes 0.3 (d = 3) and 0.4 (d = 6) of the CPU time of a query.
    """
    wide = points.astype(np.float64)
    order = _midpoints(wide).indices
    return _midpoints(wide[order]), order


def _midpoints(points: np.ndarray) -> spatial.KDTree:
    """A tree split at midpoints.

    Callbacks run with denormal numbers flushed to zero. SciPy's median splits step off
    a tie by the next float after it, which at 0 is denormal: it never gets away.
    """
    return spatial.KDTree(points, leafsize=_LEAF, balanced_tree=False)


def _query(
    tree: spatial.KDTree, points: np.ndarray, k: int, max_norm: bool
) -> np.ndarray:
    norm = np.inf if max_norm else 2
    return tree.query(points, k, p=norm, workers=_cores())[1].reshape(len(points), -1)


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _exhaustive(
    points: np.ndarray, rows: np.ndarray, k: int, max_norm: bool
) -> np.ndarray:
    """Brute force for the rows on whose border several points tie."""
    found = np.empty((rows.size, k), np.int64)
    step = max(1, _CHUNK // points.size)
    for start in range(0, rows.size, step):
        part = rows[start : start + step]
        every = np.broadcast_to(np.arange(len(points)), (part.size, len(points)))
        distance = _rounded(points, every, max_norm, part)
        distance[np.arange(part.size), part] = np.inf
        found[start : start + step] = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return found


def _rounded(
    points: np.ndarray,
    place: np.ndarray,
    max_norm: bool,
    rows: slice | np.ndarray = slice(None),
) -> np.ndarray:
    """Distances (squared, if Euclidean) of rows to others, rounded as on the device."""
    found: np.ndarray = np.zeros(place.shape, points.dtype)
    for column in np.ascontiguousarray(points.T):
        gap = column[rows, None] - column[place]
        if max_norm:
            np.maximum(found, np.abs(gap), out=found)
        else:
            found += gap * gap
    return found
