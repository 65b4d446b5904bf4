"""What ``accuracy.py`` compares: ``mi.auto`` and the estimators it chooses from."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from infojax import entropy, mi, transforms

__all__ = ["COLOURS", "CONTINUOUS", "METHODS", "estimates"]


def _scored(estimator, **options):
    return lambda x, y: estimator(*map(transforms.normal_scores, (x, y)), **options)


def _standardised(estimator):
    return lambda x, y: estimator(*map(transforms.standardise, (x, y)))


CONTINUOUS = {
    "mi.auto": mi.auto,
    "mi.student_copula": mi.student_copula,
    "mi.gaussian": mi.gaussian,
    "mi.gaussian_copula": mi.gaussian_copula,
    "mi.ksg": _standardised(mi.ksg),
    "mi.extrapolated_ksg": _scored(mi.extrapolated_ksg),
}
MIXED = {"mi.auto": mi.auto, "mi.mixed_ksg": _standardised(mi.mixed_ksg)}
LABELS = {"mi.auto": mi.auto, "mi.discrete_continuous": mi.discrete_continuous}
CODES = {
    "mi.auto": mi.auto,
    "mi.discrete": lambda x, y: mi.discrete(x, y, estimator=entropy.grassberger),
}
METHODS = list(CONTINUOUS | MIXED | LABELS | CODES)
_PALETTE = ("111111", "b3261e", "7a7a7a", "d1622b", "2f6db3", "3a8f5c", "8a4fbf")
_PALETTE += ("b08900", "008b8b")
COLOURS = {name: f"#{code}" for name, code in zip(METHODS, _PALETTE, strict=True)}


@jax.jit
def continuous(x, y):
    """Every estimator of two floating sides."""
    return {name: estimator(x, y) for name, estimator in CONTINUOUS.items()}


@jax.jit
def repeated(x, y):
    """Those, and the one for repeated values."""
    return {n: f(x, y) for n, f in (CONTINUOUS | MIXED).items()}


@jax.jit
def labelled(x, y):
    """Estimators of integer labels, on one side or on both."""
    both = jnp.issubdtype(x.dtype, jnp.integer)
    return {name: f(x, y) for name, f in (CODES if both else LABELS).items()}


def estimates(x, y) -> dict[str, float]:
    """Every estimate that this kind of data allows, in nats."""
    if np.issubdtype(np.asarray(y).dtype, np.integer):
        run = labelled
    else:
        distinct = min(len(np.unique(np.asarray(s), axis=0)) for s in (x, y))
        run = repeated if distinct < len(x) / 2 else continuous
    return {name: float(value) for name, value in run(x, y).items()}
