"""Entropies of tables and samples, in nats."""

from infojax.entropy._counts import (
    chao_shen,
    grassberger,
    grassberger_1988,
    miller_madow,
    zhang,
)
from infojax.entropy._gaussian import gaussian
from infojax.entropy._kozachenko_leonenko import kozachenko_leonenko
from infojax.entropy._matrix_renyi import matrix_renyi
from infojax.entropy._plugin import plugin
from infojax.entropy._priors import dirichlet, james_stein, nsb
from infojax.entropy._renyi import renyi, tsallis
from infojax.entropy._vendi import (
    log_vendi,
    quality_weighted_vendi,
    vendi,
    vendi_features,
)

__all__ = [
    "chao_shen",
    "dirichlet",
    "gaussian",
    "grassberger",
    "grassberger_1988",
    "james_stein",
    "kozachenko_leonenko",
    "log_vendi",
    "matrix_renyi",
    "miller_madow",
    "nsb",
    "plugin",
    "quality_weighted_vendi",
    "renyi",
    "tsallis",
    "vendi",
    "vendi_features",
    "zhang",
]
