"""Gram callables ``(x [n, d], y [m, d]) -> [n, m]`` and rules for their bandwidths."""

from infojax.kernels._bandwidth import (
    likelihood_bandwidth,
    median_bandwidth,
    scott_bandwidth,
    silverman_bandwidth,
)
from infojax.kernels._kernels import (
    gaussian,
    laplace,
    linear,
    polynomial,
    rational_quadratic,
)

__all__ = [
    "gaussian",
    "laplace",
    "likelihood_bandwidth",
    "linear",
    "median_bandwidth",
    "polynomial",
    "rational_quadratic",
    "scott_bandwidth",
    "silverman_bandwidth",
]
