"""Rows of experimental design, on a linear model in normal noise."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from contracts.row import Case, N
from infojax import design

KEY = jax.random.key(0)
L = 4


def normal(key, shape, dtype):
    """Draws, not quite normal, that are the same in every precision and program."""
    return (4 * jax.random.uniform(key, shape, jnp.float32) - 2).astype(dtype)


def logpdf(x, mean, scale: float = 1.0):
    return -(((x - mean) / scale) ** 2) / 2 - math.log(scale * math.sqrt(2 * math.pi))


def model(mean) -> design.Model:
    """y = d theta + e, each of two columns, whose precision is that of ``mean``."""
    return design.Model(
        lambda key: mean + normal(key, mean.shape, mean.dtype),
        lambda key, theta, d: d * theta + normal(key, mean.shape, mean.dtype),
        lambda y, theta, d: jnp.sum(logpdf(y, d * theta)),
        lambda theta: jnp.sum(logpdf(theta, mean)),
    )


def guide(mean) -> design.Guide:
    return design.Guide(
        lambda key, y: mean + y / 2 + normal(key, mean.shape, mean.dtype),
        lambda theta, y: jnp.sum(logpdf(theta, mean + y / 2)),
    )


def plan(step, designs, outcomes):
    return jnp.tanh(outcomes[0] + designs[0])


def two(rng: np.random.Generator):
    return rng.normal(size=2), 1 + rng.random(2)


def likelihoods(*shapes: tuple[int, ...]):
    return lambda rng: tuple(rng.normal(size=shape) for shape in shapes)


def table_log_prob(y, theta, d):
    """Of one of three outcomes."""
    logits = d * jnp.stack([theta[0], theta[1], theta[0] * theta[1]])
    return jax.nn.log_softmax(logits)[y]


def pair_log_prob(y, theta, d):
    return jnp.sum(logpdf(y, d * theta))


def estimate(name: str, *shapes: tuple[int, ...], **more) -> Case:
    """Row of an estimate from arrays of log-likelihoods."""
    every = tuple(range(len(shapes)))
    return Case(
        f"design.{name}",
        getattr(design, name),
        likelihoods(*shapes),
        smooth=every,
        masks={"where": every},
        joint=(every,),
        bad=("integer", "rank", "empty", "mask"),
        **more,
    )


def simulated(name: str, call, variant: str = "") -> Case:
    return Case(f"design.{name}", call, two, variant, smooth=(0, 1))


INNER, OUTER = (N, L), (N,)
DRAWN = np.random.default_rng(0).normal(size=(2, N, 2))
SIZES = {"outer": 30, "inner": 4}
FIRST = ("log_likelihood",)

ROWS = [
    estimate("nmc", OUTER, INNER, arguments=FIRST),
    estimate("pce", OUTER, INNER, arguments=FIRST),
    estimate("vnmc", OUTER, INNER, INNER, INNER, arguments=FIRST),
    estimate(
        "ace", OUTER, OUTER, OUTER, INNER, INNER, INNER, arguments=("log_likelihood",)
    ),
    estimate("posterior_bound", OUTER, OUTER, arguments=("log_guide",)),
    estimate("marginal_bound", OUTER, OUTER, arguments=FIRST),
    Case(
        "design.linear_gaussian_eig",
        lambda d, s, noise: design.linear_gaussian_eig(d, s, noise_variance=noise[0]),
        lambda rng: (
            rng.normal(size=(3, 2)),
            np.eye(2) + 0.3 * np.ones((2, 2)),
            1 + rng.random(1),
        ),
        smooth=(0, 1, 2),
        infinite=True,
        bad=("integer", "rank", "empty"),
        arguments=("design",),
    ),
    Case(
        "design.pathwise",
        lambda values: design.pathwise(values, jnp.zeros_like(values)),
        likelihoods(OUTER),
        smooth=(0,),
        bad=("integer", "rank", "empty"),
        arguments=("values",),
    ),
    Case(
        "design.score_function",
        design.score_function,
        likelihoods(OUTER, OUTER),
        smooth=(0,),
        bad=("integer", "rank", "empty"),
        arguments=("values",),
    ),
    simulated(
        "eig_bounds", lambda m, d: design.eig_bounds(KEY, model(m), d, **SIZES)[:2]
    ),
    simulated(
        "eig_bounds",
        lambda m, d: design.eig_bounds(
            KEY, model(m), d, guide=guide(m), block_size=7, **SIZES
        )[:2],
        variant="guide",
    ),
    simulated(
        "eig_trajectory",
        lambda m, d: design.eig_trajectory(KEY, model(m), plan, d, steps=2, **SIZES)[
            :2
        ],
    ),
    simulated(
        "eig_marginal",
        lambda m, d: design.eig_marginal(
            KEY, model(m), d, lambda y: jnp.sum(logpdf(y, m, 2.0)), outer=30
        ),
    ),
    simulated(
        "eig_posterior",
        lambda m, d: design.eig_posterior(
            KEY, model(m), d, lambda t, y: jnp.sum(logpdf(t, m + y / 2)), outer=30
        ),
    ),
    simulated(
        "eig_marginal_likelihood",
        lambda m, d: design.eig_marginal_likelihood(
            KEY,
            model(m),
            d,
            lambda y, theta: jnp.sum(logpdf(y, theta)),
            lambda y: jnp.sum(logpdf(y, m, 2.0)),
            outer=30,
        ),
    ),
    Case(
        "design.eig_matrix",
        lambda thetas, ys, **more: design.eig_matrix(
            pair_log_prob, thetas, ys, jnp.array([0.3, 0.8], ys.dtype), **more
        ),
        likelihoods((N, 2), (N, 2)),
        smooth=(0, 1),
        masks={"where": (0, 1)},
        joint=((0, 1),),
        plan=True,
        bad=("empty", "mask"),
        arguments=("thetas",),
    ),
    Case(
        "design.eig_matrix",
        lambda d: design.eig_matrix(pair_log_prob, *DRAWN.astype(d.dtype), d),
        lambda rng: (rng.random(2),),
        smooth=(0,),
        variant="design",
    ),
    Case(
        "design.eig_enumerate",
        lambda thetas, d, **more: design.eig_enumerate(
            table_log_prob, thetas, jnp.arange(3), d, **more
        ),
        lambda rng: (rng.normal(size=(N, 2)), rng.random(1)),
        smooth=(0, 1),
        masks={"where": (0,)},
        weights={"weights": (0,)},
        joint=((0,),),
        bad=("empty", "mask"),
        arguments=("thetas",),
    ),
]

ROWS.append(
    Case(
        "design.environments",
        lambda d: design.environments().moral_machines.eig(d),
        lambda rng: (rng.normal(size=9),),
        smooth=(0,),
    )
)


def _belief(mean, d, outcome):
    follow = design.particle_belief(model(mean), particles=20, steps=1, threshold=0.0)
    belief = follow.init(KEY, d)
    belief, info = follow.update(KEY, belief, d, outcome)
    return belief.log_weights, belief.log_evidence, info.log_predictive


def _run(mean, d):
    follow = design.particle_belief(model(mean), particles=20, steps=2, threshold=0.0)
    world = model(mean)
    last, _ = design.run_experiment(
        KEY,
        follow,
        lambda key, belief: d,
        lambda key, chosen: world.sample_outcome(key, mean + 1, chosen),
        d,
        steps=2,
    )
    return last.log_weights, last.log_evidence


def _three(rng: np.random.Generator):
    return *two(rng), rng.normal(size=2)


ROWS += [
    Case("design.particle_belief", _belief, _three, smooth=(0, 1, 2)),
    Case("design.run_experiment", _run, two, smooth=(0, 1)),
    Case(
        "design.exhaustive_search",
        lambda candidates, d: (
            design.exhaustive_search(
                lambda c: -jnp.sum((c - d) ** 2), candidates
            ).values
        ),
        lambda rng: (rng.normal(size=(5, 2)), rng.normal(size=2)),
        smooth=(0, 1),
        bad=("empty",),
        arguments=("candidates",),
    ),
]

TYPES = {
    f"design.{name}"
    for name in (
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
        "gradient_search",
    )
}
