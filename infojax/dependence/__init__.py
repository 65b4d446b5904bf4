"""Measures of dependence that are not mutual information."""

from infojax.dependence._hsic import hsic
from infojax.dependence._wasserstein import (
    WassersteinResult,
    wasserstein,
    wasserstein_dual,
    wasserstein_solve,
)

__all__ = [
    "WassersteinResult",
    "hsic",
    "wasserstein",
    "wasserstein_dual",
    "wasserstein_solve",
]
