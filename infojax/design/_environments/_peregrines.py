"""A population of falcons over the years: counts of a rate that may be anything."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import gammaln

from infojax._base import numerics
from infojax.design._environments._common import (
    Environment,
    interval,
    normal_log_prob,
    normal_nodes,
    real,
    reported,
)
from infojax.design._model import Model
from infojax.types import Array, PRNGKey

__all__ = ["peregrines", "poisson_log_prob"]

_NAMES = ("alpha", "beta1", "beta2", "beta3")
_MEAN = np.array([4.5, 1.2, 0.07, -0.24])
_SCALE = np.array([0.1, 0.1, 0.01, 0.05])
_LARGE = 1e5  # rates beyond are drawn from the normal law that they are close to
_WHOLE = 1024  # counts summed one by one; beyond, an integral over their logarithm


def peregrines() -> Environment:
    """How many falcons breed, from the count of one year.

    Parameters ``alpha``, ``beta1``, ``beta2``, ``beta3`` of the logarithm of the rate;
    design: a time in [0, 5]; outcome: a whole number, as a floating one.
    """

    def log_rate(theta: Any, t: Array) -> Array:
        *coefficients, t = real(*(theta[name] for name in _NAMES), t)
        terms = [c * t**power for power, c in enumerate(coefficients)]
        return sum(terms, jnp.zeros_like(t))

    def sample_prior(key: PRNGKey) -> dict[str, Array]:
        draws = real(_MEAN) + real(_SCALE) * jax.random.normal(key, (4,))
        return dict(zip(_NAMES, draws, strict=True))

    def log_prior(theta: Any) -> Array:
        values = jnp.stack([real(theta[name]) for name in _NAMES])
        return jnp.sum(normal_log_prob(values, real(_MEAN), real(_SCALE)))

    def sample_outcome(key: PRNGKey, theta: Any, t: Array) -> Array:
        rate = numerics.exp(log_rate(theta, t))
        small = jax.random.poisson(key, jnp.minimum(rate, _LARGE)).astype(rate.dtype)
        noise = jax.random.normal(key, (), rate.dtype)
        large = jnp.round(rate + numerics.sqrt(rate) * noise)
        return lax.stop_gradient(jnp.where(rate < _LARGE, small, large))

    def log_prob(y: Array, theta: Any, t: Array) -> Array:
        return poisson_log_prob(real(y), log_rate(theta, t))

    def sample_design(key: PRNGKey) -> Array:
        return jax.random.uniform(key, minval=0.0, maxval=5.0)

    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, _eig)


def poisson_log_prob(y: Array, log_rate: Array) -> Array:
    """Log-probability of a count; exact to rounding for counts of any size."""
    few = y < 16
    safe = jnp.where(few, y, 1)
    direct = safe * log_rate - numerics.exp(log_rate) - gammaln(safe + 1)
    # Around its mode, as the terms of the formula cancel for large counts.
    many = jnp.where(few, 16, y)
    gap = log_rate - jnp.log(many)
    close = jnp.abs(gap) < 1e-2
    tiny = jnp.where(close, gap, 0)
    series = -(tiny**2) * (1 / 2 + tiny * (1 / 6 + tiny * (1 / 24 + tiny / 120)))
    bend = jnp.where(close, series, gap + 1 - numerics.exp(gap))
    rest = (1 / 12 - (1 / 360 - 1 / (1260 * many**2)) / many**2) / many
    around = many * bend - jnp.log(2 * math.pi * many) / 2 - rest
    return jnp.where(few, jnp.where(y < 0, -jnp.inf, direct), around)


def _eig(t: Array) -> Array:
    """Entropy of the count less its mean entropy given the rate.

    The logarithm of the rate is normal: one integral for every count.
    """
    time = real(t)
    powers = jnp.stack([time**power for power in range(4)])
    mean = jnp.sum(powers * real(_MEAN))
    scale = jnp.sqrt(jnp.sum((powers * real(_SCALE)) ** 2))
    z, mass = normal_nodes(300)
    given = jnp.sum(real(mass) * _poisson_entropy(mean + scale * real(z)))
    whole = real(np.arange(_WHOLE))
    x, width = interval(0.0, 1.0, 400)
    low = math.log(_WHOLE - 0.5)
    reach = jnp.maximum(mean + 9 * scale, low + 1) - low
    large = jnp.exp(low + reach * real(x))
    counts = jnp.concatenate([whole, large])
    weights = jnp.concatenate([jnp.ones_like(whole), reach * real(width) * large])
    log = jax.vmap(lambda y: _log_marginal(y, mean, scale))(counts)
    return reported(-jnp.sum(weights * numerics.xlogx(jnp.exp(log))) - given, t)


def _log_marginal(y: Array, mean: Array, scale: Array) -> Array:
    """Log-probability of a count, by quadrature around the mode of the integrand."""
    m, precision = lax.stop_gradient((mean, 1 / scale**2))

    def newton(_: int, x: Array) -> Array:
        rate = jnp.exp(x)
        return x + (y - rate - (x - m) * precision) / (rate + precision)

    # From the right Newton steps on a concave slope do not overshoot.
    start = jnp.maximum(m, jnp.log(jnp.maximum(y, 1)))
    mode = lax.stop_gradient(lax.fori_loop(0, 40, newton, start))
    width = 1 / jnp.sqrt(jnp.exp(mode) + precision)
    z, weights = interval(-25.0, 12.0, 128)
    x = mode + width * real(z)
    value = poisson_log_prob(jnp.broadcast_to(y, x.shape), x)
    value = value + normal_log_prob(x, mean, scale)
    return numerics.logsumexp(value, weights=real(weights)) + jnp.log(width)


def _poisson_entropy(log_rate: Array) -> Array:
    """Entropy of counts of these rates, ``[n]``."""
    top = math.log(64.0)
    small = log_rate < top
    low = jnp.where(small, log_rate, 0)
    log = poisson_log_prob(real(np.arange(192))[:, None], low)
    exact = -jnp.sum(jnp.exp(log) * log, axis=0)
    high = jnp.where(small, top, log_rate)
    inverse = jnp.exp(-high)
    rest = inverse * (1 / 12 + inverse * (1 / 24 + inverse * 19 / 360))
    series = (math.log(2 * math.pi) + 1 + high) / 2 - rest
    return jnp.where(small, exact, series)
