"""Attention as a family of distributions: masks, weights, and how spread they are.

``attend`` gives outputs and weights, ``attend_top_k`` the same from the best keys
alone. ``causal_mask`` and ``modality_mutual_mask`` say which keys a query may see,
``capacity`` how many those are, as the entropy that equal weights would have, and
``leakage`` whether a target is among them. ``entropy``, ``entropy_of_logits`` and
``normalized_entropy`` measure each row of weights; ``bands`` counts heads between
collapse, near 0, and overload, near capacity. ``losses.attention_entropy_loss`` keeps
heads in between.

Everything here works on the last axes, so heads and batches may stand in front.
"""

from infojax.attention._attend import Attention, attend, attend_top_k
from infojax.attention._entropy import (
    bands,
    entropy,
    entropy_of_logits,
    normalized_entropy,
)
from infojax.attention._masks import (
    capacity,
    causal_mask,
    leakage,
    modality_mutual_mask,
)

__all__ = [
    "Attention",
    "attend",
    "attend_top_k",
    "bands",
    "capacity",
    "causal_mask",
    "entropy",
    "entropy_of_logits",
    "leakage",
    "modality_mutual_mask",
    "normalized_entropy",
]
