"""Which experiment to make: expected information gain of designs, in nats."""

from infojax.design._enumerate import EIGPair, eig_enumerate, eig_matrix
from infojax.design._environments import Environment, Environments, environments
from infojax.design._estimates import (
    ace,
    marginal_bound,
    nmc,
    pce,
    posterior_bound,
    vnmc,
)
from infojax.design._gradients import pathwise, score_function
from infojax.design._linear_gaussian import linear_gaussian_eig
from infojax.design._model import EIGBounds, Guide, Model
from infojax.design._nested import eig_bounds, eig_trajectory
from infojax.design._variational import (
    eig_marginal,
    eig_marginal_likelihood,
    eig_posterior,
)

__all__ = [
    "EIGBounds",
    "EIGPair",
    "Environment",
    "Environments",
    "Guide",
    "Model",
    "ace",
    "eig_bounds",
    "eig_enumerate",
    "eig_marginal",
    "eig_marginal_likelihood",
    "eig_matrix",
    "eig_posterior",
    "eig_trajectory",
    "environments",
    "linear_gaussian_eig",
    "marginal_bound",
    "nmc",
    "pathwise",
    "pce",
    "posterior_bound",
    "score_function",
    "vnmc",
]
