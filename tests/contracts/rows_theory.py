"""Rows of the information bottleneck."""

from __future__ import annotations

import jax
import numpy as np

from contracts.row import Case
from contracts.rows_closed_form import SQUARE, matrix
from infojax import theory

TABLE = {"bad": ("rank", "empty"), "arguments": ("pxy",)}
EXACT = {"tolerance": 1e-13, "max_steps": 2000}


def tables(nx: int = 5, ny: int = 3):
    """Joint tables of strong dependence, without rare cells."""

    def make(rng: np.random.Generator):
        mass = 0.1 + rng.random((nx, ny)) / 4
        mass[np.arange(nx), np.arange(nx) % ny] += 1
        return (mass / mass.sum(),)

    return make


def problem(nt: int = 3):
    """A table, a trade-off and an encoder, whose clusters are not to split or merge."""

    def make(rng: np.random.Generator):
        (pxy,) = tables()(rng)
        start = rng.dirichlet(np.ones(nt), len(pxy))
        start[np.arange(len(pxy)), np.arange(len(pxy)) % nt] += 1
        return pxy, 5 + rng.random(1), start / start.sum(1, keepdims=True)

    return make


ENCODER = {"bad": ("rank", "empty", "mismatch"), "arguments": ("pxy", "", "encoder")}

ROWS = [
    Case(
        "theory.bottleneck_terms",
        lambda pxy, encoder: theory.bottleneck_terms(pxy, encoder),
        lambda rng: problem()(rng)[::2],
        smooth=(0, 1),
        bad=ENCODER["bad"],
        arguments=("pxy", "encoder"),
    ),
    Case(
        "theory.bottleneck_step",
        lambda pxy, beta, encoder: theory.bottleneck_step(pxy, encoder, beta=beta[0]),
        problem(),
        smooth=(0, 1, 2),
        **ENCODER,
    ),
    Case(
        "theory.information_bottleneck",
        # Of the other fields steps differ by one where the last of them is rounding.
        lambda pxy, beta, encoder: theory.information_bottleneck(
            pxy, encoder, beta=beta[0], **EXACT
        )[:4],
        problem(),
        smooth=(0, 1),
        **ENCODER,
    ),
    Case(
        "theory.bottleneck_curve",
        # What encoders share among equal clusters depends on the way there.
        lambda pxy, betas: theory.bottleneck_curve(pxy, betas=betas, **EXACT)[1:3],
        lambda rng: (*tables()(rng), np.array([4.0, 12.0]) + rng.random(2)),
        smooth=(0, 1),
        **TABLE,
    ),
    Case(
        "theory.annealed_bottleneck_curve",
        lambda pxy, betas: theory.annealed_bottleneck_curve(
            jax.random.key(0), pxy, betas=betas, clusters=2, **EXACT
        )[1:3],
        lambda rng: (*tables()(rng), np.array([12.0, 6.0]) + rng.random(2)),
        smooth=(0, 1),
        **TABLE,
    ),
    Case(
        "theory.deterministic_bottleneck",
        lambda pxy, beta, encoder: theory.deterministic_bottleneck(
            pxy, encoder, beta=beta[0]
        ),
        problem(),
        smooth=(0,),
        **ENCODER,
    ),
    Case(
        "theory.agglomerative_bottleneck",
        theory.agglomerative_bottleneck,
        tables(),
        smooth=(0,),
        **TABLE,
    ),
    Case(
        "theory.gaussian_bottleneck",
        lambda c, beta: theory.gaussian_bottleneck(c, dx=2, beta=beta[0]),
        lambda rng: (*matrix(5)(rng), 20 + rng.random(1)),
        smooth=(0, 1),
        arguments=("covariance",),
        **SQUARE,
    ),
]

TYPES = {
    "theory.AgglomerativeBottleneck",
    "theory.BottleneckTerms",
    "theory.DeterministicBottleneck",
    "theory.GaussianBottleneck",
    "theory.InformationBottleneck",
}
