"""POT: the debiased divergence, with kernels or, slower and safer, logarithms."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import ot

DISTRIBUTIONS = ("pot", "numpy", "scipy")
PRECISION = "float32"


def sinkhorn(case: SimpleNamespace):
    """Its error is the Euclidean norm of that of a margin: all rows 1 / n wrong
    by the tolerance make tolerance / sqrt(n)."""
    options = {
        "reg": case.epsilon,
        "tol": case.tolerance / np.sqrt(len(case.x)),
        "max_iter": 1000,
        "debias": True,
        "n_threads": case.threads,
    }
    return lambda: ot.solve_sample(case.x, case.y, **options).value
