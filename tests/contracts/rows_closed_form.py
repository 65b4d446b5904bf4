"""Rows of closed forms and tasks."""

from __future__ import annotations

import numpy as np

from contracts.row import SAMPLES, Case, X, one
from infojax import closed_form, tasks


def _covariance(rng: np.random.Generator, d: int) -> np.ndarray:
    a = rng.normal(size=(d, d))
    return a @ a.T + np.eye(d)


def matrix(d: int = 3):
    return lambda rng: (_covariance(rng, d),)


def two_laws(d: int = 2):
    def make(rng):
        return (
            rng.normal(size=d),
            _covariance(rng, d),
            rng.normal(size=d),
            _covariance(rng, d),
        )

    return make


def matrix_and_freedom(d: int = 3):
    return lambda rng: (_covariance(rng, d), 2 + rng.random(1))


def tables(*shape: int, count: int = 1):
    """Probabilities without rare cells, which finite differences cannot follow."""

    def make(rng):
        masses = 0.2 + rng.random((count, *shape))
        return tuple(mass / mass.sum() for mass in masses)

    return make


SQUARE = {"infinite": True, "bad": ("integer", "rank", "rectangular")}

ROWS = [
    Case(
        "closed_form.gaussian_entropy",
        closed_form.gaussian_entropy,
        matrix(),
        smooth=(0,),
        arguments=("covariance",),
        **SQUARE,
    ),
    Case(
        "closed_form.gaussian_mi",
        lambda c: closed_form.gaussian_mi(c, dx=1),
        matrix(),
        smooth=(0,),
        arguments=("covariance",),
        **SQUARE,
    ),
    Case(
        "closed_form.gaussian_cs_qmi",
        lambda c: closed_form.gaussian_cs_qmi(c, dx=1),
        matrix(),
        smooth=(0,),
        arguments=("covariance",),
        **SQUARE,
    ),
    *(
        Case(
            f"closed_form.{name}",
            getattr(closed_form, name),
            two_laws(),
            smooth=(0, 1, 2, 3),
            infinite=True,
            bad=("integer", "mismatch"),
            arguments=("mean_p", "covariance_p", "mean_q", "covariance_q"),
        )
        for name in ("gaussian_kl", "gaussian_cauchy_schwarz")
    ),
    Case(
        "closed_form.diagonal_gaussian_kl",
        lambda m, s: closed_form.diagonal_gaussian_kl(m, s).sum(),
        lambda rng: (rng.normal(size=(6, 3)), 0.3 + rng.random((6, 3))),
        smooth=(0, 1),
        infinite=True,
        bad=("integer", "empty", "mismatch"),
        arguments=("mean", "scale"),
    ),
    Case(
        "closed_form.bivariate_normal_mi",
        lambda rho: closed_form.bivariate_normal_mi(rho).sum(),
        lambda rng: (rng.uniform(-0.9, 0.9, 5),),
        smooth=(0,),
        infinite=True,
        bad=("integer",),
        arguments=("rho",),
    ),
    Case(
        "closed_form.student_entropy",
        lambda s, df: closed_form.student_entropy(s, df[0]),
        matrix_and_freedom(),
        smooth=(0, 1),
        arguments=("scale",),
        **SQUARE,
    ),
    Case(
        "closed_form.student_mi",
        lambda s, df: closed_form.student_mi(s, df[0], dx=1),
        matrix_and_freedom(),
        smooth=(0, 1),
        arguments=("scale",),
        **SQUARE,
    ),
    Case(
        "closed_form.categorical_entropy",
        closed_form.categorical_entropy,
        tables(5),
        smooth=(0,),
        joint=((0,),),
        bad=("integer", "empty"),
        arguments=("p",),
    ),
    *(
        Case(
            f"closed_form.{name}",
            getattr(closed_form, name),
            tables(5, count=2),
            smooth=(0, 1),
            joint=((0, 1),),
            symmetric=name == "categorical_cauchy_schwarz",
            infinite=True,
            bad=("integer", "empty", "mismatch"),
            arguments=("p", "q"),
        )
        for name in ("categorical_kl", "categorical_cauchy_schwarz")
    ),
    Case(
        "closed_form.categorical_mi",
        closed_form.categorical_mi,
        tables(3, 4),
        smooth=(0,),
        bad=("integer", "empty", "vector"),
        arguments=("pxy",),
    ),
    *(
        Case(f"tasks.{name}", fn, one(), smooth=(0,), bad=("integer",), arguments=X)
        for name, fn in (
            ("half_cube", tasks.half_cube),
            ("normal_cdf", tasks.normal_cdf),
            ("wiggle", tasks.wiggle([0.4, 0.1], [1.0, 2.0], [0.0, 0.5])),
        )
    ),
    Case(
        "tasks.to_normal_mixture",
        tasks.to_normal_mixture([0.3, 0.7], [0.0, 5.0]),
        one(),
        smooth=(0,),
        bad=("integer",),
        arguments=("z",),
    ),
    Case(
        "tasks.spiral",
        tasks.spiral(0.5, plane=(1, 0)),
        one(),
        smooth=(0,),
        bad=SAMPLES,
        arguments=X,
    ),
    Case(
        "tasks.swiss_roll",
        tasks.swiss_roll,
        one(d=1),
        smooth=(0,),
        bad=SAMPLES,
        arguments=X,
    ),
]

TYPES = {
    "tasks.Task",
    "tasks.additive_uniform",
    "tasks.dense_covariance",
    "tasks.gaussian",
    "tasks.make",
    "tasks.names",
    "tasks.paired_covariance",
    "tasks.student",
    "tasks.transformed",
}
