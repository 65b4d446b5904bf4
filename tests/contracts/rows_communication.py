"""Rows of learned communication: draws, graphs, influence, messages, questions."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from contracts.row import WHERE1, Case, N
from infojax import communication

KEY = jax.random.key(0)
WHERE2 = {"where": (0, 1)}


def logits(*shape: int):
    return lambda rng: (rng.normal(size=shape),)


def drawn(name: str, *shape: int, variant: str = "", smooth: bool = False, **options):
    """Row of a draw from logits. Of hard ones differences do not see the gradient."""
    function = getattr(communication, name)
    return Case(
        f"communication.{name}",
        lambda x: function(KEY, x, **options),
        logits(*shape),
        variant=variant,
        smooth=(0,) if smooth else (),
        bad=("integer",),
        arguments=("logits",),
    )


def influence(rng: np.random.Generator):
    """A policy and the responses of two others."""
    policy = (rng.dirichlet(np.ones(3)) + 1 / 3) / 2
    return policy, (rng.dirichlet(np.ones(4), (2, 3)) + 1 / 4) / 2


def aimed(rng: np.random.Generator):
    return *influence(rng), rng.dirichlet(np.ones(4), 2)


def laws(rng: np.random.Generator):
    return tuple((rng.dirichlet(np.ones(4), (2, 3)) + 1 / 4) / 2)


def distance(name: str, **more) -> Case:
    return Case(
        f"communication.{name}",
        getattr(communication, name),
        laws,
        smooth=(0, 1),
        bad=("integer", "empty", "mismatch"),
        arguments=("p", "q"),
        **more,
    )


def messages(rng: np.random.Generator):
    """Messages, and how much each counts."""
    return rng.integers(0, 3, (N, 2)), rng.uniform(0.5, 1.5, N)


def pairs(rng: np.random.Generator):
    """Messages, what they go with, and how much each counts."""
    return (
        rng.integers(0, 3, (N, 2)),
        rng.integers(0, 3, (N, 2)),
        rng.uniform(0.5, 1.5, N),
    )


def alone(name: str, **options) -> Case:
    """Row of a function of messages and weights."""
    function = getattr(communication, name)
    return Case(
        f"communication.{name}",
        lambda m, w, **more: function(m, weights=w, **options, **more),
        messages,
        smooth=(1,),
        masks=WHERE2,
        joint=((0, 1),),
        bad=("rank", "empty", "mask"),
        arguments=("messages", "weights"),
    )


def together(name: str, second: str, **options) -> Case:
    """Row of a function of messages, what they go with, and weights."""
    function = getattr(communication, name)
    return Case(
        f"communication.{name}",
        lambda m, a, w, **more: function(m, a, weights=w, **options, **more),
        pairs,
        smooth=(2,),
        masks={"where": (0, 1, 2)},
        joint=((0, 1, 2),),
        bad=("rank", "empty", "mask"),
        arguments=("messages", second, "weights"),
    )


def scaled(function: Callable) -> Callable:
    """The function of two rows of integers, times a number, which has a dtype."""
    return lambda a, b, size: function(a, b).astype(size.dtype) * size


def words(rng: np.random.Generator):
    return *rng.integers(0, 3, (2, 6)), 0.5 + rng.random(1)


def soft(rng: np.random.Generator):
    """Laws of symbols, and an attribute."""
    return (rng.dirichlet(np.ones(3), (N, 2)) + 1 / 3) / 2, np.arange(N) % 3


def asked(rng: np.random.Generator):
    """A belief, and laws of answers to three questions."""
    belief = 0.2 + rng.random((4, 3))
    return belief / belief.sum(), (rng.dirichlet(np.ones(2), (3, 4)) + 1 / 2) / 2


ROWS = [
    Case(
        "communication.gumbel_noise",
        communication.gumbel_noise,
        lambda rng: (rng.uniform(0.1, 0.9, (3, 4)),),
        smooth=(0,),
        bad=("integer",),
        arguments=("uniform",),
    ),
    *(
        Case(
            f"communication.{name}",
            lambda x, function=getattr(communication, name): function(x, 2),
            logits(5),
            smooth=(0,),
            bad=("integer", "empty"),
            arguments=("logits",),
        )
        for name in ("single_draw", "successive_draws")
    ),
    Case(
        "communication.straight_through_top_k",
        lambda x: communication.straight_through_top_k(x, k=2, tau=0.7),
        logits(3, 5),
        bad=("integer", "empty"),
        arguments=("logits",),
    ),
    drawn("straight_through_gumbel", 3, 5, k=2),
    drawn(
        "straight_through_gumbel",
        3,
        5,
        variant="subset",
        k=2,
        relax=communication.successive_draws,
    ),
    drawn("gumbel_softmax", 3, 5, smooth=True, tau=0.7),
    drawn("binary_concrete", 3, 5, tau=0.7),
    drawn("edge_budget_sample", 4, 4, k=2),
    drawn("total_edge_budget_sample", 4, 4, k=5),
    Case(
        "communication.expected_edges",
        lambda x, **more: communication.expected_edges(x, k=2, **more),
        logits(3, 4),
        smooth=(0,),
        bad=("integer", "empty"),
        arguments=("logits",),
    ),
    Case(
        "communication.edge_attention",
        lambda s, e: communication.edge_attention(s, e),
        lambda rng: (rng.normal(size=(4, 4)), 0.5 + rng.random((4, 4))),
        smooth=(0, 1),
        bad=("integer", "rank", "empty", "mismatch"),
        arguments=("scores", "edges"),
    ),
    *(
        Case(
            f"communication.{name}",
            getattr(communication, name),
            influence,
            smooth=(0, 1),
            bad=("rank", "empty"),
            arguments=("policy", "responses"),
        )
        for name in ("unilateral_influence", "unilateral_influence_terms")
    ),
    Case(
        "communication.social_influence",
        lambda policy, responses: communication.social_influence(policy, responses, 1),
        influence,
        smooth=(0, 1),
        infinite=True,
        bad=("rank", "empty"),
        arguments=("policy", "responses"),
    ),
    Case(
        "communication.targeted_influence",
        communication.targeted_influence,
        aimed,
        smooth=(0, 1, 2),
        bad=("rank", "empty"),
        arguments=("policy", "responses", "targets"),
    ),
    distance("l1_distance", symmetric=True),
    distance("l2_distance", symmetric=True),
    distance("max_distance", symmetric=True),
    distance("surprisal", infinite=True),
    alone("message_entropy"),
    alone("position_entropies"),
    alone("capacity_used", vocabulary=3),
    together("speaker_consistency", "actions"),
    together("normalized_speaker_consistency", "actions"),
    together("instantaneous_coordination", "actions"),
    together("positional_disentanglement", "attributes"),
    together("bag_disentanglement", "attributes", vocabulary=3),
    Case(
        "communication.symbol_mi",
        lambda q, a, **more: communication.symbol_mi(q, a, num_values=3, **more),
        soft,
        smooth=(0,),
        masks=WHERE2,
        joint=((0, 1),),
        bad=("vector", "empty", "mismatch", "mask"),
        arguments=("q", "attributes"),
    ),
    Case(
        "communication.symbol_use",
        communication.symbol_use,
        lambda rng: soft(rng)[:1],
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("vector", "empty", "mask"),
        arguments=("q",),
    ),
    Case(
        "communication.context_independence",
        communication.context_independence,
        lambda rng: (rng.dirichlet(np.ones(20)).reshape(4, 5),),
        smooth=(0,),
        bad=("rank", "empty"),
        arguments=("joint",),
    ),
    *(
        Case(
            f"communication.{name}",
            scaled(getattr(communication, name)),
            words,
            smooth=(2,),
            bad=("empty",),
            arguments=("a", "b", ""),
        )
        for name in ("hamming_distance", "edit_distance")
    ),
    Case(
        "communication.topographic_similarity",
        lambda meanings, codes, **more: communication.topographic_similarity(
            meanings,
            codes,
            meaning_distance=lambda a, b: jnp.sum(jnp.abs(a - b)),
            message_distance=lambda a, b: communication.edit_distance(a, b).astype(
                meanings.dtype
            ),
            **more,
        ),
        # Whole numbers, whose distances are the same in every precision.
        lambda rng: (
            rng.integers(0, 5, (N, 2)).astype(float),
            rng.integers(0, 3, (N, 3)),
        ),
        masks=WHERE2,
        joint=((0, 1),),
        bad=("empty", "mismatch", "mask"),
        arguments=("meanings", "messages"),
    ),
    Case(
        "communication.exchange_terms",
        communication.exchange_terms,
        lambda rng: (rng.dirichlet(np.ones(12)).reshape(2, 2, 3) + 0.05,),
        smooth=(0,),
        bad=("vector", "empty"),
        arguments=("p",),
    ),
    Case(
        "communication.question_gains",
        communication.question_gains,
        asked,
        smooth=(0, 1),
        bad=("rank", "empty"),
        arguments=("joint", "answers"),
    ),
    Case(
        "communication.question_step",
        lambda joint, answers: communication.question_step(joint, answers, 0, 1),
        asked,
        smooth=(0, 1),
        bad=("rank", "empty"),
        arguments=("joint", "answers"),
    ),
    Case(
        "communication.greedy_questions",
        lambda joint, answers: communication.greedy_questions(
            joint, answers, jnp.array([0, 1, 0]), rounds=3
        ),
        asked,
        smooth=(0, 1),
        bad=("rank", "empty"),
        arguments=("joint", "answers"),
    ),
]

TYPES = {
    "communication.Exchange",
    "communication.Questions",
    "communication.SymbolUse",
    "communication.UnilateralInfluence",
}
