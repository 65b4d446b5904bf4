"""vendi-score: of a Gram matrix, which NumPy makes, and of feature vectors."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from vendi_score import vendi as library

DISTRIBUTIONS = ("vendi-score", "numpy", "scipy", "scikit-learn")
PRECISION = "float32"


def vendi(case: SimpleNamespace):
    def call() -> float:
        squares = (case.x**2).sum(1)
        gaps = squares[:, None] + squares[None] - 2 * case.x @ case.x.T
        return library.score_K(np.exp(-gaps / (2 * case.bandwidth**2)))

    return call


def vendi_features(case: SimpleNamespace):
    return lambda: library.score_dual(case.x)
