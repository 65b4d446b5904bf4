"""Probabilities of answers relative to how likely they are anyway."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.prompts._tables import Answers, input_mean, open_answers
from infojax.types import Array, ArrayLike

__all__ = [
    "calibrate_by_content_free",
    "calibrate_by_domain",
    "calibrate_by_marginals",
    "shares",
]

Normalise = Callable[[Array], Array]


def shares(ratio: Array) -> Array:
    """Ratios divided by their sum over answers, the plain way to normalise them.

    Args:
        ratio: nonnegative, ``[..., answers]``.

    Returns: the shape of ``ratio``; zeros stay zeros.
    Gradients: exact; finite at zeros.
    Cost: O(cells).
    Example:
        >>> shares(jnp.array([1.0, 3.0])).tolist()
        [0.25, 0.75]
    References: none needed.
    """
    ratio = checks.table("shares", "ratio", ratio)
    total = jnp.sum(ratio, axis=-1, keepdims=True)
    return numerics.ratio(ratio, total + jnp.zeros_like(ratio))


def calibrate_by_marginals(
    p: ArrayLike,
    *,
    normalise: Normalise = jax.nn.softmax,
    where: ArrayLike | None = None,
) -> Array:
    """Calibration by marginals (CBM): answers relative to their mean over inputs.

    Right when the classes are equally frequent among the inputs: it takes away whatever
    a prompt prefers, also what it should.

    Args:
        p: probabilities of answers, ``[prompts, inputs, answers]``, nonnegative;
            normalised over answers. Inputs whose answers all have probability 0 are
            absent for the prompt.
        normalise: from ratios to probabilities; the softmax of the ratios themselves,
            as published, which is nearly uniform for many answers, or ``shares``. The
            likeliest answer is that of the largest ratio either way.
        where: Boolean, broadcast to ``p``; answers marked False are as if absent, and
            inputs without any answer left.

    Returns: the shape of ``p``; what is absent is 0.
    Gradients: exact; finite at answers of probability 0.
    Cost: O(cells).
    Example:
        >>> p = jnp.array([[[0.9, 0.1], [0.7, 0.3]]])
        >>> calibrate_by_marginals(p).argmax(-1).tolist()
        [[0, 1]]
    References: Yang et al. (2024), improving probability-based prompt selection through
        unified evaluation and analysis.
    """
    name = "calibrate_by_marginals"
    answers, dtype = open_answers(name, p, where)
    mean = input_mean(answers.p, answers.there)[:, None]
    return _normalised(answers, mean, normalise).astype(dtype)


def calibrate_by_content_free(
    p: ArrayLike,
    content_free: ArrayLike,
    *,
    normalise: Normalise = jax.nn.softmax,
    where: ArrayLike | None = None,
) -> Array:
    """Contextual calibration (CC): answers relative to those to inputs without content.

    Args:
        p: probabilities of answers, ``[prompts, inputs, answers]``, nonnegative;
            normalised over answers. Inputs whose answers all have probability 0 are
            absent for the prompt.
        content_free: probabilities of the same answers to inputs such as the empty one
            or "N/A", ``[strings, prompts, answers]``; not normalised before their mean
            is taken.
        normalise: from ratios to probabilities, as in ``calibrate_by_marginals``.
        where: Boolean, broadcast to ``p``; answers marked False are as if absent, and
            inputs without any answer left.

    Returns: the shape of ``p``; what is absent is 0. Answers that are impossible
        without content keep their probability.
    Gradients: exact; finite at answers of probability 0.
    Cost: O(cells).
    Example:
        >>> p = jnp.array([[[0.9, 0.1], [0.7, 0.3]]])
        >>> calibrate_by_content_free(p, jnp.array([[[0.8, 0.2]]])).argmax(-1).tolist()
        [[0, 1]]
    References: Zhao et al. (2021), calibrate before use.
    """
    name = "calibrate_by_content_free"
    answers, dtype = open_answers(name, p, where)
    other = checks.table(name, "content_free", content_free, 3)
    expected = answers.p.shape[0], answers.p.shape[2]
    if other.shape[1:] != expected:
        wanted = f"of shape [strings, {expected[0]}, {expected[1]}]"
        received = str(list(other.shape))
        raise checks.fail(ValueError, name, "content_free", wanted, received)
    mean = jnp.mean(other.astype(answers.p.dtype), axis=0)[:, None]
    reference = shares(jnp.where(answers.keep, mean, 0))
    return _normalised(answers, reference, normalise).astype(dtype)


def calibrate_by_domain(
    log_p: ArrayLike,
    log_domain: ArrayLike,
    *,
    normalise: Normalise = jax.nn.softmax,
    where: ArrayLike | None = None,
) -> Array:
    """Domain-conditional pointwise mutual information (PMI-DC) of input and answer.

    Args:
        log_p: log-probabilities of answers, ``[prompts, inputs, answers]``, normalised
            or not.
        log_domain: those of the same answers without an input, ``[prompts, answers]``.
        normalise: from ratios, the exponentials of the differences, to probabilities,
            as in ``calibrate_by_marginals``.
        where: Boolean, broadcast to ``log_p``; answers marked False are as if absent.

    Returns: the shape of ``log_p``; what is absent is 0. Answers of log-probability
        -inf have ratio 0, those of -inf without an input keep their probability.
    Gradients: exact; zero at infinite values.
    Cost: O(cells).
    Example:
        >>> p = jnp.log(jnp.array([[[0.9, 0.1], [0.7, 0.3]]]))
        >>> calibrate_by_domain(p, jnp.log(jnp.array([[0.8, 0.2]]))).argmax(-1).tolist()
        [[0, 1]]
    References: Holtzman et al. (2021), surface form competition.
    """
    name = "calibrate_by_domain"
    (logs, domain), dtype = checks.common_float(
        name, log_p=log_p, log_domain=log_domain
    )
    logs = checks.table(name, "log_p", logs, 3)
    expected = logs.shape[0], logs.shape[2]
    if domain.shape != expected:
        wanted = f"of shape [{expected[0]}, {expected[1]}]"
        received = str(list(domain.shape))
        raise checks.fail(ValueError, name, "log_domain", wanted, received)
    keep = checks.cell_mask(name, where, logs.shape)
    known = (domain != -jnp.inf)[:, None]
    there = keep & (logs != -jnp.inf)
    difference = jnp.where(there, logs, 0) - jnp.where(known, domain[:, None], 0)
    ratio = jnp.where(there, numerics.exp(jnp.where(there, difference, 0)), 0)
    return _kept(normalise, ratio, keep).astype(dtype)


def _normalised(answers: Answers, reference: Array, normalise: Normalise) -> Array:
    known = jnp.broadcast_to(reference != 0, answers.p.shape)
    ratio = answers.p / jnp.where(known, reference, 1)
    return _kept(normalise, ratio, answers.keep)


def _kept(normalise: Normalise, ratio: Array, keep: Array) -> Array:
    """Probabilities of the answers there are, which others have no part in."""
    found = jnp.where(keep, normalise(jnp.where(keep, ratio, 0)), 0)
    return shares(found)
