"""Bounds of the expected information gain of one design, by simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks
from infojax.design._estimates import rows
from infojax.design._gradients import GradientFn, pathwise
from infojax.design._model import EIGBounds, Guide, Model, open_guide, open_model
from infojax.types import Array, PRNGKey

__all__ = ["eig_bounds", "eig_trajectory", "in_blocks", "mean_and_error"]


def eig_bounds(
    key: PRNGKey,
    model: Model,
    design: Any,
    *,
    outer: int,
    inner: int,
    guide: Guide | None = None,
    gradient: GradientFn = pathwise,
    block_size: int | None = None,
) -> EIGBounds:
    """Lower and upper bound of the expected information gain, from the same draws.

    Without a guide these are ``pce`` and ``nmc`` of fresh draws of the prior; with one
    ``ace`` and ``vnmc`` of its draws. The same key for all designs gives a smooth
    function of the design.

    Args:
        key: of all draws.
        model: what is simulated.
        design: whatever the model's functions take.
        outer: outcomes, static; the standard error falls with its root.
        inner: contrastive draws an outcome, static; the bias falls in proportion once
            they outnumber the mean of p(y | theta) / p(y), if that is finite.
        guide: an approximate posterior at this design; the prior if None.
        gradient: ``pathwise`` where outcomes are smooth in the design,
            ``score_function`` where they jump.
        block_size: outcomes at a time, static, rematerialised in the backward pass; all
            at once if None. It never changes the answer.

    Returns: ``EIGBounds(lower, upper, lower_error, upper_error)``. Without a guide
        ``lower`` is at most log(inner + 1), so that a larger information needs as many
        draws as its exponential. ``upper`` is +inf where an outcome is impossible under
        all its contrastive draws.
    Gradients: those of the bounds' expectation, unbiased, in the design and in what
        ``model`` and ``guide`` close over, if ``gradient`` suits the outcomes. None in
        draws of the guide that do not follow its parameters.
    Cost: O(outer * inner) densities; memory ``block_size * inner`` of them.
    Example:
        >>> model = Model(
        ...     lambda key: jax.random.normal(key),
        ...     lambda key, theta, d: d * theta + jax.random.normal(key),
        ...     lambda y, theta, d: jax.scipy.stats.norm.logpdf(y, d * theta),
        ... )
        >>> found = eig_bounds(jax.random.key(0), model, 2.0, outer=4000, inner=200)
        >>> truth = linear_gaussian_eig([[2.0]], [[1.0]], noise_variance=1.0)
        >>> [abs(float(bound - truth)) < 0.05 for bound in found[:2]]
        [True, True]
    References: Rainforth et al. (2018); Foster et al. (2019, 2020).
    """
    name = "eig_bounds"
    model = open_model(name, model, log_prior=guide is not None)
    checks.sizes(name, outer=outer, inner=inner)
    proposal = _prior(model) if guide is None else _reweighted(name, model, guide)

    def one(key: PRNGKey) -> tuple[Array, Array, Array]:
        keys = jax.random.split(key, 3)
        theta = model.sample_prior(keys[0])
        y = model.sample_outcome(keys[1], theta, design)
        value = model.log_prob(y, theta, design)

        def contrast(key: PRNGKey) -> Array:
            other = proposal.sample(key, y)
            likelihood = model.log_prob(y, other, design)
            return likelihood + proposal.log_prob(other, y)

        draws = jax.random.split(keys[2], inner)
        weight = jnp.asarray(proposal.log_prob(theta, y), value.dtype)
        return _both(value, jax.vmap(contrast)(draws), weight)

    values = in_blocks(one, jax.random.split(key, outer), block_size, name)
    return _bounds(gradient, *values)


def eig_trajectory(
    key: PRNGKey,
    model: Model,
    policy: Callable[[Array, Any, Any], Any],
    first: Any,
    *,
    steps: int,
    outer: int,
    inner: int,
    gradient: GradientFn = pathwise,
    block_size: int | None = None,
) -> EIGBounds:
    """Bounds of what a whole sequence of experiments tells: sequential PCE and NMC.

    Args:
        key: of all draws.
        model: what is simulated; outcomes are independent given the parameters.
        policy: ``(step, designs, outcomes) -> design`` of one step, given arrays of
            ``steps`` rows of which only those before ``step`` count. A policy that
            looks at ``step`` alone is a fixed plan.
        first: the first design.
        steps: experiments, static.
        outer, inner: sequences, and contrastive draws for each; static.
        gradient, block_size: as in ``eig_bounds``.

    Returns: ``EIGBounds`` in nats, of all steps together.
    Gradients: as of ``eig_bounds``, in ``first`` and in what ``policy`` closes over, so
        that a policy can be trained. With ``score_function`` later designs must follow
        earlier outcomes only through the policy.
    Cost: O(outer * inner * steps) densities.
    Example:
        >>> model = Model(
        ...     lambda key: jax.random.normal(key),
        ...     lambda key, theta, d: d * theta + jax.random.normal(key),
        ...     lambda y, theta, d: jax.scipy.stats.norm.logpdf(y, d * theta),
        ... )
        >>> found = eig_trajectory(
        ...     jax.random.key(0), model, lambda step, designs, outcomes: 1.0, 1.0,
        ...     steps=3, outer=4000, inner=200,
        ... )
        >>> abs(float(found.lower) - 0.6931) < 0.05  # log(1 + 3) / 2
        True
    References: Foster et al. (2021), deep adaptive design.
    """
    name = "eig_trajectory"
    model = open_model(name, model)
    checks.sizes(name, steps=steps, outer=outer, inner=inner)

    def path(key: PRNGKey) -> tuple[Array, Array, Array]:
        keys = jax.random.split(key, 3)
        theta = model.sample_prior(keys[0])

        def observe(key: PRNGKey, design: Any) -> Any:
            return model.sample_outcome(key, theta, design)

        template = jax.tree.map(jnp.asarray, first)
        blank = template, jax.eval_shape(observe, keys[1], template)
        past = jax.tree.map(lambda a: jnp.zeros((steps, *a.shape), a.dtype), blank)

        def step(
            past: tuple[Any, Any], turn: tuple[Array, PRNGKey]
        ) -> tuple[Any, None]:
            number, key = turn
            later = policy(number, *past)
            design = jax.tree.map(
                lambda a, b: jnp.where(number == 0, a, jnp.asarray(b).astype(a.dtype)),
                template,
                later,
            )
            new = design, observe(key, design)
            past = jax.tree.map(lambda all, one: all.at[number].set(one), past, new)
            return past, None

        turns = jnp.arange(steps, dtype=jnp.int32), jax.random.split(keys[1], steps)
        (designs, outcomes), _ = lax.scan(step, past, turns)

        def log_prob(theta: Any) -> Array:
            each = jax.vmap(lambda y, d: model.log_prob(y, theta, d))
            return jnp.sum(each(outcomes, designs))

        others = jax.vmap(model.sample_prior)(jax.random.split(keys[2], inner))
        value = log_prob(theta)
        return _both(value, jax.vmap(log_prob)(others), jnp.zeros_like(value))

    values = in_blocks(path, jax.random.split(key, outer), block_size, name)
    return _bounds(gradient, *values)


def _prior(model: Model) -> Guide:
    """Draws of the prior, of log weight 0."""
    return Guide(lambda key, y: model.sample_prior(key), lambda theta, y: 0)


def _reweighted(name: str, model: Model, guide: Guide) -> Guide:
    """Draws of a guide, with their log weight in place of their density."""
    log_prior, guide = model.log_prior, open_guide(name, guide)
    assert log_prior is not None
    return Guide(
        guide.sample, lambda theta, y: log_prior(theta) - guide.log_prob(theta, y)
    )


def in_blocks(
    function: Callable[[Any], Any], of: Any, block_size: int | None, name: str
) -> Any:
    """``function`` of each row, all at once or as many rows at a time as said."""
    if block_size is None:
        return jax.vmap(function)(of)
    size = checks.size(name, block_size, "block_size")
    return lax.map(jax.checkpoint(function), of, batch_size=size)


def mean_and_error(values: Array) -> tuple[Array, Array]:
    """Mean of independent values and its standard error, 0 for a single one."""
    n = len(values)
    mean = jnp.mean(values)
    fixed = lax.stop_gradient(values)
    spread = jnp.sum((fixed - jnp.mean(fixed)) ** 2) / max(n - 1, 1) / n
    return mean, jnp.where(jnp.isinf(mean), jnp.inf, jnp.sqrt(spread))


def _both(value: Array, contrast: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Lower and upper value of an outcome, and its log-likelihood."""
    cells = jnp.ones((1, len(contrast)), bool)
    work = checks.working_dtype(value.dtype)
    first, others, extra = (a.astype(work) for a in (value, contrast, weight))
    lower, upper = rows(first[None], others[None], cells, extra[None])
    return lower[0], upper[0], value


def _bounds(
    gradient: GradientFn, lower: Array, upper: Array, likelihood: Array
) -> EIGBounds:
    low, low_error = mean_and_error(gradient(lower, likelihood.astype(lower.dtype)))
    high, high_error = mean_and_error(gradient(upper, likelihood.astype(upper.dtype)))
    found = low, high, low_error, high_error
    return EIGBounds(*(value.astype(likelihood.dtype) for value in found))
