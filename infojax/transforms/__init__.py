"""Maps of samples that keep information: scaling, ranks, scores; steps and masks."""

from infojax.transforms._masking import MaskedNodes, mask_nodes
from infojax.transforms._ranks import (
    normal_scores,
    ranks,
    soft_normal_scores,
    soft_ranks,
    standardise,
)
from infojax.transforms._steps import hard_step, sigmoid_step

__all__ = [
    "MaskedNodes",
    "hard_step",
    "mask_nodes",
    "normal_scores",
    "ranks",
    "sigmoid_step",
    "soft_normal_scores",
    "soft_ranks",
    "standardise",
]
