"""How likely the prompts themselves are, and which of them are confident."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.prompts._tables import hard_prediction, input_mean, open_answers
from infojax.types import Array, ArrayLike

__all__ = ["Perplexity", "confident", "perplexity"]


class Perplexity(NamedTuple):
    """``mean`` ``[prompts]`` and ``by_input`` ``[prompts, inputs]``; less is better."""

    mean: Array
    by_input: Array


def perplexity(log_p: ArrayLike, *, where: ArrayLike | None = None) -> Perplexity:
    """Perplexity of instantiated prompts: the inverse of the mean token probability.

    Args:
        log_p: log-probabilities of the tokens of each prompt with its input,
            ``[prompts, inputs, tokens]``, floating.
        where: Boolean, broadcast to ``log_p``; tokens marked False are as if absent,
            and inputs without any token left.

    Returns: ``Perplexity(mean, by_input)``: the geometric mean over tokens of inverse
        probabilities, at least 1, and its mean over inputs. The smaller the better;
        +inf where a token is impossible, and held just below where one nearly is. 0
        for what is absent.
    Gradients: exact; zero where infinite.
    Cost: O(tokens).
    Example:
        >>> log_p = jnp.log(jnp.array([[[0.5, 0.5], [0.25, 0.25]]]))
        >>> found = perplexity(log_p)
        >>> found.by_input.tolist(), found.mean.tolist()
        ([[2.0, 4.0]], [3.0])
    References: Gonen et al. (2023), demystifying prompts in language models via
        perplexity estimation.
    """
    name = "perplexity"
    (logs,), dtype = checks.common_float(name, log_p=log_p)
    logs = checks.table(name, "log_p", logs, 3)
    keep = checks.cell_mask(name, where, logs.shape)
    there = jnp.any(keep, axis=2)
    impossible = jnp.any(keep & (logs == -jnp.inf), axis=2)
    fine = keep & (logs != -jnp.inf)
    mean = numerics.mean(jnp.where(fine, logs, 0), keep, axis=2)
    value = jnp.where(
        impossible, jnp.inf, numerics.exp(-jnp.where(impossible, 0, mean))
    )
    value = jnp.where(there, value, 0)
    return Perplexity(input_mean(value, there).astype(dtype), value.astype(dtype))


def confident(p: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    """Which prompts are among the confident ones, of two clusters.

    The sum over inputs of the lead of the likeliest answer over the second is cut where
    the squared distances to the two means are least: exactly, by trying every cut.

    Args:
        p: probabilities of answers, ``[prompts, inputs, answers]``, nonnegative, at
            least two answers; normalised over answers. Inputs whose answers all have
            probability 0 are absent for the prompt.
        where: Boolean, broadcast to ``p``; answers marked False are as if absent, and
            inputs without any answer left.

    Returns: Boolean ``[prompts]``; all of them where all are equally confident.
    Gradients: none.
    Cost: O(cells), and sorting the prompts.
    Example:
        >>> p = jnp.array([[[0.9, 0.1]], [[0.5, 0.5]], [[0.8, 0.2]]])
        >>> confident(p).tolist()
        [True, False, True]
    References: Liao et al. (2022), zero-label prompt selection.
    """
    name = "confident"
    answers, _ = open_answers(name, p, where)
    if answers.p.shape[2] < 2:
        received = f"{answers.p.shape[2]} answers"
        raise checks.fail(ValueError, name, "p", "of at least two answers", received)
    others = jnp.where(hard_prediction(answers.p) == 1, 0, answers.p)
    lead = jnp.sum(jnp.max(answers.p, axis=2) - jnp.max(others, axis=2), axis=1)
    ordered = jnp.sort(lead)
    count = len(lead)
    below = jnp.arange(1, count, dtype=lead.dtype)
    low = jnp.cumsum(ordered)[:-1]
    high = jnp.sum(ordered) - low
    # Less squared distance within is more between the two means.
    gain = low**2 / below + high**2 / (count - below)
    if count == 1:
        return jnp.ones(1, bool)
    cut = ordered[jnp.argmax(gain) + 1]
    return lead >= jnp.where(ordered[0] == ordered[-1], ordered[0], cut)
