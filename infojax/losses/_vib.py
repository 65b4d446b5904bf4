"""The deep variational information bottleneck."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.losses._encoder import cross_entropies, open_encoder, open_logits
from infojax.losses._rates import gaussian_rate
from infojax.types import Array, ArrayLike

__all__ = ["VIBTerms", "vib_loss", "vib_terms"]


class VIBTerms(NamedTuple):
    """The two sides of the trade-off, scalars in nats.

    ``prediction`` is the cross-entropy of labels and logits, so that H(Y) minus it is a
    lower bound on I(Z; Y); ``rate`` an upper bound on I(X; Z).
    """

    prediction: Array
    rate: Array


def vib_terms(
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> VIBTerms:
    """The two terms of the variational bottleneck, before they are traded off.

    Args:
        logits: of the decoder at drawn codes, ``[n, classes]``, or ``[samples, n,
            classes]`` for several draws, whose cross-entropies are averaged.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        mean: means of the Gaussian encoder, ``[n, d]``.
        scale: its standard deviations, of the shape of ``mean`` or a scalar.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``VIBTerms(prediction, rate)``; ``vib_loss(..., beta=b)`` is ``prediction +
        b * rate``. The prior is the standard normal law; for another one add
        ``gaussian_rate`` or ``sampled_rate`` to the prediction yourself.
    Gradients: exact.
    Cost: O(samples n classes + n d).
    Example:
        >>> logits, labels = jnp.zeros((3, 2)), jnp.array([0, 1, 1])
        >>> terms = vib_terms(logits, labels, jnp.ones((3, 2)), 1.0)
        >>> [round(float(term), 4) for term in terms]  # log 2, and 2 * 1 / 2
        [0.6931, 1.0]
    References: Alemi et al. (2017), deep variational information bottleneck,
        arXiv 1612.00410.
    """
    return _terms("vib_terms", logits, labels, mean, scale, where)


def vib_loss(
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    beta: ArrayLike = 1e-3,
    where: ArrayLike | None = None,
) -> Array:
    """Variational information bottleneck: ``prediction + beta * rate``.

    Args:
        logits, labels, mean, scale, where: as in ``vib_terms``.
        beta: trade-off in nats a nat; may be traced, or follow ``linear_beta``.

    Returns: scalar to minimise, in nats.
    Gradients: exact, also in beta.
    Cost: O(samples n classes + n d).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (64, 4))
        >>> y, noise = (x[:, 0] > 0).astype(int), jax.random.key(1)
        >>> def loss(w):
        ...     mean, scale = x @ w["mean"], jax.nn.softplus(x @ w["scale"])
        ...     code = reparameterize(noise, mean, scale)
        ...     return vib_loss(code @ w["logits"], y, mean, scale, beta=0.01)
        >>> w = {"mean": jnp.ones((4, 2)), "logits": jnp.eye(2)}
        >>> w["scale"] = jnp.zeros((4, 2))
        >>> optimizer = optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Alemi et al. (2017), arXiv 1612.00410.
    """
    terms = _terms("vib_loss", logits, labels, mean, scale, where)
    return terms.prediction + jnp.asarray(beta).astype(terms.rate.dtype) * terms.rate


def _terms(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    where: ArrayLike | None,
) -> VIBTerms:
    (mean, scale, logits), dtype = open_encoder(name, mean, scale, logits=logits)
    n = mean.shape[0]
    logits, classes = open_logits(name, logits, labels, n)
    mask = checks.row_mask(name, where, n)
    prediction = numerics.mean(cross_entropies(logits, classes, mask), mask)
    rate = gaussian_rate(mean, scale, where=mask)
    return VIBTerms(prediction.astype(dtype), rate.astype(dtype))
