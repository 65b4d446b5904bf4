"""Rows of estimators with a value a pair, told by two moments of the values."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp

from contracts.row import PAIRED, Case, paired
from contracts.rows_quantize import weighted_pairs
from infojax import mi


def moments(function: Callable) -> Callable:
    """Sum and sum of squares, which forget absent pairs and the order of rows."""

    def call(*arrays, **options):
        values = function(*arrays, **options)
        return jnp.sum(values), jnp.sum(values**2)

    return call


ROWS: list[Case] = [
    paired(
        "mi.pointwise_ksg",
        moments(mi.pointwise_ksg),
        symmetric=True,
        half=0.5,
        bad=(*PAIRED, "k"),
    ),
    paired(
        "mi.pointwise_gaussian",
        moments(mi.pointwise_gaussian),
        smooth=(0, 1),
        symmetric=True,
        infinite=True,
        half=0.5,
    ),
    paired(
        "mi.pointwise_student_copula",
        moments(mi.pointwise_student_copula),
        symmetric=True,
        half=0.5,
    ),
    weighted_pairs(
        "mi.pointwise_discrete",
        moments(lambda x, y, w, **o: mi.pointwise_discrete(x, y, weights=w, **o)),
        symmetric=True,
    ),
]

TYPES: set[str] = set()
