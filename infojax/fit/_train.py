"""A whole fit as one compiled loop over minibatches."""

from __future__ import annotations

import jax
from jax import lax

from infojax._base import checks
from infojax.fit._critic_estimator import FitInfo, FitState, NeuralEstimator
from infojax.types import ArrayLike, PRNGKey

__all__ = ["train"]


def train(
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    *,
    estimator: NeuralEstimator,
    steps: int,
    batch_size: int,
) -> tuple[FitState, FitInfo]:
    """Initialise an estimator and update it on random minibatches, in one ``scan``.

    Args:
        key: initialises the critic and draws the minibatches.
        x: training samples, ``[n, ...]``.
        y: paired with ``x``, ``[n, ...]``.
        estimator: such as ``critic_estimator`` makes.
        steps: updates, a static int.
        batch_size: pairs an update, drawn without replacement, ``2 <= batch_size <= n``
            and static.

    Returns: the trained ``FitState`` and a ``FitInfo`` with arrays ``[steps]``.
    Gradients: not meant to be differentiated.
    Cost: ``steps`` updates.
    Example:
        >>> make = critics.separable(1, 1, width=16)
        >>> estimator = critic_estimator(bounds.infonce, make, optax.adam(1e-2))
        >>> x = jnp.linspace(-1.0, 1.0, 64)[:, None]
        >>> options = {"estimator": estimator, "steps": 50, "batch_size": 32}
        >>> state, info = train(jax.random.key(0), x, x, **options)
        >>> bool(info.bound[-1] > info.bound[0])
        True
    References: Poole et al. (2019), on variational bounds of mutual information.
    """
    name = "train"
    a, b = checks.as_float(name, "x", x), checks.as_float(name, "y", y)
    n = checks.same_length(name, x=a, y=b)
    for argument, value, lowest, highest in (
        ("steps", steps, 1, None),
        ("batch_size", batch_size, 2, n),
    ):
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or value < lowest
            or (highest is not None and value > highest)
        ):
            upper = "" if highest is None else f" and <= n = {highest}"
            expected = f"a static int >= {lowest}{upper}"
            raise checks.fail(ValueError, name, argument, expected, repr(value))

    def step(state: FitState, step_key: PRNGKey) -> tuple[FitState, FitInfo]:
        draw, update = jax.random.split(step_key)
        rows = jax.random.choice(draw, n, (batch_size,), replace=False)
        return estimator.update(update, state, a[rows], b[rows])

    first, rest = jax.random.split(key)
    return lax.scan(step, estimator.init(first), jax.random.split(rest, steps))
