"""Survival in discrete time: likelihood, risk, and how well a risk ranks."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Sum
from infojax.types import Array, ArrayLike

__all__ = [
    "SurvivalTerms",
    "concordance_index",
    "survival_loss",
    "survival_risk",
    "survival_terms",
]


class SurvivalTerms(NamedTuple):
    """Minus the log-likelihood of events and of censored rows, scalars in nats.

    Both are divided by the number of all rows, so that they add up.
    """

    events: Array
    censored: Array


def survival_terms(
    logits: ArrayLike,
    bins: ArrayLike,
    censored: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> SurvivalTerms:
    r"""Negative log-likelihood of a discrete-time survival model.

    The hazard of bin k is :math:`h_k = \mathrm{sigmoid}(\mathrm{logit}_k)`, survival
    beyond it :math:`S_k = \prod_{j \leq k} (1 - h_j)`. An event in bin y costs
    :math:`-\log(S_{y-1} h_y)`, a row censored there :math:`-\log S_y`.

    Args:
        logits: of the hazards, ``[n, bins]``.
        bins: integer ``[n]``, the bin of the event or of the censoring, in 0 .. bins -
            1; others read as the nearest. Logits of later bins play no part.
        censored: ``[n]`` Boolean, True where no event was seen.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``SurvivalTerms(events, censored)``, >= 0; ``survival_loss`` is their
        weighted sum. Multiply by the number of rows for the published sum.
    Gradients: exact, also where a hazard is next to 0 or 1.
    Cost: O(n bins).
    Example:
        >>> logits = jnp.zeros((2, 3))
        >>> terms = survival_terms(logits, jnp.array([1, 0]), jnp.array([False, True]))
        >>> [round(float(term), 4) for term in terms]  # log 4 and log 2, over 2 rows
        [0.6931, 0.3466]
    References: Zadeh and Schmid (2021), bias in cross-entropy-based training of deep
        survival networks; Zhang et al. (2024), prototypical information bottlenecking
        and disentangling, arXiv 2401.01646.
    """
    return _terms("survival_terms", logits, bins, censored, where)


def survival_loss(
    logits: ArrayLike,
    bins: ArrayLike,
    censored: ArrayLike,
    *,
    alpha: ArrayLike = 0.0,
    where: ArrayLike | None = None,
) -> Array:
    """Discrete-time survival loss: ``events + (1 - alpha) * censored``.

    Args:
        logits, bins, censored, where: as in ``survival_terms``.
        alpha: in [0, 1]; 0 is the likelihood, 1 ignores censored rows. May be traced.

    Returns: scalar to minimise, in nats a row.
    Gradients: exact, also in alpha.
    Cost: O(n bins).
    Example:
        >>> x, bins = jnp.linspace(-1.0, 1.0, 4)[:, None], jnp.array([2, 2, 1, 0])
        >>> censored = jnp.array([False, True, False, False])
        >>> loss = lambda w: survival_loss(x @ w, bins, censored)
        >>> w, rule = jnp.zeros((1, 3)), optax.sgd(0.5)
        >>> start, state = loss(w), rule.init(w)
        >>> for _ in range(3):
        ...     updates, state = rule.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Zadeh and Schmid (2021); Zhang et al. (2024), arXiv 2401.01646, who
        take alpha = 0.5.
    """
    terms = _terms("survival_loss", logits, bins, censored, where)
    ignored = jnp.asarray(alpha).astype(terms.censored.dtype)
    return terms.events + (1 - ignored) * terms.censored


def _terms(
    name: str,
    logits: ArrayLike,
    bins: ArrayLike,
    censored: ArrayLike,
    where: ArrayLike | None,
) -> SurvivalTerms:
    logits, dtype = _open_logits(name, logits)
    last = checks.integers(name, "bins", bins)
    n = checks.same_length(name, logits=logits, bins=last)
    unseen = checks.row_mask(name, censored, n, "censored")
    mask = checks.row_mask(name, where, n)
    logits = checks.column_mask(logits, mask)
    last = jnp.clip(last, 0, logits.shape[1] - 1)[:, None]
    index = jnp.arange(logits.shape[1])
    survived, died = jax.nn.log_sigmoid(-logits), jax.nn.log_sigmoid(logits)
    before = numerics.total(survived, index < last, axis=1)
    event = before + numerics.total(died, index == last, axis=1)
    beyond = before + numerics.total(survived, index == last, axis=1)
    terms = jnp.where(unseen, 0, -event), jnp.where(unseen, -beyond, 0)
    return SurvivalTerms(*(numerics.mean(term, mask).astype(dtype) for term in terms))


def survival_risk(logits: ArrayLike) -> Array:
    r"""Risk of each row, :math:`-\sum_k S_k`: minus the bins it is expected to survive.

    Args:
        logits: of the hazards, ``[n, bins]``, as in ``survival_terms``.

    Returns: ``[n]`` from -bins to 0; the larger, the earlier the event.
    Gradients: exact.
    Cost: O(n bins).
    Example:
        >>> [float(risk) for risk in survival_risk(jnp.zeros((2, 2)))]
        [-0.75, -0.75]
    References: Zadeh and Schmid (2021).
    """
    logits, dtype = _open_logits("survival_risk", logits)
    survival = jnp.exp(jnp.cumsum(jax.nn.log_sigmoid(-logits), axis=1))
    return -jnp.sum(survival, axis=1).astype(dtype)


def _open_logits(name: str, logits: ArrayLike) -> tuple[Array, jnp.dtype]:
    (logits,), dtype = checks.common_float(name, logits=logits)
    if logits.ndim != 2 or logits.size == 0:
        expected, received = "non-empty, [n, bins]", str(list(logits.shape))
        raise checks.fail(ValueError, name, "logits", expected, received)
    return logits, dtype


def concordance_index(
    risk: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """Harrell's concordance: the share of comparable pairs that a risk ranks rightly.

    A pair is comparable where the earlier row had an event; of two equal times, where
    one had an event and the other was censored. The row with the event should have the
    larger risk; risks closer than 1e-8 count one half.

    Args:
        risk: ``[n]``, larger for earlier events, such as ``survival_risk``.
        time: ``[n]``, of the event or of the censoring.
        event: ``[n]`` Boolean, True where an event was seen.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: scalar in [0, 1]; 0.5 is what a constant risk gets, and also the value
        where no pair is comparable. Late censoring biases it.
    Gradients: zero.
    Cost: O(n^2).
    Example:
        >>> time, event = jnp.array([1.0, 2.0, 3.0]), jnp.array([True, False, True])
        >>> float(concordance_index(-time, time, event))
        1.0
    References: Harrell et al. (1982), evaluating the yield of medical tests.
    """
    name = "concordance_index"
    (risk, time), dtype = checks.common_float(name, risk=risk, time=time)
    for argument, vector in (("risk", risk), ("time", time)):
        if vector.ndim != 1 or vector.size == 0:
            received = str(list(vector.shape))
            raise checks.fail(ValueError, name, argument, "[n], n >= 1", received)
    n = checks.same_length(name, risk=risk, time=time)
    seen = checks.row_mask(name, event, n, "event")
    mask = checks.row_mask(name, where, n)
    side = checks.column_mask(risk, mask), checks.column_mask(time, mask), seen
    pairs = Pairs(_compare, side, side, plan, mask, mask)
    right, comparable = (pairs.mean(part) for part in pairs.map_rows(_sums))
    value = numerics.ratio(right, comparable)
    value = jnp.where(comparable == 0, 0.5, value)
    # Comparisons lose NaN; a mean over the rows of all devices does not.
    nan = jnp.isnan(side[0]) | jnp.isnan(side[1])
    lost = jnp.where(nan, jnp.nan, 0).astype(value.dtype)
    return (value + pairs.mean(lost)).astype(dtype)


def _compare(row: tuple, column: tuple) -> tuple[Array, Array]:
    """What a pair scores, and whether it is comparable, ``[b, m]``."""
    risk, time, event = (a[:, None] for a in row)
    other_risk, other_time, other_event = (a[None] for a in column)
    later = (time < other_time) | ((time == other_time) & ~other_event)
    score = jnp.where(risk > other_risk, 1, 0).astype(risk.dtype)
    score = jnp.where(abs(risk - other_risk) <= 1e-8, 0.5, score)
    return score, event & later


def _sums(rows: Rows) -> tuple[Sum, Sum]:
    score, comparable = rows.values
    comparable = comparable & rows.where
    return rows.total(score, comparable), rows.total(comparable.astype(score.dtype))
