"""The estimator of samples of any kind, with a trained flow where that is worth it."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from infojax import mi, transforms
from infojax._base import checks
from infojax.fit._estimator import FitState, NeuralEstimator
from infojax.fit._flow_matching_mi import flow_matching_mi
from infojax.fit._progress import Progress
from infojax.fit._train import Training, train
from infojax.mi import AutoFit
from infojax.mi._auto_members import FEW
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["TrainedAuto", "auto"]

_ROWS = 2000  # fewer do not train a flow
_RATE, _DECAY = 2e-3, 1e-2


class TrainedAuto(NamedTuple):
    """``value`` in nats, the ``classical`` estimate, and that of a ``flow`` if any.

    ``flow`` and the ``training`` behind it are None where none was trained.
    """

    value: Array
    classical: AutoFit
    flow: Array | None
    training: Training | None


def auto(
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    *,
    steps: int = 12_000,
    batch_size: int = 512,
    width: int = 192,
    depth: int = 3,
    where: ArrayLike | None = None,
    progress: Progress | None = None,
) -> TrainedAuto:
    """``mi.auto``, and a trained flow where neither copula nor neighbours suffice.

    ``flow_matching_mi`` is trained where ``mi.auto`` rejects every copula in more than
    three columns of continuous samples and there are 2000 rows at least. The value is
    then the larger of the two estimates, as both fall short where they err: neighbours
    for their radius, a flow for what it did not learn. Everywhere else the classical
    estimate is kept. It looks at the data to decide, so it does not run under
    ``jax.jit``.

    Args:
        key: holds out rows, initialises and trains.
        x: samples, ``[n, dx]`` or ``[n]``, of any dtype as in ``mi.auto``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        steps: updates of the flow, static; a multiple of 100, or fewer than that.
        batch_size: pairs an update, static.
        width, depth: units of a hidden layer of the flow, and how many of those.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        progress: as in ``train``.

    Returns: ``TrainedAuto``. Of the flow's value no standard error is known; from run
        to run it varied by 0.05 nats. It is of all rows, as the noise of held-out ones
        is larger than what training on the others adds; ``training.value`` is that of
        held-out rows.
    Gradients: none.
    Cost: that of ``mi.auto``, and a minute or two of training on two cores.
    Example:
        >>> x, noise = jax.random.normal(jax.random.key(0), (2, 300))
        >>> found = auto(jax.random.key(1), x, x + noise)
        >>> found.classical.name, found.training is None
        ('Student copula', True)
    References: those of ``mi.auto``; Butakov et al. (2025), FMMI: flow matching mutual
        information estimation. When to train was chosen on the spirals of ``tasks``.
    """
    name = "fit.auto"
    checks.sizes(name, steps=steps, width=width, depth=depth)
    classical = _classical(x, y, where=where)
    mask = checks.row_mask(name, where, len(np.asarray(x)))
    if int(classical.method) != _NEIGHBOURS or int(jnp.sum(mask)) < _ROWS:
        return TrainedAuto(classical.value, classical, None, None)
    (a, b), _ = checks.samples(name, x=x, y=y)
    if a.shape[1] + b.shape[1] <= FEW:
        return TrainedAuto(classical.value, classical, None, None)
    u, v = (transforms.normal_scores(side[np.asarray(mask)]) for side in (a, b))
    rate = optax.cosine_decay_schedule(_RATE, steps)
    rule = optax.adamw(rate, weight_decay=_DECAY)
    widths = u.shape[1], v.shape[1]
    estimator = flow_matching_mi(*widths, rule, width=width, depth=depth)
    training = train(
        key,
        u,
        v,
        estimator=estimator,
        steps=steps,
        batch_size=batch_size,
        patience=steps,  # the rate falls to the end: a pause does not mean it is over
        progress=progress,
    )
    flow = _estimate(estimator, training.state, u, v)
    value = jnp.maximum(classical.value, flow.astype(classical.value.dtype))
    return TrainedAuto(value, classical, flow, training)


_NEIGHBOURS = 1  # what ``AutoFit.method`` is where neighbours overruled the copula
_classical = jax.jit(mi.auto_fit)


@functools.partial(jax.jit, static_argnums=0)
def _estimate(estimator: NeuralEstimator, state: FitState, x: Array, y: Array) -> Array:
    return estimator.estimate(state, x, y)
