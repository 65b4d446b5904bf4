"""Columns of a file, ready for an estimator of mutual information."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from infojax import MIReport, mi, report
from infojax.types import Array

__all__ = ["estimate_columns", "read_columns", "report_columns"]


def read_columns(path: Path, groups: list[list[str]]) -> list[np.ndarray]:
    """Each group of columns as ``[n, d]``; rows with a missing value are left out.

    A group of words only is integers, which are labels.

    Columns of csv and parquet files have names; those of an npy array numbers from 0;
    those of an npz file are ``array`` or ``array:number``.
    """
    match path.suffix.lower():
        case ".csv":
            table = np.genfromtxt(
                path, delimiter=",", names=True, dtype=None, encoding="utf-8"
            )
            assert table.dtype.names is not None
            columns = {name: np.atleast_1d(table[name]) for name in table.dtype.names}
        case ".parquet":
            import pandas

            frame = pandas.read_parquet(path)
            columns = {str(name): frame[name].to_numpy() for name in frame}
        case ".npy":
            columns = _numbered("", np.load(path))
        case ".npz":
            with np.load(path) as arrays:
                columns = {}
                for name in arrays.files:
                    columns |= _numbered(f"{name}:", arrays[name])
                    columns[name] = arrays[name]
        case suffix:
            raise ValueError(
                "estimate: `file` must be csv, npy, npz or parquet; "
                f"received {suffix!r}."
            )
    blocks = []
    for group in groups:
        chosen = [name.strip() for name in group]
        for name in chosen:
            if name not in columns:
                raise ValueError(
                    f"estimate: a column must be one of {', '.join(columns)}; "
                    f"received {name}."
                )
        blocks.append(np.column_stack([_codes(columns[name]) for name in chosen]))
        if all(columns[name].dtype.kind not in "fiub" for name in chosen):
            blocks[-1] = blocks[-1].astype(np.int32)
    lengths = {len(block) for block in blocks}
    if len(lengths) > 1:
        raise ValueError(
            f"estimate: `x` and `y` must have as many rows; received {lengths}."
        )
    complete = np.all([np.isfinite(block).all(1) for block in blocks], axis=0)
    return [block[complete] for block in blocks]


def _numbered(prefix: str, array: np.ndarray) -> dict[str, np.ndarray]:
    matrix = array.reshape(len(array), -1)
    return {f"{prefix}{i}": column for i, column in enumerate(matrix.T)}


def _codes(column: np.ndarray) -> np.ndarray:
    """Numbers as they are; words as the number of their place in sorted order."""
    if column.dtype.kind in "fiub":
        return column.astype(float)
    return np.unique(column.astype(str), return_inverse=True)[1].astype(float)


def report_columns(x: np.ndarray, y: np.ndarray, *, seed: int) -> MIReport:
    """The report of two groups of columns, in double precision."""
    with jax.enable_x64(True):
        return report(jax.random.key(seed), x, y)


def estimate_columns(
    x: np.ndarray, y: np.ndarray, *, method: str, k: int
) -> tuple[Array, int]:
    """Information in nats, in double precision, and the number of rows."""
    with jax.enable_x64(True):
        if method == "plugin":
            value = mi.plugin(_contingency(x, y))
        else:
            estimators = {
                "ksg": lambda a, b: mi.ksg(a, b, k=k),
                "gaussian": mi.gaussian,
                "gaussian_copula": mi.gaussian_copula,
            }
            sides = [jnp.asarray(side, float) for side in (x, y)]
            value = jax.jit(estimators[method])(*sides)
        return value, len(x)


def _contingency(x: np.ndarray, y: np.ndarray) -> Array:
    """Joint relative frequencies of the distinct rows of x and of y."""
    rows, columns = (np.unique(a, axis=0, return_inverse=True)[1] for a in (x, y))
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows.ravel(), columns.ravel()), 1 / len(x))
    return jnp.asarray(table)
