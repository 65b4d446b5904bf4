"""Rows of partitions, and of the information of codes, bins and tables."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from contracts.row import (
    PAIRED,
    SAMPLES,
    WHERE1,
    WHERE2,
    Case,
    N,
    X,
    one,
    pair,
    paired,
    probabilities,
)
from infojax import entropy, mi, quantize, transforms

SOFT = transforms.sigmoid_step(0.5)
WHERE3 = {"where": (0, 1, 2)}


def divided(rng: np.random.Generator) -> tuple:
    """Samples, and edges in increasing order."""
    return rng.normal(size=(N, 2)), np.sort(rng.normal(size=(2, 4)), axis=1)


def labelled(rng: np.random.Generator) -> tuple:
    return rng.normal(size=(N, 2)), np.arange(N) % 3


def weighted(rng: np.random.Generator) -> tuple:
    """Rows of integers and weights."""
    return rng.integers(-1, 2, (N, 2)), rng.uniform(0.5, 1.5, N)


def weighted_pairs(name: str, function: Callable, **more) -> Case:
    """A row of a function ``(x, y, weights, **options)`` of pairs of integers."""

    def draw(rng: np.random.Generator) -> tuple:
        return *rng.integers(0, 3, (2, N)), rng.uniform(0.5, 1.5, N)

    return Case(
        name,
        function,
        draw,
        smooth=(2,),
        masks=WHERE3,
        joint=((0, 1, 2),),
        bad=("empty", "mismatch", "mask"),
        arguments=("x", "y", "weights"),
        **more,
    )


def whole(rng: np.random.Generator) -> tuple:
    return (rng.integers(1, 9, (3, 4)).astype(float),)


def _known(codes, missing: int, dtype):
    """Codes as numbers, the missing one as NaN."""
    return jnp.where(codes == missing, jnp.nan, codes.astype(dtype)).astype(dtype)


def _sums(codes, values, **options):
    """Sums of the values of equal rows."""
    labels = quantize.row_labels(codes, **options)
    present = jnp.where(labels < 0, 0, values)
    return jnp.zeros(N, values.dtype).at[labels].add(present)


def edges(name: str) -> Case:
    rule = getattr(quantize, name)
    return Case(
        f"quantize.{name}",
        lambda x, **more: rule(x, bins=3, **more),
        one(),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=(*SAMPLES, "mask"),
        arguments=X,
    )


def columns(name: str, call, variant: str = "", **more) -> Case:
    """Row of a matrix of all pairs of columns."""
    defaults = {
        "masks": WHERE1,
        "joint": ((0,),),
        "bad": (*SAMPLES, "mask"),
        "arguments": X,
    }
    return Case(name, call, one(3), variant=variant, **(defaults | more))


ROWS: list[Case] = [
    *(edges(name) for name in ("equal_width", "quantile", "ebab")),
    Case(
        "quantize.digitize",
        lambda x, e: _known(quantize.digitize(x, e), -1, x.dtype),
        divided,
        bad=(*SAMPLES, "width"),
        arguments=("x", "edges"),
    ),
    Case(
        "quantize.soft_digitize",
        lambda x, e: quantize.soft_digitize(x, e, step=SOFT),
        divided,
        smooth=(0, 1),
        bad=(*SAMPLES, "width"),
        arguments=("x", "edges"),
    ),
    Case(
        "quantize.fixed_width",
        lambda x: _known(
            quantize.fixed_width(x, 0.5), jnp.iinfo(jnp.int32).min, x.dtype
        ),
        one(),
        bad=SAMPLES,
        arguments=X,
    ),
    Case(
        "quantize.row_labels",
        _sums,
        weighted,
        smooth=(1,),
        masks=WHERE2,
        joint=((0, 1),),
        bad=("empty", "mask"),
        arguments=("codes",),
    ),
    weighted_pairs(
        "quantize.contingency",
        lambda x, y, w, **more: quantize.contingency(
            x, y, shape=(3, 2), weights=w, **more
        ),
    ),
    Case(
        "quantize.akde_variance",
        quantize.akde_variance,
        one(),
        masks=WHERE1,
        joint=((0,),),
        zero_when_empty=False,
        bad=(*SAMPLES, "mask"),
        arguments=X,
    ),
    Case(
        "entropy.discrete",
        lambda x, w, **more: entropy.discrete(x, weights=w, **more),
        weighted,
        smooth=(1,),
        masks=WHERE2,
        joint=((0, 1),),
        bad=("empty", "mismatch", "mask"),
        arguments=("x", "weights"),
    ),
    weighted_pairs(
        "mi.discrete",
        lambda x, y, w, **more: mi.discrete(x, y, weights=w, **more),
        symmetric=True,
    ),
    paired(
        "mi.binned",
        lambda x, y, **more: mi.binned(x, y, bins=3, **more),
        symmetric=True,
    ),
    paired(
        "mi.binned",
        lambda x, y, **more: mi.binned(
            x,
            y,
            bins=3,
            edges=quantize.equal_width,
            estimator=entropy.miller_madow,
            **more,
        ),
        variant="corrected",
        symmetric=True,
    ),
    paired(
        "mi.soft_binned",
        lambda x, y, **more: mi.soft_binned(x, y, step=SOFT, bins=3, **more),
        smooth=(0, 1),
        symmetric=True,
    ),
    paired("mi.darbellay_vajda", mi.darbellay_vajda, inputs=pair(1, 1), symmetric=True),
    *(
        Case(
            f"mi.{name}",
            lambda x, y, f=getattr(mi, name), **more: f(x, y, variance=0.5, **more),
            labelled,
            smooth=(0,),
            masks=WHERE2,
            joint=((0, 1),),
            plan=True,
            bad=(*PAIRED, "labels"),
            arguments=("x", "labels"),
        )
        for name in ("kde_kl", "kde_bhattacharyya")
    ),
    Case(
        "mi.normalized_plugin",
        mi.normalized_plugin,
        lambda rng: (probabilities(12)(rng)[0].reshape(3, 4),),
        smooth=(0,),
        joint=((0,),),
        bad=("empty", "vector", "mask"),
        arguments=("pxy",),
    ),
    Case(
        "mi.normalized_plugin",
        lambda p: mi.normalized_plugin(p, average=lambda a, b: jnp.sqrt(a * b)),
        lambda rng: (probabilities(12)(rng)[0].reshape(3, 4),),
        variant="geometric",
        smooth=(0,),
    ),
    Case(
        "mi.adjusted_plugin",
        mi.adjusted_plugin,
        whole,
        joint=((0,),),
        bad=("empty", "vector", "mask"),
        arguments=("counts",),
    ),
    columns(
        "mi.pairwise",
        lambda x, **more: mi.pairwise(x, estimator=mi.cs_qmi, batch_size=2, **more),
        smooth=(0,),
    ),
    columns(
        "mi.pairwise_gaussian_copula",
        lambda x, **more: mi.pairwise_gaussian_copula(x, **more)[0, 1:],
        infinite=True,
    ),
    columns(
        "mi.pairwise_gaussian_copula",
        lambda x, **more: mi.pairwise_gaussian_copula(
            x, scores=transforms.soft_normal_scores(0.5), **more
        )[0, 1:],
        variant="soft",
        smooth=(0,),
        infinite=True,
    ),
    columns(
        "mi.pairwise_binned",
        lambda x, **more: mi.pairwise_binned(x, bins=3, **more),
    ),
]

TYPES: set[str] = set()
