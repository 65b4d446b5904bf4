"""Mutual information through a trained critic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import optax
from flax import nnx

from infojax import bounds
from infojax._base import checks
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.fit._estimator import NeuralEstimator, from_module
from infojax.types import Array, Bound, Critic, PRNGKey

__all__ = ["critic_estimator", "mine_estimator"]


def critic_estimator(
    bound: Bound,
    make_critic: Callable[[nnx.Rngs], Critic],
    optimizer: optax.GradientTransformation,
    *,
    evaluate: Bound | None = None,
    plan: PairPlan = PairPlan(),
) -> NeuralEstimator:
    """Mutual information through a trained critic, as pure functions of a state.

    ``init(key) -> FitState``; ``update(key, state, x, y) -> (FitState, FitInfo)``
    ascends the bound on a batch; ``estimate(state, x, y) -> Array`` evaluates it with
    frozen statistics. Estimate on pairs that were not trained on: on its own training
    pairs a critic overfits, and the bound no longer bounds. To train an encoder with
    the critic, put the bound in a loss of your own.

    Args:
        bound: any function of a score matrix to maximise, such as ``bounds.nwj``.
        make_critic: builds an NNX module, ``[n, dx], [m, dy]`` to scores ``[n, m]``,
            such as ``critics.separable(2, 3)``.
        optimizer: an Optax transformation of the critic's parameters.
        evaluate: the function of scores that ``estimate`` reports; ``bound`` itself by
            default. A critic trained by ``bounds.jensen_shannon`` can so report
            ``bounds.smile``.
        plan: how the scores are evaluated; with a block size, or when ``update`` or
            ``estimate`` gets ``where=``, the bound is handed ``Pairs``, which those of
            ``bounds`` accept.

    Returns: ``NeuralEstimator(init, update, estimate, objective)`` for ``jit``,
        ``scan`` over steps and ``vmap`` over keys; ``objective`` is the bound. States
        hold raw arrays, so that they stack, shard and checkpoint like any pytree.
    Gradients: ``estimate`` is differentiable in state and samples; ``update`` takes
        Optax steps of the exact gradient of the bound on the batch.
    Cost: the critic's, on n^2 pairs of a batch.
    Example:
        >>> make = critics.separable(1, 1, width=16)
        >>> estimator = critic_estimator(bounds.infonce, make, optax.adam(1e-3))
        >>> state = estimator.init(jax.random.key(0))
        >>> x = jnp.linspace(-1.0, 1.0, 64)[:, None]
        >>> state, info = estimator.update(jax.random.key(1), state, x, x)
        >>> bool(estimator.estimate(state, x, x) > info.bound)  # one step ascended
        True
    References: Belghazi et al. (2018), MINE; Poole et al. (2019), on variational bounds
        of mutual information.
    """
    report = bound if evaluate is None else evaluate

    def objective(
        critic: Critic, key: PRNGKey, x: Array, y: Array, where: Array | None, memory
    ) -> tuple[Array, Any]:
        return bound(scores(critic, x, y, where, plan)), memory

    return from_module(
        "critic_estimator",
        make_critic,
        optimizer,
        objective=objective,
        evaluate=lambda critic, x, y, where: report(scores(critic, x, y, where, plan)),
    )


def mine_estimator(
    make_critic: Callable[[nnx.Rngs], Critic],
    optimizer: optax.GradientTransformation,
    *,
    rate: float = 0.01,
    plan: PairPlan = PairPlan(),
) -> NeuralEstimator:
    """Mutual information through a critic trained as in MINE.

    The gradient of the Donsker-Varadhan bound on a batch is biased; here its
    denominator is a moving average over batches, kept in the state's ``memory``.

    Args:
        make_critic: builds an NNX module, ``[n, dx], [m, dy]`` to scores ``[n, m]``.
        optimizer: an Optax transformation of the critic's parameters.
        rate: weight of the newest batch in the average, in (0, 1].
        plan: how the scores are evaluated.

    Returns: ``NeuralEstimator``; ``estimate`` is the Donsker-Varadhan bound.
    Gradients: as in ``critic_estimator``, but for the denominator.
    Cost: that of ``critic_estimator``.
    Example:
        >>> make = critics.separable(1, 1, width=16)
        >>> estimator = mine_estimator(make, optax.adam(1e-3))
        >>> x = jnp.linspace(-1.0, 1.0, 64)[:, None]
        >>> key = jax.random.key(0)
        >>> state, info = estimator.update(key, estimator.init(key), x, x)
        >>> bool(jnp.isfinite(state.memory))  # log of the average
        True
    References: Belghazi et al. (2018), MINE, section 3.2.
    """
    if not 0 < rate <= 1:
        expected = "above 0 and at most 1"
        raise checks.fail(ValueError, "mine_estimator", "rate", expected, str(rate))

    def objective(
        critic: Critic, key: PRNGKey, x: Array, y: Array, where: Array | None, memory
    ) -> tuple[Array, Any]:
        found = bounds.mine(scores(critic, x, y, where, plan), memory, rate=rate)
        return found.value, found.log_mean.astype(memory.dtype)

    return from_module(
        "mine_estimator",
        make_critic,
        optimizer,
        objective=objective,
        evaluate=lambda critic, x, y, where: bounds.donsker_varadhan(
            scores(critic, x, y, where, plan)
        ),
        memory=jnp.float32(-jnp.inf),
    )


def scores(
    critic: Critic, x: Array, y: Array, where: Array | None, plan: PairPlan
) -> Any:
    """A score matrix where it can be one, else ``Pairs``."""
    if plan == PairPlan() and where is None:
        return critic(x, y)
    return Pairs(critic, x, y, plan, where, where)
