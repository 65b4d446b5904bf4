"""Choices, tests and survival of people."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from infojax._base import numerics
from infojax.design._environments._common import (
    COIN,
    Environment,
    coin,
    coin_log_prob,
    discrete_gain,
    half_normal_log_prob,
    interval,
    normal_cdf,
    normal_log_prob,
    normal_nodes,
    real,
    reported,
)
from infojax.design._model import Model
from infojax.types import Array, PRNGKey

__all__ = ["hyperbolic_discounting", "item_response", "survival"]


def hyperbolic_discounting() -> Environment:
    """How much somebody prefers money now, from one choice of less now or more later.

    Parameters ``log_k`` and ``alpha``; design ``[3]``: reward now, reward later, and
    the delay in days; outcome: 1 if they wait. Fractions are fine, for gradients.
    """

    def delayed(theta: Any, design: Array) -> Array:
        log_k, alpha, design = real(theta["log_k"], theta["alpha"], design)
        now, later, delay = design
        gain = later / (1 + numerics.exp(log_k) * delay) - now
        return 0.01 + 0.98 * normal_cdf(gain / numerics.positive(alpha))

    def sample_prior(key: PRNGKey) -> dict[str, Array]:
        keys = jax.random.split(key)
        return {
            "log_k": -4.25 + 0.5 * jax.random.normal(keys[0]),
            "alpha": 2 * jnp.abs(jax.random.normal(keys[1])),
        }

    def log_prior(theta: Any) -> Array:
        log_k, alpha = real(theta["log_k"], theta["alpha"])
        return normal_log_prob(log_k, -4.25, 0.5) + half_normal_log_prob(alpha, 2.0)

    def sample_outcome(key: PRNGKey, theta: Any, design: Array) -> Array:
        return coin(key, delayed(theta, design))

    def log_prob(y: Array, theta: Any, design: Array) -> Array:
        p = delayed(theta, design)
        return jnp.log(jnp.where(jnp.asarray(y) > 0, p, 1 - p))

    def eig(design: Array) -> Array:
        z, mass = normal_nodes(400)
        alpha, half = interval(0.0, 16.0, 200)
        half = half * np.exp(-(alpha**2) / 8)
        log_k, alpha = np.meshgrid(-4.25 + 0.5 * z, alpha, indexing="ij")
        nodes = {"log_k": log_k, "alpha": alpha}
        found = discrete_gain(
            lambda y, theta: log_prob(y, theta, design),
            nodes,
            mass[:, None] * half,
            COIN,
        )
        return reported(found, design)

    def sample_design(key: PRNGKey) -> Array:
        keys = jax.random.split(key, 3)
        now = jax.random.randint(keys[0], (), 1, 200)
        later = jax.random.randint(keys[1], (), now + 1, 300)
        delay = jax.random.randint(keys[2], (), 1, 365)
        return real(jnp.stack([now, later, delay]))

    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, eig, COIN)


def item_response() -> Environment:
    """What six students and six questions are like, from one answer.

    Parameters ``ability``, ``difficulty``, ``discrimination``, ``[6]`` each; design
    ``[2]``: integers, student and question; outcome: 1 if right.
    """
    names, count = ("ability", "difficulty", "discrimination"), 6

    def logit(theta: Any, design: Array) -> Array:
        student, question = jnp.asarray(design)
        ability, difficulty, slope = real(*(theta[name] for name in names))
        return slope[question] * (ability[student] - difficulty[question])

    def sample_prior(key: PRNGKey) -> dict[str, Array]:
        draws = jax.random.normal(key, (3, count))
        return dict(zip(names, draws, strict=True))

    def log_prior(theta: Any) -> Array:
        values = jnp.stack([real(theta[name]) for name in names])
        return jnp.sum(normal_log_prob(values, 0.0, 1.0))

    def sample_outcome(key: PRNGKey, theta: Any, design: Array) -> Array:
        return coin(key, jax.nn.sigmoid(logit(theta, design)))

    def log_prob(y: Array, theta: Any, design: Array) -> Array:
        return coin_log_prob(y, logit(theta, design))

    def eig(design: Array) -> Array:
        """The same for all pairs: the slope times a difference of variance 2."""
        del design
        z, mass = normal_nodes(200)
        logits = np.sqrt(2) * np.outer(z, z)
        return discrete_gain(coin_log_prob, logits, np.outer(mass, mass), COIN)

    def sample_design(key: PRNGKey) -> Array:
        return jax.random.randint(key, (2,), 0, count)

    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, eig, COIN)


def survival() -> Environment:
    """What shortens lives, from whether one patient died.

    Parameters ``lambda0`` and ``beta``; design ``[2]``: years since the operation, and
    1 where the tumour had spread, else 0; outcome: 1 if dead. As published, death is at
    least as likely as not for every patient.
    """
    shape = rate = 0.1

    def logit(theta: Any, design: Array) -> Array:
        base, beta, design = real(theta["lambda0"], theta["beta"], design)
        time, spread = design
        return time * base * numerics.exp(beta * spread)

    def sample_prior(key: PRNGKey) -> dict[str, Array]:
        keys = jax.random.split(key)
        return {
            "lambda0": jax.random.gamma(keys[0], shape) / rate,
            "beta": 10 * jnp.abs(jax.random.normal(keys[1])),
        }

    def log_prior(theta: Any) -> Array:
        base, beta = real(theta["lambda0"], theta["beta"])
        # Gamma(0.1) is 9.51350769866873.
        scale = shape * np.log(rate).item() - np.log(9.51350769866873).item()
        law = scale + (shape - 1) * numerics.log(base) - rate * base
        return jnp.where(base < 0, -jnp.inf, law) + half_normal_log_prob(beta, 10.0)

    def sample_outcome(key: PRNGKey, theta: Any, design: Array) -> Array:
        return coin(key, jax.nn.sigmoid(logit(theta, design)))

    def log_prob(y: Array, theta: Any, design: Array) -> Array:
        return coin_log_prob(y, logit(theta, design))

    def eig(design: Array) -> Array:
        # Its tenth root has a smooth density where the rate itself has none.
        root, mass = interval(0.0, 1.85, 200)
        mass = mass * np.exp(-rate * root**10)
        beta, half = interval(0.0, 80.0, 400)
        half = half * np.exp(-((beta / 10) ** 2) / 2)
        base, beta = np.meshgrid(root**10, beta, indexing="ij")
        found = discrete_gain(
            lambda y, theta: log_prob(y, theta, design),
            {"lambda0": base, "beta": beta},
            np.outer(mass, half),
            COIN,
        )
        return reported(found, design)

    def sample_design(key: PRNGKey) -> Array:
        keys = jax.random.split(key)
        time = jax.random.uniform(keys[0], minval=0.0, maxval=10.0)
        spread = jax.random.randint(keys[1], (), 0, 2)
        return jnp.stack([time, real(spread)])

    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, eig, COIN)
