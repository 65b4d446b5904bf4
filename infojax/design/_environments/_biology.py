"""Epidemics, growth and predators."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import ndtri

from infojax import entropy
from infojax._base import numerics
from infojax.design._environments._common import (
    Environment,
    discrete_gain,
    interval,
    normal_log_prob,
    real,
    reported,
)
from infojax.design._model import Model
from infojax.types import Array, PRNGKey

__all__ = ["death_process", "dugongs", "lotka_volterra"]

_GROUP = 50
_CHOICES = np.cumsum(np.log(np.arange(1, _GROUP + 1)))
_CHOICES = np.concatenate([[0.0], _CHOICES])
_LOG_CHOICES = _CHOICES[-1] - _CHOICES - _CHOICES[::-1]


def death_process() -> Environment:
    """How fast a disease spreads, from how many of fifty are ill at one time.

    Parameter: a rate; design: a time in (0, 2); outcome: a count.
    """

    def sample_prior(key: PRNGKey) -> Array:
        return 1 + jax.random.truncated_normal(key, -1.0, 1.0)

    def log_prior(theta: Array) -> Array:
        theta = real(theta)
        inside = (theta >= 0) & (theta <= 2)
        mass = 0.6826894921370859  # of a normal number within one deviation
        value = normal_log_prob(theta, 1.0, 1.0) - np.log(mass).item()
        return jnp.where(inside | jnp.isnan(theta), value, -jnp.inf)

    def sample_outcome(key: PRNGKey, theta: Array, xi: Array) -> Array:
        theta, xi = real(theta, xi)
        alive = jnp.exp(-theta * xi)
        draws = jax.random.uniform(key, (_GROUP,), alive.dtype)
        return jnp.sum(draws >= alive, dtype=jnp.int32)

    def log_prob(y: Array, theta: Array, xi: Array) -> Array:
        theta, xi = real(theta, xi)
        exposure, count = theta * xi, real(y)
        ways = real(_LOG_CHOICES)[jnp.clip(jnp.asarray(y).astype(jnp.int32), 0, _GROUP)]
        ill = numerics.log(-jnp.expm1(-exposure))
        value = ways + count * ill - (_GROUP - count) * exposure
        return jnp.where((count < 0) | (count > _GROUP), -jnp.inf, value)

    def eig(xi: Array) -> Array:
        nodes, weights = interval(0.0, 2.0, 400)
        weights = weights * np.exp(-((nodes - 1) ** 2) / 2)
        found = discrete_gain(
            lambda y, theta: log_prob(y, theta, xi), nodes, weights, outcomes
        )
        return reported(found, xi)

    def sample_design(key: PRNGKey) -> Array:
        return jax.random.uniform(key, minval=0.0, maxval=2.0)

    outcomes = np.arange(_GROUP + 1, dtype=np.int32)
    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, eig, outcomes)


def dugongs() -> Environment:
    """How sea cows grow, from the length of one of a given age.

    Parameters ``alpha``, ``beta``, ``lambda``; design: an age in [0, 5]; outcome: a
    length, which noise may make negative.
    """
    means = {"alpha": 2.0, "beta": 1.5, "lambda": 0.4}
    scales = {"alpha": 0.2, "beta": 0.5, "lambda": 0.5}
    noise = 0.25

    def decay(size: Array, age: Array) -> Array:
        return jnp.exp(age * numerics.log(jnp.abs(size)))

    def mean(theta: Any, age: Array) -> Array:
        alpha, beta, size, age = real(
            theta["alpha"], theta["beta"], theta["lambda"], age
        )
        return alpha - beta * decay(size, age)

    def sample_prior(key: PRNGKey) -> dict[str, Array]:
        keys = jax.random.split(key, 3)
        return {
            name: means[name] + scales[name] * jax.random.normal(k)
            for name, k in zip(means, keys, strict=True)
        }

    def log_prior(theta: Any) -> Array:
        terms = [
            normal_log_prob(real(theta[name]), means[name], scales[name])
            for name in means
        ]
        return sum(terms, jnp.zeros_like(terms[0]))

    def sample_outcome(key: PRNGKey, theta: Any, age: Array) -> Array:
        centre = mean(theta, age)
        return centre + noise * jax.random.normal(key, (), centre.dtype)

    def log_prob(y: Array, theta: Any, age: Array) -> Array:
        return normal_log_prob(real(y), mean(theta, age), noise)

    def eig(age: Array) -> Array:
        """Entropy of the outcome, normal given lambda, less that of the noise."""
        roots, weights = interval(0.0, 2.2, 300)  # the power bends at 0: squares
        sizes = np.concatenate([-(roots**2), roots**2])
        weights = np.concatenate([weights * 2 * roots] * 2)
        z = (sizes - means["lambda"]) / scales["lambda"]
        weights = weights * np.exp(-(z**2) / 2)
        power = decay(real(sizes), real(age))
        centre = means["alpha"] - means["beta"] * power
        variance = noise**2 + scales["alpha"] ** 2 + (scales["beta"] * power) ** 2
        # Tails reach thousands of metres at high ages: steps that grow with distance.
        u, step = np.linspace(-11.0, 5.0, 2001, retstep=True)
        y, width = real(2 + np.sinh(u) / 4, np.cosh(u) / 4 * step)
        each = normal_log_prob(y[:, None], centre, jnp.sqrt(variance))
        log = numerics.logsumexp(each, weights=real(weights / weights.sum()))
        total = -jnp.sum(width * numerics.xlogx(jnp.exp(log)))
        found = total - np.log(2 * np.pi * np.e * noise**2).item() / 2
        return reported(found, age)

    def sample_design(key: PRNGKey) -> Array:
        return jax.random.uniform(key, minval=0.0, maxval=5.0)

    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, eig)


_LV_MEAN = np.array([0.1, 0.02, 0.4, 0.01])
_LV_SCALE = np.array([0.01, 0.01, 0.04, 0.001])
_LV_START = np.log([40.0, 9.0])
_LV_STEPS, _LV_MOST, _LV_POINTS = 500, np.log(1e6).item(), 1 << 15


def lotka_volterra() -> Environment:
    """How prey and predators live off each other, from their numbers at one time.

    Parameters ``[4]``: growth and loss of prey, loss and growth of predators; design: a
    time in [0, 50]; outcome: two whole numbers, held below a million, which prey passes
    where its loss is negative. Without noise, so that the information is the entropy of
    what is seen.
    """

    def solve(theta: Array, time: Array) -> Array:
        alpha, beta, gamma, delta = real(theta)
        dt = real(time) / _LV_STEPS

        def slope(log: Array) -> Array:
            prey, predators = jnp.exp(jnp.minimum(log, _LV_MOST))
            return jnp.stack([alpha - beta * predators, delta * prey - gamma])

        def step(log: Array, _: None) -> tuple[Array, None]:
            a = slope(log)
            b = slope(log + dt / 2 * a)
            c = slope(log + dt / 2 * b)
            d = slope(log + dt * c)
            log = log + dt / 6 * (a + 2 * b + 2 * c + d)
            return jnp.minimum(log, _LV_MOST), None

        log, _ = lax.scan(step, real(_LV_START), None, length=_LV_STEPS)
        return jnp.round(jnp.exp(log)).astype(jnp.int32)

    def sample_prior(key: PRNGKey) -> Array:
        draws = jax.random.normal(key, (4,))
        return real(_LV_MEAN) + real(_LV_SCALE) * draws

    def log_prior(theta: Array) -> Array:
        return jnp.sum(normal_log_prob(real(theta), real(_LV_MEAN), real(_LV_SCALE)))

    def sample_outcome(key: PRNGKey, theta: Array, time: Array) -> Array:
        del key
        return solve(theta, time)

    def log_prob(y: Array, theta: Array, time: Array) -> Array:
        same = jnp.all(jnp.asarray(y) == solve(theta, time))
        return jnp.where(same, 0.0, -jnp.inf)

    def eig(time: Array) -> Array:
        """Entropy of the outcome over an even cover of the prior.

        Rare outcomes are many once predators may die out: against 32 times as many
        points 0.001 too low at time 1, 0.01 at 5 and at most 0.08 later.
        """
        ratio = 1.1673039782614187  # root of x^5 = x + 1: Kronecker points in four
        slopes = (1 / ratio) ** np.arange(1, 5)
        cover = (0.5 + slopes * np.arange(1, _LV_POINTS + 1)[:, None]) % 1
        thetas = real(_LV_MEAN) + real(_LV_SCALE) * ndtri(real(cover))
        codes = jax.vmap(lambda theta: solve(theta, time))(thetas)
        found = entropy.discrete(codes, estimator=entropy.chao_shen)
        found = numerics.unless_nan(found, real(time))
        return reported(found.astype(thetas.dtype), time)

    def sample_design(key: PRNGKey) -> Array:
        return jax.random.uniform(key, minval=0.0, maxval=50.0)

    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, eig)
