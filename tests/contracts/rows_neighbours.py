"""Rows of the estimators made of nearest neighbours."""

from __future__ import annotations

import numpy as np

from contracts.row import PAIRED, SAMPLES, TWO_MASKS, WHERE2, XY, Case, N, paired, two
from infojax import divergence, mi, transforms

XYZ, WHERE3 = ("x", "y", "z"), {"where": (0, 1, 2)}


def labelled(rng: np.random.Generator) -> tuple:
    """Samples and classes: two that have neighbours to spare, and a singleton."""
    labels = np.arange(N) % 2
    labels[-1] = 7
    return rng.normal(size=(N, 2)) + 0.5 * labels[:, None], labels


def triple(rng: np.random.Generator) -> tuple:
    """Three samples, the first two dependent on the third."""
    z = rng.normal(size=(N, 1))
    return z + rng.normal(size=(N, 2)), z + rng.normal(size=(N, 1)), z


K = {"plan": True, "half": 0.5, "bad": (*PAIRED, "k")}

ROWS: list[Case] = [
    paired("mi.ksg2", mi.ksg2, symmetric=True, **K),
    paired(
        "mi.ksg2",
        lambda x, y, **o: mi.ksg2(x, y, step=transforms.sigmoid_step(0.3), **o),
        variant="soft",
        smooth=(0, 1),
        symmetric=True,
        **K,
    ),
    paired("mi.mixed_ksg", mi.mixed_ksg, symmetric=True, **K),
    Case(
        "mi.discrete_continuous",
        mi.discrete_continuous,
        labelled,
        masks=WHERE2,
        joint=((0, 1),),
        arguments=("x", "labels"),
        **(K | {"bad": (*PAIRED, "k", "labels")}),
    ),
    *(
        paired(
            f"mi.{name}",
            getattr(mi, name),
            inputs=triple,
            masks=WHERE3,
            joint=((0, 1, 2),),
            symmetric=True,
            arguments=XYZ,
            **K,
        )
        for name in ("conditional_ksg", "conditional_mixed")
    ),
    paired(
        "mi.conditional_ksg",
        lambda x, y, z, **o: mi.conditional_ksg(
            x, y, z, step=transforms.sigmoid_step(0.3), **o
        ),
        variant="soft",
        inputs=triple,
        smooth=(0, 1, 2),
        masks=WHERE3,
        joint=((0, 1, 2),),
        symmetric=True,
        arguments=XYZ,
        **K,
    ),
    *(
        Case(
            f"divergence.{name}",
            getattr(divergence, name),
            two(),
            smooth=(0, 1),
            masks=TWO_MASKS,
            joint=((0,), (1,)),
            plan=True,
            half=0.5,
            bad=(*SAMPLES, "width", "k"),
            arguments=XY,
        )
        for name in ("knn_kl", "knn_renyi")
    ),
]

TYPES: set[str] = set()
