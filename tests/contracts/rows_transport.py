"""Rows of transport between two samples."""

from __future__ import annotations

import jax

from contracts.row import SAMPLES, TWO_WEIGHTS, XY, Case, two
from contracts.rows_spectral import order, samples
from infojax import divergence

# Solved so well that what is left of the iterations does not show.
SOLVED = {"epsilon": 1.0, "tolerance": 1e-11}


def sliced(x, y, **options):
    key = jax.random.key(0)
    return divergence.sliced_wasserstein(key, x, y, projections=5, **options)


def values(x, y, **options):
    """What is an estimate: neither the steps nor the last change."""
    return divergence.sinkhorn_solve(x, y, **SOLVED, **options)[:2]


ROWS: list[Case] = [
    samples(
        "divergence.sinkhorn",
        order(divergence.sinkhorn, **SOLVED),
        weights=TWO_WEIGHTS,
        plan=True,
    ),
    samples("divergence.sinkhorn_solve", values, weights=TWO_WEIGHTS, plan=True),
    *(
        samples(
            "divergence.wasserstein_1d",
            order(divergence.wasserstein_1d, p=p),
            variant=f"p={p}",
            inputs=two(d=1),
            weights=TWO_WEIGHTS,
            bad=(*SAMPLES, "width"),
            arguments=XY,
        )
        for p in (1, 2.5)
    ),
    samples("divergence.sliced_wasserstein", sliced, weights=TWO_WEIGHTS),
]

TYPES: set[str] = {"divergence.SinkhornResult"}
