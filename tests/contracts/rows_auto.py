"""Rows of the estimators that choose, and of what they choose from."""

from __future__ import annotations

import numpy as np

from contracts.row import PAIRED, WHERE2, Case, N, paired
from infojax import mi


def labelled(rng: np.random.Generator) -> tuple:
    """Samples and labels: two classes, and one row alone."""
    labels = np.arange(N) % 2
    labels[-1] = 7
    return rng.normal(size=(N, 2)) + 0.5 * labels[:, None], labels


def told(x, y, **options):
    """The fit as numbers of one type."""
    fit = mi.auto_fit(x, y, **options)
    return fit._replace(method=fit.method.astype(x.dtype))


def wild(rng: np.random.Generator) -> tuple:
    """Dependence that no copula fits."""
    x = rng.normal(size=N)
    return x, np.cos(4 * x) + 0.01 * rng.normal(size=N)


def auto(variant: str, inputs, **more) -> Case:
    """A row of ``auto`` on one kind of data."""
    return Case(
        "mi.auto",
        mi.auto,
        inputs,
        variant=variant,
        masks=WHERE2,
        joint=((0, 1),),
        half=0.5,
        arguments=("x", "y"),
        **more,
    )


ROWS: list[Case] = [
    auto("wild", wild, bad=("rank", "empty", "mismatch", "mask")),
    auto("labels", labelled),
    paired(
        "mi.auto_fit",
        told,
        inputs=labelled,
        zero_when_empty=False,
        half=0.5,
        bad=("rank", "empty", "mismatch", "mask"),
    ),
    paired(
        "mi.extrapolated_ksg",
        lambda x, y, **o: mi.extrapolated_ksg(x, y, **({"ks": (1, 2, 3)} | o)),
        symmetric=True,
        plan=True,
        half=0.5,
        bad=(*PAIRED, "ks"),
    ),
]

# The report looks at the data: it is made of Python numbers, and tested on its own.
TYPES = {"Cautions", "MIReport", "mi.AutoFit", "report"}
