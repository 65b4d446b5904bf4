"""Rows of what is made of Gram and distance matrices: spectra, HSIC, MMD, energy."""

from __future__ import annotations

import jax.numpy as jnp

from contracts.row import (
    SAMPLES,
    TWO_MASKS,
    TWO_WEIGHTS,
    WHERE1,
    WHERE2,
    XY,
    Case,
    N,
    X,
    one,
    paired,
    two,
)
from infojax import dependence, divergence, entropy, kernels, mi

GAUSSIAN = kernels.gaussian(1.0)


def items(name: str, call, **more) -> Case:
    """Row of a functional of one sample."""
    defaults = {
        "inputs": one(),
        "smooth": (0,),
        "masks": WHERE1,
        "weights": {"weights": (0,)},
        "joint": ((0,),),
        "bad": (*SAMPLES, "mask"),
        "arguments": X,
    }
    return Case(name, call, **(defaults | more))


def samples(name: str, call, **more) -> Case:
    """Row of a divergence of two samples."""
    defaults = {
        "inputs": two(),
        "smooth": (0, 1),
        "masks": TWO_MASKS,
        "joint": ((0,), (1,)),
        "symmetric": True,
        "bad": (*SAMPLES, "width"),
        "arguments": XY,
    }
    return Case(name, call, **(defaults | more))


def order(function, **options):
    """The function at another order."""
    return lambda *a, **o: function(*a, **options, **o)


def several(function, **options):
    """The function of a tuple of variables, which the table calls one by one."""
    return lambda *a, **o: function(a, **options, **o)


def vendi(function, q: float = 1.0):
    return order(function, kernel=GAUSSIAN, q=q)


ROWS = [
    items("entropy.matrix_renyi", entropy.matrix_renyi, plan=True),
    *(
        items(
            "entropy.matrix_renyi",
            order(entropy.matrix_renyi, alpha=alpha),
            variant=f"alpha={alpha}",
            plan=alpha == 2,
        )
        for alpha in (1, 2, 5)
    ),
    # Below order 1 rounding is magnified, and not equally in copies of a sample.
    items(
        "entropy.matrix_renyi",
        order(entropy.matrix_renyi, alpha=0.5, kernel=kernels.laplace(1.0)),
        variant="alpha=0.5",
        weights={},
    ),
    items("entropy.log_vendi", vendi(entropy.log_vendi), plan=True),
    items("entropy.vendi", vendi(entropy.vendi), plan=True),
    items("entropy.vendi", vendi(entropy.vendi, 2), variant="q=2", plan=True),
    items("entropy.vendi", vendi(entropy.vendi, jnp.inf), variant="q=inf"),
    items(
        "entropy.vendi",
        order(entropy.vendi, kernel=kernels.laplace(1.0), q=0),
        variant="q=0",
        smooth=(),
    ),
    items(
        "entropy.quality_weighted_vendi",
        vendi(entropy.quality_weighted_vendi),
        inputs=lambda rng: (rng.normal(size=(N, 2)), 1 + rng.random(N)),
        smooth=(0, 1),
        masks=WHERE2,
        weights={"weights": (0, 1)},
        joint=((0, 1),),
        plan=True,
        bad=(*SAMPLES, "mismatch", "mask"),
        arguments=("x", "quality"),
    ),
    items("entropy.vendi_features", entropy.vendi_features),
    items(
        "entropy.vendi_features",
        order(entropy.vendi_features, q=2),
        variant="wide",
        inputs=one(d=N + 3),
    ),
    *(
        paired(
            f"mi.{name}",
            order(getattr(mi, name), alpha=alpha),
            variant=f"alpha={alpha}",
            smooth=(0, 1),
            weights={"weights": (0, 1)},
            symmetric=True,
            plan=True,
        )
        for name in ("matrix_renyi", "normalized_matrix_renyi")
        for alpha in (1.01, 2)
    ),
    *(
        Case(
            f"mi.{name}",
            several(getattr(mi, name), alpha=alpha),
            lambda rng: tuple(rng.normal(size=(N, d)) for d in (2, 1, 1)),
            variant=f"alpha={alpha}",
            smooth=(0, 1, 2),
            masks={"where": (0, 1, 2)},
            weights={"weights": (0, 1, 2)},
            joint=((0, 1, 2),),
            symmetric=True,
            plan=True,
            bad=(*SAMPLES, "mismatch", "mask"),
            arguments=("variables[0]", "variables[1]", "variables[2]"),
        )
        for name in (
            "matrix_renyi_total_correlation",
            "matrix_renyi_dual_total_correlation",
        )
        for alpha in (1.01, 2)
    ),
    paired(
        "dependence.unbiased_hsic",
        dependence.unbiased_hsic,
        smooth=(0, 1),
        symmetric=True,
        plan=True,
    ),
    *(
        paired(
            f"dependence.{name}",
            getattr(dependence, name),
            smooth=(0, 1),
            weights={"weights": (0, 1)},
            symmetric=True,
            plan=True,
        )
        for name in ("normalized_hsic", "distance_covariance", "distance_correlation")
    ),
    # At the default regularisation single precision is mostly rounding.
    paired(
        "dependence.nocco",
        order(dependence.nocco, epsilon=0.1),
        smooth=(0, 1),
        weights={"weights": (0, 1)},
        symmetric=True,
    ),
    samples(
        "divergence.energy_distance",
        divergence.energy_distance,
        weights=TWO_WEIGHTS,
        plan=True,
    ),
    samples("divergence.unbiased_mmd", divergence.unbiased_mmd, plan=True),
    # Consecutive rows are paired, so that their order matters.
    samples("divergence.linear_mmd", divergence.linear_mmd, joint=()),
]

TYPES: set[str] = set()
