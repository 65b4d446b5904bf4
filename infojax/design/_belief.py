"""What is known after some experiments: particles, weighted, resampled and moved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.design._model import Model, open_model
from infojax.design._particles import bearable, moved, systematic
from infojax.types import Array, PRNGKey

__all__ = [
    "Belief",
    "BeliefInfo",
    "ParticleBelief",
    "particle_belief",
    "run_experiment",
]


class Belief(NamedTuple):
    """A posterior: ``particles`` (n rows), ``log_weights [n]`` of total mass 1, data.

    ``designs`` and ``outcomes`` have a row for each of the steps there may be, of which
    ``seen`` are filled. ``log_evidence`` is log p(outcomes | designs).
    """

    particles: Any
    log_weights: Array
    designs: Any
    outcomes: Any
    seen: Array
    log_evidence: Array


class BeliefInfo(NamedTuple):
    """One observation: log-probability of the outcome before it came, in nats.

    ``effective`` is the number of particles that counted, before they were replaced, at
    its least; ``resampled`` says how often they were; ``accepted`` is the share of
    moves that went through, 0 without moves.
    """

    log_predictive: Array
    effective: Array
    resampled: Array
    accepted: Array


class ParticleBelief(NamedTuple):
    """A posterior over time, as pure functions.

    ``init(key, design) -> Belief`` draws the prior, with a design for its shape alone;
    ``update(key, belief, design, outcome) -> (Belief, BeliefInfo)`` adds one
    observation; ``model(belief) -> Model`` has the belief for a prior.
    """

    init: Callable[[PRNGKey, Any], Belief]
    update: Callable[[PRNGKey, Belief, Any, Any], tuple[Belief, BeliefInfo]]
    model: Callable[[Belief], Model]


def particle_belief(
    model: Model,
    *,
    particles: int,
    steps: int,
    moves: int = 0,
    stages: int = 1,
    threshold: float = 0.5,
) -> ParticleBelief:
    """Follow the posterior through a sequence of experiments with weighted particles.

    Each observation multiplies the weights. Where they have become too unequal the
    particles are resampled and then moved by ``moves`` Metropolis steps that leave the
    posterior of all data so far unchanged; without moves they only thin out. An outcome
    that singles out few particles is taken in by ``stages``, of each as large a power
    of its likelihood as particles bear.

    Args:
        model: what is observed; with moves it must know its ``log_prior``, and its
            parameters must be floating.
        particles: static.
        steps: observations that there may be, static: the room for data. Further ones
            are refused by NaN.
        moves: Metropolis steps after resampling, static. Random walks of many lengths,
            of the covariance of the particles.
        stages: at most so many a step, static; the last takes what is left.
        threshold: resample where fewer than this share of particles count; static.

    Returns: ``ParticleBelief(init, update, model)``, all of fixed shapes, so that a
        whole sequence runs in one ``jit``. An outcome impossible for all particles
        makes weights NaN.
    Gradients: of weights and evidence exact while nothing is resampled, and with the
        particles held fixed beyond that.
    Cost: O(particles) densities an observation, and O(particles * moves * steps) for
        each stage that moves.
    Example:
        >>> model = Model(
        ...     lambda key: jax.random.normal(key),
        ...     lambda key, theta, d: d * theta + jax.random.normal(key),
        ...     lambda y, theta, d: jax.scipy.stats.norm.logpdf(y, d * theta),
        ...     lambda theta: jax.scipy.stats.norm.logpdf(theta),
        ... )
        >>> follow = particle_belief(model, particles=2000, steps=3, moves=2)
        >>> belief = follow.init(jax.random.key(0), 1.0)
        >>> belief, info = follow.update(jax.random.key(1), belief, 1.0, 2.0)
        >>> mean = jnp.sum(jnp.exp(belief.log_weights) * belief.particles)
        >>> abs(float(mean) - 1.0) < 0.1
        True
    References: Chopin (2002), a sequential particle filter method for static models;
        Del Moral, Doucet and Jasra (2006), sequential Monte Carlo samplers, for stages.
    """
    name = "particle_belief"
    if not isinstance(moves, int) or isinstance(moves, bool) or moves < 0:
        received = f"{moves!r}"
        raise checks.fail(ValueError, name, "moves", "a static int >= 0", received)
    model = open_model(name, model, log_prior=moves > 0)
    n = checks.size(name, particles, "particles")
    steps = checks.size(name, steps, "steps")
    stages = checks.size(name, stages, "stages")
    threshold = checks.order(name, threshold, "threshold", finite=True)

    def init(key: PRNGKey, design: Any) -> Belief:
        keys = jax.random.split(key)
        drawn = jax.vmap(model.sample_prior)(jax.random.split(keys[0], n))
        design = jax.tree.map(jnp.asarray, design)
        first = jax.tree.map(lambda a: a[0], drawn)
        blank = (
            design,
            jax.eval_shape(model.sample_outcome, keys[1], first, design),
        )
        designs, outcomes = jax.tree.map(
            lambda a: jnp.zeros((steps, *a.shape), a.dtype), blank
        )
        log = jax.eval_shape(
            model.log_prob, jax.tree.map(lambda a: a[0], outcomes), first, design
        )
        even = jnp.full(n, -jnp.log(jnp.asarray(n, log.dtype)), log.dtype)
        seen, evidence = jnp.zeros((), jnp.int32), jnp.zeros((), log.dtype)
        return Belief(drawn, even, designs, outcomes, seen, evidence)

    def update(
        key: PRNGKey, belief: Belief, design: Any, outcome: Any
    ) -> tuple[Belief, BeliefInfo]:
        def put(rows: Array, row: Any) -> Array:
            return rows.at[belief.seen].set(jnp.asarray(row).astype(rows.dtype))

        # Without room for it an outcome is neither kept nor believed.
        room = belief.seen < steps
        data = (
            jax.tree.map(put, belief.designs, design),
            jax.tree.map(put, belief.outcomes, outcome),
        )
        start = belief._replace(
            designs=data[0],
            outcomes=data[1],
            seen=belief.seen + 1,
            log_weights=jnp.where(room, belief.log_weights, jnp.nan),
        )
        zero = jnp.zeros_like(belief.log_evidence)
        tally = BeliefInfo(zero, jnp.full_like(zero, n), jnp.zeros((), jnp.int32), zero)

        def stage(state: Any, turn: tuple[PRNGKey, Array]) -> tuple[Any, None]:
            return lax.cond(state[2] < 1, partial(take_in, *turn), _same, state), None

        def take_in(key: PRNGKey, last: Array, state: Any) -> Any:
            belief, info, share = state
            each = jax.vmap(lambda theta: model.log_prob(outcome, theta, design))
            news = each(belief.particles)
            part = bearable(belief.log_weights, news, 1 - share, threshold * n)
            part = jnp.where(last, 1 - share, part)
            log = belief.log_weights + part * news
            gain = numerics.logsumexp(log)
            log = log - gain
            effective = jnp.exp(-numerics.logsumexp(2 * log))
            share = jnp.where(part >= 1 - share, 1, share + part)
            belief = belief._replace(log_weights=log)
            tired = (effective < threshold * n) | (share < 1)
            belief, accepted = lax.cond(
                tired, renew, lambda key, belief, _: (belief, zero), key, belief, share
            )
            info = BeliefInfo(
                info.log_predictive + gain,
                jnp.minimum(info.effective, effective),
                info.resampled + tired.astype(jnp.int32),
                info.accepted + accepted,
            )
            return belief, info, share

        turns = jax.random.split(key, stages), jnp.arange(stages) == stages - 1
        (belief, info, _), _ = lax.scan(stage, (start, tally, zero), turns)
        evidence = belief.log_evidence + info.log_predictive
        accepted = numerics.ratio(info.accepted, info.resampled.astype(zero.dtype))
        return belief._replace(log_evidence=evidence), info._replace(accepted=accepted)

    def renew(key: PRNGKey, belief: Belief, share: Array) -> tuple[Belief, Array]:
        keys = jax.random.split(key)
        index = systematic(keys[0], belief.log_weights)
        drawn = jax.tree.map(lambda a: lax.stop_gradient(a[index]), belief.particles)
        even = jnp.full_like(belief.log_weights, -jnp.log(n))
        belief = belief._replace(particles=drawn, log_weights=even)
        if not moves:
            return belief, jnp.zeros((), even.dtype)
        number = jnp.arange(steps, dtype=jnp.int32)
        power = jnp.where(number == belief.seen - 1, lax.stop_gradient(share), 1)
        powers = jnp.where(number < belief.seen, power, 0)
        data = belief.outcomes, belief.designs
        drawn, accepted = moved(keys[1], model, drawn, data, powers, moves)
        return belief._replace(particles=drawn), accepted.astype(even.dtype)

    def of_belief(belief: Belief) -> Model:
        edges = jnp.cumsum(jnp.exp(lax.stop_gradient(belief.log_weights)))

        def sample_prior(key: PRNGKey) -> Any:
            at = jax.random.uniform(key, (), edges.dtype) * edges[-1]
            index = jnp.clip(jnp.searchsorted(edges, at, side="right"), 0, n - 1)
            return jax.tree.map(lambda a: a[index], belief.particles)

        return Model(sample_prior, model.sample_outcome, model.log_prob)

    return ParticleBelief(init, update, of_belief)


def run_experiment(
    key: PRNGKey,
    belief: ParticleBelief,
    choose: Callable[[PRNGKey, Belief], Any],
    respond: Callable[[PRNGKey, Any], Any],
    design: Any,
    *,
    steps: int,
) -> tuple[Belief, BeliefInfo]:
    """Choose, observe and learn, over and over: one loop of fixed shapes.

    Args:
        key: of the prior, of choices, of responses and of resampling.
        belief: from ``particle_belief``, with room for so many steps.
        choose: ``(key, belief) -> design``, the next experiment.
        respond: ``(key, design) -> outcome``, the world.
        design: any design, for its shape alone.
        steps: experiments, static.

    Returns: the last ``Belief``, whose ``designs`` and ``outcomes`` are the record, and
        ``BeliefInfo`` with a row a step.
    Gradients: as of ``particle_belief``; choices are usually no smooth function.
    Cost: ``steps`` times a choice, a response and an update.
    Example:
        >>> model = Model(
        ...     lambda key: jax.random.normal(key),
        ...     lambda key, theta, d: d * theta + jax.random.normal(key),
        ...     lambda y, theta, d: jax.scipy.stats.norm.logpdf(y, d * theta),
        ... )
        >>> follow = particle_belief(model, particles=500, steps=4)
        >>> world = lambda key, d: model.sample_outcome(key, 0.5, d)
        >>> last, info = run_experiment(
        ...     jax.random.key(0), follow, lambda key, now: 1.0, world, 1.0, steps=4
        ... )
        >>> int(last.seen), info.effective.shape
        (4, (4,))
    References: Chopin (2002); Foster et al. (2021), deep adaptive design.
    """
    name = "run_experiment"
    if not isinstance(belief, ParticleBelief):
        expected, received = "from `particle_belief`", type(belief).__name__
        raise checks.fail(TypeError, name, "belief", expected, received)
    steps = checks.size(name, steps, "steps")
    start, loop = jax.random.split(key)
    template = jax.tree.map(jnp.asarray, design)

    def step(state: Belief, key: PRNGKey) -> tuple[Belief, BeliefInfo]:
        keys = jax.random.split(key, 3)
        chosen = jax.tree.map(
            lambda a, b: jnp.asarray(b).astype(a.dtype),
            template,
            choose(keys[0], state),
        )
        outcome = respond(keys[1], chosen)
        return belief.update(keys[2], state, chosen, outcome)

    first = belief.init(start, template)
    return lax.scan(step, first, jax.random.split(loop, steps))


def _same(state: Any) -> Any:
    return state
