"""Partitions: edges of bins, codes of samples, tables of counts."""

from infojax.quantize._codes import digitize, fixed_width, row_labels, soft_digitize
from infojax.quantize._edges import ebab, equal_width, quantile
from infojax.quantize._tables import contingency
from infojax.quantize._variance import akde_variance

__all__ = [
    "akde_variance",
    "contingency",
    "digitize",
    "ebab",
    "equal_width",
    "fixed_width",
    "quantile",
    "row_labels",
    "soft_digitize",
]
