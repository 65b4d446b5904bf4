"""Mutual information of what a normal law becomes under a flow of each side."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import optax
from flax import nnx

from infojax import mi
from infojax._base import checks, linalg, numerics
from infojax.critics._perceptrons import inputs
from infojax.fit._estimator import NeuralEstimator, from_module
from infojax.fit._splines import Flow
from infojax.types import Array, PRNGKey

__all__ = ["flow_mi"]


def flow_mi(
    x_dim: int,
    y_dim: int,
    optimizer: optax.GradientTransformation,
    *,
    layers: int = 4,
    width: int = 64,
    bins: int = 8,
) -> NeuralEstimator:
    r"""Mutual information through invertible maps that make both sides jointly normal.

    Flows f and g of splines maximise the likelihood of the samples under a normal law
    of (f(x), g(y)), whose covariance is that of the batch. Information is invariant
    under such maps, so it is that of the normal law.

    Args:
        x_dim, y_dim: columns of x and y.
        optimizer: an Optax transformation of the flows' parameters.
        layers: coupling layers a side; a single column needs, and has, one.
        width: units of the two hidden layers of each coupling.
        bins: pieces of each spline, which lie within [-5, 5].

    Returns: ``NeuralEstimator`` of ``[n, x_dim]`` and ``[n, y_dim]``, its objective the
        mean log-likelihood, so that models compare on it. An untrained flow gives
        ``mi.gaussian``: give normal scores (``transforms.normal_scores`` of all rows,
        for training and estimate alike), and it starts at the Gaussian copula. There is
        no ceiling of log n. Too low where no maps make the sides jointly normal,
        such as for dependence without sign; overfitted flows are too high, so estimate
        on pairs that were not trained on.
    Gradients: exact in state and samples.
    Cost: O(n layers (width^2 + d width bins)) and O(n d^2 + d^3).
    Example:
        >>> estimator = flow_mi(1, 1, optax.adam(1e-3))
        >>> x, noise = jax.random.normal(jax.random.key(0), (2, 500, 1))
        >>> state = estimator.init(jax.random.key(1))
        >>> untrained = estimator.estimate(state, x, x + noise)
        >>> bool(jnp.allclose(untrained, mi.gaussian(x, x + noise), atol=1e-4))
        True
    References: Butakov et al. (2024), mutual information estimation via normalizing
        flows; Durkan et al. (2019), neural spline flows.
    """
    name = "flow_mi"
    shape = {"layers": layers, "width": width, "bins": bins}
    checks.sizes(name, x_dim=x_dim, y_dim=y_dim, **shape)

    def objective(
        flows: _Flows, key: PRNGKey, x: Array, y: Array, where: Array | None, memory
    ) -> tuple[Array, Any]:
        return _log_likelihood(flows, x, y, where), memory

    def evaluate(flows: _Flows, x: Array, y: Array, where: Array | None) -> Array:
        (u, _), (v, _) = flows(x, y)
        return mi.gaussian(u, v, where=where)

    return from_module(
        name,
        lambda rngs: _Flows(x_dim, y_dim, shape, rngs),
        optimizer,
        objective=objective,
        evaluate=evaluate,
    )


class _Flows(nnx.Module):
    """A flow of each side."""

    def __init__(
        self, x_dim: int, y_dim: int, shape: dict[str, int], rngs: nnx.Rngs
    ) -> None:
        self.widths = x_dim, y_dim
        self.of_x = Flow(x_dim, **shape, rngs=rngs)
        self.of_y = Flow(y_dim, **shape, rngs=rngs)

    def __call__(self, x: Array, y: Array) -> tuple[tuple[Array, Array], ...]:
        x, y = inputs("flow_mi", x, y, *self.widths)[0]
        return self.of_x(x), self.of_y(y)


def _log_likelihood(flows: _Flows, x: Array, y: Array, where: Array | None) -> Array:
    """Mean log-density a row, of the normal law that fits the batch best."""
    mask = checks.row_mask("flow_mi", where, len(x))
    (u, log_u), (v, log_v) = flows(x, y)
    joint = jnp.concatenate([u, v], axis=1)
    matrix, variance, _ = linalg.correlation(checks.column_mask(joint, mask), mask)
    spread = linalg.logdet(matrix) + jnp.sum(numerics.log(variance))
    spread = jnp.where(spread == -jnp.inf, 0, spread)  # singular: no density to climb
    normal = -(spread + joint.shape[1] * (1 + math.log(2 * math.pi))) / 2
    return normal + numerics.mean(log_u + log_v, mask)
