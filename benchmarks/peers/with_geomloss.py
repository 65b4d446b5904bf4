"""GeomLoss on torch tensors that are there before."""

from __future__ import annotations

import math
from types import SimpleNamespace

import torch
from geomloss import SamplesLoss

DISTRIBUTIONS = ("geomloss", "torch", "numpy")
PRECISION = "float32"


def loss_of(case: SimpleNamespace, **options):
    torch.set_num_threads(case.threads)
    loss = SamplesLoss(backend="tensorized", **options)
    x, y = torch.from_numpy(case.x), torch.from_numpy(case.y)

    def call() -> float:
        with torch.no_grad():
            return 2 * loss(x, y).item()

    return call


def mmd(case: SimpleNamespace):
    return loss_of(case, loss="gaussian", blur=case.bandwidth)


def sinkhorn(case: SimpleNamespace):
    """It halves the cost, so the regularisation too, and lowers it step by step
    from the diameter; it has no tolerance, and stops where it has arrived."""
    options = {"p": 2, "blur": math.sqrt(case.epsilon / 2), "scaling": case.scaling}
    return loss_of(case, loss="sinkhorn", **options)
