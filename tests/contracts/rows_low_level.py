"""Rows of kernels, transforms and the top level."""

from __future__ import annotations

import infojax as ij
from contracts.row import (
    SAMPLES,
    WHERE1,
    Case,
    X,
    gram,
    one,
)
from infojax import kernels, transforms

ROWS = [
    gram("kernels.gaussian", kernels.gaussian(0.8)),
    gram("kernels.laplace", kernels.laplace(0.8)),
    gram("kernels.linear", kernels.linear()),
    gram("kernels.polynomial", kernels.polynomial(3)),
    gram("kernels.rational_quadratic", kernels.rational_quadratic(0.8, alpha=1.5)),
    *(
        Case(
            f"kernels.{rule}_bandwidth",
            getattr(kernels, f"{rule}_bandwidth"),
            one(),
            masks=WHERE1,
            joint=((0,),),
            zero_when_empty=False,
            bad=(*SAMPLES, "mask"),
            arguments=X,
        )
        for rule in ("median", "scott", "silverman")
    ),
    Case(
        "transforms.hard_step",
        transforms.hard_step,
        one(),
        bad=("integer",),
        arguments=("gap",),
    ),
    Case(
        "transforms.sigmoid_step",
        transforms.sigmoid_step(0.5),
        one(),
        smooth=(0,),
        bad=("integer",),
        arguments=("gap",),
    ),
    Case(
        "transforms.standardise",
        transforms.standardise,
        one(),
        smooth=(0,),
        bad=SAMPLES,
        arguments=X,
    ),
    Case("transforms.ranks", transforms.ranks, one(), bad=SAMPLES, arguments=X),
    Case(
        "transforms.soft_ranks",
        lambda x, **o: transforms.soft_ranks(x, temperature=0.5, **o),
        one(),
        smooth=(0,),
        bad=SAMPLES,
        arguments=X,
    ),
    Case(
        "transforms.normal_scores",
        transforms.normal_scores,
        one(),
        half=0.3,
        bad=SAMPLES,
        arguments=X,
    ),
    Case(
        "transforms.soft_normal_scores",
        transforms.soft_normal_scores(0.5),
        one(),
        smooth=(0,),
        half=0.3,
        bad=SAMPLES,
        arguments=X,
    ),
    Case(
        "to_bits", ij.to_bits, one(), smooth=(0,), bad=("integer",), arguments=("nats",)
    ),
]


TYPES = {"PairPlan", "Pairs", "sharded"}
