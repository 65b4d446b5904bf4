"""The conditional entropy bottleneck."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.losses._encoder import cross_entropies, open_encoder, open_logits
from infojax.losses._rates import gaussian_rate
from infojax.types import Array, ArrayLike

__all__ = ["CEBTerms", "ceb_loss", "ceb_terms"]


class CEBTerms(NamedTuple):
    """The two sides of the trade-off, scalars in nats.

    ``prediction`` is the cross-entropy of labels and logits; ``residual`` an upper
    bound on I(X; Z | Y), what the codes keep beyond the label.
    """

    prediction: Array
    residual: Array


def ceb_terms(
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    class_mean: ArrayLike,
    class_scale: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> CEBTerms:
    """The two terms of the conditional entropy bottleneck, before they are traded off.

    Args:
        logits: of the decoder at drawn codes, ``[n, classes]`` or ``[samples, n,
            classes]``.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        mean: means of the Gaussian encoder, ``[n, d]``.
        scale: its standard deviations, of the shape of ``mean`` or a scalar.
        class_mean: means of the backward encoder b(z | y), ``[classes, d]``, trained
            with the rest.
        class_scale: its standard deviations, ``[classes, d]`` or a scalar.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``CEBTerms(prediction, residual)``; ``ceb_loss(..., beta=b)`` is
        ``prediction + b * residual``. The residual is in closed form and >= 0;
        ``sampled_rate`` gives the one-draw estimate of the published code.
    Gradients: exact.
    Cost: O(samples n classes + n d).
    Example:
        >>> logits, labels = jnp.zeros((3, 2)), jnp.array([0, 1, 1])
        >>> mean = jnp.ones((3, 2))
        >>> terms = ceb_terms(logits, labels, mean, 1.0, jnp.eye(2), 1.0)
        >>> [round(float(term), 4) for term in terms]
        [0.6931, 0.5]
    References: Fischer (2020), the conditional entropy bottleneck, arXiv 2002.05379.
    """
    return _terms(
        "ceb_terms", logits, labels, mean, scale, class_mean, class_scale, where
    )


def ceb_loss(
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    class_mean: ArrayLike,
    class_scale: ArrayLike,
    *,
    beta: ArrayLike = 1e-2,
    where: ArrayLike | None = None,
) -> Array:
    r"""Conditional entropy bottleneck: ``prediction + beta * residual``.

    Args:
        logits, labels, mean, scale, class_mean, class_scale, where: as in
            ``ceb_terms``.
        beta: trade-off; :math:`e^{-\rho}` in the parametrisation of the literature,
            with :math:`\rho` annealed from large to small. May be traced.

    Returns: scalar to minimise, in nats.
    Gradients: exact, also in beta.
    Cost: O(samples n classes + n d).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (64, 4))
        >>> y, noise = (x[:, 0] > 0).astype(int), jax.random.key(1)
        >>> def loss(w):
        ...     mean = x @ w["mean"]
        ...     logits = reparameterize(noise, mean, jnp.array(1.0)) @ w["logits"]
        ...     return ceb_loss(logits, y, mean, 1.0, w["class"], 1.0, beta=0.01)
        >>> w = {"mean": jnp.ones((4, 2)), "class": jnp.eye(2), "logits": jnp.eye(2)}
        >>> optimizer = optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Fischer and Alemi (2020), CEB improves model robustness,
        arXiv 2002.05380.
    """
    terms = _terms(
        "ceb_loss", logits, labels, mean, scale, class_mean, class_scale, where
    )
    trade_off = jnp.asarray(beta).astype(terms.residual.dtype)
    return terms.prediction + trade_off * terms.residual


def _terms(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    class_mean: ArrayLike,
    class_scale: ArrayLike,
    where: ArrayLike | None,
) -> CEBTerms:
    (mean, scale, logits), dtype = open_encoder(name, mean, scale, logits=logits)
    n = mean.shape[0]
    logits, classes = open_logits(name, logits, labels, n)
    called = ("class_mean", "class_scale")
    (at, width), _ = open_encoder(name, class_mean, class_scale, called=called)
    if at.shape != (logits.shape[-1], mean.shape[1]):
        expected = f"of shape [{logits.shape[-1]}, {mean.shape[1]}], [classes, d]"
        received = str(list(at.shape))
        raise checks.fail(ValueError, name, "class_mean", expected, received)
    mask = checks.row_mask(name, where, n)
    prediction = numerics.mean(cross_entropies(logits, classes, mask), mask)
    residual = gaussian_rate(
        mean, scale, prior_mean=at[classes], prior_scale=width[classes], where=mask
    )
    return CEBTerms(prediction.astype(dtype), residual.astype(dtype))
