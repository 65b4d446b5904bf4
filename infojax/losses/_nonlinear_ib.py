"""The nonlinear information bottleneck, with convex penalties of its rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.plan import PairPlan
from infojax.losses._encoder import cross_entropies, open_encoder, open_logits
from infojax.losses._pairwise_rates import pairwise_rate_upper
from infojax.types import Array, ArrayLike

__all__ = [
    "NonlinearIBTerms",
    "exponential_penalty",
    "nonlinear_ib_loss",
    "nonlinear_ib_terms",
    "power_penalty",
]


class NonlinearIBTerms(NamedTuple):
    """The two sides of the trade-off, scalars in nats.

    ``prediction`` is the cross-entropy of labels and logits; ``rate`` the pairwise
    upper bound on I(X; Z), without a prior.
    """

    prediction: Array
    rate: Array


def nonlinear_ib_terms(
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> NonlinearIBTerms:
    """The two terms of the nonlinear bottleneck, before they are traded off.

    Args:
        logits: of the decoder at drawn codes, ``[n, classes]`` or ``[samples, n,
            classes]``.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        mean: means of the Gaussian encoder, ``[n, d]``.
        scale: standard deviations of its noise, of the shape of ``mean`` or a scalar;
            fixed or trained.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs of codes are evaluated; never changes the values.

    Returns: ``NonlinearIBTerms(prediction, rate)``. The rate is ``pairwise_rate_upper``
        of the batch, hence at most log n: large batches for a large information.
    Gradients: exact.
    Cost: O(samples n classes + n^2 d).
    Example:
        >>> logits, labels = jnp.zeros((4, 2)), jnp.array([0, 1, 1, 0])
        >>> mean = 100.0 * jnp.arange(4.0)
        >>> terms = nonlinear_ib_terms(logits, labels, mean, 1.0)
        >>> [round(float(term), 4) for term in terms]  # log 2 and log 4
        [0.6931, 1.3863]
    References: Kolchinsky, Tracey and Wolpert (2019), nonlinear information bottleneck,
        arXiv 1705.02436.
    """
    return _terms("nonlinear_ib_terms", logits, labels, mean, scale, where, plan)


def nonlinear_ib_loss(
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    beta: ArrayLike = 0.1,
    penalty: Callable[[Array], Array] = jnp.square,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """Nonlinear information bottleneck: ``prediction + beta * penalty(rate)``.

    Args:
        logits, labels, mean, scale, where, plan: as in ``nonlinear_ib_terms``.
        beta: trade-off; may be traced, or follow ``linear_beta``.
        penalty: of the rate in nats, increasing. A strictly convex one, such as the
            square, ``power_penalty`` or ``exponential_penalty``, reaches every point of
            the information curve also where the label is a function of the input;
            ``lambda rate: rate`` is the Lagrangian.

    Returns: scalar to minimise.
    Gradients: exact, also in beta.
    Cost: O(samples n classes + n^2 d), the latter of exact differences, which no matrix
        product takes: with codes of 256 columns and batches of 256 more than the
        training step of a perceptron of two million weights.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (64, 4))
        >>> y, noise = (x[:, 0] > 0).astype(int), jax.random.key(1)
        >>> def loss(w):
        ...     mean = x @ w["mean"]
        ...     logits = reparameterize(noise, mean, jnp.array(1.0)) @ w["logits"]
        ...     return nonlinear_ib_loss(logits, y, mean, 1.0, beta=0.01)
        >>> w = {"mean": jnp.ones((4, 2)), "logits": jnp.eye(2)}
        >>> optimizer = optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Kolchinsky, Tracey and Van Kuyk (2019), caveats for information
        bottleneck in deterministic scenarios, arXiv 1808.07593.
    """
    terms = _terms("nonlinear_ib_loss", logits, labels, mean, scale, where, plan)
    trade_off = jnp.asarray(beta).astype(terms.rate.dtype)
    return terms.prediction + trade_off * penalty(terms.rate)


def _terms(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    where: ArrayLike | None,
    plan: PairPlan,
) -> NonlinearIBTerms:
    (mean, scale, logits), dtype = open_encoder(name, mean, scale, logits=logits)
    n = mean.shape[0]
    logits, classes = open_logits(name, logits, labels, n)
    mask = checks.row_mask(name, where, n)
    losses = cross_entropies(logits, classes, mask)
    kept = jnp.where(mask, losses, 0)
    count = plan.total(jnp.sum(mask.astype(losses.dtype)))
    prediction = numerics.ratio(plan.total(jnp.sum(kept)), count)
    rate = pairwise_rate_upper(mean, scale, where=mask, plan=plan)
    return NonlinearIBTerms(prediction.astype(dtype), rate.astype(dtype))


def power_penalty(alpha: ArrayLike = 1.0) -> Callable[[Array], Array]:
    r"""Convex penalty :math:`r^{1 + \alpha}` of a rate.

    Args:
        alpha: > 0; 1 is the square. May be traced.

    Returns: a function of the rate, 0 where rounding or an estimator makes that
        negative, for ``nonlinear_ib_loss``.
    Gradients: exact; zero where the rate is not positive.
    Cost: O(1).
    Example:
        >>> float(power_penalty(0.5)(jnp.array(4.0)))
        8.0
    References: Rodriguez Galvez, Thobaben and Skoglund (2020), the convex information
        bottleneck Lagrangian, arXiv 1911.11000.
    """

    def penalty(rate: Array) -> Array:
        rate = checks.as_float("power_penalty", "rate", rate)
        power = jnp.asarray(alpha).astype(rate.dtype)
        none = rate <= 0
        return jnp.where(none, 0, jnp.where(none, 1, rate) ** (1 + power))

    return penalty


def exponential_penalty(eta: ArrayLike = 1.0) -> Callable[[Array], Array]:
    r"""Convex penalty :math:`e^{\eta r}` of a rate.

    Args:
        eta: > 0. May be traced.

    Returns: a function of the rate, for ``nonlinear_ib_loss``; it saturates short of
        overflow.
    Gradients: exact.
    Cost: O(1).
    Example:
        >>> round(float(exponential_penalty(2.0)(jnp.array(0.5))), 4)
        2.7183
    References: Rodriguez Galvez, Thobaben and Skoglund (2020), the convex information
        bottleneck Lagrangian, arXiv 1911.11000.
    """

    def penalty(rate: Array) -> Array:
        rate = checks.as_float("exponential_penalty", "rate", rate)
        return numerics.exp(jnp.asarray(eta).astype(rate.dtype) * rate)

    return penalty
