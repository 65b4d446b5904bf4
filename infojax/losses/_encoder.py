"""What the bottlenecks share: a Gaussian encoder and a classifier, checked."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "categorical_kl",
    "cross_entropies",
    "gaussian_kl",
    "log_softmax",
    "open_encoder",
    "open_logits",
]


def open_encoder(
    name: str,
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    called: tuple[str, str] = ("mean", "scale"),
    **others: ArrayLike,
) -> tuple[list[Array], jnp.dtype]:
    """Means and positive scales ``[n, d]``, the others; the dtype to return."""
    scalar = isinstance(scale, (int, float)) or getattr(scale, "ndim", 1) == 0
    law = dict(zip(called, (mean,) if scalar else (mean, scale), strict=False))
    arrays, dtype = checks.common_float(name, **law, **others)
    law = dict(zip(law, arrays, strict=False))
    (means, *rest), _ = checks.samples(name, **law)
    if scalar:
        scales = jnp.broadcast_to(jnp.asarray(scale).astype(means.dtype), means.shape)
    else:
        (scales,) = rest
        pair = dict(zip(called, (means, scales), strict=True))
        checks.same_length(name, **pair)
        checks.columns(name, **pair)
    return [means, numerics.positive(scales), *arrays[len(law) :]], dtype


def gaussian_kl(mean: Array, scale: Array, at: Array, width: Array) -> Array:
    """D(N(mean, scale^2) || N(at, width^2)), summed over the last axis."""
    ratio, shift = scale / width, (mean - at) / width
    return jnp.sum(ratio**2 + shift**2 - 1 - 2 * jnp.log(ratio), axis=-1) / 2


def open_logits(
    name: str, logits: Array, labels: ArrayLike, n: int, *, like: str = "mean"
) -> tuple[Array, Array]:
    """Logits ``[samples, n, classes]`` and labels ``[n]`` that index the classes."""
    if logits.ndim not in (2, 3) or logits.size == 0:
        expected = "non-empty, [n, classes] or [samples, n, classes]"
        received = str(list(logits.shape))
        raise checks.fail(ValueError, name, "logits", expected, received)
    logits = logits[None] if logits.ndim == 2 else logits
    classes = checks.integers(name, "labels", labels)
    for argument, rows in (("logits", logits.shape[1]), ("labels", classes.shape[0])):
        if rows != n:
            expected = f"of {n} rows, one for each row of `{like}`"
            raise checks.fail(ValueError, name, argument, expected, f"{rows} rows")
    return logits, jnp.clip(classes, 0, logits.shape[-1] - 1)


def cross_entropies(logits: Array, labels: Array, mask: Array) -> Array:
    """Cross-entropy of each row, averaged over noise samples, ``[n]``."""
    logits = jnp.where(mask[:, None], logits, 0)
    chosen = jnp.arange(logits.shape[-1]) == labels[:, None]
    picked = numerics.total(logits, chosen, axis=-1)
    return jnp.mean(numerics.logsumexp(logits) - picked, axis=0)


def log_softmax(logits: Array) -> Array:
    """Logits of rows that sum to one; -inf stays -inf."""
    total = numerics.logsumexp(logits)
    return logits - jnp.where(jnp.isfinite(total), total, 0)[:, None]


def categorical_kl(log_p: Array, log_q: Array) -> Array:
    """D(p || q) of rows of log-probabilities; what p rules out adds nothing."""
    p = jnp.exp(log_p)
    gap = jnp.where(p > 0, log_p, 0) - jnp.where(p > 0, log_q, 0)
    return jnp.sum(p * gap, axis=1)
