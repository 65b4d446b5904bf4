"""Rows of normal and Student copulas beyond pairs, and of unbiased distances."""

from __future__ import annotations

from contracts.row import PAIRED, SAMPLES, WHERE2, Case, N, paired
from contracts.rows_neighbours import WHERE3, XYZ, labelled, triple
from contracts.rows_spectral import order, several
from infojax import dependence, mi, multivariate, transforms

SOFT = transforms.soft_normal_scores(0.5)
CONDITIONAL = {
    "inputs": triple,
    "masks": WHERE3,
    "joint": ((0, 1, 2),),
    "symmetric": True,
    "infinite": True,
    "half": 0.3,
    "arguments": XYZ,
}
LABELS = {
    "inputs": labelled,
    "masks": WHERE2,
    "joint": ((0, 1),),
    "infinite": True,
    "half": 0.3,
    "arguments": ("x", "labels"),
    "bad": (*PAIRED, "labels"),
}
MANY = {
    "inputs": lambda rng: tuple(rng.normal(size=(N, d)) for d in (2, 1, 1)),
    "masks": WHERE3,
    "joint": ((0, 1, 2),),
    "infinite": True,
    "half": 0.3,
    "bad": (*SAMPLES, "mismatch", "mask"),
    "arguments": ("variables[0]", "variables[1]", "variables[2]"),
}
DISTANCES = {"plan": True, "symmetric": True}

ROWS: list[Case] = [
    paired(
        "mi.conditional_gaussian",
        mi.conditional_gaussian,
        smooth=(0, 1, 2),
        **CONDITIONAL,
    ),
    paired(
        "mi.conditional_gaussian_copula",
        mi.conditional_gaussian_copula,
        **CONDITIONAL,
    ),
    paired(
        "mi.conditional_gaussian_copula",
        order(mi.conditional_gaussian_copula, scores=SOFT),
        variant="soft",
        smooth=(0, 1, 2),
        **CONDITIONAL,
    ),
    paired(
        "mi.conditional_student_copula",
        mi.conditional_student_copula,
        **CONDITIONAL,
    ),
    paired("mi.gaussian_copula_discrete", mi.gaussian_copula_discrete, **LABELS),
    paired(
        "mi.gaussian_copula_discrete",
        order(mi.gaussian_copula_discrete, scores=SOFT),
        variant="soft",
        smooth=(0,),
        **LABELS,
    ),
    *(
        Case(f"multivariate.{name}", several(getattr(multivariate, name)), **MANY)
        for name in (
            "gaussian_copula_dual_total_correlation",
            "gaussian_copula_o_information",
            "gaussian_copula_s_information",
            "gaussian_copula_total_correlation",
        )
    ),
    Case(
        "multivariate.gaussian_copula_o_information",
        several(multivariate.gaussian_copula_o_information, scores=SOFT),
        variant="soft",
        smooth=(0, 1, 2),
        **MANY,
    ),
    *(
        paired(
            f"dependence.{name}",
            getattr(dependence, name),
            smooth=(0, 1),
            **DISTANCES,
        )
        for name in ("unbiased_distance_covariance", "unbiased_distance_correlation")
    ),
    paired(
        "dependence.partial_distance_correlation",
        dependence.partial_distance_correlation,
        inputs=triple,
        smooth=(0, 1, 2),
        masks=WHERE3,
        joint=((0, 1, 2),),
        arguments=XYZ,
        **DISTANCES,
    ),
]

TYPES: set[str] = set()
