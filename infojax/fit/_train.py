"""A whole fit as one compiled loop over minibatches."""

from __future__ import annotations

import functools
import warnings
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer

from infojax._base import checks
from infojax.fit._estimator import FitInfo, FitState, NeuralEstimator
from infojax.fit._progress import Progress
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["TrainRun", "Training", "train"]

_HELD_OUT = 1024  # rows at most, unless more are asked for


class TrainRun(NamedTuple):
    """Where a run stands: raw arrays, enough to go on from.

    ``best`` is the state with the largest objective on held-out pairs, ``top``;
    ``steps`` how many were taken, ``stale`` how many checks ago ``best`` was found,
    ``failed`` the first step with a bound or gradient that was not finite, or -1.
    """

    state: FitState
    best: FitState
    top: Array
    steps: Array
    stale: Array
    failed: Array


class Training(NamedTuple):
    """A trained ``state``, its ``value`` in nats on held-out pairs, how it came about.

    ``info`` holds arrays ``[steps]`` and ``held_out`` the objective ``[checks]``, NaN
    from where the run stopped early; ``run`` is for going on.
    """

    value: Array
    info: FitInfo
    held_out: Array
    run: TrainRun

    @property
    def state(self) -> FitState:
        """The best state."""
        return self.run.best

    @property
    def failed(self) -> Array:
        """The first step that was not finite, or -1."""
        return self.run.failed


class _Plan(NamedTuple):
    """The static part of a run."""

    steps: int
    batch_size: int
    held_out: int
    every: int
    patience: int
    progress: Progress | None


def train(
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    *,
    estimator: NeuralEstimator,
    steps: int,
    batch_size: int,
    held_out: int | None = None,
    every: int | None = None,
    patience: int = 10,
    progress: Progress | None = None,
    start: TrainRun | None = None,
) -> Training:
    """Train an estimator on random minibatches, in one compiled loop.

    Rows are held out at random. Every so often the objective on them is taken: the
    state in which it was largest is returned, and the run stops when it no longer
    grows. A step that is not finite is not taken: the last good state goes on with
    other pairs.

    Args:
        key: initialises the estimator, holds out rows and draws minibatches.
        x: samples, ``[n, ...]``.
        y: paired with ``x``, ``[n, ...]``.
        estimator: such as ``critic_estimator`` makes.
        steps: updates, a static int, a multiple of ``every``.
        batch_size: pairs an update, drawn without replacement, static, at least 2 and
            at most the rows that are not held out.
        held_out: rows to hold out, static; by default a fifth of them, at most 1024,
            and none of fewer than ten. With 0 the run takes every step and returns the
            last state.
        every: updates between checks, static; 100, or ``steps`` if fewer, by default.
        patience: checks without a larger objective before the run stops, static.
        progress: called at every check with the steps taken, the mean bound since the
            last one, the held-out objective and the first step that was not finite or
            -1, such as ``progress_bar`` makes.
        start: the ``run`` of an earlier result with the same key, samples, estimator
            and sizes: it goes on as if it had not stopped there.

    Returns: ``Training``. Its ``value`` is a little high where the objective is the
        estimate, as the largest was taken; without held-out rows it is the estimate on
        a batch that was trained on, and so too high.
        Compiled once for an estimator and shapes; under ``vmap`` over keys, samples or
        hyper-parameters all runs go on until the last one stops. Outside of other
        transformations, a step that was not finite is also a warning.
    Gradients: not meant to be differentiated.
    Cost: ``steps`` updates, and ``steps / every`` objectives of the held-out rows.
    Example:
        >>> make = critics.separable(1, 1, width=16)
        >>> estimator = critic_estimator(bounds.infonce, make, optax.adam(1e-2))
        >>> x = jnp.linspace(-1.0, 1.0, 64)[:, None]
        >>> options = {"estimator": estimator, "steps": 50, "batch_size": 32}
        >>> result = train(jax.random.key(0), x, x, **options)
        >>> bool(result.info.bound[-1] > result.info.bound[0])
        True
    References: Poole et al. (2019), on variational bounds of mutual information.
    """
    name = "train"
    a = checks.as_float(name, "x", x)
    b = jnp.asarray(y)
    n = checks.same_length(name, x=a, y=b)
    if held_out is None:
        held_out = min(n // 5, _HELD_OUT) if n >= 10 else 0
    every = min(100, steps) if every is None else every
    for argument, value, lowest, highest in (
        ("steps", steps, 1, None),
        ("held_out", held_out, 0, n - 2),
        ("batch_size", batch_size, 2, n - held_out),
        ("every", every, 1, steps),
        ("patience", patience, 1, None),
    ):
        _whole(name, argument, value, lowest, highest)
    if steps % every:
        expected = f"a multiple of every = {every}"
        raise checks.fail(ValueError, name, "steps", expected, str(steps))
    plan = _Plan(steps, batch_size, held_out, every, patience, progress)
    begin = _begin(key, estimator, a.dtype) if start is None else start
    result = _run(key, a, b, begin, estimator, plan)
    if not isinstance(result.failed, Tracer) and int(result.failed) >= 0:
        warnings.warn(
            f"train: step {int(result.failed)} was not finite and not taken; the last "
            "good state went on.",
            RuntimeWarning,
            stacklevel=2,
        )
    return result


def _whole(where: str, name: str, value: int, lowest: int, highest: int | None) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < lowest or (highest is not None and value > highest):
        upper = "" if highest is None else f" and <= {highest}"
        expected = f"a static int >= {lowest}{upper}"
        raise checks.fail(ValueError, where, name, expected, repr(value))


def _begin(key: PRNGKey, estimator: NeuralEstimator, dtype: Any) -> TrainRun:
    state = estimator.init(jax.random.fold_in(key, 0))
    zero, none = jnp.int32(0), jnp.int32(-1)
    # Two copies, so that no buffer of a state stands for two of them.
    best = jax.tree.map(jnp.copy, state)
    return TrainRun(state, best, jnp.asarray(-jnp.inf, dtype), zero, zero, none)


@functools.partial(jax.jit, static_argnames=("estimator", "plan"))
def _run(
    key: PRNGKey,
    x: Array,
    y: Array,
    begin: TrainRun,
    estimator: NeuralEstimator,
    plan: _Plan,
) -> Training:
    order = jax.random.permutation(jax.random.fold_in(key, 1), len(x))
    testing, training = order[: plan.held_out], order[plan.held_out :]
    streams = jax.random.fold_in(key, 2)

    def step(
        carry: tuple[FitState, Array], draw: tuple[Array, Array, PRNGKey]
    ) -> tuple[tuple[FitState, Array], FitInfo]:
        (state, failed), (number, rows, stream) = carry, draw
        after, info = estimator.update(stream, state, x[rows], y[rows])
        finite = jnp.isfinite(info.bound) & jnp.isfinite(info.gradient_norm)
        state = _choose(finite, after, state)
        return (state, jnp.where(finite | (failed >= 0), failed, number)), info

    def check(run: TrainRun) -> tuple[TrainRun, tuple[FitInfo, Array]]:
        """Updates up to the next check, and the estimate there."""
        shuffle, noise = jax.random.split(jax.random.fold_in(streams, run.steps))
        batches = _batches(shuffle, training, plan)
        numbers = run.steps + jnp.arange(plan.every, dtype=jnp.int32)
        draws = numbers, batches, jax.random.split(noise, plan.every)
        (state, failed), info = lax.scan(step, (run.state, run.failed), draws)
        recent = jnp.mean(info.bound)
        value, better = recent, jnp.bool_(True)
        if plan.held_out:
            value = estimator.objective(state, x[testing], y[testing])
            better = value > run.top
        value = value.astype(run.top.dtype)
        best = _choose(better, state, run.best)
        stale = jnp.where(better, 0, run.stale + 1)
        steps = run.steps + plan.every
        if plan.progress is not None:
            jax.debug.callback(plan.progress, steps, recent, value, failed)
        top = jnp.where(better, value, run.top)
        return TrainRun(state, best, top, steps, stale, failed), (info, value)

    missing = jax.eval_shape(check, begin)[1]

    def skip(run: TrainRun) -> tuple[TrainRun, tuple[FitInfo, Array]]:
        return run, jax.tree.map(lambda a: jnp.full(a.shape, jnp.nan, a.dtype), missing)

    def advance(run: TrainRun, _: None) -> tuple[TrainRun, tuple[FitInfo, Array]]:
        return lax.cond(run.stale < plan.patience, check, skip, run)

    run, (info, values) = lax.scan(
        advance, begin, None, length=plan.steps // plan.every
    )
    info = jax.tree.map(lambda a: a.reshape(-1), info)
    seen = testing if plan.held_out else training[: plan.batch_size]
    value = estimator.estimate(run.best, x[seen], y[seen])
    return Training(value, info, values, run)


def _choose(first: Array, one: Any, other: Any) -> Any:
    return jax.tree.map(lambda a, b: jnp.where(first, a, b), one, other)


def _batches(key: PRNGKey, rows: Array, plan: _Plan) -> Array:
    """Rows of the updates up to the next check, ``[every, batch_size]``."""
    whole = len(rows) // plan.batch_size
    epochs = -(-plan.every // whole)
    shuffled = jax.vmap(lambda k: jax.random.permutation(k, rows))(
        jax.random.split(key, epochs)
    )
    used = shuffled[:, : whole * plan.batch_size]
    return used.reshape(-1, plan.batch_size)[: plan.every]
