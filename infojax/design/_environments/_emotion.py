"""How somebody feels after a spin of a wheel, as another sees it."""

from __future__ import annotations

from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from infojax._base import numerics
from infojax.design._environments._common import (
    Environment,
    half_normal_log_prob,
    interval,
    normal_log_prob,
    real,
    reported,
)
from infojax.design._model import Guide, Model
from infojax.types import Array, PRNGKey

__all__ = ["emotion"]

_FEELINGS = {
    "intercept": (4.5, 3.5, 1.7, 3.3, 1.4, 1.8, 3.7, 2.0),
    "win": (0.04, -0.025, -0.005, 0.02, 0.0, -0.005, 0.03, -0.03),
    "error": (0.035, -0.02, -0.025, 0.01, 0.0, -0.02, 0.02, -0.045),
    "surprise": (-0.015, 0.025, 0.025, 0.035, 0.005, 0.02, -0.01, 0.02),
}
_SPREAD = {"intercept": 0.1, "win": 0.01, "error": 0.01, "surprise": 0.01}


def emotion() -> Environment:
    """How somebody is thought to feel after a spin of a wheel, by eight scales.

    Parameters ``intercept``, ``win``, ``error``, ``surprise`` and ``sigma``, ``[8]``
    each; design ``[7]``: three prizes, their probabilities, and what was won; outcome:
    ``[8]``.
    """

    centres = {name: np.array(centre) for name, centre in _FEELINGS.items()}

    def loadings(design: Array) -> dict[str, Array]:
        """What each parameter is multiplied by."""
        design = real(design)
        won = design[6]
        error = won - jnp.sum(design[:3] * design[3:6])
        return {
            "intercept": jnp.ones_like(won),
            "win": won,
            "error": error,
            "surprise": jnp.abs(error),
        }

    def mean(theta: Any, design: Array) -> Array:
        by = loadings(design)
        parts = (by[name] * real(theta[name]) for name in _FEELINGS)
        return reduce(jnp.add, parts)

    def sample_prior(key: PRNGKey) -> dict[str, Array]:
        draws = jax.random.normal(key, (5, 8))
        found = {
            name: real(centre) + _SPREAD[name] * draws[i]
            for i, (name, centre) in enumerate(centres.items())
        }
        return found | {"sigma": jnp.abs(draws[4])}

    def log_prior(theta: Any) -> Array:
        value = jnp.sum(half_normal_log_prob(real(theta["sigma"]), 1.0))
        for name, centre in centres.items():
            terms = normal_log_prob(real(theta[name]), real(centre), _SPREAD[name])
            value = value + jnp.sum(terms)
        return value

    def sample_outcome(key: PRNGKey, theta: Any, design: Array) -> Array:
        centre = mean(theta, design)
        noise = jax.random.normal(key, centre.shape, centre.dtype)
        return centre + real(theta["sigma"]) * noise

    def log_prob(y: Array, theta: Any, design: Array) -> Array:
        scales = real(theta["sigma"])
        return jnp.sum(normal_log_prob(real(y), mean(theta, design), scales))

    def spread(design: Array) -> Array:
        """Variance of a mean."""
        parts = ((_SPREAD[name] * by) ** 2 for name, by in loadings(design).items())
        return reduce(jnp.add, parts)

    def guide(design: Array) -> Guide:
        """Noise of the prior, and the rest as it is given outcome and noise.

        The weight of a draw is the density of the outcome given its noise alone.
        """
        centre, variance = mean(centres, design), spread(design)

        def sample(key: PRNGKey, y: Array) -> dict[str, Array]:
            keys = jax.random.split(key)
            theta = sample_prior(keys[0])
            change = real(y) - sample_outcome(keys[1], theta, design)
            change = change / (variance + theta["sigma"] ** 2)
            moved = {
                name: theta[name] + _SPREAD[name] ** 2 * by * change
                for name, by in loadings(design).items()
            }
            return theta | moved

        def log_guide(theta: Any, y: Array) -> Array:
            scales = jnp.sqrt(variance + real(theta["sigma"]) ** 2)
            weight = jnp.sum(normal_log_prob(real(y), centre, scales))
            return log_prior(theta) + log_prob(y, theta, design) - weight

        return Guide(sample, log_guide)

    def eig(design: Array) -> Array:
        """Eight times that of one scale, which is normal given its noise."""
        variance = spread(design)
        sigma, mass = interval(0.0, 8.5, 300)
        mass = mass * np.exp(-(sigma**2) / 2)
        scales = jnp.sqrt(variance + real(sigma) ** 2)
        x, width = interval(0.0, 1.0, 600)
        # Squares, which are dense in the middle, where little noise makes a peak.
        reach = 9 * jnp.sqrt(variance + 8.5**2)
        y, width = reach * real(x**2), reach * real(2 * x * width)
        each = normal_log_prob(y[:, None], 0.0, scales)
        log = numerics.logsumexp(each, weights=real(mass / mass.sum()))
        whole = -2 * jnp.sum(width * numerics.xlogx(jnp.exp(log)))
        mean_log = -(np.euler_gamma + np.log(2)) / 2  # of a half-normal number
        given = np.log(2 * np.pi * np.e) / 2 + mean_log
        return reported(8 * (whole - given.item()), design)

    def sample_design(key: PRNGKey) -> Array:
        keys = jax.random.split(key, 3)
        prizes = jax.random.uniform(keys[0], (3,), maxval=100.0)
        shares = jax.random.exponential(keys[1], (3,))
        won = prizes[jax.random.randint(keys[2], (), 0, 3)]
        return jnp.concatenate([prizes, shares / jnp.sum(shares), won[None]])

    model = Model(sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, eig, guide=guide)
