"""The contract table: one row (or more) for every public function of the library.

The rows are in the ``rows_*.py`` files beside this one, by layer; the behaviours over
all rows in the ``test_*.py`` files. A public name without a row fails.
"""

from __future__ import annotations

from contracts import (
    rows_attention,
    rows_auto,
    rows_bottlenecks,
    rows_bounds,
    rows_channels,
    rows_closed_form,
    rows_communication,
    rows_copulas,
    rows_couplings,
    rows_critics,
    rows_densities,
    rows_design,
    rows_discrete,
    rows_distributed,
    rows_estimators,
    rows_fairness,
    rows_fit,
    rows_infoplane,
    rows_layers,
    rows_leakage,
    rows_losses,
    rows_low_level,
    rows_neighbours,
    rows_pid,
    rows_plane_parts,
    rows_pointwise,
    rows_prompts,
    rows_quantize,
    rows_representation,
    rows_spectral,
    rows_theory,
    rows_transport,
    rows_vendi,
)
from contracts.row import Case, example

__all__ = ["CASES", "TYPES", "Case", "example"]

_TABLES = (
    rows_low_level,
    rows_estimators,
    rows_neighbours,
    rows_spectral,
    rows_densities,
    rows_quantize,
    rows_discrete,
    rows_closed_form,
    rows_critics,
    rows_fit,
    rows_infoplane,
    rows_distributed,
    rows_layers,
    rows_losses,
    rows_attention,
    rows_bottlenecks,
    rows_auto,
    rows_bounds,
    rows_copulas,
    rows_transport,
    rows_vendi,
    rows_pointwise,
    rows_representation,
    rows_theory,
    rows_couplings,
    rows_channels,
    rows_plane_parts,
    rows_pid,
    rows_design,
    rows_prompts,
    rows_communication,
    rows_fairness,
    rows_leakage,
)

CASES = [row for table in _TABLES for row in table.ROWS]

# Names that are not functions of arrays: documented, but without numerical behaviour.
TYPES = set().union(*(table.TYPES for table in _TABLES))
