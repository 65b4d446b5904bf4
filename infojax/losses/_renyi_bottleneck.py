"""The deterministic bottleneck whose rate is a matrix-based Renyi information."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax import kernels, mi
from infojax._base import checks, numerics
from infojax._base.plan import PairPlan
from infojax.losses._encoder import cross_entropies, open_logits
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["RenyiBottleneckTerms", "renyi_bottleneck_loss", "renyi_bottleneck_terms"]


class RenyiBottleneckTerms(NamedTuple):
    """The two sides of the trade-off, scalars in nats.

    ``prediction`` is the cross-entropy of labels and logits; ``rate`` the matrix-based
    Renyi information of inputs and codes.
    """

    prediction: Array
    rate: Array


def renyi_bottleneck_terms(
    logits: ArrayLike,
    labels: ArrayLike,
    codes: ArrayLike,
    inputs: ArrayLike,
    *,
    kernel_z: Kernel = kernels.gaussian(1.0),
    kernel_x: Kernel = kernels.gaussian(1.0),
    alpha: float = 2.0,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> RenyiBottleneckTerms:
    """The two terms of the deterministic bottleneck, before they are traded off.

    Args:
        logits: of the classifier that reads the codes, ``[n, classes]`` or ``[samples,
            n, classes]``.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        codes: representation, ``[n, dz]`` or ``[n]``; no noise is needed.
        inputs: what the codes encode, ``[n, dx]`` or ``[n]``.
        kernel_z, kernel_x: Gram callables with k(x, x) = 1; bandwidths may be arrays,
            such as ``kernels.median_bandwidth`` of a batch.
        alpha: order of the rate, a static float >= 0. 2 needs no eigenvalues and has
            the smoothest gradient; 1.01, usual in the literature, is near Shannon's.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the Gram matrices of order 2 are evaluated; never changes the value.

    Returns: ``RenyiBottleneckTerms(prediction, rate)``;
        ``renyi_bottleneck_loss(..., beta=b)`` is ``prediction + b * rate``. The rate
        is ``mi.matrix_renyi``, at most log n. For regression add that to a squared
        error yourself.
    Gradients: exact for arrays and bandwidths; see ``mi.matrix_renyi``.
    Cost: O(n^2 (dx + dz)) at order 2, otherwise O(n^3).
    Example:
        >>> logits, labels = jnp.zeros((4, 2)), jnp.array([0, 1, 1, 0])
        >>> x = 100.0 * jnp.arange(4.0)
        >>> terms = renyi_bottleneck_terms(logits, labels, x, x)
        >>> [round(float(term), 4) for term in terms]  # log 2 and log 4
        [0.6931, 1.3863]
    References: Yu, Yu and Principe (2021), deep deterministic information bottleneck
        with matrix-based entropy functional, arXiv 2102.00533.
    """
    return _terms(
        "renyi_bottleneck_terms",
        logits,
        labels,
        codes,
        inputs,
        kernel_z,
        kernel_x,
        alpha,
        where,
        plan,
    )


def renyi_bottleneck_loss(
    logits: ArrayLike,
    labels: ArrayLike,
    codes: ArrayLike,
    inputs: ArrayLike,
    *,
    beta: ArrayLike = 1e-2,
    kernel_z: Kernel = kernels.gaussian(1.0),
    kernel_x: Kernel = kernels.gaussian(1.0),
    alpha: float = 2.0,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """Deterministic bottleneck: ``prediction + beta * rate``.

    Args:
        logits, labels, codes, inputs: as in ``renyi_bottleneck_terms``.
        beta: trade-off; may be traced, or follow ``linear_beta``.
        kernel_z, kernel_x, alpha, where, plan: as there.

    Returns: scalar to minimise, in nats.
    Gradients: exact for arrays, bandwidths and beta; see ``mi.matrix_renyi``.
    Cost: O(n^2 (dx + dz)) at order 2, otherwise O(n^3).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 3))
        >>> labels, rule = (x[:, 0] > 0).astype(int), optax.adam(0.1)
        >>> def loss(w):
        ...     codes = x @ w[:, :2]
        ...     return renyi_bottleneck_loss(codes @ w[:2, 2:], labels, codes, x)
        >>> w = jnp.eye(3, 4) + 0.1
        >>> start, state = loss(w), rule.init(w)
        >>> for _ in range(3):
        ...     updates, state = rule.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Yu, Yu and Principe (2021), arXiv 2102.00533.
    """
    terms = _terms(
        "renyi_bottleneck_loss",
        logits,
        labels,
        codes,
        inputs,
        kernel_z,
        kernel_x,
        alpha,
        where,
        plan,
    )
    trade_off = jnp.asarray(beta).astype(terms.rate.dtype)
    return terms.prediction + trade_off * terms.rate


def _terms(
    name: str,
    logits: ArrayLike,
    labels: ArrayLike,
    codes: ArrayLike,
    inputs: ArrayLike,
    kernel_z: Kernel,
    kernel_x: Kernel,
    alpha: float,
    where: ArrayLike | None,
    plan: PairPlan,
) -> RenyiBottleneckTerms:
    order = checks.order(name, alpha)
    (logits, codes, inputs), dtype = checks.common_float(
        name, logits=logits, codes=codes, inputs=inputs
    )
    (codes, inputs), _ = checks.samples(name, codes=codes, inputs=inputs)
    n = checks.same_length(name, codes=codes, inputs=inputs)
    logits, classes = open_logits(name, logits, labels, n, like="codes")
    mask = checks.row_mask(name, where, n)
    losses = numerics.total(cross_entropies(logits, classes, mask), mask)
    count = plan.total(jnp.sum(mask.astype(losses.dtype)))
    rate = mi.matrix_renyi(
        codes,
        inputs,
        kernel_x=kernel_z,
        kernel_y=kernel_x,
        alpha=order,
        where=mask,
        plan=plan,
    )
    prediction = numerics.ratio(plan.total(losses), count)
    return RenyiBottleneckTerms(prediction.astype(dtype), rate.astype(dtype))
