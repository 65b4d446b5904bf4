"""Rows of entropies of counts and laws, and of divergences between tables."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from contracts.row import WHERE1, WHERE2, Case, probabilities
from infojax import divergence, entropy, mi, multivariate


def soft_counts(rng: np.random.Generator) -> tuple:
    """Not whole numbers: where counts jump, differences do not see."""
    return (rng.uniform(0.6, 6.4, size=7),)


def counted(name: str, call: Callable, variant: str = "") -> Case:
    """Row of an entropy of counts."""
    return Case(
        name,
        call,
        soft_counts,
        variant=variant,
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("empty", "mask"),
        arguments=("counts",),
    )


def law(name: str, call: Callable, variant: str = "") -> Case:
    """Row of an entropy of probabilities."""
    return Case(
        name,
        call,
        probabilities(5),
        variant=variant,
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("empty", "mask"),
        arguments=("p",),
    )


def renyi(alpha: float) -> Case:
    def call(p, **more):
        return entropy.renyi(p, alpha=alpha, **more)

    return law("entropy.renyi", call, str(alpha))


def tsallis(q: float) -> Case:
    def call(p, **more):
        return entropy.tsallis(p, q=q, **more)

    return law("entropy.tsallis", call, str(q))


def compared(name: str, call: Callable, variant: str = "", **more) -> Case:
    """Row of a divergence between two tables."""
    defaults = {
        "smooth": (0, 1),
        "masks": WHERE2,
        "joint": ((0, 1),),
        "bad": ("empty", "mismatch", "mask"),
        "arguments": ("p", "q"),
    }
    inputs = probabilities(5, count=2)
    return Case(name, call, inputs, variant=variant, **(defaults | more))


def ordered(name: str, call: Callable, alpha: float) -> Case:
    """Row of a divergence that has an order."""
    return compared(
        name,
        lambda p, q, **more: call(p, q, alpha=alpha, **more),
        str(alpha),
        infinite=True,
    )


def mixed(name: str, call: Callable) -> tuple[Case, Case]:
    """Rows of a divergence of several laws: masks of cells, and weights of laws."""
    cells = Case(
        name,
        lambda cells, where=None: call(cells.T, where=where),
        lambda rng: (probabilities(3, 5)(rng)[0].T,),
        variant="cells",
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("mask",),
        arguments=("pmfs",),
    )
    laws = Case(
        name,
        call,
        probabilities(3, 5),
        variant="laws",
        smooth=(0,),
        weights={"weights": (0,)},
        joint=((0,),),
        bad=("empty", "vector"),
        arguments=("pmfs",),
    )
    return cells, laws


def many(name: str, call: Callable) -> Case:
    """Row of a measure of a joint table of three variables, the first one masked."""

    def masked(joint, where=None):
        return call(joint, where=None if where is None else where[:, None, None])

    return Case(
        name,
        masked,
        lambda rng: (rng.uniform(0.2, 1.0, size=(4, 2, 3)),),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("empty", "vector", "mask"),
        arguments=("joint",),
    )


def series(rng: np.random.Generator) -> tuple:
    """Two series of labels, some of them missing, and weights."""
    source, target = rng.integers(0, 3, 20), rng.integers(-1, 2, 20)
    target[-4:] = [0, 1, 1, 0]
    return source, target, rng.uniform(0.5, 1.5, 20)


def by_generator(variant: str, generator: Callable, **options) -> Case:
    return compared(
        "divergence.f_divergence",
        lambda p, q, **more: divergence.f_divergence(
            p, q, generator=generator, **options, **more
        ),
        variant,
        infinite=True,
    )


ROWS = [
    counted("entropy.chao_shen", entropy.chao_shen),
    counted("entropy.dirichlet", entropy.dirichlet),
    counted(
        "entropy.dirichlet",
        lambda n, **more: entropy.dirichlet(n, alpha=1.0, support=9, **more),
        "support",
    ),
    counted("entropy.grassberger", entropy.grassberger),
    counted("entropy.grassberger_1988", entropy.grassberger_1988),
    counted("entropy.james_stein", entropy.james_stein),
    counted(
        "entropy.james_stein",
        lambda n, **more: entropy.james_stein(n, support=9, **more),
        "support",
    ),
    counted("entropy.miller_madow", entropy.miller_madow),
    counted("entropy.nsb", entropy.nsb),
    counted(
        "entropy.nsb",
        lambda n, **more: entropy.nsb(n, support=9, **more),
        "support",
    ),
    counted("entropy.zhang", entropy.zhang),
    *(renyi(alpha) for alpha in (0, 0.4, 1, 1.001, 3.0, float("inf"))),
    *(tsallis(q) for q in (0, 0.4, 1, 2.0)),
    compared("divergence.total_variation", divergence.total_variation, symmetric=True),
    compared(
        "divergence.squared_hellinger", divergence.squared_hellinger, symmetric=True
    ),
    compared("divergence.chi_square", divergence.chi_square, infinite=True),
    compared(
        "divergence.neyman_chi_square", divergence.neyman_chi_square, infinite=True
    ),
    compared("divergence.triangular", divergence.triangular, symmetric=True),
    compared("divergence.jeffreys", divergence.jeffreys, symmetric=True, infinite=True),
    compared(
        "divergence.bhattacharyya",
        divergence.bhattacharyya,
        symmetric=True,
        infinite=True,
    ),
    compared("divergence.jensen_shannon", divergence.jensen_shannon, symmetric=True),
    *(
        ordered("divergence.renyi", divergence.renyi, alpha)
        for alpha in (0, 0.7, 1, 3.0, float("inf"))
    ),
    *(
        ordered("divergence.tsallis", divergence.tsallis, alpha)
        for alpha in (0, 0.7, 1, 2.0)
    ),
    by_generator("kl", lambda t: t * jnp.log(t)),
    by_generator("total variation", lambda t: jnp.abs(t - 1) / 2, slope=0.5),
    *mixed(
        "divergence.generalized_jensen_shannon", divergence.generalized_jensen_shannon
    ),
    *mixed(
        "divergence.jensen_renyi",
        lambda pmfs, **more: divergence.jensen_renyi(pmfs, alpha=0.5, **more),
    ),
    *(
        many(f"multivariate.{name}", getattr(multivariate, name))
        for name in multivariate.__all__
        if not name.startswith("gaussian_copula")
    ),
    Case(
        "mi.transfer_entropy",
        # Reversed, because the first step has no past and its weight no meaning.
        lambda source, target, weights: mi.transfer_entropy(
            source, target, source_states=3, target_states=2, weights=weights[::-1]
        ),
        series,
        smooth=(2,),
        bad=("empty", "mismatch"),
        arguments=("source", "target", "weights"),
    ),
]

TYPES: set[str] = set()
