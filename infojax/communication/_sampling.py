"""Draws of symbols and of sets of them that gradients pass through."""

from __future__ import annotations

import math
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import scalar, with_gradient_of
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = [
    "Relaxation",
    "binary_concrete",
    "gumbel_noise",
    "gumbel_softmax",
    "single_draw",
    "straight_through_gumbel",
    "straight_through_top_k",
    "successive_draws",
]


class Relaxation(Protocol):
    """Logits ``[..., n]`` and a temperature to a soft choice of k of them.

    Entries that ``where`` marks False must come out as 0.
    """

    def __call__(
        self, logits: Array, k: int, /, *, tau: Array, where: Array
    ) -> Array: ...


def gumbel_noise(uniform: ArrayLike) -> Array:
    r"""Gumbel noise :math:`-\log(-\log u)` of uniform numbers.

    Args:
        uniform: numbers from 0 to 1, of any shape; held inside by the smallest normal
            number and by one rounding error.

    Returns: the shape and dtype of ``uniform``, finite.
    Gradients: exact; zero where held.
    Cost: elementwise.
    Example:
        >>> noise = gumbel_noise(jnp.array([0.1, 0.5, 0.9]))
        >>> [round(value, 4) for value in noise.tolist()]
        [-0.834, 0.3665, 2.2504]
    References: Gumbel (1954), statistical theory of extreme values.
    """
    (u,), dtype = checks.common_float("gumbel_noise", uniform=uniform)
    info = jnp.finfo(u.dtype)
    low, high = float(info.tiny), 1 - float(info.eps)
    out = (u < low) | (u > high)
    held = jnp.where(u < low, low, high)
    inside = jnp.where(out, held, u)
    return (-jnp.log(-jnp.log(inside))).astype(dtype)


def single_draw(
    logits: ArrayLike, k: int, *, tau: ArrayLike = 1.0, where: ArrayLike | None = None
) -> Array:
    """Softmax: the soft version of one draw, whatever the number asked for.

    Args:
        logits: ``[..., n]``.
        k: how many are drawn in the forward direction; not used.
        tau: temperature, positive; may be traced.
        where: Boolean, broadcast to ``logits``; entries marked False are as if absent.

    Returns: the shape and dtype of ``logits``; the last axis sums to 1, or to 0 where
        nothing is left.
    Gradients: exact.
    Cost: O(entries).
    Example:
        >>> single_draw(jnp.zeros(4), 2).tolist()
        [0.25, 0.25, 0.25, 0.25]
    References: Jang, Gu and Poole (2017); Hu et al. (2024) for k > 1.
    """
    del k
    x, keep, dtype = _open("single_draw", logits, where)
    return _softmax(x / open_tau("single_draw", tau, x.dtype), keep).astype(dtype)


def successive_draws(
    logits: ArrayLike, k: int, *, tau: ArrayLike = 1.0, where: ArrayLike | None = None
) -> Array:
    r"""The sum of k softmaxes, each without what those before it took.

    After a softmax :math:`y = \mathrm{softmax}(\ell / \tau)` the logits become
    :math:`\ell + \log(1 - y)`.

    Args:
        logits: ``[..., n]``.
        k: how many are drawn, static.
        tau: temperature, positive; may be traced.
        where: Boolean, broadcast to ``logits``; entries marked False are as if absent.

    Returns: the shape and dtype of ``logits``; the last axis sums to k, or to the
        number of entries that are there if that is less. Nearly k-hot at a low
        temperature, if the logits do not tie.
    Gradients: exact; 0 from an entry once it is used up.
    Cost: O(k entries).
    Example:
        >>> print(successive_draws(jnp.array([2.0, 1.0, 1.0]), 2, tau=0.1).round(2))
        [1.  0.5 0.5]
    References: Xie and Ermon (2019), reparameterizable subset sampling via continuous
        relaxations.
    """
    name = "successive_draws"
    x, keep, dtype = _open(name, logits, where)
    tau = open_tau(name, tau, x.dtype)
    left = jnp.sum(keep, axis=-1, keepdims=True)
    total = jnp.zeros_like(x)
    for i in range(_choices(name, k, x.shape[-1])):
        y = _softmax(x / tau, keep)
        total = total + jnp.where(i < left, y, 0)
        x = x + numerics.log1p(-y)
    return total.astype(dtype)


def straight_through_top_k(
    logits: ArrayLike,
    *,
    k: int = 1,
    tau: ArrayLike = 1.0,
    where: ArrayLike | None = None,
    relax: Relaxation = single_draw,
) -> Array:
    r"""The k largest logits as ones, with the gradient of a soft choice.

    No noise: this is what to use once training is over, or with noise of your own added
    to the logits. A cotangent w comes back as :math:`y (w - \sum w y) / \tau` with
    :math:`y = \mathrm{softmax}(\ell / \tau)`, at entries that were not chosen too.

    Args:
        logits: ``[..., n]``; entries of minus infinity are never chosen.
        k: how many, static, 1 <= k <= n.
        tau: temperature of the gradient, positive; may be traced.
        where: Boolean, broadcast to ``logits``; entries marked False are as if absent.
        relax: the soft choice: ``single_draw`` sums to 1 whatever k is, so that the
            gradient is that of one draw; ``successive_draws`` sums to k.

    Returns: the shape and dtype of ``logits``, exactly 0 and 1. Of equal logits the
        first are chosen. Fewer than k ones where fewer entries are there.
    Gradients: those of ``relax``, biased for the value, which jumps; finite everywhere.
    Cost: O(n log n + k n) a row.
    Example:
        >>> straight_through_top_k(jnp.array([0.3, 2.0, 1.0]), k=2).tolist()
        [0.0, 1.0, 1.0]
    References: Bengio, Leonard and Courville (2013), estimating or propagating
        gradients through stochastic neurons; Jang, Gu and Poole (2017).
    """
    name = "straight_through_top_k"
    x, keep, dtype = _open(name, logits, where)
    return _choose(name, x, keep, k, tau, relax).astype(dtype)


def straight_through_gumbel(
    key: PRNGKey,
    logits: ArrayLike,
    *,
    k: int = 1,
    tau: ArrayLike = 1.0,
    where: ArrayLike | None = None,
    relax: Relaxation = single_draw,
) -> Array:
    """A draw of k symbols without replacement, with the gradient of a soft draw.

    ``straight_through_top_k`` of the logits plus Gumbel noise. One symbol is an exact
    draw from the softmax of the logits, at every temperature; of several the set is.

    Args:
        key: of the noise, which is the same in every precision.
        logits: ``[..., n]``; entries of minus infinity are never drawn.
        k: how many, static, 1 <= k <= n.
        tau: temperature of the gradient, positive; may be traced.
        where: Boolean, broadcast to ``logits``; entries marked False are as if absent.
        relax: as in ``straight_through_top_k``.

    Returns: the shape and dtype of ``logits``, exactly 0 and 1. Fewer than k ones where
        fewer entries are there.
    Gradients: those of ``relax``, biased for the mean of the draw; a low temperature
        has less bias and more variance. Finite everywhere.
    Cost: O(n log n + k n) a row.
    Example:
        >>> drawn = straight_through_gumbel(jax.random.key(0), jnp.zeros((1000, 4)))
        >>> [abs(share - 0.25) < 0.05 for share in drawn.mean(0).tolist()]
        [True, True, True, True]
    References: Jang, Gu and Poole (2017), categorical reparameterization with
        Gumbel-softmax; Maddison, Mnih and Teh (2017); Kool, van Hoof and Welling
        (2019) for k > 1.
    """
    name = "straight_through_gumbel"
    x, keep, dtype = _open(name, logits, where)
    return _choose(name, x + _noise(key, x), keep, k, tau, relax).astype(dtype)


def gumbel_softmax(
    key: PRNGKey,
    logits: ArrayLike,
    *,
    tau: ArrayLike = 1.0,
    where: ArrayLike | None = None,
) -> Array:
    """A relaxed draw of one symbol: softmax of logits plus Gumbel noise.

    Args:
        key: of the noise, which is the same in every precision.
        logits: ``[..., n]``; entries of minus infinity are never drawn.
        tau: temperature, positive; may be traced. Near 0 the draw is one-hot.
        where: Boolean, broadcast to ``logits``; entries marked False are as if absent.

    Returns: the shape and dtype of ``logits``; the last axis sums to 1, or to 0 where
        nothing is left.
    Gradients: exact for this draw, in ``tau`` too.
    Cost: O(entries).
    Example:
        >>> soft = gumbel_softmax(jax.random.key(0), jnp.zeros(3), tau=0.5)
        >>> round(float(soft.sum()), 4)
        1.0
    References: Jang, Gu and Poole (2017); Maddison, Mnih and Teh (2017), the concrete
        distribution.
    """
    name = "gumbel_softmax"
    x, keep, dtype = _open(name, logits, where)
    tau = open_tau(name, tau, x.dtype)
    return _softmax((x + _noise(key, x)) / tau, keep).astype(dtype)


def binary_concrete(key: PRNGKey, logits: ArrayLike, *, tau: ArrayLike = 1.0) -> Array:
    r"""Gates that open with probability sigmoid(logit), with a soft gate's gradient.

    A gate is 1 where the logit exceeds logistic noise; the gradient is that of
    :math:`\sigma((\ell + \log u - \log(1 - u)) / \tau)`.

    Args:
        key: of the noise, which is the same in every precision.
        logits: of any shape; plus infinity is always open, minus infinity never.
        tau: temperature of the gradient, positive; may be traced.

    Returns: the shape and dtype of ``logits``, exactly 0 and 1.
    Gradients: those of the soft gate, biased for the mean; finite everywhere.
    Cost: elementwise.
    Example:
        >>> gates = binary_concrete(jax.random.key(0), jnp.full(1000, jnp.log(3.0)))
        >>> abs(float(gates.mean()) - 0.75) < 0.05
        True
    References: Maddison, Mnih and Teh (2017), the concrete distribution; Hu et al.
        (2024) for gates of communication.
    """
    name = "binary_concrete"
    (x,), dtype = checks.common_float(name, logits=logits)
    tau = open_tau(name, tau, x.dtype)
    u = jnp.clip(jax.random.uniform(key, x.shape, jnp.float32), _LOW, _HIGH)
    noisy = x + (jnp.log(u) - jnp.log1p(-u)).astype(x.dtype)
    hard = jnp.where(jnp.isnan(x), jnp.nan, (noisy > 0).astype(x.dtype))
    edge = jnp.isinf(noisy)
    soft = jax.nn.sigmoid(jnp.where(edge, 0, noisy) / tau)
    return with_gradient_of(hard, jnp.where(edge, 0, soft)).astype(dtype)


_LOW, _HIGH = float(np.finfo(np.float32).tiny), float(1 - np.finfo(np.float32).eps)


def _noise(key: PRNGKey, like: Array) -> Array:
    """Drawn in single precision, so that a key gives one draw in every precision."""
    u = jnp.clip(jax.random.uniform(key, like.shape, jnp.float32), _LOW, _HIGH)
    return gumbel_noise(u).astype(like.dtype)


def _open(
    name: str, logits: ArrayLike, where: ArrayLike | None
) -> tuple[Array, Array, Any]:
    """Finite logits ``[..., n]``, which entries are there, and the dtype to return."""
    x = checks.table(name, "logits", logits)
    keep = checks.cell_mask(name, where, x.shape)
    dtype = x.dtype
    x = x.astype(checks.working_dtype(dtype))
    return *finite_logits(x, keep), dtype


def finite_logits(x: Array, keep: Array) -> tuple[Array, Array]:
    """Logits without infinities or what is masked, and which of them are there."""
    keep = keep & (x != -jnp.inf)
    top = float(jnp.finfo(x.dtype).max) ** 0.5
    beyond = jnp.abs(x) > top
    held = jnp.where(beyond, jnp.where(x > 0, top, -top), jnp.where(beyond, 0, x))
    return jnp.where(keep, held, 0), keep


def open_tau(name: str, tau: ArrayLike, dtype: Any) -> Array:
    """A temperature of rank 0; numbers must be positive and finite."""
    number = isinstance(tau, (int, float, np.integer, np.floating))
    if number and not 0 < float(tau) < math.inf:
        raise checks.fail(ValueError, name, "tau", "positive and finite", str(tau))
    return numerics.positive(scalar(name, "tau", tau, dtype))


def _choices(name: str, k: int, n: int) -> int:
    k = checks.size(name, k, "k")
    if k > n:
        raise checks.fail(ValueError, name, "k", f"in 1 <= k <= n = {n}", str(k))
    return k


def _softmax(x: Array, keep: Array) -> Array:
    total = numerics.logsumexp(x, keep)[..., None]
    some = total != -jnp.inf
    shares = jnp.exp(jnp.where(keep & some, x - jnp.where(some, total, 0), 0))
    return jnp.where(keep, shares, 0)


def _choose(
    name: str, x: Array, keep: Array, k: int, tau: ArrayLike, relax: Relaxation
) -> Array:
    n = x.shape[-1]
    k = _choices(name, k, n)
    soft = relax(x, k, tau=open_tau(name, tau, x.dtype), where=keep)
    first = lax.top_k(jnp.where(keep, lax.stop_gradient(x), -jnp.inf), k)[1]
    hard = jnp.sum(jax.nn.one_hot(first, n, dtype=x.dtype), axis=-2)
    lost = jnp.any(keep & jnp.isnan(x), axis=-1, keepdims=True)
    hard = jnp.where(lost, jnp.nan, jnp.where(keep, hard, 0))
    return with_gradient_of(hard, soft)
