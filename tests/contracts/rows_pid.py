"""Rows of partial information decomposition."""

from __future__ import annotations

import numpy as np

from contracts.row import Case
from contracts.rows_closed_form import SQUARE, matrix
from infojax import mi, pid

TABLE = {"bad": ("vector", "empty"), "arguments": ("p",)}


def law(*shape: int):
    """Laws without rare cells, whose sources do not tie."""

    def make(rng: np.random.Generator):
        mass = 0.2 + rng.random(shape)
        # The first source says most.
        for i in range(shape[0]):
            mass[i, i % shape[1]] *= 4
            mass[i, :, i % shape[2]] *= 2
        return (mass / mass.sum(),)

    return make


def codes(rng: np.random.Generator):
    drawn = [rng.integers(0, size, 12) for size in (2, 2, 3)]
    return *drawn, 0.5 + rng.random(12)


def samples(rng: np.random.Generator):
    x, y = rng.normal(size=(2, 12, 1))
    return x + 0.5 * y + 0.3 * rng.normal(size=x.shape), x, y


SAMPLES = {
    "inputs": samples,
    "smooth": (0, 1, 2),
    "joint": ((0, 1, 2),),
    "bad": ("integer", "rank", "empty", "mismatch"),
    "arguments": ("s", "x", "y"),
}

ROWS = [
    Case(
        "pid.broja",
        lambda p: pid.broja(p, tolerance=1e-12)[:5],
        law(3, 2, 2),
        smooth=(0,),
        **TABLE,
    ),
    Case("pid.mmi", pid.mmi, law(3, 2, 2), smooth=(0,), **TABLE),
    Case("pid.i_min", pid.i_min, law(3, 2, 2), smooth=(0,), **TABLE),
    Case("pid.bounds", pid.bounds, law(3, 2, 2), smooth=(0,), **TABLE),
    Case("pid.lattice_i_min", pid.lattice_i_min, law(2, 2, 3, 2), smooth=(0,), **TABLE),
    Case("pid.lattice_mmi", pid.lattice_mmi, law(2, 2, 3, 2), smooth=(0,), **TABLE),
    Case(
        "pid.gaussian_mmi",
        lambda c: pid.gaussian_mmi(c, ds=1, dx=2),
        matrix(5),
        smooth=(0,),
        arguments=("covariance",),
        **SQUARE,
    ),
    Case(
        "pid.plugin",
        lambda s, x, y, w, **options: pid.plugin(
            s, x, y, shape=(2, 2, 3), measure=pid.mmi, weights=w, **options
        ),
        codes,
        smooth=(3,),
        masks={"where": (0, 1, 2, 3)},
        joint=((0, 1, 2, 3),),
        bad=("empty", "mismatch", "mask"),
        arguments=("s", "x", "y", "weights"),
    ),
    Case(
        "pid.sample_mmi",
        lambda s, x, y: pid.sample_mmi(s, x, y, estimator=mi.cs_qmi),
        **SAMPLES,
    ),
    Case(
        "pid.sample_bounds",
        lambda s, x, y: pid.sample_bounds(s, x, y, estimator=mi.cs_qmi),
        **SAMPLES,
    ),
]

TYPES = {"pid.BROJA", "pid.Lattice", "pid.PID", "pid.PIDBounds", "pid.plot_atoms"}
