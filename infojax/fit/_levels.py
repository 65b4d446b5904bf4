"""Noise levels, and integrals over them of what a network guesses."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from infojax._base import checks, numerics
from infojax.layers import MLP
from infojax.types import Array, PRNGKey

__all__ = ["Levels", "guesser", "waves"]

WAVES = 16  # features of a level
_NODES = 64  # levels a row of an estimate


class Levels(NamedTuple):
    """A range of noise levels, such as logs of a signal-to-noise ratio."""

    low: float
    high: float

    @staticmethod
    def of(name: str, argument: str, ends: tuple[float, float]) -> Levels:
        """The range between two ends, checked."""
        low, high = ends
        if not low < high:
            expected = "an increasing pair"
            raise checks.fail(ValueError, name, argument, expected, repr(ends))
        return Levels(low, high)

    def draw(self, key: PRNGKey, x: Array, turn: Array | int = 0) -> tuple:
        """Levels ``[n]`` spread evenly over the rows, and noise of the shape of x."""
        shift, draw = jax.random.split(key)
        n = len(x)
        even = (jnp.arange(n, dtype=jnp.int32) + turn) % n
        share = even.astype(x.dtype) + jax.random.uniform(shift, (), x.dtype)
        level = self.low + (self.high - self.low) * share / n
        return level, jax.random.normal(draw, x.shape, x.dtype)

    def integral(self, values: Array, mask: Array) -> Array:
        """Integral over the levels of the mean over rows of sums over columns."""
        mean = numerics.mean(jnp.sum(values, axis=1), mask)
        return (self.high - self.low) * mean

    def average(self, integrand: Callable, x: Array, mask: Array) -> Array:
        """The integral of ``(level, noise) -> [n, d]`` over many levels a row.

        The draws are fixed, as the nodes of a quadrature are.
        """

        def once(index: Array) -> Array:
            # Rows meet levels all over the range: neighbouring ones in turn.
            key = jax.random.fold_in(jax.random.key(0), index)
            turn = index * max(1, len(x) // _NODES)
            return self.integral(integrand(*self.draw(key, x, turn)), mask)

        return jnp.mean(jax.lax.map(once, jnp.arange(_NODES, dtype=jnp.int32)))


def guesser(d_in: int, hidden: list[int], d_out: int, rngs: nnx.Rngs) -> MLP:
    """A smooth perceptron whose output is zero before it is trained."""
    network = MLP([d_in + WAVES, *hidden, d_out], activation=jax.nn.silu, rngs=rngs)
    last = network.layers[-1]
    last.kernel[...] = jnp.zeros_like(last.kernel[...])
    return network


def waves(level: Array) -> Array:
    """Sines and cosines of levels within some tens of each other, ``[n, WAVES]``."""
    rates = 2.0 ** (-1 - jnp.arange(WAVES // 2, dtype=level.dtype) / 2)
    angles = level[:, None] * rates
    return jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=1)
