"""infojax: measure information in data and networks, and train on it, in JAX."""

from infojax import (
    attention,
    bounds,
    closed_form,
    communication,
    critics,
    dependence,
    design,
    distributed,
    divergence,
    entropy,
    fairness,
    fit,
    infoplane,
    kernels,
    layers,
    leakage,
    losses,
    mi,
    multivariate,
    pid,
    prompts,
    quantize,
    tasks,
    theory,
    transforms,
)
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.sharding import sharded
from infojax._base.units import to_bits
from infojax._report import Cautions, MIReport, report

__version__ = "0.1.0"

__all__ = [
    "Cautions",
    "MIReport",
    "PairPlan",
    "Pairs",
    "__version__",
    "attention",
    "bounds",
    "closed_form",
    "communication",
    "critics",
    "dependence",
    "design",
    "distributed",
    "divergence",
    "entropy",
    "fairness",
    "fit",
    "infoplane",
    "kernels",
    "layers",
    "leakage",
    "losses",
    "mi",
    "multivariate",
    "pid",
    "prompts",
    "quantize",
    "report",
    "sharded",
    "tasks",
    "theory",
    "to_bits",
    "transforms",
]
