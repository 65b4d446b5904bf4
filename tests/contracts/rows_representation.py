"""Rows of losses that align representations and modulate their gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from contracts.row import PAIRED, SAMPLES, Case, N, pair, paired
from infojax import losses, transforms

CANDIDATES, ITEMS = N - 3, 7
TRIPLE = ("user", "positive", "negative")


def two_views(name: str, call) -> Case:
    return paired(
        name,
        call,
        inputs=pair(2, 2),
        smooth=(0, 1),
        symmetric=True,
        plan=True,
        bad=(*PAIRED, "width"),
        arguments=("a", "b"),
    )


def profiles(rng):
    """User, profile, candidates, positive, profile, negative, profile."""
    sizes = N, N, CANDIDATES, N, N, N, N
    return tuple(rng.normal(size=(n, 3)) for n in sizes)


def contrastive(name: str, call) -> Case:
    return Case(
        name,
        call,
        profiles,
        smooth=(0, 1, 2, 3, 4, 5, 6),
        masks={"where": (0, 1, 3, 4, 5, 6), "where_candidates": (2,)},
        joint=((0, 1, 3, 4, 5, 6), (2,)),
        plan=True,
        bad=(*PAIRED, "width"),
        arguments=(
            "user",
            "user_profile",
            "candidates",
            "positive",
            "positive_profile",
            "negative",
            "negative_profile",
        ),
    )


def ranking(rng):
    scores = rng.normal(size=(N, ITEMS))
    return scores, rng.uniform(size=scores.shape) < 0.4


def responses(rng):
    """Rows first, as the contracts mask and permute them: ``[n, M, classes]``."""
    return rng.normal(size=(N, 2, 3)), rng.integers(0, 3, N)


def modulation(name: str, inputs=responses, **more) -> Case:
    call = getattr(losses, name)
    defaults = {
        "masks": {"where": (0, 1)},
        "joint": ((0, 1),),
        "bad": ("integer", "empty", "labels", "mismatch", "mask"),
        "arguments": ("responses", "labels"),
    }
    return Case(
        f"losses.{name}",
        lambda r, *rest, **o: call(jnp.swapaxes(r, 0, 1), *rest, **o),
        inputs,
        **(defaults | more),
    )


def per_modality(name: str, call, count: int = 1, **more) -> Case:
    """Row of a function of one number a modality."""
    return Case(
        f"losses.{name}",
        call,
        lambda rng: tuple(rng.uniform(0, 2, size=(count, 3))),
        bad=("integer", "rank", "empty"),
        arguments=("scores", "running"),
        **more,
    )


def _averaged(running, scores):
    state = losses.ModulationState(running, jnp.array(4))
    return losses.running_scores(3).update(state, scores)


def _steered(rates, start):
    """Beta after every rate."""

    def one(rate, beta):
        control = losses.rate_target(0.5, learning_rate=0.3, start=beta)
        return control.update(control.init(), rate).beta

    return jax.vmap(one)(rates, start)


ROWS = [
    two_views(
        "losses.infonce_loss",
        lambda a, b, **o: losses.infonce_loss(a, b, temperature=0.5, **o),
    ),
    two_views(
        "losses.siglip_loss",
        lambda a, b, **o: losses.siglip_loss(a, b, temperature=0.5, bias=-1.0, **o),
    ),
    Case(
        "losses.alignment_loss",
        losses.alignment_loss,
        lambda rng: profiles(rng)[:3],
        smooth=(0, 1, 2),
        masks={"where": (0, 1), "where_candidates": (2,)},
        joint=((0, 1), (2,)),
        plan=True,
        bad=(*SAMPLES, "width", "mask"),
        arguments=("anchor", "positive", "candidates"),
    ),
    contrastive("losses.rlmrec_contrastive_terms", losses.rlmrec_contrastive_terms),
    contrastive(
        "losses.rlmrec_contrastive_loss",
        lambda *a, **o: losses.rlmrec_contrastive_loss(
            *a, weight=jnp.array([1.0, 0.5, 0.2]), **o
        ),
    ),
    paired(
        "losses.rlmrec_generative_loss",
        losses.rlmrec_generative_loss,
        inputs=pair(2, 2),
        smooth=(0,),
        plan=True,
        bad=(*PAIRED, "width"),
        arguments=("decoded", "profiles"),
    ),
    Case(
        "losses.bpr_loss",
        losses.bpr_loss,
        lambda rng: tuple(rng.normal(size=(3, N, 2))),
        smooth=(0, 1, 2),
        masks={"where": (0, 1, 2)},
        joint=((0, 1, 2),),
        bad=(*PAIRED, "width"),
        arguments=TRIPLE,
    ),
    *(
        Case(
            f"losses.{name}_at_k",
            lambda s, r, f=getattr(losses, f"{name}_at_k"), **o: f(s, r, k=3, **o),
            ranking,
            joint=((0, 1),),
            bad=(*SAMPLES, "mismatch", "mask"),
            arguments=("scores", "relevance"),
        )
        for name in ("recall", "ndcg")
    ),
    Case(
        "losses.shapley_responses",
        losses.shapley_responses,
        lambda rng: (rng.normal(size=(8, N, 2)),),
        smooth=(0,),
        bad=("integer", "empty", "mismatch"),
        arguments=("values",),
    ),
    modulation("modality_scores", smooth=(0,)),
    modulation(
        "modulated_loss",
        lambda rng: (*responses(rng), rng.uniform(size=2)),
        arguments=("responses", "labels", "coefficients"),
    ),
    per_modality("modulation_ratio", losses.modulation_ratio, smooth=(0,)),
    per_modality(
        "modulation_coefficients",
        lambda s, r: losses.modulation_coefficients(s, r, alpha=0.5, max_gap=7.0),
        count=2,
    ),
    Case(
        "losses.running_scores",
        _averaged,
        lambda rng: tuple(rng.normal(size=(2, 3))),
        bad=("mismatch",),
        arguments=("running", "scores"),
    ),
    Case(
        "losses.scale_gradient",
        losses.scale_gradient,
        lambda rng: (rng.normal(size=(N, 2)), rng.normal(size=2)),
        bad=("integer",),
        arguments=("x", "factor"),
    ),
    Case(
        "losses.competition_strength",
        lambda *a: losses.competition_strength(*a, ridge=2.0),
        lambda rng: tuple(
            rng.normal(size=(n, d))
            for n, d in ((N, 3), (N, 2), (CANDIDATES, 3), (CANDIDATES, 2))
        ),
        smooth=(0, 1, 2, 3),
        joint=((0, 1), (2, 3)),
        bad=(*SAMPLES, "mismatch", "width"),
        arguments=(
            "probe_features",
            "probe_concepts",
            "test_features",
            "test_concepts",
        ),
    ),
    Case(
        "losses.rate_target",
        _steered,
        lambda rng: (rng.uniform(0, 2, N), rng.uniform(0.1, 1, N)),
        smooth=(1,),
    ),
    Case(
        "transforms.mask_nodes",
        lambda e, t: transforms.mask_nodes(jax.random.key(1), e, t, ratio=0.3),
        lambda rng: (rng.normal(size=(N, 2)), rng.normal(size=2)),
        smooth=(0, 1),
        bad=(*SAMPLES, "mismatch"),
        arguments=("embeddings", "token"),
    ),
]

TYPES = {
    "fit.adaptive_gradient_modulation",
    "losses.ModulationState",
    "losses.RLMRecTerms",
    "losses.RateTarget",
    "losses.RateTargetState",
    "losses.RunningScores",
    "transforms.MaskedNodes",
}
