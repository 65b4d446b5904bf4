"""Rows of critics and of the estimators that train them."""

from __future__ import annotations

from flax import nnx

from contracts.row import Case, one, two
from infojax import critics


def critic(name: str, make) -> Case:
    """Row of a critic: columns wider than the module takes are an error."""
    module = make(nnx.Rngs(0))
    return Case(
        f"critics.{name}",
        lambda x, y: module(x, y),
        two(),
        smooth=(0, 1),
        bad=("integer", "rank", "empty", "width"),
        arguments=("x", "y"),
    )


def labelled(rng):
    return rng.normal(size=(12, 2)), rng.integers(0, 3, 9)


def of_logits(logits, y):
    """The density of labels, whose gradient is in its parameters alone."""
    module = critics.categorical_density(3)(nnx.Rngs(0))
    module.logits = nnx.Param(logits)
    return module(logits, y)


SMALL = {"width": 8}
CLASSIFIER = critics.categorical_encoder(2, 3, **SMALL)(nnx.Rngs(0))
DENSITY = critics.mixture_density(2, components=3)(nnx.Rngs(0))

ROWS = [
    critic("separable", critics.separable(2, 2, width=8, features=4)),
    critic("bilinear", critics.bilinear(2, 2)),
    critic("concatenated", critics.concatenated(2, 2, width=8)),
    critic("hybrid", critics.hybrid(2, 2, width=8, features=4, head_width=8)),
    critic("gaussian_encoder", critics.gaussian_encoder(2, 2, **SMALL)),
    critic("mixture_encoder", critics.mixture_encoder(2, 2, components=3, **SMALL)),
    Case(
        "critics.categorical_encoder",
        lambda x, y: CLASSIFIER(x, y),
        labelled,
        smooth=(0,),
        bad=("integer", "rank", "empty"),
        arguments=("x", "y"),
    ),
    Case(
        "critics.mixture_density",
        lambda y: DENSITY(y, y),
        one(),
        smooth=(0,),
        bad=("integer", "rank", "empty"),
        arguments=("y",),
    ),
    Case(
        "critics.categorical_density",
        of_logits,
        lambda rng: (rng.normal(size=3), rng.integers(0, 3, 9)),
        smooth=(0,),
        bad=("integer",),
        arguments=("x", "y"),
    ),
]

TYPES = {
    f"critics.{name}"
    for name in (
        "Bilinear",
        "CategoricalDensity",
        "CategoricalEncoder",
        "Concatenated",
        "GaussianEncoder",
        "Hybrid",
        "MixtureDensity",
        "MixtureEncoder",
        "Separable",
    )
}
