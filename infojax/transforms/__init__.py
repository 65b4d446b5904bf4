"""Maps of samples that keep information: scaling, ranks, scores; and steps."""

from infojax.transforms._ranks import (
    normal_scores,
    ranks,
    soft_normal_scores,
    soft_ranks,
    standardise,
)
from infojax.transforms._steps import hard_step, sigmoid_step

__all__ = [
    "hard_step",
    "normal_scores",
    "ranks",
    "sigmoid_step",
    "soft_normal_scores",
    "soft_ranks",
    "standardise",
]
