"""infomeasure."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import infomeasure
import numpy as np

DISTRIBUTIONS = ("infomeasure", "numpy", "scipy")
PRECISION = "float64"
logging.getLogger("infomeasure").setLevel(logging.ERROR)


def ksg(case: SimpleNamespace):
    options = {"approach": "ksg", "k": case.k, "noise_level": 0}
    return lambda: infomeasure.mutual_information(case.x, case.y, **options)


def ksg_pairs(case: SimpleNamespace):
    options = {"approach": "ksg", "k": case.k, "noise_level": 0}
    return lambda: [
        infomeasure.mutual_information(x, y, **options)
        for x, y in zip(case.x, case.y, strict=True)
    ]


def neighbour_entropy(case: SimpleNamespace):
    options = {"approach": "kl", "k": case.k, "noise_level": 0, "minkowski_p": np.inf}
    return lambda: infomeasure.entropy(case.x, **options)


def discrete(case: SimpleNamespace):
    return lambda: infomeasure.mutual_information(case.x, case.y, approach="discrete")
