"""Losses of a generator and a judge that learn a model from its labels alone.

The generator draws inputs of a class that is asked for, the model under attack says
only which class it sees, and the judge learns both to tell generated from real inputs
and to say what the model would.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.leakage._identity import cross_entropy, open_classes
from infojax.types import Array, ArrayLike

__all__ = [
    "non_saturating",
    "transfer_discriminator_loss",
    "transfer_generator_loss",
]


def non_saturating(scores: ArrayLike) -> Array:
    r"""What a generator pays for scores of being real, :math:`\log(1 + e^{-d})`.

    Args:
        scores: logits of being real of what it generated, of any shape.

    Returns: the shape of the scores, in nats, > 0.
    Gradients: exact; they do not vanish where the judge is sure.
    Cost: elementwise.
    Example:
        >>> round(float(non_saturating(0.0)), 4)
        0.6931
    References: Goodfellow et al. (2014), generative adversarial nets.
    """
    (d,), dtype = checks.common_float("non_saturating", scores=scores)
    return jax.nn.softplus(-d).astype(dtype)


def transfer_discriminator_loss(
    fake: ArrayLike,
    class_logits: ArrayLike,
    labels: ArrayLike,
    real: ArrayLike,
    *,
    weight: ArrayLike = 1.5,
    where: ArrayLike | None = None,
    where_real: ArrayLike | None = None,
) -> Array:
    r"""What the judge minimises.

    :math:`\overline{\log(1 + e^{d_f})} + \overline{\log(1 + e^{-d_r})} + w\,
    \overline{\mathrm{CE}(c_f, y_t)}`.

    Args:
        fake: logits of being real of generated inputs, ``[n]``.
        class_logits: of generated inputs, ``[n, classes]``.
        labels: integer ``[n]``: what the model under attack says of them. Others than
            0 .. classes - 1 read as the nearest.
        real: logits of being real of real inputs, ``[m]``; their class is not used.
        weight: of the classes. The published recipe starts at 0 and goes to 1.5.
        where: ``[n]`` Boolean; generated inputs marked False are as if absent.
        where_real: ``[m]`` Boolean, of real ones.

    Returns: scalar to minimise, in nats, >= 0; +inf where a label is ruled out.
    Gradients: exact.
    Cost: O(n classes + m).
    Example:
        >>> zeros, labels = jnp.zeros(3), jnp.array([0, 1, 1])
        >>> loss = transfer_discriminator_loss(zeros, jnp.zeros((3, 2)), labels, zeros)
        >>> round(float(loss), 4)  # 2 log 2 + 1.5 log 2
        2.426
    References: Nguyen et al. (2023), label-only model inversion attacks via knowledge
        transfer, arXiv 2310.19342.
    """
    name = "transfer_discriminator_loss"
    d, classification, mask, dtype = _open(name, fake, class_logits, labels, where)
    (r,), out = checks.common_float(name, real=real)
    _vector(name, "real", r)
    seen = checks.row_mask(name, where_real, len(r), "where_real")
    dtype = checks.scalar_dtype(jnp.zeros((), dtype), jnp.zeros((), out))
    work = checks.working_dtype(dtype)
    caught = numerics.mean(jax.nn.softplus(jnp.where(mask, d, 0)), mask)
    kept = numerics.mean(jax.nn.softplus(-jnp.where(seen, r, 0)), seen)
    total = caught.astype(work) + kept.astype(work)
    trade_off = scalar(name, "weight", weight, work)
    return (total + _weighted(trade_off, classification.astype(work))).astype(dtype)


def transfer_generator_loss(
    fake: ArrayLike,
    class_logits: ArrayLike,
    labels: ArrayLike,
    *,
    weight: ArrayLike = 1.5,
    adversarial: Callable[[Array], Array] = non_saturating,
    where: ArrayLike | None = None,
) -> Array:
    r"""What the generator minimises, :math:`\overline{a(d_f)} + w\,
    \overline{\mathrm{CE}(c_f, y)}`.

    Args:
        fake: logits of being real of generated inputs, ``[n]``.
        class_logits: of generated inputs, ``[n, classes]``.
        labels: integer ``[n]``: the classes that were asked for. Others than
            0 .. classes - 1 read as the nearest.
        weight: of the classes, as of ``transfer_discriminator_loss``.
        adversarial: what it pays for a score, elementwise. The game of the paper has
            ``lambda d: -jax.nn.softplus(d)``, its code ``non_saturating``.
        where: ``[n]`` Boolean; inputs marked False are as if absent.

    Returns: scalar to minimise, in nats; +inf where a label is ruled out.
    Gradients: exact.
    Cost: O(n classes).
    Example:
        >>> labels = jnp.array([0, 1, 1])
        >>> loss = transfer_generator_loss(jnp.zeros(3), jnp.zeros((3, 2)), labels)
        >>> round(float(loss), 4)  # log 2 + 1.5 log 2
        1.7329
    References: Nguyen et al. (2023), arXiv 2310.19342.
    """
    name = "transfer_generator_loss"
    d, classification, mask, dtype = _open(name, fake, class_logits, labels, where)
    paid = numerics.mean(adversarial(jnp.where(mask, d, 0)), mask)
    trade_off = scalar(name, "weight", weight, paid.dtype)
    return (paid + _weighted(trade_off, classification)).astype(dtype)


def _weighted(weight: Array, classification: Array) -> Array:
    """Nothing for a weight of 0, whatever is infinite."""
    off = weight == 0
    return jnp.where(off, 0, weight) * jnp.where(
        off & jnp.isinf(classification), 0, classification
    )


def _open(
    name: str,
    fake: ArrayLike,
    class_logits: ArrayLike,
    labels: ArrayLike,
    where: ArrayLike | None,
) -> tuple[Array, Array, Array, jnp.dtype]:
    """Scores ``[n]``, the mean cross-entropy, mask, and the dtype to return."""
    (d, logits), dtype = checks.common_float(name, fake=fake, class_logits=class_logits)
    _vector(name, "fake", d)
    rows, own, mask, _ = open_classes(
        name, logits, labels, where, called="class_logits"
    )
    checks.same_length(name, fake=d, class_logits=rows)
    return d, numerics.mean(cross_entropy(rows, own), mask), mask, dtype


def _vector(name: str, argument: str, x: Array) -> None:
    if x.ndim != 1 or x.size == 0:
        received = str(list(x.shape))
        raise checks.fail(ValueError, name, argument, "non-empty, of rank 1", received)
