"""ennemi: pairs of single columns; several pairs at a time run in threads."""

from __future__ import annotations

from types import SimpleNamespace

import ennemi

DISTRIBUTIONS = ("ennemi", "numpy", "scipy")
PRECISION = "float64"


def ksg(case: SimpleNamespace):
    if case.x.shape[1] + case.y.shape[1] > 2:
        return None
    options = {"k": case.k, "preprocess": False, "max_threads": case.threads}
    return lambda: ennemi.estimate_mi(case.y[:, 0], case.x, **options)[0, 0]


def ksg_pairs(case: SimpleNamespace):
    options = {"k": case.k, "preprocess": False, "max_threads": 1}
    return lambda: [
        ennemi.estimate_mi(y, x, **options)[0, 0]
        for x, y in zip(case.x, case.y, strict=True)
    ]


def ksg_features(case: SimpleNamespace):
    options = {"k": case.k, "preprocess": False, "max_threads": case.threads}
    return lambda: ennemi.estimate_mi(case.y, case.x, **options)[0]


def neighbour_entropy(case: SimpleNamespace):
    return lambda: ennemi.estimate_entropy(case.x, k=case.k, multidim=True)


def discrete(case: SimpleNamespace):
    options = {"discrete_x": True, "discrete_y": True, "max_threads": case.threads}
    return lambda: ennemi.estimate_mi(case.y, case.x, **options)[0, 0]


def binned_matrix(case: SimpleNamespace):
    """Of columns that it is given in bins."""
    options = {"discrete": True, "max_threads": case.threads}
    return lambda: ennemi.pairwise_mi(case.codes, **options)
