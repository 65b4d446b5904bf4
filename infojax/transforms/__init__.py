"""Maps of samples: scaling, ranks, components, noise; steps, masks, mixed sequences."""

from infojax.transforms._components import (
    PrincipalComponents,
    principal_components,
    principal_scores,
)
from infojax.transforms._masking import MaskedNodes, mask_nodes
from infojax.transforms._mixing import balanced_source, mix_patches, unmix_tokens
from infojax.transforms._noise import inject_noise, root_mean_square
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
    "PrincipalComponents",
    "balanced_source",
    "hard_step",
    "inject_noise",
    "mask_nodes",
    "mix_patches",
    "normal_scores",
    "principal_components",
    "principal_scores",
    "ranks",
    "root_mean_square",
    "sigmoid_step",
    "soft_normal_scores",
    "soft_ranks",
    "standardise",
    "unmix_tokens",
]
