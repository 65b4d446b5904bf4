"""hyppo, whose criterion of independence is the normalised one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hyppo.independence import Hsic

DISTRIBUTIONS = ("hyppo", "numba", "numpy", "scipy", "scikit-learn")
PRECISION = "float64"


def normalized_hsic(case: SimpleNamespace):
    """It has the root of the cosine that infojax has."""
    options = {"gamma": 1 / (2 * case.bandwidth**2), "workers": case.threads}
    test = Hsic(compute_kernel="gaussian", bias=True, **options)
    x, y = case.x.astype(np.float64), case.y.astype(np.float64)  # all that it compiles
    return lambda: test.statistic(x, y) ** 2


# numba compiles for half a minute in the first call, which is not to be timed out.
Hsic(compute_kernel="gaussian", bias=True).statistic(*np.eye(6).reshape(2, 6, 3))
