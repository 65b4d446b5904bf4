"""POT: three problems by its fastest solver, which holds kernels and no logarithms."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import ot

DISTRIBUTIONS = ("pot", "numpy", "scipy")
PRECISION = "float32"


def transport(x: np.ndarray, y: np.ndarray, case: SimpleNamespace) -> float:
    """The dual value: of a plan, as its other functions have it, it takes longer.

    Its error is the Euclidean norm of that of a margin: all rows wrong by tolerance / n
    make tolerance / sqrt(n).
    """
    a, b = (np.full(len(side), 1 / len(side), side.dtype) for side in (x, y))
    cost = ot.dist(x, y)
    stop = case.tolerance / np.sqrt(len(x))
    options = {"method": "sinkhorn", "stopThr": stop, "numIterMax": 1000, "log": True}
    _, found = ot.sinkhorn(a, b, cost, case.epsilon, **options)
    return case.epsilon * (a @ np.log(found["u"] / a) + b @ np.log(found["v"] / b))


def sinkhorn(case: SimpleNamespace):
    def call() -> float:
        cross = transport(case.x, case.y, case)
        same = transport(case.x, case.x, case) + transport(case.y, case.y, case)
        return cross - same / 2

    return call
