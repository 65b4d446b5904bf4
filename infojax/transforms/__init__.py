"""Maps of samples: scaling, ranks, scores; steps, masks, and mixed sequences."""

from infojax.transforms._masking import MaskedNodes, mask_nodes
from infojax.transforms._mixing import balanced_source, mix_patches, unmix_tokens
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
    "balanced_source",
    "hard_step",
    "mask_nodes",
    "mix_patches",
    "normal_scores",
    "ranks",
    "sigmoid_step",
    "soft_normal_scores",
    "soft_ranks",
    "standardise",
    "unmix_tokens",
]
