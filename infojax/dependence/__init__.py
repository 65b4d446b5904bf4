"""Measures of dependence that are not mutual information."""

from infojax.dependence._distance import distance_correlation, distance_covariance
from infojax.dependence._hsic import hsic
from infojax.dependence._nocco import nocco
from infojax.dependence._normalized_hsic import normalized_hsic
from infojax.dependence._unbiased_distance import (
    partial_distance_correlation,
    unbiased_distance_correlation,
    unbiased_distance_covariance,
)
from infojax.dependence._unbiased_hsic import unbiased_hsic
from infojax.dependence._wasserstein import (
    WassersteinResult,
    wasserstein,
    wasserstein_dual,
    wasserstein_solve,
)

__all__ = [
    "WassersteinResult",
    "distance_correlation",
    "distance_covariance",
    "hsic",
    "nocco",
    "normalized_hsic",
    "partial_distance_correlation",
    "unbiased_distance_correlation",
    "unbiased_distance_covariance",
    "unbiased_hsic",
    "wasserstein",
    "wasserstein_dual",
    "wasserstein_solve",
]
