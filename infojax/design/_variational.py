"""Bounds that a density model of outcomes or of parameters gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax.design._gradients import GradientFn, pathwise
from infojax.design._model import Model, open_model
from infojax.design._nested import in_blocks, mean_and_error
from infojax.types import Array, PRNGKey

__all__ = ["eig_marginal", "eig_marginal_likelihood", "eig_posterior"]


def eig_marginal(
    key: PRNGKey,
    model: Model,
    design: Any,
    log_marginal: Callable[[Any], Array],
    *,
    outer: int,
    gradient: GradientFn = pathwise,
    block_size: int | None = None,
) -> Array:
    r"""Upper bound by a density model of outcomes, :math:`E[\log p(y|\theta, d) - \log
    q(y)]`.

    Too high by :math:`KL(p(y|d) \| q)`: the better the model, the lower.

    Args:
        key: of all draws.
        model: what is simulated.
        design: whatever the model's functions take.
        log_marginal: log q(y) of one outcome, at this design; normalised.
        outer: outcomes, static.
        gradient, block_size: as in ``eig_bounds``.

    Returns: scalar in nats, an upper bound in expectation.
    Gradients: unbiased, in the design and in what ``log_marginal`` closes over, if
        ``gradient`` suits the outcomes.
    Cost: O(outer) densities.
    Example:
        >>> logpdf = jax.scipy.stats.norm.logpdf
        >>> model = Model(
        ...     lambda key: jax.random.normal(key),
        ...     lambda key, theta, d: d * theta + jax.random.normal(key),
        ...     lambda y, theta, d: logpdf(y, d * theta),
        ... )
        >>> log_q = lambda y: logpdf(y, 0.0, 5.0**0.5)
        >>> found = eig_marginal(jax.random.key(0), model, 2.0, log_q, outer=4000)
        >>> abs(float(found) - 0.8047) < 0.05  # log(1 + 4) / 2
        True
    References: Foster et al. (2019), equation 11.
    """
    name = "eig_marginal"
    model = open_model(name, model)
    if not callable(log_marginal):
        raise _not_callable(name, "log_marginal", log_marginal)

    def value(theta: Any, y: Any) -> tuple[Array, Array]:
        likelihood = model.log_prob(y, theta, design)
        return likelihood - log_marginal(y), likelihood

    return _mean(name, key, model, design, value, outer, gradient, block_size)


def eig_posterior(
    key: PRNGKey,
    model: Model,
    design: Any,
    log_posterior: Callable[[Any, Any], Array],
    *,
    outer: int,
    gradient: GradientFn = pathwise,
    block_size: int | None = None,
) -> Array:
    r"""Lower bound by an approximate posterior, :math:`E[\log q(\theta|y) - \log
    p(\theta)]`.

    Too low by the mean :math:`KL(p(\theta|y,d) \| q)`. It needs no density of outcomes
    unless ``gradient`` does, so that simulators are welcome.

    Args:
        key: of all draws.
        model: what is simulated; it must know its ``log_prior``.
        design: whatever the model's functions take.
        log_posterior: log q(theta | y) of one pair, at this design; normalised.
        outer: outcomes, static.
        gradient, block_size: as in ``eig_bounds``.

    Returns: scalar in nats, a lower bound in expectation.
    Gradients: unbiased, in the design and in what ``log_posterior`` closes over, if
        ``gradient`` suits the outcomes.
    Cost: O(outer) densities.
    Example:
        >>> logpdf = jax.scipy.stats.norm.logpdf
        >>> model = Model(
        ...     lambda key: jax.random.normal(key),
        ...     lambda key, theta, d: d * theta + jax.random.normal(key),
        ...     lambda y, theta, d: logpdf(y, d * theta),
        ...     lambda theta: logpdf(theta),
        ... )
        >>> log_q = lambda theta, y: logpdf(theta, 0.4 * y, 0.2**0.5)
        >>> found = eig_posterior(jax.random.key(0), model, 2.0, log_q, outer=4000)
        >>> abs(float(found) - 0.8047) < 0.05  # log(1 + 4) / 2
        True
    References: Barber and Agakov (2003); Foster et al. (2019), equation 8.
    """
    name = "eig_posterior"
    model = open_model(name, model, log_prior=True)
    log_prior = model.log_prior
    if log_prior is None or not callable(log_posterior):
        raise _not_callable(name, "log_posterior", log_posterior)

    def value(theta: Any, y: Any) -> tuple[Array, Array]:
        value = log_posterior(theta, y) - log_prior(theta)
        if gradient is pathwise:
            return value, jnp.zeros_like(value)
        return value, model.log_prob(y, theta, design)

    return _mean(name, key, model, design, value, outer, gradient, block_size)


def eig_marginal_likelihood(
    key: PRNGKey,
    model: Model,
    design: Any,
    log_likelihood: Callable[[Any, Any], Array],
    log_marginal: Callable[[Any], Array],
    *,
    outer: int,
    block_size: int | None = None,
) -> Array:
    r"""Estimate for simulators, :math:`E[\log q(y|\theta) - \log q(y)]`.

    Neither a lower nor an upper bound: it is off by the difference of two divergences.
    The model's ``log_prob`` is not asked for.

    Args:
        key: of all draws.
        model: what is simulated.
        design: whatever the model's functions take.
        log_likelihood: log q(y | theta) of one pair, at this design; normalised.
        log_marginal: log q(y) of one outcome, at this design; normalised.
        outer: outcomes, static.
        block_size: as in ``eig_bounds``.

    Returns: scalar in nats.
    Gradients: along outcomes that are smooth in the design, and in what both densities
        close over. To fit them, ascend the mean of each, not this value.
    Cost: O(outer) densities.
    Example:
        >>> logpdf = jax.scipy.stats.norm.logpdf
        >>> model = Model(
        ...     lambda key: jax.random.normal(key),
        ...     lambda key, theta, d: d * theta + jax.random.normal(key),
        ...     lambda y, theta, d: logpdf(y, d * theta),
        ... )
        >>> found = eig_marginal_likelihood(
        ...     jax.random.key(0), model, 2.0, lambda y, theta: logpdf(y, 2 * theta),
        ...     lambda y: logpdf(y, 0.0, 5.0**0.5), outer=4000,
        ... )
        >>> abs(float(found) - 0.8047) < 0.05  # log(1 + 4) / 2
        True
    References: Foster et al. (2019), equation 13.
    """
    name = "eig_marginal_likelihood"
    model = open_model(name, model)
    for argument, function in (
        ("log_likelihood", log_likelihood),
        ("log_marginal", log_marginal),
    ):
        if not callable(function):
            raise _not_callable(name, argument, function)

    def value(theta: Any, y: Any) -> tuple[Array, Array]:
        value = log_likelihood(y, theta) - log_marginal(y)
        return value, jnp.zeros_like(value)

    return _mean(name, key, model, design, value, outer, pathwise, block_size)


def _not_callable(name: str, argument: str, received: Any) -> Exception:
    kind = type(received).__name__
    return checks.fail(TypeError, name, argument, "a callable", kind)


def _mean(
    name: str,
    key: PRNGKey,
    model: Model,
    design: Any,
    value: Callable[[Any, Any], tuple[Array, Array]],
    outer: int,
    gradient: GradientFn,
    block_size: int | None,
) -> Array:
    """Mean over outcomes of ``value(theta, y)``, given with its log-likelihood."""
    checks.size(name, outer, "outer")

    def one(key: PRNGKey) -> tuple[Array, Array]:
        keys = jax.random.split(key)
        theta = model.sample_prior(keys[0])
        return value(theta, model.sample_outcome(keys[1], theta, design))

    values, likelihood = in_blocks(one, jax.random.split(key, outer), block_size, name)
    dtype, work = values.dtype, checks.working_dtype(values.dtype)
    values, likelihood = values.astype(work), likelihood.astype(work)
    return mean_and_error(gradient(values, likelihood))[0].astype(dtype)
