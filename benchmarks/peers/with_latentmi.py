"""The nearest-neighbour estimator inside latentmi, one number a sample."""

from __future__ import annotations

import math
from types import SimpleNamespace

from latentmi import ksg as latent

DISTRIBUTIONS = ("latentmi", "scikit-learn", "numpy", "scipy")
PRECISION = "float64"


def ksg(case: SimpleNamespace):
    return lambda: latent.mi(case.x, case.y, k=case.k, base=math.e).mean()


def ksg_pairs(case: SimpleNamespace):
    return lambda: [
        latent.mi(x, y, k=case.k, base=math.e).mean()
        for x, y in zip(case.x, case.y, strict=True)
    ]
