"""Information shared by more than two variables, from tables or samples, in nats."""

from infojax.multivariate._correlation import (
    dual_total_correlation,
    o_information,
    s_information,
    total_correlation,
)
from infojax.multivariate._gaussian_copula import (
    gaussian_copula_dual_total_correlation,
    gaussian_copula_o_information,
    gaussian_copula_s_information,
    gaussian_copula_total_correlation,
)
from infojax.multivariate._subsets import (
    co_information,
    interaction_information,
    tse_complexity,
)

__all__ = [
    "co_information",
    "dual_total_correlation",
    "gaussian_copula_dual_total_correlation",
    "gaussian_copula_o_information",
    "gaussian_copula_s_information",
    "gaussian_copula_total_correlation",
    "interaction_information",
    "o_information",
    "s_information",
    "total_correlation",
    "tse_complexity",
]
