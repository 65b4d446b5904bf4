"""Scores of prompts from what a model answers to inputs without labels."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.prompts._tables import (
    Answers,
    Predict,
    entropy,
    hard_prediction,
    input_mean,
    open_answers,
    predictions,
)
from infojax.types import Array, ArrayLike

__all__ = ["InputScores", "PromptScores", "input_scores", "scores"]


class PromptScores(NamedTuple):
    """One number a prompt, ``[prompts]``, the larger the better.

    ``marginal_entropy`` (GE_M) is the entropy of the mean answer, ``global_entropy``
    (GE) that of the answers predicted, ``local_entropy`` (LE) the mean entropy of the
    answers to an input, and ``description_length`` (MDL_M) its negative: authors
    disagree about its sign. ``mutual_information`` (MI) is the first less the third,
    ``global_information`` (MI_G) the second less the third. The ``agreement`` fields
    are shares of inputs on which the prompt predicts what all prompts together do: by
    the mean of their log-probabilities (ZLP), of their probabilities (ZPM), and by
    majority vote (ZMV). Entropies are in nats.
    """

    marginal_entropy: Array
    global_entropy: Array
    local_entropy: Array
    description_length: Array
    mutual_information: Array
    global_information: Array
    log_mean_agreement: Array
    mean_agreement: Array
    vote_agreement: Array


class InputScores(NamedTuple):
    """One number a prompt and input, ``[prompts, inputs]``, the larger the better.

    To choose a prompt for each input: ``description_length`` (MDL) is the negative
    entropy of the answers, ``mutual_information`` (MI_L) adds the entropy of the mean
    answer, ``global_information`` (MI_GL) that of the answers predicted. In nats.
    """

    description_length: Array
    mutual_information: Array
    global_information: Array


def scores(
    p: ArrayLike,
    *,
    predict: Predict = hard_prediction,
    epsilon: float = 0.0,
    where: ArrayLike | None = None,
) -> PromptScores:
    """All scores by which prompts are chosen from probabilities of answers alone.

    Args:
        p: probabilities of answers, ``[prompts, inputs, answers]``, nonnegative;
            normalised over answers. Inputs whose answers all have probability 0 are
            absent for the prompt.
        predict: from probabilities to predictions; ``soft_prediction(0.1)`` trains.
        epsilon: added inside logarithms; 1e-7 gives the numbers of the published code.
        where: Boolean, broadcast to ``p``; answers marked False are as if absent, and
            inputs without any answer left.

    Returns: ``PromptScores``, nine fields ``[prompts]``; 0 for a prompt without inputs.
        A prompt alone agrees with all of them: 1.
    Gradients: exact in entropies, finite at answers of probability 0. Predictions have
        none when hard, exact ones when soft. Agreements have none.
    Cost: O(cells).
    Example:
        >>> p = jnp.array([[[0.9, 0.1], [0.2, 0.8]], [[0.9, 0.1], [0.7, 0.3]]])
        >>> found = scores(p)
        >>> found.mutual_information.argmax().item(), found.mean_agreement.tolist()
        (0, [1.0, 0.5])
    References: Yang et al. (2024), improving probability-based prompt selection through
        unified evaluation and analysis; Sorensen et al. (2022) for mutual information;
        Lu et al. (2022) for global and local entropy; Wu et al. (2023) for description
        lengths; Liao et al. (2022) for agreement.
    """
    name = "scores"
    answers, dtype = open_answers(name, p, where)
    epsilon = checks.order(name, epsilon, "epsilon", finite=True)
    marginal, predicted = _global(answers, predict, epsilon)
    local = input_mean(entropy(answers.p, epsilon), answers.there)
    there = answers.there[..., None]
    logs = jnp.where(there, numerics.log(answers.p + epsilon), 0)
    votes = predictions(answers, hard_prediction)
    fields = (
        marginal,
        predicted,
        local,
        -local,
        marginal - local,
        predicted - local,
        *(_agreement(answers, total) for total in (logs, answers.p, votes)),
    )
    clean = (numerics.unless_nan(field, answers.p) for field in fields)
    return PromptScores(*(field.astype(dtype) for field in clean))


def input_scores(
    p: ArrayLike,
    *,
    predict: Predict = hard_prediction,
    epsilon: float = 0.0,
    where: ArrayLike | None = None,
) -> InputScores:
    """All scores by which a prompt is chosen for each input.

    The entropies of all answers are those of the whole set of inputs.

    Args:
        p: probabilities of answers, ``[prompts, inputs, answers]``, nonnegative;
            normalised over answers. Inputs whose answers all have probability 0 are
            absent for the prompt.
        predict: from probabilities to predictions; ``soft_prediction(0.1)`` trains.
        epsilon: added inside logarithms; 1e-7 gives the numbers of the published code.
        where: Boolean, broadcast to ``p``; answers marked False are as if absent, and
            inputs without any answer left.

    Returns: ``InputScores``, three fields ``[prompts, inputs]``; ``argmax`` over axis 0
        is the choice. 0 for absent inputs.
    Gradients: exact in entropies, finite at answers of probability 0. Predictions have
        none when hard, exact ones when soft.
    Cost: O(cells).
    Example:
        >>> p = jnp.array([[[0.9, 0.1], [0.4, 0.6]], [[0.7, 0.3], [0.1, 0.9]]])
        >>> input_scores(p).description_length.argmax(0).tolist()
        [0, 1]
    References: Yang et al. (2024), improving probability-based prompt selection through
        unified evaluation and analysis; Wu et al. (2023) for description lengths.
    """
    name = "input_scores"
    answers, dtype = open_answers(name, p, where)
    epsilon = checks.order(name, epsilon, "epsilon", finite=True)
    marginal, predicted = _global(answers, predict, epsilon)
    length = -entropy(answers.p, epsilon)
    fields = length, marginal[:, None] + length, predicted[:, None] + length
    kept = (jnp.where(answers.there, field, 0) for field in fields)
    clean = (numerics.unless_nan(field, answers.p) for field in kept)
    return InputScores(*(field.astype(dtype) for field in clean))


def _global(answers: Answers, predict: Predict, epsilon: float) -> tuple[Array, Array]:
    """Entropies of the mean answer and of the mean prediction, ``[prompts]``."""
    predicted = input_mean(predictions(answers, predict), answers.there)
    return (
        entropy(input_mean(answers.p, answers.there), epsilon),
        entropy(predicted, epsilon),
    )


def _agreement(answers: Answers, total: Array) -> Array:
    """Share of inputs on which a prompt predicts the most of a sum over prompts."""
    label = jnp.argmax(jnp.sum(total, axis=0), axis=1)
    same = jnp.argmax(answers.p, axis=2) == label
    return input_mean(same.astype(answers.p.dtype), answers.there)
