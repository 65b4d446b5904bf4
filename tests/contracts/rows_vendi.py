"""Rows of Vendi scores that are estimated by random features or random probes."""

from __future__ import annotations

import jax

from contracts.row import Case
from contracts.rows_spectral import GAUSSIAN, items
from infojax import entropy

KEY = jax.random.key(0)


def fourier(x, **options):
    return entropy.vendi_fourier(KEY, x, bandwidth=1.0, features=8, **options)


def lanczos(q: float, steps: int):
    def call(x, **options):
        return entropy.vendi_lanczos(
            KEY, x, kernel=GAUSSIAN, q=q, probes=3, steps=steps, **options
        )

    return call


ROWS: list[Case] = [
    items("entropy.vendi_fourier", fourier),
    # Each item has its own signs, so that their order matters.
    *(
        items(
            "entropy.vendi_lanczos",
            lanczos(q, steps),
            variant=f"q={q}",
            smooth=(),
            weights={},
            joint=(),
            plan=True,
        )
        for q, steps in ((0.5, 4), (1, 4), (1.1, 4), (2, 4))
    ),
]

TYPES: set[str] = {"entropy.VendiEstimate"}
