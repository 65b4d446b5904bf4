"""What kind of data came, and which cheap statistics suit it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from infojax import entropy, mi, transforms
from infojax._base import checks
from infojax.mi._auto import FAR
from infojax.types import Array, ArrayLike

__all__ = ["Data", "Statistic", "member", "near", "open_data", "statistics"]

Statistic = Callable[[Array, Array], Array]


class Data(NamedTuple):
    """Rows that exist: floating ``[n, d]`` or integer labels ``[n]``, on each side."""

    x: Array
    y: Array

    @property
    def rows(self) -> int:
        return len(self.x)

    @property
    def columns(self) -> int:
        return sum(s.shape[1] for s in self if s.ndim == 2)

    @property
    def continuous(self) -> bool:
        """Whether both sides are floating."""
        return self.x.ndim == self.y.ndim == 2


def open_data(name: str, x: ArrayLike, y: ArrayLike, where: ArrayLike | None) -> Data:
    """Clean rows of both sides, those that are masked left out."""
    sides = {"x": _side(name, "x", x), "y": _side(name, "y", y)}
    rows = checks.same_length(name, **sides)
    keep = np.asarray(checks.row_mask(name, where, rows))
    if not keep.any():
        raise checks.fail(ValueError, name, "where", "True somewhere", "all False")
    for key, side in sides.items():
        if side.ndim == 2 and not np.isfinite(np.asarray(side)[keep]).all():
            expected = "finite where it is not masked"
            raise checks.fail(ValueError, name, key, expected, "NaN or infinity")
    return Data(*(jnp.asarray(np.asarray(side)[keep]) for side in sides.values()))


def _side(name: str, argument: str, x: ArrayLike) -> Array:
    """Floating columns, or one integer label a row; words become labels."""
    array = np.asarray(x)
    if array.dtype.kind in "fV" or str(array.dtype) == "bfloat16":
        return checks.samples(name, **{argument: jnp.asarray(array)})[0][0]
    if array.ndim not in (1, 2) or array.size == 0 or array.dtype.kind == "c":
        expected = "real numbers or labels of shape [n, d] or [n], not empty"
        received = f"{array.dtype}{list(array.shape)}"
        raise checks.fail(ValueError, name, argument, expected, received)
    if array.dtype.kind == "O":
        array = array.astype(str)
    labels = np.unique(array, axis=0, return_inverse=True)[1].reshape(-1)
    return jnp.asarray(labels, jnp.int32)


def member(method: int) -> Statistic:
    """The part of ``mi.auto`` that decided, as an estimator for fewer rows."""
    return (mi.student_copula, _extrapolated, _mixed, _within, _counted)[method]


def statistics(
    data: Data, method: int
) -> tuple[tuple[Statistic, ...], tuple[Statistic, ...]]:
    """Tests of independence: cheap ones for all rows, and local ones for fewer.

    The first see monotone dependence, and spread that both sides share; the second any.
    """
    if method == 4:
        return (mi.discrete,), ()
    if method == 3:
        return (), (_within,)
    if method == 2:
        return (), (_mixed,)
    linear = (_monotone, _scale) if data.rows > data.columns + 1 else ()
    return linear, (_steady,)


# Statistics take normal scores, or make them: of scores they are the same again. They
# have names here so that each is compiled once a shape.


def _extrapolated(x: Array, y: Array) -> Array:
    return mi.extrapolated_ksg(*(transforms.normal_scores(side) for side in (x, y)))


def _mixed(x: Array, y: Array) -> Array:
    def side(s: Array) -> Array:
        return transforms.normal_scores(s) if s.ndim == 2 else FAR * s[:, None]

    k = min(5, len(x) - 1)
    return mi.conditional_mixed(side(x), side(y), jnp.zeros(len(x)), k=k)


def _within(x: Array, y: Array) -> Array:
    side, labels = (x, y) if x.ndim == 2 else (y, x)
    k = min(5, len(labels) - 1)
    return mi.discrete_continuous(transforms.normal_scores(side), labels, k=k)


def _counted(x: Array, y: Array) -> Array:
    return mi.discrete(x, y, estimator=entropy.grassberger)


def _monotone(x: Array, y: Array) -> Array:
    return mi.gaussian(x, y, bias_correction=False)


def _scale(x: Array, y: Array) -> Array:
    return mi.gaussian(jnp.abs(x), jnp.abs(y), bias_correction=False)


def near(x: Array, y: Array) -> Array:
    """Neighbours of the samples as they are, which units change."""
    return mi.ksg(x, y, k=min(3, len(x) - 1))


def _steady(x: Array, y: Array) -> Array:
    return mi.ksg(x, y, k=min(16, len(x) - 1))
