"""Whom a car should spare: choices between two groups."""

from __future__ import annotations

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
    normal_log_prob,
    normal_nodes,
    real,
    reported,
)
from infojax.design._model import Model
from infojax.types import Array, PRNGKey

__all__ = ["moral_machines"]

# Intercept, count, group, gender, age, social, fitness, species, intervention.
_MEAN = np.array([0.0, 0.7, 0.4, -0.3, 0.1, 0.1, 0.4, 0.6, -0.3])
_SCALE = np.array([0.3, *[0.1] * 8])
# Count, gender, age, social, fitness, species of the characters of the published game.
_CHARACTERS = np.array(
    [
        *([[1, 0, 1, 0, 0, 1], [1, -1, 1, 0, 0, 1]]),  # boy, girl
        *([[1, -1, 0, 1.5, 0, 1]]),  # pregnant woman
        *([[1, 0, 0, 1, 0, 1], [1, -1, 0, 1, 0, 1]] * 2),  # doctors, executives
        *([[1, 0, 0, 0, 1, 1], [1, -1, 0, 0, 1, 1]]),  # athletes
        *([[1, 0, 0, 0, -1, 1], [1, -1, 0, 0, -1, 1]]),  # large people
        *([[1, 0, 0, 0, 0, 1], [1, -1, 0, 0, 0, 1]]),  # elderly people
        *([[0, 0, 0, 0, 0, -1]] * 2),  # dog, cat
    ],
    float,
)


def moral_machines() -> Environment:
    """What counts when not all can be saved, from one choice between two groups.

    Parameters ``[9]``; design ``[9]``: 1, difference of the numbers of people, 1,
    differences of gender, age, social standing, fitness and species, and 1 where the
    car swerves, -1 where it stays; outcome: 1 if the first group is saved.
    """

    def logit(theta: Array, design: Array) -> Array:
        theta, design = real(theta, design)
        return jnp.sum(theta * design)

    def sample_prior(key: PRNGKey) -> Array:
        return real(_MEAN) + real(_SCALE) * jax.random.normal(key, (9,))

    def log_prior(theta: Array) -> Array:
        return jnp.sum(normal_log_prob(real(theta), real(_MEAN), real(_SCALE)))

    def sample_outcome(key: PRNGKey, theta: Array, design: Array) -> Array:
        return coin(key, jax.nn.sigmoid(logit(theta, design)))

    def log_prob(y: Array, theta: Array, design: Array) -> Array:
        return coin_log_prob(y, logit(theta, design))

    def eig(design: Array) -> Array:
        """The log-odds are normal."""
        features = real(design)
        mean = jnp.sum(features * real(_MEAN))
        scale = numerics.sqrt(jnp.sum((features * real(_SCALE)) ** 2))
        z, mass = normal_nodes(200)
        found = discrete_gain(
            lambda y, z: coin_log_prob(y, mean + scale * z), z, mass, COIN
        )
        return reported(found, design)

    def sample_design(key: PRNGKey) -> Array:
        keys = jax.random.split(key, 3)
        who = jax.random.randint(keys[0], (2, 4), 0, len(_CHARACTERS))
        size = jax.random.randint(keys[1], (2, 1), 1, 5)
        there = jnp.arange(4) < size
        groups = jnp.sum(jnp.where(there[..., None], real(_CHARACTERS)[who], 0), axis=1)
        count, *rest = groups[0] - groups[1]
        one = jnp.ones_like(count)
        swerve = jnp.where(jax.random.bernoulli(keys[2]), one, -one)
        return jnp.stack([one, count, one, *rest, swerve])

    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, eig, COIN)
