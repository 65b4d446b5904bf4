"""Which experiment to make: expected information gain of designs, in nats."""

from infojax.design._belief import (
    Belief,
    BeliefInfo,
    ParticleBelief,
    particle_belief,
    run_experiment,
)
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
from infojax.design._search import (
    Exhaustive,
    GradientSearch,
    SearchInfo,
    SearchState,
    exhaustive_search,
    gradient_search,
)
from infojax.design._variational import (
    eig_marginal,
    eig_marginal_likelihood,
    eig_posterior,
)

__all__ = [
    "Belief",
    "BeliefInfo",
    "EIGBounds",
    "EIGPair",
    "Environment",
    "Environments",
    "Exhaustive",
    "GradientSearch",
    "Guide",
    "Model",
    "ParticleBelief",
    "SearchInfo",
    "SearchState",
    "ace",
    "eig_bounds",
    "eig_enumerate",
    "eig_marginal",
    "eig_marginal_likelihood",
    "eig_matrix",
    "eig_posterior",
    "eig_trajectory",
    "environments",
    "exhaustive_search",
    "gradient_search",
    "linear_gaussian_eig",
    "marginal_bound",
    "nmc",
    "particle_belief",
    "pathwise",
    "pce",
    "posterior_bound",
    "run_experiment",
    "score_function",
    "vnmc",
]
