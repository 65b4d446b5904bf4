"""Entropies of tables and samples, in nats."""

from infojax.entropy._counts import (
    chao_shen,
    grassberger,
    grassberger_1988,
    miller_madow,
    zhang,
)
from infojax.entropy._discrete import discrete
from infojax.entropy._gaussian import gaussian
from infojax.entropy._kde import (
    kde,
    kde_resubstitution,
    pairwise_lower,
    pairwise_upper,
)
from infojax.entropy._knn_renyi import knn_renyi
from infojax.entropy._kozachenko_leonenko import kozachenko_leonenko
from infojax.entropy._matrix_renyi import matrix_renyi
from infojax.entropy._order_spacings import order_spacings
from infojax.entropy._plugin import plugin
from infojax.entropy._priors import dirichlet, james_stein, nsb
from infojax.entropy._renyi import renyi, tsallis
from infojax.entropy._vendi import (
    log_vendi,
    quality_weighted_vendi,
    vendi,
    vendi_features,
)
from infojax.entropy._vendi_fourier import vendi_fourier
from infojax.entropy._vendi_lanczos import VendiEstimate, vendi_lanczos
from infojax.entropy._weighted_neighbours import weighted_kozachenko_leonenko

__all__ = [
    "VendiEstimate",
    "chao_shen",
    "dirichlet",
    "discrete",
    "gaussian",
    "grassberger",
    "grassberger_1988",
    "james_stein",
    "kde",
    "kde_resubstitution",
    "knn_renyi",
    "kozachenko_leonenko",
    "log_vendi",
    "matrix_renyi",
    "miller_madow",
    "nsb",
    "order_spacings",
    "pairwise_lower",
    "pairwise_upper",
    "plugin",
    "quality_weighted_vendi",
    "renyi",
    "tsallis",
    "vendi",
    "vendi_features",
    "vendi_fourier",
    "vendi_lanczos",
    "weighted_kozachenko_leonenko",
    "zhang",
]
