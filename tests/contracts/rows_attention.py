"""Rows of attention, and of the losses and transforms around it."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from contracts.row import PAIRED, SAMPLES, WHERE1, WHERE2, Case, N, probabilities
from infojax import attention, losses, transforms


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


def guided(kind: str, penalty: Callable) -> Case:
    """Entropies of two heads, the queries first, as the contracts mask them."""
    function = getattr(losses, f"attention_entropy_{kind}")

    def call(entropies, thresholds, where=None):
        return function(
            jnp.moveaxis(entropies, 0, -1),
            thresholds,
            max_entropy=2.0,
            penalty=penalty,
            where=where,
        )

    return Case(
        f"losses.attention_entropy_{kind}",
        call,
        lambda rng: (rng.uniform(0, 2, (N, 2)), rng.uniform(size=2)),
        variant=penalty.__name__,
        smooth=(0, 1),
        masks=WHERE1,
        joint=((0,),),
        bad=("integer", "empty", "mismatch", "mask"),
        arguments=("entropies", "thresholds"),
    )


def tokens(rng: np.random.Generator) -> tuple:
    """Tokens of three images, and which."""
    return rng.normal(size=(N, 3)), np.arange(N) % 3


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
    *(
        guided(kind, penalty)
        for kind in ("terms", "loss")
        for penalty in (losses.hard_dead_zone, losses.soft_dead_zone)
    ),
    *(
        Case(
            f"losses.{name}",
            getattr(losses, name),
            lambda rng: (2 * rng.normal(size=N), rng.uniform(size=N)),
            smooth=(0, 1),
            bad=("integer",),
            arguments=("deviation",),
        )
        for name in ("hard_dead_zone", "soft_dead_zone")
    ),
    Case(
        "losses.homologous_loss",
        losses.homologous_loss,
        tokens,
        smooth=(0,),
        masks=WHERE2,
        joint=((0, 1),),
        bad=PAIRED,
        arguments=("tokens", "source"),
    ),
    Case(
        "losses.homologous_accuracy",
        lambda z, s, **o: losses.homologous_accuracy(z, s, top_k=3, **o),
        tokens,
        masks=WHERE2,
        joint=((0, 1),),
        bad=PAIRED,
        arguments=("tokens", "source"),
    ),
    Case(
        "losses.masked_reconstruction_loss",
        losses.masked_reconstruction_loss,
        lambda rng: (*rng.normal(size=(2, N, 3)), np.arange(N) % 3 == 0),
        smooth=(0,),
        masks={"where": (0, 1, 2)},
        joint=((0, 1, 2),),
        bad=(*PAIRED, "width"),
        arguments=("predictions", "targets", "hidden"),
    ),
    Case(
        "transforms.mix_patches",
        transforms.mix_patches,
        lambda rng: (rng.normal(size=(3, 6, 2)), np.arange(6) % 3),
        smooth=(0,),
        bad=("integer", "empty", "mismatch"),
        arguments=("patches", "source"),
    ),
    Case(
        "transforms.unmix_tokens",
        lambda z, s, blank: transforms.unmix_tokens(z, s, 3, blank),
        lambda rng: (*tokens(rng), rng.normal(size=3)),
        smooth=(0, 2),
        bad=(*SAMPLES, "mismatch"),
        arguments=("tokens", "source", "mask_token"),
    ),
]

TYPES = {
    "attention.Attention",
    "layers.ScaledResidual",
    "layers.SelfAttention",
    "layers.WeightNormLinear",
    "losses.AttentionEntropyTerms",
    # Of Booleans and integers alone.
    "attention.capacity",
    "attention.causal_mask",
    "attention.leakage",
    "attention.modality_mutual_mask",
    "transforms.balanced_source",
}
