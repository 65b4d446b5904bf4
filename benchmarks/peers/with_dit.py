"""dit: a distribution from the counts of symbols, in bits."""

from __future__ import annotations

import math
from types import SimpleNamespace

import dit
import numpy as np

DISTRIBUTIONS = ("dit", "numpy", "scipy")
PRECISION = "float64"


def discrete(case: SimpleNamespace):
    """From samples to counts it has a loop in Python only: NumPy counts for it."""

    def call() -> float:
        pairs, counts = np.unique(
            np.stack([case.x, case.y], 1), axis=0, return_counts=True
        )
        outcomes = [tuple(pair) for pair in pairs.tolist()]
        law = dit.Distribution(outcomes, (counts / counts.sum()).tolist())
        return dit.shannon.mutual_information(law, [0], [1]) * math.log(2)

    return call


def broja(case: SimpleNamespace):
    """Atoms of laws ``[n, ns, nx, ny]``, the target first, one law after the other."""
    from dit.pid import PID_BROJA

    cells = list(np.ndindex(case.laws.shape[1:]))

    def decompose(law: np.ndarray) -> list[float]:
        found = PID_BROJA(
            dit.Distribution(cells, law.ravel().tolist()), [[1], [2]], [0]
        )
        atoms = ((1,), (2,)), ((1,),), ((2,),), ((1, 2),)
        return [found.get_pi(atom) * math.log(2) for atom in atoms]

    decompose(case.laws[0])  # what it imports and prepares is not counted
    return lambda: [decompose(law) for law in case.laws]
