"""Rows of the entropies of densities, and of the information made of them."""

from __future__ import annotations

from collections.abc import Callable

from contracts.row import PAIRED, SAMPLES, WHERE1, Case, X, one, paired
from infojax import entropy, kernels, mi


def sampled(name: str, call: Callable, **more) -> Case:
    """Row of a function of one sample."""
    defaults = {
        "inputs": one(),
        "masks": WHERE1,
        "joint": ((0,),),
        "bad": (*SAMPLES, "mask"),
        "arguments": X,
    }
    return Case(name, call, **(defaults | more))


ROWS: list[Case] = [
    *(
        sampled(
            f"entropy.{name}",
            lambda x, f=getattr(entropy, name), **o: f(x, bandwidth=0.7, **o),
            smooth=(0,),
            plan=True,
        )
        for name in ("kde", "kde_resubstitution")
    ),
    sampled(
        "entropy.kde",
        entropy.kde,
        variant="rule",
        plan=True,
    ),
    *(
        sampled(
            f"entropy.pairwise_{side}",
            lambda x, f=getattr(entropy, f"pairwise_{side}"), **o: f(
                x, variance=0.5, **o
            ),
            smooth=(0,),
            plan=True,
        )
        for side in ("lower", "upper")
    ),
    *(
        sampled(
            f"entropy.{name}",
            getattr(entropy, name),
            smooth=(0,),
            plan=True,
            half=0.5,
            bad=(*SAMPLES, "mask", "k"),
        )
        for name in ("knn_renyi", "weighted_kozachenko_leonenko")
    ),
    sampled(
        "entropy.weighted_kozachenko_leonenko",
        lambda x, **o: entropy.weighted_kozachenko_leonenko(x, k=4, **o),
        variant="wide",
        smooth=(0,),
        plan=True,
        half=0.5,
        inputs=one(5),
    ),
    sampled(
        "entropy.order_spacings",
        entropy.order_spacings,
        smooth=(0,),
        half=0.5,
        inputs=one(1),
    ),
    paired(
        "mi.from_entropies",
        mi.from_entropies,
        smooth=(0, 1),
        symmetric=True,
        plan=True,
        half=0.5,
    ),
    paired(
        "mi.from_entropies",
        lambda x, y, **o: mi.from_entropies(x, y, whiten=True, **o),
        variant="whitened",
        smooth=(0, 1),
        symmetric=True,
        plan=True,
        half=0.5,
    ),
    paired("mi.lnc", mi.lnc, symmetric=True, plan=True, half=0.5, bad=(*PAIRED, "k")),
    sampled(
        "kernels.likelihood_bandwidth",
        kernels.likelihood_bandwidth,
        zero_when_empty=False,
    ),
]

TYPES: set[str] = set()
