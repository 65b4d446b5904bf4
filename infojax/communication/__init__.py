"""Learned communication: draws that train, graphs, influence, messages, questions.

Symbols drawn with a gradient: ``straight_through_gumbel``, without noise
``straight_through_top_k``, relaxed ``gumbel_softmax``, gates ``binary_concrete``. Who
listens to whom: ``edge_budget_sample``, ``total_edge_budget_sample``, their mean
``expected_edges``, and ``edge_attention`` over the links.

What one agent's action does to the others: ``unilateral_influence`` and its terms,
``social_influence`` of an action taken, ``targeted_influence`` by a distance.

What messages say: ``message_entropy``, ``position_entropies``, ``capacity_used``,
``speaker_consistency``, ``instantaneous_coordination``; of soft messages ``symbol_mi``
and ``symbol_use``. Whether parts of them have a meaning: ``topographic_similarity``,
``positional_disentanglement``, ``bag_disentanglement``, ``context_independence``.

Between parties who each know a part: ``exchange_terms``, ``question_gains``,
``question_step``, ``greedy_questions``.
"""

from infojax.communication._compositionality import (
    bag_disentanglement,
    context_independence,
    positional_disentanglement,
)
from infojax.communication._graph import (
    edge_attention,
    edge_budget_sample,
    expected_edges,
    total_edge_budget_sample,
)
from infojax.communication._influence import (
    UnilateralInfluence,
    l1_distance,
    l2_distance,
    max_distance,
    social_influence,
    surprisal,
    targeted_influence,
    unilateral_influence,
    unilateral_influence_terms,
)
from infojax.communication._messages import (
    SymbolUse,
    capacity_used,
    instantaneous_coordination,
    message_entropy,
    normalized_speaker_consistency,
    position_entropies,
    speaker_consistency,
    symbol_mi,
    symbol_use,
)
from infojax.communication._questions import (
    Exchange,
    Questions,
    exchange_terms,
    greedy_questions,
    question_gains,
    question_step,
)
from infojax.communication._sampling import (
    binary_concrete,
    gumbel_noise,
    gumbel_softmax,
    single_draw,
    straight_through_gumbel,
    straight_through_top_k,
    successive_draws,
)
from infojax.communication._topography import (
    edit_distance,
    hamming_distance,
    topographic_similarity,
)

__all__ = [
    "Exchange",
    "Questions",
    "SymbolUse",
    "UnilateralInfluence",
    "bag_disentanglement",
    "binary_concrete",
    "capacity_used",
    "context_independence",
    "edge_attention",
    "edge_budget_sample",
    "edit_distance",
    "exchange_terms",
    "expected_edges",
    "greedy_questions",
    "gumbel_noise",
    "gumbel_softmax",
    "hamming_distance",
    "instantaneous_coordination",
    "l1_distance",
    "l2_distance",
    "max_distance",
    "message_entropy",
    "normalized_speaker_consistency",
    "position_entropies",
    "positional_disentanglement",
    "question_gains",
    "question_step",
    "single_draw",
    "social_influence",
    "speaker_consistency",
    "straight_through_gumbel",
    "straight_through_top_k",
    "successive_draws",
    "surprisal",
    "symbol_mi",
    "symbol_use",
    "targeted_influence",
    "topographic_similarity",
    "total_edge_budget_sample",
    "unilateral_influence",
    "unilateral_influence_terms",
]
