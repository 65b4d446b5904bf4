"""Optimal encoders and couplings of known laws, in nats.

The information bottleneck of a table: ``bottleneck_curve`` traces the whole trade-off
from fine to coarse, ``annealed_bottleneck_curve`` from coarse to fine,
``information_bottleneck`` improves one encoder at one trade-off. Hard clusters:
``deterministic_bottleneck`` at a trade-off, ``agglomerative_bottleneck`` for every
number of clusters. A covariance: ``gaussian_bottleneck``, exact. ``bottleneck_terms``
places any encoder in the plane of rate and relevance, and ``bottleneck_step`` is one
iteration, to unroll yourself.

Two laws and the joint law of least entropy: ``greedy_coupling``, of several
``greedy_coupling_atoms``, and what none goes below, ``coupling_entropy_bound``. Codes
of bounded entropy: ``entropy_bounded_map``, with noise ``entropy_bounded_envelope``.
Both in a chain: ``bottleneck_coupling``. Messages in actions: ``coding_game_policy``
and ``coding_game_step`` on a policy of ``soft_value_iteration``.

What a channel carries at most: ``channel_capacity``, with costs of its inputs
``capacity_cost`` by price and ``capacity_within`` a budget. The least rate at which a
source is described: ``rate_distortion`` by trade-off, ``rate_within`` a distortion.
Figures: ``plot_capacity_cost``, ``plot_rate_distortion``, ``plot_bottleneck``.
"""

from infojax.theory._agglomerative_bottleneck import (
    AgglomerativeBottleneck,
    agglomerative_bottleneck,
)
from infojax.theory._bottleneck_coupling import (
    BottleneckCoupling,
    bottleneck_coupling,
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
from infojax.theory._capacity import (
    CapacityCost,
    ChannelCapacity,
    capacity_cost,
    channel_capacity,
)
from infojax.theory._capacity_within import capacity_within
from infojax.theory._coding_game import coding_game_policy, coding_game_step
from infojax.theory._deterministic_bottleneck import (
    DeterministicBottleneck,
    deterministic_bottleneck,
)
from infojax.theory._entropy_bounded_envelope import (
    EntropyBoundedEnvelope,
    entropy_bounded_envelope,
    lower_map_entropy,
    raise_map_entropy,
)
from infojax.theory._entropy_bounded_map import (
    EntropyBoundedMap,
    entropy_bounded_map,
    set_partitions,
)
from infojax.theory._gaussian_bottleneck import (
    GaussianBottleneck,
    gaussian_bottleneck,
)
from infojax.theory._greedy_coupling import (
    Coupling,
    CouplingAtoms,
    coupling_entropy_bound,
    greedy_coupling,
    greedy_coupling_atoms,
)
from infojax.theory._information_bottleneck import (
    InformationBottleneck,
    information_bottleneck,
)
from infojax.theory._plot import (
    plot_bottleneck,
    plot_capacity_cost,
    plot_rate_distortion,
)
from infojax.theory._rate_distortion import RateDistortion, rate_distortion
from infojax.theory._rate_within import rate_within
from infojax.theory._soft_value_iteration import SoftPolicy, soft_value_iteration

__all__ = [
    "AgglomerativeBottleneck",
    "BottleneckCoupling",
    "BottleneckTerms",
    "CapacityCost",
    "ChannelCapacity",
    "Coupling",
    "CouplingAtoms",
    "DeterministicBottleneck",
    "EntropyBoundedEnvelope",
    "EntropyBoundedMap",
    "GaussianBottleneck",
    "InformationBottleneck",
    "RateDistortion",
    "SoftPolicy",
    "agglomerative_bottleneck",
    "annealed_bottleneck_curve",
    "bottleneck_coupling",
    "bottleneck_curve",
    "bottleneck_step",
    "bottleneck_terms",
    "capacity_cost",
    "capacity_within",
    "channel_capacity",
    "coding_game_policy",
    "coding_game_step",
    "coupling_entropy_bound",
    "deterministic_bottleneck",
    "entropy_bounded_envelope",
    "entropy_bounded_map",
    "gaussian_bottleneck",
    "greedy_coupling",
    "greedy_coupling_atoms",
    "information_bottleneck",
    "lower_map_entropy",
    "plot_bottleneck",
    "plot_capacity_cost",
    "plot_rate_distortion",
    "raise_map_entropy",
    "rate_distortion",
    "rate_within",
    "set_partitions",
    "soft_value_iteration",
]
