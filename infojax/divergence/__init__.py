"""Divergences between tables and between samples."""

from infojax.divergence._cauchy_schwarz import (
    cauchy_schwarz,
    conditional_cauchy_schwarz,
    squared_sum,
    sum_of_squares,
)
from infojax.divergence._energy import energy_distance
from infojax.divergence._f import (
    chi_square,
    f_divergence,
    neyman_chi_square,
    squared_hellinger,
    total_variation,
    triangular,
)
from infojax.divergence._jensen import (
    generalized_jensen_shannon,
    jensen_renyi,
    jensen_shannon,
)
from infojax.divergence._mmd import mmd
from infojax.divergence._nearest_neighbours import knn_kl, knn_renyi
from infojax.divergence._sinkhorn import SinkhornResult, sinkhorn, sinkhorn_solve
from infojax.divergence._tables import bhattacharyya, jeffreys, kl, renyi, tsallis
from infojax.divergence._unbiased_mmd import linear_mmd, unbiased_mmd
from infojax.divergence._wasserstein_1d import sliced_wasserstein, wasserstein_1d

__all__ = [
    "SinkhornResult",
    "bhattacharyya",
    "cauchy_schwarz",
    "chi_square",
    "conditional_cauchy_schwarz",
    "energy_distance",
    "f_divergence",
    "generalized_jensen_shannon",
    "jeffreys",
    "jensen_renyi",
    "jensen_shannon",
    "kl",
    "knn_kl",
    "knn_renyi",
    "linear_mmd",
    "mmd",
    "neyman_chi_square",
    "renyi",
    "sinkhorn",
    "sinkhorn_solve",
    "sliced_wasserstein",
    "squared_hellinger",
    "squared_sum",
    "sum_of_squares",
    "total_variation",
    "triangular",
    "tsallis",
    "unbiased_mmd",
    "wasserstein_1d",
]
