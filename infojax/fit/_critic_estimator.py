"""Mutual information through a trained critic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from infojax._base import checks
from infojax._base.pairs import PairPlan, Pairs
from infojax.critics import advance
from infojax.types import Array, ArrayLike, Bound, Critic, PRNGKey

__all__ = ["FitInfo", "FitState", "NeuralEstimator", "critic_estimator"]


class FitState(NamedTuple):
    """Raw arrays: trained parameters, what the critic keeps besides, and Optax state.

    ``statistics`` holds singular vectors, running means and random streams.
    """

    parameters: Any
    statistics: Any
    optimizer: optax.OptState


class FitInfo(NamedTuple):
    """One update: the bound on its batch before the step, nats, and gradient norm."""

    bound: Array
    gradient_norm: Array


class _Update(Protocol):
    def __call__(
        self,
        key: PRNGKey,
        state: FitState,
        x: ArrayLike,
        y: ArrayLike,
        *,
        where: ArrayLike | None = None,
    ) -> tuple[FitState, FitInfo]: ...


class _Estimate(Protocol):
    def __call__(
        self,
        state: FitState,
        x: ArrayLike,
        y: ArrayLike,
        *,
        where: ArrayLike | None = None,
    ) -> Array: ...


class NeuralEstimator(NamedTuple):
    """A trainable estimator as three pure functions.

    ``init(key)`` gives a ``FitState``; ``update(key, state, x, y)`` one ascent step on
    a batch and its ``FitInfo``; ``estimate(state, x, y)`` nats, with nothing trained.
    """

    init: Callable[[PRNGKey], FitState]
    update: _Update
    estimate: _Estimate


def critic_estimator(
    bound: Bound,
    make_critic: Callable[[nnx.Rngs], Critic],
    optimizer: optax.GradientTransformation,
    *,
    plan: PairPlan = PairPlan(),
) -> NeuralEstimator:
    """Mutual information through a trained critic, as a triple of pure functions.

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
        plan: how the scores are evaluated; with a block size, or when ``update`` or
            ``estimate`` gets ``where=``, the bound is handed ``Pairs``, which those of
            ``bounds`` accept.

    Returns: ``NeuralEstimator(init, update, estimate)`` for ``jit``, ``scan`` over
        steps and ``vmap`` over keys. States hold raw arrays, so that they stack, shard
        and checkpoint like any pytree.
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
    # The graph of modules is the same for every key: taken once, without arrays.
    graph, *_ = _abstract(make_critic)

    def evaluate(critic: Critic, x: Array, y: Array, where: Array | None) -> Array:
        if plan == PairPlan() and where is None:
            return bound(critic(x, y))
        return bound(Pairs(critic, x, y, plan, where, where))  # type: ignore[arg-type]

    def init(key: PRNGKey) -> FitState:
        _, parameters, statistics = nnx.split(
            make_critic(nnx.Rngs(key)), nnx.Param, ...
        )
        parameters = nnx.as_pure(parameters)
        return FitState(parameters, nnx.as_pure(statistics), optimizer.init(parameters))

    def update(
        key: PRNGKey,
        state: FitState,
        x: ArrayLike,
        y: ArrayLike,
        *,
        where: ArrayLike | None = None,
    ) -> tuple[FitState, FitInfo]:
        a, b, mask = _batch("critic_estimator.update", x, y, where)

        def objective(parameters: Any) -> tuple[Array, Any]:
            critic = nnx.merge(graph, parameters, state.statistics)
            critic.train()
            _reseed(critic, key)
            advance(critic)
            value = evaluate(critic, a, b, mask)
            _, _, statistics = nnx.split(critic, nnx.Param, ...)
            return -value, nnx.as_pure(statistics)

        (loss, statistics), gradient = jax.value_and_grad(objective, has_aux=True)(
            state.parameters
        )
        steps, moments = optimizer.update(gradient, state.optimizer, state.parameters)
        parameters = optax.apply_updates(state.parameters, steps)
        info = FitInfo(-loss, optax.tree.norm(gradient))
        return FitState(parameters, statistics, moments), info

    def estimate(
        state: FitState, x: ArrayLike, y: ArrayLike, *, where: ArrayLike | None = None
    ) -> Array:
        a, b, mask = _batch("critic_estimator.estimate", x, y, where)
        critic = nnx.merge(graph, state.parameters, state.statistics)
        critic.eval()
        return evaluate(critic, a, b, mask)

    return NeuralEstimator(init, update, estimate)


def _abstract(make_critic: Callable[[nnx.Rngs], Critic]) -> tuple:
    critic = nnx.eval_shape(lambda: make_critic(nnx.Rngs(0)))
    return nnx.split(critic, nnx.Param, ...)


def _batch(
    name: str, x: ArrayLike, y: ArrayLike, where: ArrayLike | None
) -> tuple[Array, Array, Array | None]:
    """Paired samples of any rank, for critics that read images too, and their mask."""
    a, b = checks.as_float(name, "x", x), checks.as_float(name, "y", y)
    n = checks.same_length(name, x=a, y=b)
    if where is None:
        return a, b, None
    mask = checks.row_mask(name, where, n)
    return checks.column_mask(a, mask), checks.column_mask(b, mask), mask


def _reseed(critic: nnx.Module, key: PRNGKey) -> None:
    """Give every random stream of the critic its own part of the key, in place."""
    streams = [n for _, n in nnx.iter_graph(critic) if isinstance(n, nnx.RngStream)]
    for position, stream in enumerate(streams):
        stream.key[...] = jax.random.fold_in(key, position)
        stream.count[...] = jnp.zeros_like(stream.count[...])
