"""Which experiment to make: the expected information gain of designs, in nats.

A ``Model`` is three or four pure functions: draw parameters, draw an outcome, and its
log-density. ``eig_bounds`` gives a lower and an upper bound of what a design tells,
tighter ones with a ``Guide``; ``eig_trajectory`` those of a whole sequence. With a
density model of your own: ``eig_posterior`` below, ``eig_marginal`` above,
``eig_marginal_likelihood`` for simulators. Outcomes that can be listed need no draws:
``eig_enumerate``. From draws that you have: ``eig_matrix``. Linear measurements:
``linear_gaussian_eig``, exact.

From arrays of log-likelihoods: ``pce`` and ``ace`` below, ``nmc`` and ``vnmc`` above,
``posterior_bound`` and ``marginal_bound``. Gradients in the design are ``pathwise``
where outcomes follow it smoothly, and need ``score_function`` where they jump.

``gradient_search`` moves a design uphill, ``exhaustive_search`` picks from a list.
``particle_belief`` follows the posterior and is a prior for the next experiment;
``run_experiment`` does all steps in one loop. ``environments`` are ten experiments
whose information is known.
"""

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
