"""Probabilities of answers, checked and normalised, and means over inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "Answers",
    "Predict",
    "entropy",
    "hard_prediction",
    "input_mean",
    "open_answers",
    "predictions",
    "soft_prediction",
]

Predict = Callable[[Array], Array]


class Answers(NamedTuple):
    """Normalised ``p`` ``[prompts, inputs, answers]``, and what of them there is.

    ``there`` ``[prompts, inputs]`` are the inputs with an answer, and ``keep``, of the
    shape of ``p``, their answers that no mask deletes.
    """

    p: Array
    there: Array
    keep: Array


def open_answers(
    name: str, p: ArrayLike, where: ArrayLike | None
) -> tuple[Answers, Any]:
    """Answers that add up to 1, or to 0 where nothing is left, and the dtype."""
    table = checks.table(name, "p", p, 3)
    keep = checks.cell_mask(name, where, table.shape)
    mass = table.astype(checks.working_dtype(table.dtype))
    mass = jnp.where(keep, jnp.where(mass < 0, 0, mass), 0)
    p = numerics.ratio(
        mass, jnp.sum(mass, axis=2, keepdims=True) + jnp.zeros_like(mass)
    )
    there = jnp.any(mass != 0, axis=2)
    return Answers(p, there, keep & there[..., None]), table.dtype


def input_mean(values: Array, there: Array) -> Array:
    """Mean over inputs, ``[prompts, inputs, ...]``, of those there are; else 0."""
    mask = there.reshape(there.shape + (1,) * (values.ndim - 2))
    return numerics.mean(values, jnp.broadcast_to(mask, values.shape), axis=1)


def entropy(p: Array, epsilon: float) -> Array:
    """Of the last axis, in nats; ``epsilon`` is added inside the logarithm."""
    if epsilon == 0:
        return -jnp.sum(numerics.xlogx(p), axis=-1)
    return -jnp.sum(p * jnp.log(p + epsilon), axis=-1)


def predictions(answers: Answers, predict: Predict) -> Array:
    """What is predicted for the inputs there are, 0 for others."""
    return jnp.where(answers.there[..., None], predict(answers.p), 0)


def hard_prediction(p: Array) -> Array:
    """All mass on the likeliest answer; the first of equal ones.

    Args:
        p: probabilities of answers, ``[..., answers]``.

    Returns: the shape of ``p``, zeros and ones.
    Gradients: zero everywhere.
    Cost: O(cells).
    Example:
        >>> hard_prediction(jnp.array([0.2, 0.5, 0.3])).tolist()
        [0.0, 1.0, 0.0]
    References: none needed.
    """
    p = checks.table("hard_prediction", "p", p)
    best = jnp.argmax(p, axis=-1)
    lost = jnp.any(jnp.isnan(p), axis=-1, keepdims=True)
    return jnp.where(lost, jnp.nan, jax.nn.one_hot(best, p.shape[-1], dtype=p.dtype))


def soft_prediction(temperature: ArrayLike) -> Predict:
    """Probabilities sharpened to ``p ** (1 / temperature)``, so that scores train.

    Args:
        temperature: positive scalar; close to 0, and below, it is
            ``hard_prediction``, 1 leaves probabilities as they are. May be traced.

    Returns: a callable from probabilities ``[..., answers]`` to their sharpened form.
    Gradients: exact, the temperature too; zero at answers of probability 0.
    Cost: O(cells).
    Example:
        >>> p = soft_prediction(0.5)(jnp.array([0.25, 0.75]))
        >>> [round(float(share), 4) for share in p]
        [0.1, 0.9]
    References: none needed.
    """

    def predict(p: Array) -> Array:
        p = checks.table("soft_prediction", "p", p)
        power = 1 / numerics.positive(jnp.asarray(temperature, p.dtype))
        there = ~(p <= 0)
        logs = power * numerics.log(jnp.where(there, p, 1))
        shares = logs - numerics.logsumexp(logs, there)[..., None]
        return jnp.where(there, jnp.exp(jnp.where(there, shares, 0)), 0)

    return predict
