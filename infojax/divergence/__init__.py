"""Divergences between tables and between samples."""

from infojax.divergence._cauchy_schwarz import (
    cauchy_schwarz,
    conditional_cauchy_schwarz,
    squared_sum,
    sum_of_squares,
)
from infojax.divergence._mmd import mmd
from infojax.divergence._tables import kl

__all__ = [
    "cauchy_schwarz",
    "conditional_cauchy_schwarz",
    "kl",
    "mmd",
    "squared_sum",
    "sum_of_squares",
]
