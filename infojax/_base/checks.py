"""Convert and validate at the door, so that everything inside is a clean array.

Every function here names the caller, the argument, what was expected and what came.
Only static facts (rank, length, dtype) are checked: they cost nothing under ``jit``.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from infojax.types import Array, ArrayLike

__all__ = [
    "as_float",
    "cell_mask",
    "column_mask",
    "columns",
    "common_float",
    "counts",
    "fail",
    "integers",
    "longer_than_wide",
    "neighbours",
    "order",
    "row_mask",
    "same_length",
    "samples",
    "scalar_dtype",
    "size",
    "sizes",
    "table",
    "weights",
    "working_dtype",
]


def fail(
    kind: type[Exception], where: str, argument: str, expected: str, received: str
) -> Exception:
    """The one sentence in which every static mistake is reported."""
    return kind(f"{where}: `{argument}` must be {expected}; received {received}.")


def _describe(x: object) -> str:
    shape, dtype = getattr(x, "shape", None), getattr(x, "dtype", None)
    if shape is None or dtype is None:
        return f"{type(x).__name__} {x!r:.40}"
    return f"{dtype}{list(shape)}"


def as_float(where: str, argument: str, x: ArrayLike) -> Array:
    """A floating array, or an error when integers or Booleans come."""
    try:
        array = x if isinstance(x, jax.Array) else np.asarray(x)
    except ValueError as error:
        raise fail(
            ValueError, where, argument, "a rectangular array", str(error)
        ) from None
    if array.dtype == object or not jnp.issubdtype(array.dtype, jnp.inexact):
        raise fail(
            TypeError,
            where,
            argument,
            "floating (convert with .astype(float))",
            _describe(array),
        )
    if jnp.issubdtype(array.dtype, jnp.complexfloating):
        raise fail(TypeError, where, argument, "real", _describe(array))
    return jnp.asarray(array)


def integers(where: str, argument: str, x: ArrayLike, *, ndim: int = 1) -> Array:
    """An integer array of the given rank, such as labels."""
    array = x if isinstance(x, jax.Array) else np.asarray(x)
    if array.dtype == bool or not jnp.issubdtype(array.dtype, jnp.integer):
        raise fail(TypeError, where, argument, "an integer array", _describe(array))
    if array.ndim != ndim:
        raise fail(ValueError, where, argument, f"of rank {ndim}", _describe(array))
    if array.size == 0:
        raise fail(ValueError, where, argument, "non-empty", _describe(array))
    return jnp.asarray(array)


def scalar_dtype(*arrays: Array) -> jnp.dtype:
    """The dtype an estimate of these arrays is returned in."""
    dtypes = {array.dtype for array in arrays}
    widest = max(dtypes, key=lambda dtype: dtype.itemsize)
    halves = {dtype for dtype in dtypes if dtype.itemsize == widest.itemsize}
    return widest if len(halves) == 1 else jnp.dtype(jnp.float32)


def working_dtype(dtype: jnp.dtype) -> jnp.dtype:
    """The dtype to compute in: half precision accumulates in float32."""
    return jnp.dtype(jnp.float32) if dtype.itemsize < 4 else dtype


def common_float(
    where: str, **arrays: ArrayLike
) -> tuple[tuple[Array, ...], jnp.dtype]:
    """Arrays of any rank in one working dtype, and the dtype to return."""
    floats = tuple(as_float(where, name, x) for name, x in arrays.items())
    out = scalar_dtype(*floats)
    work = working_dtype(out)
    return tuple(x.astype(work) for x in floats), out


def samples(where: str, **arrays: ArrayLike) -> tuple[tuple[Array, ...], jnp.dtype]:
    """Samples as ``[n, d]`` (``[n]`` reads as ``[n, 1]``) in one working dtype."""
    floats, out = common_float(where, **arrays)
    return tuple(
        _matrix(where, name, x) for name, x in zip(arrays, floats, strict=True)
    ), out


def _matrix(where: str, argument: str, x: Array) -> Array:
    if x.ndim not in (1, 2):
        raise fail(
            ValueError,
            where,
            argument,
            "of shape [n, d] or [n] (use jax.vmap over batches)",
            _describe(x),
        )
    if x.size == 0:
        raise fail(ValueError, where, argument, "non-empty", _describe(x))
    return x[:, None] if x.ndim == 1 else x


def same_length(where: str, **arrays: Array | None) -> int:
    """The common number of rows."""
    present = {name: x for name, x in arrays.items() if x is not None}
    first, reference = next(iter(present.items()))
    n = reference.shape[0]
    for name, x in present.items():
        if x.shape[0] != n:
            raise fail(
                ValueError,
                where,
                name,
                f"as long as `{first}` ({n} rows)",
                f"{x.shape[0]} rows",
            )
    return n


def columns(where: str, **arrays: Array) -> int:
    """The common number of columns."""
    first, reference = next(iter(arrays.items()))
    for name, x in arrays.items():
        if x.shape[1] != reference.shape[1]:
            raise fail(
                ValueError,
                where,
                name,
                f"as wide as `{first}` ({reference.shape[1]} columns)",
                f"{x.shape[1]} columns",
            )
    return reference.shape[1]


def longer_than_wide(where: str, **arrays: Array) -> int:
    """How many columns there are in all, fewer than the rows."""
    first, reference = next(iter(arrays.items()))
    n, d = len(reference), sum(x.shape[1] for x in arrays.values())
    if n <= d:
        expected = f"longer than all columns are many (of {', '.join(arrays)})"
        raise fail(ValueError, where, first, expected, f"n={n}, d={d}")
    return d


def row_mask(where: str, mask: ArrayLike | None, n: int, name: str = "where") -> Array:
    """A Boolean ``[n]``; all True when no mask is given."""
    if mask is None:
        return jnp.ones(n, bool)
    array = mask if isinstance(mask, jax.Array) else np.asarray(mask)
    if array.dtype != bool:
        raise fail(TypeError, where, name, "Boolean", _describe(array))
    if array.shape != (n,):
        raise fail(ValueError, where, name, f"of shape [{n}]", _describe(array))
    return jnp.asarray(array)


def cell_mask(
    where: str, mask: ArrayLike | None, shape: tuple[int, ...], name: str = "where"
) -> Array:
    """A Boolean of the shape of a table; all True when no mask is given."""
    if mask is None:
        return jnp.ones(shape, bool)
    array = mask if isinstance(mask, jax.Array) else np.asarray(mask)
    if array.dtype != bool:
        raise fail(TypeError, where, name, "Boolean", _describe(array))
    try:
        return jnp.broadcast_to(jnp.asarray(array), shape)
    except ValueError:
        expected = f"broadcastable to {list(shape)}"
        raise fail(ValueError, where, name, expected, _describe(array)) from None


def column_mask(x: Array, mask: Array) -> Array:
    """What a mask of the first axes deletes, set to 0: whatever it held is gone."""
    return jnp.where(mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim)), x, 0)


def weights(
    where: str, values: ArrayLike | None, mask: Array, dtype: jnp.dtype, name: str
) -> Array:
    """Nonnegative row weights ``[n]``, zero where masked; ones by default."""
    if values is None:
        return mask.astype(dtype)
    array = jnp.asarray(values)
    if array.shape != mask.shape:
        raise fail(
            ValueError, where, name, f"of shape {list(mask.shape)}", _describe(array)
        )
    return jnp.where(mask, array.astype(dtype), 0)


def neighbours(where: str, k: int, n: int, name: str = "k") -> int:
    """A static neighbour count ``1 <= k < n``."""
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)):
        raise fail(TypeError, where, name, "a static Python int", _describe(k))
    if not 1 <= k < n:
        raise fail(ValueError, where, name, f"in 1 <= {name} < n = {n}", str(k))
    return int(k)


def order(
    where: str, value: float, name: str = "alpha", *, finite: bool = False
) -> float:
    """A static order ``>= 0`` of an entropy or a divergence; infinity by default."""
    if isinstance(value, bool) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        raise fail(TypeError, where, name, "a static float", _describe(value))
    if not value >= 0:
        raise fail(ValueError, where, name, ">= 0", str(value))
    if finite and value == float("inf"):
        raise fail(ValueError, where, name, "finite", str(value))
    return float(value)


def size(where: str, value: int, name: str) -> int:
    """A static number of things, at least one."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise fail(TypeError, where, name, "a static Python int", _describe(value))
    if value < 1:
        raise fail(ValueError, where, name, ">= 1", str(value))
    return int(value)


def sizes(where: str, **values: int) -> None:
    """Several static numbers of things, each at least one."""
    for name, value in values.items():
        size(where, value, name)


def table(where: str, argument: str, p: ArrayLike, ndim: int | None = None) -> Array:
    """A probability table: floating, non-empty, of the rank that is asked for."""
    array = as_float(where, argument, p)
    if array.ndim < 1 or array.size == 0:
        raise fail(ValueError, where, argument, "a non-empty table", _describe(array))
    if ndim is not None and array.ndim != ndim:
        raise fail(ValueError, where, argument, f"of rank {ndim}", _describe(array))
    return array


def counts(where: str, argument: str, p: ArrayLike, ndim: int | None = None) -> Array:
    """A table of probabilities or counts; integers become floating."""
    array = p if isinstance(p, jax.Array) else np.asarray(p)
    if array.dtype != bool and jnp.issubdtype(array.dtype, jnp.integer):
        array = jnp.asarray(array).astype(jnp.result_type(float))
    return table(where, argument, array, ndim)
