"""Mutual information from paths that lead from x to its y, or to anybody's."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from infojax._base import checks
from infojax.critics._perceptrons import inputs
from infojax.fit._estimator import NeuralEstimator, from_module
from infojax.fit._levels import Levels, guesser, waves
from infojax.types import Array, PRNGKey

__all__ = ["bridge_mi"]


def bridge_mi(
    x_dim: int,
    y_dim: int,
    optimizer: optax.GradientTransformation,
    *,
    width: int = 256,
    depth: int = 4,
    epsilon: float = 1.0,
    log_snr: tuple[float, float] = (-8.0, 10.0),
) -> NeuralEstimator:
    r"""Mutual information from Brownian bridges between x and y.

    A bridge of variance :math:`\epsilon t (1 - t)` leads from x to y. Where it ends is
    guessed on the way, by one network for bridges between pairs and for those to the y
    of another row; the information is :math:`\frac{1}{2 \epsilon} \int E \|
    v_{pair} - v_{other} \|^2 dt` of the two drifts :math:`v = (\hat y - y_t) / (1 -
    t)`.

    Args:
        x_dim, y_dim: columns of x and y; the narrower is filled up with zeros.
        optimizer: an Optax transformation of the network's parameters.
        width, depth: units of a hidden layer, and how many of those.
        epsilon: variance of the bridges, static. Small ones start closer to y where x
            is like it.
        log_snr: range of :math:`\log \frac{t}{\epsilon (1 - t)}`, static: how well the
            path shows where it ends.

    Returns: ``NeuralEstimator`` of ``[n, x_dim]`` and ``[n, y_dim]``, standardised or
        as normal scores. Its objective is minus the squared errors of both kinds of
        bridges. The estimate is >= 0: too low where it is large, too high near
        independence. Noise in ``estimate`` is the same at each call.
    Gradients: exact in state and samples.
    Cost: 2 networks a row and update, 128 a row and estimate.
    Example:
        >>> estimator = bridge_mi(1, 1, optax.adam(1e-3), width=16, depth=1)
        >>> x, noise = jax.random.normal(jax.random.key(0), (2, 64, 1))
        >>> state = estimator.init(jax.random.key(1))
        >>> float(estimator.estimate(state, x, x + noise))  # before it is trained
        0.0
    References: Kholkin et al. (2025), InfoBridge: mutual information estimation via
        bridge matching.
    """
    name = "bridge_mi"
    checks.sizes(name, x_dim=x_dim, y_dim=y_dim, width=width, depth=depth)
    if not epsilon > 0:
        raise checks.fail(ValueError, name, "epsilon", "> 0", str(epsilon))
    levels = Levels.of(name, "log_snr", log_snr)

    def objective(
        bridge: _Bridge, key: PRNGKey, x: Array, y: Array, where, memory
    ) -> tuple[Array, Any]:
        x, y = bridge.open(x, y)
        level, noise = levels.draw(key, y)
        others = next_rows(x, where)
        errors = [
            (bridge(start, y, level, noise, told) - y) ** 2
            for start, told in ((x, 1.0), (others, 0.0))
        ]
        weighted = jnp.exp(level)[:, None] * sum(errors, jnp.zeros_like(y))
        mask = checks.row_mask(name, where, len(x))
        return -levels.integral(weighted, mask) / 2, memory

    def evaluate(bridge: _Bridge, x: Array, y: Array, where: Array | None) -> Array:
        x, y = bridge.open(x, y)

        def integrand(level: Array, noise: Array) -> Array:
            pair, other = (bridge(x, y, level, noise, told) for told in (1.0, 0.0))
            return jnp.exp(level)[:, None] * (pair - other) ** 2

        return levels.average(integrand, y, checks.row_mask(name, where, len(x))) / 2

    return from_module(
        name,
        lambda rngs: _Bridge(x_dim, y_dim, [width] * depth, epsilon, rngs),
        optimizer,
        objective=objective,
        evaluate=evaluate,
    )


class _Bridge(nnx.Module):
    """Guesses where a bridge ends, as of a normal law before it is trained."""

    def __init__(
        self, x_dim: int, y_dim: int, hidden: list[int], epsilon: float, rngs: nnx.Rngs
    ) -> None:
        self.widths, self.epsilon = (x_dim, y_dim), epsilon
        both = 2 * max(x_dim, y_dim)
        self.network = guesser(both + 1, hidden, max(x_dim, y_dim), rngs)

    def open(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Samples as ``[n, d]`` of one width."""
        x, y = inputs("bridge_mi", x, y, *self.widths)[0]
        wide = max(self.widths)
        x, y = (jnp.pad(s, ((0, 0), (0, wide - s.shape[1]))) for s in (x, y))
        return x, y

    def __call__(
        self, x: Array, y: Array, level: Array, noise: Array, told: float
    ) -> Array:
        # The level says t; y + spread * noise is what the path shows of its end.
        t = jax.nn.sigmoid(level + jnp.log(jnp.asarray(self.epsilon, x.dtype)))[:, None]
        spread = jnp.exp(-level / 2)[:, None]
        shown = y + spread * noise
        path = (1 - t) * x + t * shown
        flag = jnp.full_like(t, told)
        seen = jnp.concatenate([path, x, flag, waves(level)], axis=1)
        return (shown + spread * jnp.sqrt(1 + spread**2) * self.network(seen)) / (
            1 + spread**2
        )


def next_rows(x: Array, where: Array | None) -> Array:
    """Each row's next one that exists, the first after the last."""
    if where is None:
        return jnp.roll(x, -1, axis=0)
    place = jnp.argsort(~where, stable=True)  # rows that exist, in order, then others
    rank = jnp.cumsum(where) - 1
    following = jnp.where(rank + 1 < jnp.sum(where), rank + 1, 0)
    return x[place[following]]
