"""scikit-learn, by its public functions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from sklearn.feature_selection import mutual_info_regression
from sklearn.metrics import mutual_info_score
from sklearn.neighbors import KernelDensity

DISTRIBUTIONS = ("scikit-learn", "numpy", "scipy")
PRECISION = "float64"


def ksg(case: SimpleNamespace):
    """For one column a side, which it scales and adds a little noise to."""
    if case.x.shape[1] + case.y.shape[1] > 2:
        return None
    options = {"n_neighbors": case.k, "random_state": 0, "n_jobs": 1}
    return lambda: mutual_info_regression(case.x, case.y[:, 0], **options)[0]


def ksg_pairs(case: SimpleNamespace):
    options = {"n_neighbors": case.k, "random_state": 0, "n_jobs": 1}
    return lambda: [
        mutual_info_regression(x[:, None], y, **options)[0]
        for x, y in zip(case.x, case.y, strict=True)
    ]


def ksg_features(case: SimpleNamespace):
    options = {"n_neighbors": case.k, "random_state": 0, "n_jobs": case.threads}
    return lambda: mutual_info_regression(case.x, case.y, **options)


def kernel_entropy(case: SimpleNamespace):
    def call() -> float:
        density = KernelDensity(bandwidth=case.bandwidth).fit(case.x)
        return -density.score_samples(case.x).mean()

    return call


def discrete(case: SimpleNamespace):
    return lambda: mutual_info_score(case.x, case.y)


def binned_matrix(case: SimpleNamespace):
    """A loop over the pairs of columns, which it is given in bins."""
    codes = np.ascontiguousarray(case.codes.T)

    def call() -> np.ndarray:
        d = len(codes)
        matrix = np.full((d, d), np.nan)
        for i in range(d):
            for j in range(i + 1, d):
                matrix[i, j] = matrix[j, i] = mutual_info_score(codes[i], codes[j])
        return matrix

    return call
