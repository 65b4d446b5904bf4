"""Rows of attention, and of the losses and transforms around it."""

from __future__ import annotations

from collections.abc import Callable

from contracts.row import WHERE1, Case, N, probabilities
from infojax import attention


def attended(name: str, function: Callable) -> Case:
    """Outputs of attention; a mask of keys deletes them."""

    def call(q, k, v, where=None):
        return function(q, k, v, mask=where).output

    return Case(
        f"attention.{name}",
        call,
        lambda rng: tuple(rng.normal(size=(n, 3)) for n in (N - 4, N, N)),
        smooth=(0, 1, 2),
        masks={"where": (1, 2)},
        joint=((1, 2),),
        bad=("integer", "empty", "width", "mismatch"),
        arguments=("q", "k", "v"),
    )


def spread(name: str, argument: str, inputs: Callable) -> Case:
    """The entropy of one query, whose keys are the rows."""
    return Case(
        f"attention.{name}",
        getattr(attention, name),
        inputs,
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("integer", "empty", "mask"),
        arguments=(argument,),
    )


ROWS = [
    attended("attend", attention.attend),
    attended("attend_top_k", lambda *a, **o: attention.attend_top_k(*a, top_k=3, **o)),
    spread("entropy", "weights", probabilities(N)),
    spread("normalized_entropy", "weights", probabilities(N)),
    spread("entropy_of_logits", "logits", lambda rng: (rng.normal(size=N),)),
    Case(
        "attention.bands",
        attention.bands,
        lambda rng: (rng.uniform(size=N), 1 + rng.uniform(size=N)),
        joint=((0, 1),),
        bad=("integer", "empty"),
        arguments=("entropies",),
    ),
]

TYPES = {
    "attention.Attention",
    # Of Booleans and integers alone.
    "attention.capacity",
    "attention.causal_mask",
    "attention.leakage",
    "attention.modality_mutual_mask",
}
