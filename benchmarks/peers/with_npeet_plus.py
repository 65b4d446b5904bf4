"""npeet-plus, whose numbers are in bits unless the base is e."""

from __future__ import annotations

import math
from types import SimpleNamespace

import npeet_plus

DISTRIBUTIONS = ("npeet-plus", "scikit-learn", "numpy", "scipy")
PRECISION = "float64"


def ksg(case: SimpleNamespace):
    return lambda: npeet_plus.mi(case.x, case.y, k=case.k, base=math.e)


def ksg_pairs(case: SimpleNamespace):
    return lambda: [
        npeet_plus.mi(x, y, k=case.k, base=math.e)
        for x, y in zip(case.x, case.y, strict=True)
    ]


def neighbour_entropy(case: SimpleNamespace):
    return lambda: npeet_plus.entropy(case.x, k=case.k, base=math.e)


def discrete(case: SimpleNamespace):
    x, y = case.x[:, None], case.y[:, None]
    return lambda: npeet_plus.midd(x, y, base=math.e)
