"""What conditional entropy says about the error of any attack, and back."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "accuracy_ceiling",
    "bayes_error_upper",
    "fano_error",
    "fano_of",
    "upper_of",
    "weak_fano_error",
]

_HALVINGS = 60


def fano_error(conditional_entropy: ArrayLike, *, classes: int) -> Array:
    r"""Least error of any guess of a secret that leaves this much entropy.

    The e between 0 and 1 - 1/n that solves Fano's inequality as an equation,
    :math:`H(S | O) = h(e) + e \log(n - 1)`. By bisection.

    Args:
        conditional_entropy: H(S | O) in nats, of any shape.
        classes: how many values n the secret has, static.

    Returns: the shape of the entropy, from 0 to 1 - 1/n. 0 for entropies of at most 0
        and of one class; 1 - 1/n from log n upwards, less four rounding errors.
    Gradients: exact by the implicit function theorem, :math:`1 / \log((1 - e)(n - 1) /
        e)`; 0 at both ends, where the true slope is 0 and infinite.
    Cost: 60 logarithms an entry.
    Example:
        >>> round(float(fano_error(0.5, classes=10)), 4)
        0.0899
    References: Fano (1961), transmission of information; Cover and Thomas (2006),
        Elements of Information Theory, section 2.10.
    """
    name = "fano_error"
    entropy, n, dtype = _open(name, conditional_entropy, classes)
    return fano_of(entropy, jnp.asarray(n, entropy.dtype)).astype(dtype)


def weak_fano_error(conditional_entropy: ArrayLike, *, classes: int) -> Array:
    r"""Fano's lower bound in closed form, :math:`(H - \log 2) / \log(n - 1)`.

    Below ``fano_error``. With log n in the denominator, as it is often quoted, it is
    weaker still.

    Args:
        conditional_entropy: H(S | O) in nats, of any shape.
        classes: how many values n the secret has, static.

    Returns: the shape of the entropy, at least 0; 0 for up to two classes, and at most
        1 - 1/n.
    Gradients: exact; 0 where held at an end.
    Cost: elementwise.
    Example:
        >>> round(float(weak_fano_error(1.5, classes=10)), 4)
        0.3672
    References: Cover and Thomas (2006), Elements of Information Theory, section 2.10.
    """
    entropy, n, dtype = _open("weak_fano_error", conditional_entropy, classes)
    if n <= 2:
        return jnp.where(jnp.isnan(entropy), entropy, 0).astype(dtype)
    value = (entropy - math.log(2)) / math.log(n - 1)
    return jnp.clip(value, 0, 1 - 1 / n).astype(dtype)


def bayes_error_upper(conditional_entropy: ArrayLike) -> Array:
    r"""Error that the best guess of a secret cannot exceed.

    :math:`\min(H / (2 \log 2),\; 1 - e^{-H})` of H = H(S | O): the first up to log 2,
    the second beyond.

    Args:
        conditional_entropy: H(S | O) in nats, of any shape.

    Returns: the shape of the entropy, from 0 to 1. 0 for entropies below 0.
    Gradients: exact; the mean of both sides at log 2, 0 below 0.
    Cost: elementwise.
    Example:
        >>> round(float(bayes_error_upper(0.5)), 4)
        0.3607
    References: Hellman and Raviv (1970), probability of error, equivocation, and the
        Chernoff bound.
    """
    name = "bayes_error_upper"
    (h,), dtype = checks.common_float(name, conditional_entropy=conditional_entropy)
    return upper_of(h).astype(dtype)


def accuracy_ceiling(
    information: ArrayLike, entropy: ArrayLike, *, classes: int
) -> Array:
    """Accuracy that no attack on a secret exceeds, from what was released about it.

    One minus ``fano_error`` of H(S) - I(S; O).

    Args:
        information: I(S; O) in nats, or an upper bound on it, of any shape. With a
            lower bound, such as InfoNCE, this is no ceiling.
        entropy: H(S) in nats, ``log(classes)`` for equally frequent secrets; of the
            shape of the information or a scalar.
        classes: how many values the secret has, static.

    Returns: the shape of both, from 1 / classes to 1. Of accuracy on average over
        secrets and draws of the observation; a single sample may be luckier.
    Gradients: those of ``fano_error``.
    Cost: that of ``fano_error``.
    Example:
        >>> round(float(accuracy_ceiling(0.5, jnp.log(10.0), classes=10)), 4)
        0.4951
    References: Fano (1961), transmission of information.
    """
    name = "accuracy_ceiling"
    named = {"information": information, "entropy": entropy}
    (told, whole), dtype = checks.common_float(name, **named)
    n = checks.size(name, classes, "classes")
    try:
        left = whole - told
    except (TypeError, ValueError):
        expected = f"a scalar or of shape {list(told.shape)}"
        received = str(list(whole.shape))
        raise checks.fail(ValueError, name, "entropy", expected, received) from None
    return (1 - fano_of(left, jnp.asarray(n, left.dtype))).astype(dtype)


def _open(name: str, h: ArrayLike, classes: int) -> tuple[Array, int, jnp.dtype]:
    (entropy,), dtype = checks.common_float(name, conditional_entropy=h)
    return entropy, checks.size(name, classes, "classes"), dtype


def upper_of(h: Array) -> Array:
    """``bayes_error_upper`` of a clean array."""
    h = jnp.where(h < 0, 0, h)
    return jnp.minimum(h / (2 * math.log(2)), -jnp.expm1(-h))


@jax.custom_jvp
def fano_of(h: Array, n: Array) -> Array:
    """``fano_error`` of clean arrays; the number of classes may be traced."""
    others, last = _others(n), _last(n)

    def halve(_: int, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        middle = (low + high) / 2
        short = middle * others - numerics.xlogx(middle) - numerics.xlogx(1 - middle)
        below = short < h
        return jnp.where(below, middle, low), jnp.where(below, high, middle)

    start = jnp.zeros_like(h), jnp.broadcast_to(last, h.shape)
    low, high = lax.fori_loop(0, _HALVINGS, halve, start)
    within, top = _within(h, n)
    value = jnp.where(within, (low + high) / 2, jnp.where(top, last, 0))
    return jnp.where(jnp.isnan(h), h, value)


@fano_of.defjvp
def _fano_jvp(primals: tuple[Array, Array], tangents: tuple[Array, Array]):
    h, n = primals
    e = fano_of(h, n)
    inside = _within(h, n)[0] & (e > 0) & (e < _last(n))
    at = jnp.where(inside, e, 0.25)
    gain = jnp.log1p(-at) + _others(n) - jnp.log(at)
    inside = inside & (gain > 0)
    slope = jnp.where(inside, 1 / jnp.where(inside, gain, 1), 0)
    return e, slope * tangents[0]


def _others(n: Array) -> Array:
    return jnp.log(jnp.maximum(n - 1, 1))


def _last(n: Array) -> Array:
    return 1 - 1 / jnp.maximum(n, 1)


def _within(h: Array, n: Array) -> tuple[Array, Array]:
    """Whether an entropy is between 0 and log n, and whether above."""
    limit = jnp.log(jnp.maximum(n, 1)) * (1 - 4 * jnp.finfo(h.dtype).eps)
    return (h > 0) & (h < limit), (h > 0) & ~(h < limit)
