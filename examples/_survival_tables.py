"""Survival tables in two modalities: a law of known hazards, and of ``lifelines``."""

from __future__ import annotations

import importlib.metadata
from typing import NamedTuple

import numpy as np
import pandas as pd

__all__ = ["Table", "available", "load", "synthetic"]

# Time, event, and the columns of both modalities.
TABLES = {
    "gbsg2": (
        "time",
        "cens",
        ["tsize", "tgrade", "pnodes", "progrec", "estrec"],
        ["horTh", "age", "menostat"],
    ),
    "rossi": (
        "week",
        "arrest",
        ["prio", "paro", "fin"],
        ["age", "race", "wexp", "mar"],
    ),
}
SKEWED = ["pnodes", "progrec", "estrec", "prio"]
LEVELS = {"no": 0, "yes": 1, "Pre": 0, "Post": 1, "I": 0, "II": 1, "III": 2}


class Table(NamedTuple):
    """Two modalities, the time of the event or of the censoring, and which it was."""

    first: np.ndarray
    second: np.ndarray
    time: np.ndarray
    event: np.ndarray


def synthetic(n: int, seed: int = 0) -> tuple[Table, np.ndarray]:
    """Exponential times, some cut off, and the logarithm of each row's hazard."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, n, 4))
    log_hazard = 0.7 * (first[:, 0] + second[:, 0]) + first[:, 1] * second[:, 1]
    time = rng.exponential(np.exp(-log_hazard))
    cut = rng.exponential(1.5, size=n)
    return Table(first, second, np.minimum(time, cut), time <= cut), log_hazard


def available() -> list[str]:
    """The tables of lifelines that can be read here, in order."""
    try:
        importlib.metadata.version("lifelines")
    except importlib.metadata.PackageNotFoundError:
        print("gbsg2 and rossi are left out: pip install lifelines")
        return []
    return list(TABLES)


def load(name: str) -> Table:
    """A table read from the installed files, without importing the package."""
    time, event, *modalities = TABLES[name]
    files = importlib.metadata.files("lifelines") or []
    found = next(f for f in files if f.name == f"{name}.csv")
    table = pd.read_csv(str(found.locate()))
    for column in table.select_dtypes(exclude="number"):
        table[column] = table[column].map(LEVELS)
    for column in set(SKEWED) & set(table):
        table[column] = np.log1p(table[column])
    both = (table[columns].to_numpy(float) for columns in modalities)
    return Table(*both, table[time].to_numpy(float), table[event].to_numpy(bool))
