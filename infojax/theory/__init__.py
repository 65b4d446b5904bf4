"""Optimal encoders of a known joint law: the information bottleneck, in nats.

A table: ``bottleneck_curve`` traces the whole trade-off from fine to coarse,
``annealed_bottleneck_curve`` from coarse to fine, ``information_bottleneck`` improves
one encoder at one trade-off. Hard clusters: ``deterministic_bottleneck`` at a
trade-off, ``agglomerative_bottleneck`` for every number of clusters. A covariance:
``gaussian_bottleneck``, exact. ``bottleneck_terms`` places any encoder in the plane of
rate and relevance, and ``bottleneck_step`` is one iteration, to unroll yourself.
"""

from infojax.theory._agglomerative_bottleneck import (
    AgglomerativeBottleneck,
    agglomerative_bottleneck,
)
from infojax.theory._bottleneck_curve import (
    annealed_bottleneck_curve,
    bottleneck_curve,
)
from infojax.theory._bottleneck_terms import (
    BottleneckTerms,
    bottleneck_step,
    bottleneck_terms,
)
from infojax.theory._deterministic_bottleneck import (
    DeterministicBottleneck,
    deterministic_bottleneck,
)
from infojax.theory._gaussian_bottleneck import (
    GaussianBottleneck,
    gaussian_bottleneck,
)
from infojax.theory._information_bottleneck import (
    InformationBottleneck,
    information_bottleneck,
)

__all__ = [
    "AgglomerativeBottleneck",
    "BottleneckTerms",
    "DeterministicBottleneck",
    "GaussianBottleneck",
    "InformationBottleneck",
    "agglomerative_bottleneck",
    "annealed_bottleneck_curve",
    "bottleneck_curve",
    "bottleneck_step",
    "bottleneck_terms",
    "deterministic_bottleneck",
    "gaussian_bottleneck",
    "information_bottleneck",
]
