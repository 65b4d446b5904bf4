"""Steps of particles: how much they bear, who stays, and how those move."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.flatten_util import ravel_pytree

from infojax._base import numerics
from infojax.design._model import Model
from infojax.types import Array, PRNGKey

__all__ = ["bearable", "moved", "systematic"]

_SPREAD = 2.38  # over the root of the dimension, of moves in one normal mode
_NARROW = 1e-3  # the least of the factors by which moves are shortened at random
_HALVINGS = 30  # of the exponent of an outcome, in search of a share of it


def bearable(log: Array, news: Array, most: Array, least: Array | float) -> Array:
    """The largest power of what is new that leaves so many particles to count."""
    log, news = lax.stop_gradient((log, news))

    def effective(power: Array) -> Array:
        weights = log + power * news
        weights = weights - numerics.logsumexp(weights)
        return jnp.exp(-numerics.logsumexp(2 * weights))

    def halve(_: int, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        # Powers of any size: halved by ratio.
        middle = jnp.sqrt(low * high)
        enough = effective(middle) >= least
        return jnp.where(enough, middle, low), jnp.where(enough, high, middle)

    first = most * 1e-12, most
    low, _ = lax.fori_loop(0, _HALVINGS, halve, first)
    return jnp.where(effective(most) >= least, most, low)


def systematic(key: PRNGKey, log_weights: Array) -> Array:
    """Indices of as many particles as there are, by evenly spaced quantiles."""
    n = len(log_weights)
    mass = jnp.cumsum(jnp.exp(lax.stop_gradient(log_weights)))
    start = jax.random.uniform(key, (), mass.dtype)
    at = (jnp.arange(n).astype(mass.dtype) + start) / n * mass[-1]
    return jnp.clip(jnp.searchsorted(mass, at), 0, n - 1)


def moved(
    key: PRNGKey,
    model: Model,
    particles: Any,
    data: tuple[Any, Any],
    powers: Array,
    moves: int,
) -> tuple[Any, Array]:
    """Metropolis steps of every particle, and the share of them that went through.

    ``data`` are outcomes and designs; ``powers`` those of their likelihoods, 0 where
    there are none yet.
    """
    log_prior = model.log_prior
    assert log_prior is not None
    flat = jax.vmap(lambda theta: ravel_pytree(theta)[0])(particles)
    _, restore = ravel_pytree(jax.tree.map(lambda a: a[0], particles))
    n, d = flat.shape

    def log_posterior(x: Array) -> Array:
        theta = restore(x)
        each = jax.vmap(lambda y, design: model.log_prob(y, theta, design))
        terms = jnp.where(powers > 0, powers * each(*data), 0)
        return log_prior(theta) + jnp.sum(terms)

    centred = flat - jnp.mean(flat, axis=0)
    covariance = jnp.matmul(centred.T, centred, precision="highest") / n
    # A hair of every scale, for particles that resampling left all the same.
    hair = 1e-6 * jnp.diagonal(covariance) + jnp.finfo(flat.dtype).tiny ** 0.25
    root = jnp.linalg.cholesky(covariance + jnp.diag(hair)) * (_SPREAD / d**0.5)

    def move(
        state: tuple[Array, Array], key: PRNGKey
    ) -> tuple[tuple[Array, Array], Array]:
        x, log = state
        keys = jax.random.split(key, 3)
        length = jax.random.uniform(keys[0], (n, 1), flat.dtype)
        noise = jax.random.normal(keys[1], flat.shape, flat.dtype)
        step = jnp.matmul(noise, root.T, precision="highest")
        new = x + _NARROW**length * step
        new_log = jax.vmap(log_posterior)(new)
        luck = jnp.log(jax.random.uniform(keys[2], (n,), log.dtype))
        go = luck < new_log - log
        state = jnp.where(go[:, None], new, x), jnp.where(go, new_log, log)
        return state, jnp.mean(go.astype(log.dtype))

    start = flat, jax.vmap(log_posterior)(flat)
    (flat, _), share = lax.scan(move, start, jax.random.split(key, moves))
    return lax.stop_gradient((jax.vmap(restore)(flat), jnp.mean(share)))
