"""What peers.py compares: samples, settings and how near the values must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["NOTES", "ROWS", "Row"]

Arrays = dict[str, np.ndarray]
Draw = Callable[..., Arrays]
CORRELATION = 0.6


@dataclass(frozen=True)
class Row:
    """A method of the sides, on samples drawn with its settings.

    Values agree when they differ by ``tolerance`` at most, times the largest value of
    infojax where that is ``relative``.
    """

    name: str
    method: str
    draw: Draw
    settings: dict[str, Any]
    tolerance: float
    relative: bool = False
    small: dict[str, Any] = field(default_factory=dict)
    long: bool = False

    @property
    def group(self) -> str:
        return self.name.split(",")[0]

    def samples(self, settings: dict[str, Any]) -> Arrays:
        return self.draw(np.random.default_rng(0), **settings)


def single(**arrays: np.ndarray) -> Arrays:
    return {name: np.ascontiguousarray(a, np.float32) for name, a in arrays.items()}


def standardised(x: np.ndarray, axis: int = 0) -> np.ndarray:
    """Some libraries do it themselves."""
    return (x - x.mean(axis, keepdims=True)) / x.std(axis, keepdims=True)


def correlated(rng: np.random.Generator, shape: tuple[int, ...]) -> list[np.ndarray]:
    x, noise = rng.standard_normal((2, *shape))
    return [x, CORRELATION * x + np.sqrt(1 - CORRELATION**2) * noise]


def pair(rng: np.random.Generator, *, n: int, d: int, **_: Any) -> Arrays:
    """Two sides of d columns, correlated column by column."""
    x, y = map(standardised, correlated(rng, (n, d)))
    return single(x=x, y=y)


def pairs(rng: np.random.Generator, *, n: int, batch: int, **_: Any) -> Arrays:
    x, y = (standardised(side, 1) for side in correlated(rng, (batch, n)))
    return single(x=x, y=y)


def wide_pairs(
    rng: np.random.Generator, *, n: int, batch: int, d: int, **_: Any
) -> Arrays:
    x, y = correlated(rng, (batch, n, d))
    return single(x=x, y=y)


def features(rng: np.random.Generator, *, n: int, batch: int, **_: Any) -> Arrays:
    """Columns that tell more and more of one target, all of them something."""
    y = standardised(rng.standard_normal(n))
    strength = np.linspace(0.5, 0.9, batch)
    noise = rng.standard_normal((n, batch))
    x = strength * y[:, None] + np.sqrt(1 - strength**2) * noise
    return single(x=standardised(x), y=y)


def sample(rng: np.random.Generator, *, n: int, d: int, **_: Any) -> Arrays:
    return single(x=rng.standard_normal((n, d)))


def white(rng: np.random.Generator, *, n: int, d: int, **_: Any) -> Arrays:
    """Of covariance 1 exactly, so that a bandwidth in its units is isotropic."""
    x = rng.standard_normal((n, d))
    x -= x.mean(0)
    return single(x=np.linalg.solve(np.linalg.cholesky(np.cov(x.T)), x.T).T)


def labels(rng: np.random.Generator, *, n: int, symbols: int, **_: Any) -> Arrays:
    x = rng.integers(symbols, size=n)
    y = np.where(rng.random(n) < 0.5, x, rng.integers(symbols, size=n))
    return {"x": x.astype(np.int32), "y": y.astype(np.int32)}


def columns(rng: np.random.Generator, *, n: int, d: int, bins: int, **_: Any) -> Arrays:
    """Columns with one common cause, and the same in bins, for those who ask that."""
    x = 0.7 * rng.standard_normal((n, 1)) + rng.standard_normal((n, d))
    ranks = x.argsort(0).argsort(0)
    return single(x=x) | {"codes": (ranks * bins // n).astype(np.int32)}


def two_samples(rng: np.random.Generator, *, n: int, d: int, **_: Any) -> Arrays:
    x, y = rng.standard_normal((2, n, d))
    return single(x=x, y=y + 0.3)


def ksg_row(n: int, d: int) -> Row:
    settings = {"n": n, "d": d, "k": 3}
    name = f"KSG, n = {n:,}, {d} + {d} columns"
    long = d == 10 and n == 100_000
    return Row(name, "ksg", pair, settings, 1e-3, small={"n": 200}, long=long)


def square_rows(label: str, method: str, draw: Draw, sizes: tuple[int, ...]):
    return [
        Row(
            f"{label}, n = {n:,}",
            method,
            draw,
            {"n": n, "d": 5, "bandwidth": 2.0},
            2e-3,
            relative=True,
            small={"n": 100},
        )
        for n in sizes
    ]


BATCH = {"n": 500, "batch": 1000, "batch_size": 50}
FEW = {"n": 60, "batch": 4, "batch_size": 2}
ROWS = [
    *(ksg_row(n, d) for d in (1, 3) for n in (1_000, 10_000, 100_000)),
    *(ksg_row(n, 10) for n in (1_000, 10_000, 30_000, 100_000)),
    Row(
        "KSG, 1,000 pairs of n = 500",
        "ksg_pairs",
        pairs,
        BATCH | {"k": 3},
        1e-3,
        small=FEW,
    ),
    Row(
        "KSG, 1,000 columns and one target, n = 500",
        "ksg_features",
        features,
        BATCH | {"k": 3},
        1e-3,
        small=FEW,
    ),
    Row(
        "Kozachenko-Leonenko, n = 100,000, 3 columns",
        "neighbour_entropy",
        sample,
        {"n": 100_000, "d": 3, "k": 3},
        1e-3,
        small={"n": 300},
    ),
    Row(
        "kernel entropy, n = 20,000, 10 columns",
        "kernel_entropy",
        white,
        {"n": 20_000, "d": 10, "bandwidth": 0.5},
        1e-3,
        small={"n": 200},
    ),
    Row(
        "Sinkhorn divergence, n = 4,000, 3 columns",
        "sinkhorn",
        two_samples,
        {"n": 4000, "d": 3, "epsilon": 0.3, "tolerance": 1e-3, "scaling": 0.8}
        | {"logarithms": True},
        1e-2,
        relative=True,
        small={"n": 60},
    ),
    Row(
        "plug-in, n = 1,000,000, 50 x 50 labels",
        "discrete",
        labels,
        {"n": 1_000_000, "symbols": 50},
        1e-4,
        small={"n": 500, "symbols": 4},
    ),
    Row(
        "binned, all pairs of 500 columns, n = 1,000, 8 bins",
        "binned_matrix",
        columns,
        {"n": 1000, "d": 500, "bins": 8},
        1e-4,
        small={"n": 96, "d": 4},
    ),
    Row(
        "Vendi score, Gaussian kernel, n = 2,000",
        "vendi",
        sample,
        {"n": 2000, "d": 16, "bandwidth": 4.0},
        1e-3,
        relative=True,
        small={"n": 60},
    ),
    Row(
        "Vendi score, features, n = 50,000, 128 columns",
        "vendi_features",
        sample,
        {"n": 50_000, "d": 128},
        1e-3,
        relative=True,
        small={"n": 60, "d": 8},
    ),
    *square_rows("HSIC", "hsic", pair, (5_000, 10_000, 20_000)),
    *square_rows("normalised HSIC", "normalized_hsic", pair, (5_000, 10_000, 20_000)),
    *square_rows("MMD", "mmd", two_samples, (5_000, 10_000, 20_000)),
    Row(
        "HSIC, 1,000 pairs of n = 500",
        "hsic_pairs",
        wide_pairs,
        BATCH | {"d": 2, "bandwidth": 1.0},
        2e-3,
        relative=True,
        small=FEW,
    ),
    Row(
        "Gaussian copula, 1,000 pairs of n = 500",
        "copula_pairs",
        pairs,
        BATCH,
        1e-3,
        small=FEW,
    ),
]
# Why a library may say another number: it is then timed all the same.
NOTES: dict[tuple[str, str], str] = {}
