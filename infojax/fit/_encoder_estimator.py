"""Mutual information through a conditional density fitted by maximum likelihood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from infojax import bounds
from infojax._base import checks
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.fit._critic_estimator import scores
from infojax.fit._estimator import NeuralEstimator, from_module
from infojax.types import Array, ArrayLike, Bound, Critic, PRNGKey

__all__ = ["encoder_estimator", "entropy_difference"]


def encoder_estimator(
    make_encoder: Callable[[nnx.Rngs], Critic],
    optimizer: optax.GradientTransformation,
    *,
    evaluate: Bound = bounds.club,
    plan: PairPlan = PairPlan(),
) -> NeuralEstimator:
    """Mutual information through a density q(y | x) fitted by maximum likelihood.

    Args:
        make_encoder: builds an NNX module, ``[n, dx], [m, dy]`` to log-densities
            ``log q(y_j | x_i)``, ``[n, m]``,
            as ``critics.gaussian_encoder(2, 3)`` does.
        optimizer: an Optax transformation of the encoder's parameters.
        evaluate: the function of that matrix that ``estimate`` reports, such as
            ``bounds.leave_one_out``.
        plan: how the matrix of ``estimate`` is evaluated; ``update`` needs its diagonal
            only.

    Returns: ``NeuralEstimator``, its objective the mean log-likelihood.
        ``bounds.club`` lies above the information only where q is near p.
    Gradients: as in ``critic_estimator``; none in integer labels y.
    Cost: the encoder's, on n pairs an update and n^2 an estimate.
    Example:
        >>> make = critics.gaussian_encoder(1, 1, width=16)
        >>> estimator = encoder_estimator(make, optax.adam(1e-2))
        >>> x = jnp.linspace(-1.0, 1.0, 64)[:, None]
        >>> key = jax.random.key(0)
        >>> state, info = estimator.update(key, estimator.init(key), x, x)
        >>> bool(estimator.estimate(state, x, x) > 0)
        True
    References: Cheng et al. (2020), CLUB; Barber and Agakov (2003), the IM algorithm.
    """
    return from_module(
        "encoder_estimator",
        make_encoder,
        optimizer,
        objective=_likelihood,
        evaluate=lambda q, x, y, where: evaluate(scores(q, x, y, where, plan)),
        open_y=_labels_or_floats,
    )


def entropy_difference(
    make_conditional: Callable[[nnx.Rngs], Critic],
    make_marginal: Callable[[nnx.Rngs], Critic],
    optimizer: optax.GradientTransformation,
) -> NeuralEstimator:
    """Mutual information as H(Y) - H(Y | X), both cross-entropies of fitted densities.

    Args:
        make_conditional: builds an NNX module of log-densities ``log q(y_j | x_i)``,
            such as ``critics.mixture_encoder(2, 3)``.
        make_marginal: the same of ``log q(y_j)``, as ``critics.mixture_density(3)``.
        optimizer: an Optax transformation of the parameters of both.

    Returns: ``NeuralEstimator``, its objective the sum of both mean log-likelihoods.
        The estimate is no bound: each cross-entropy errs upwards, and
        the difference either way. It does not need exp(I) samples.
    Gradients: as in ``critic_estimator``; none in integer labels y.
    Cost: both densities, on n pairs.
    Example:
        >>> both = critics.gaussian_encoder(1, 1, width=16), critics.mixture_density(1)
        >>> estimator = entropy_difference(*both, optax.adam(1e-2))
        >>> x = jnp.linspace(-1.0, 1.0, 64)[:, None]
        >>> key = jax.random.key(0)
        >>> state, info = estimator.update(key, estimator.init(key), x, x)
        >>> estimator.estimate(state, x, x).shape
        ()
    References: McAllester and Stratos (2020), formal limitations on the measurement of
        mutual information.
    """

    def terms(
        both: _Both, x: Array, y: Array, where: Array | None
    ) -> tuple[Array, Array]:
        conditional = _mean_diagonal(both.conditional, x, y, where)
        return conditional, _mean_diagonal(both.marginal, x, y, where)

    def objective(
        both: _Both, key: PRNGKey, x: Array, y: Array, where: Array | None, memory
    ) -> tuple[Array, Any]:
        return sum(terms(both, x, y, where), jnp.zeros(())), memory

    def evaluate(both: _Both, x: Array, y: Array, where: Array | None) -> Array:
        conditional, marginal = terms(both, x, y, where)
        return conditional - marginal

    return from_module(
        "entropy_difference",
        lambda rngs: _Both(make_conditional(rngs), make_marginal(rngs)),
        optimizer,
        objective=objective,
        evaluate=evaluate,
        open_y=_labels_or_floats,
    )


class _Both(nnx.Module):
    """A conditional density and a marginal one."""

    def __init__(self, conditional: Critic, marginal: Critic) -> None:
        self.conditional, self.marginal = conditional, marginal


def _likelihood(
    q: Critic, key: PRNGKey, x: Array, y: Array, where: Array | None, memory
) -> tuple[Array, Any]:
    return _mean_diagonal(q, x, y, where), memory


def _mean_diagonal(q: Critic, x: Array, y: Array, where: Array | None) -> Array:
    pairs = Pairs(q, x, y, where_x=where, where_y=where)
    return pairs.mean(jnp.where(pairs.mask, pairs.diagonal(), 0))


def _labels_or_floats(where: str, argument: str, y: ArrayLike) -> Array:
    array = y if isinstance(y, jax.Array) else np.asarray(y)
    integers = jnp.issubdtype(array.dtype, jnp.integer)
    return (checks.integers if integers else checks.as_float)(where, argument, array)
