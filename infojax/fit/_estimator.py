"""What every trainable estimator is: pure functions of a state of raw arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from infojax._base import checks
from infojax.layers import advance
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["FitInfo", "FitState", "NeuralEstimator", "from_module"]


class FitState(NamedTuple):
    """Raw arrays: what is trained, what the module and the bound keep, Optax state.

    ``statistics`` holds singular vectors, running means and random streams; ``memory``
    what the objective remembers, such as the moving average of MINE.
    """

    parameters: Any
    statistics: Any
    optimizer: optax.OptState
    memory: Any = ()


class FitInfo(NamedTuple):
    """One update: the objective on its batch before the step, and gradient norm.

    ``bound`` is in nats; estimators that maximise something else say so.
    """

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
    """A trainable estimator as pure functions.

    ``init(key)`` gives a ``FitState``; ``update(key, state, x, y)`` one ascent step on
    a batch and its ``FitInfo``; ``estimate(state, x, y)`` nats, with nothing trained.
    ``objective(state, x, y)`` is what training ascends, by which states are compared on
    pairs that were not trained on; the larger the better.
    """

    init: Callable[[PRNGKey], FitState]
    update: _Update
    estimate: _Estimate
    objective: _Estimate


_Open = Callable[[str, str, ArrayLike], Array]


class _Objective(Protocol):
    """What a batch ascends, and what is to be remembered of it."""

    def __call__(
        self,
        module: Any,
        key: PRNGKey,
        x: Array,
        y: Array,
        where: Array | None,
        memory: Any,
        /,
    ) -> tuple[Array, Any]: ...


def from_module(
    name: str,
    make: Callable[[nnx.Rngs], Any],
    optimizer: optax.GradientTransformation,
    *,
    objective: _Objective,
    evaluate: Callable[[Any, Array, Array, Array | None], Array],
    memory: Any = (),
    open_y: _Open = checks.as_float,
) -> NeuralEstimator:
    """An estimator that ascends an objective of an NNX module and samples.

    ``memory`` is what the objective remembers at first; ``open_y`` checks y.
    """

    def build(key: PRNGKey | int) -> nnx.Module:
        module = make(nnx.Rngs(key))
        if not isinstance(module, nnx.Module):
            expected = "a function of nnx.Rngs that returns an NNX module"
            received = f"one that returns {type(module).__name__}"
            raise checks.fail(TypeError, name, "make", expected, received)
        return module

    # The graph of modules is the same for every key: taken once, without arrays.
    graph, *_ = nnx.split(nnx.eval_shape(lambda: build(0)), nnx.Param, ...)

    def init(key: PRNGKey) -> FitState:
        _, parameters, statistics = nnx.split(build(key), nnx.Param, ...)
        parameters = nnx.as_pure(parameters)
        moments = optimizer.init(parameters)
        start = jax.tree.map(jnp.asarray, memory)
        return FitState(parameters, nnx.as_pure(statistics), moments, start)

    def update(
        key: PRNGKey,
        state: FitState,
        x: ArrayLike,
        y: ArrayLike,
        *,
        where: ArrayLike | None = None,
    ) -> tuple[FitState, FitInfo]:
        a, b, mask = _batch(f"{name}.update", x, y, where, open_y)
        stream, draws = jax.random.split(key)

        def loss(parameters: Any) -> tuple[Array, Any]:
            module = nnx.merge(graph, parameters, state.statistics)
            module.train()
            _reseed(module, stream)
            advance(module)
            value, memory = objective(module, draws, a, b, mask, state.memory)
            _, _, statistics = nnx.split(module, nnx.Param, ...)
            return -value, (nnx.as_pure(statistics), memory)

        (value, (statistics, memory)), gradient = jax.value_and_grad(
            loss, has_aux=True
        )(state.parameters)
        steps, moments = optimizer.update(gradient, state.optimizer, state.parameters)
        parameters = optax.apply_updates(state.parameters, steps)
        info = FitInfo(-value, optax.tree.norm(gradient))
        return FitState(parameters, statistics, moments, memory), info

    def frozen(state: FitState) -> Any:
        module = nnx.merge(graph, state.parameters, state.statistics)
        module.eval()
        return module

    def estimate(
        state: FitState, x: ArrayLike, y: ArrayLike, *, where: ArrayLike | None = None
    ) -> Array:
        a, b, mask = _batch(f"{name}.estimate", x, y, where, open_y)
        return evaluate(frozen(state), a, b, mask)

    def judge(
        state: FitState, x: ArrayLike, y: ArrayLike, *, where: ArrayLike | None = None
    ) -> Array:
        a, b, mask = _batch(f"{name}.objective", x, y, where, open_y)
        # One draw for all states, so that they are compared on the same noise.
        key = jax.random.key(0)
        return objective(frozen(state), key, a, b, mask, state.memory)[0]

    return NeuralEstimator(init, update, estimate, judge)


def _batch(
    name: str, x: ArrayLike, y: ArrayLike, where: ArrayLike | None, open_y: _Open
) -> tuple[Array, Array, Array | None]:
    """Paired samples of any rank, for modules that read images too, and their mask."""
    a, b = checks.as_float(name, "x", x), open_y(name, "y", y)
    n = checks.same_length(name, x=a, y=b)
    if where is None:
        return a, b, None
    mask = checks.row_mask(name, where, n)
    return checks.column_mask(a, mask), checks.column_mask(b, mask), mask


def _reseed(module: nnx.Module, key: PRNGKey) -> None:
    """Give every random stream of the module its own part of the key, in place."""
    streams = [n for _, n in nnx.iter_graph(module) if isinstance(n, nnx.RngStream)]
    for position, stream in enumerate(streams):
        stream.key[...] = jax.random.fold_in(key, position)
        stream.count[...] = jnp.zeros_like(stream.count[...])
