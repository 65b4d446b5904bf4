"""The HSIC bottleneck: codes that depend on the targets and not on the inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp

from infojax import dependence, kernels
from infojax._base import checks
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["HSICBottleneckTerms", "hsic_bottleneck_loss", "hsic_bottleneck_terms"]


class HSICBottleneckTerms(NamedTuple):
    """The two sides of the trade-off, scalars in the unit of the measure.

    ``relevance`` is the dependence of codes and targets, ``rate`` that of codes and
    inputs.
    """

    relevance: Array
    rate: Array


def hsic_bottleneck_terms(
    codes: ArrayLike,
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    kernel_z: Kernel = kernels.gaussian(1.0),
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    measure: Callable[..., Array] = dependence.nocco,
    where: ArrayLike | None = None,
) -> HSICBottleneckTerms:
    r"""Dependence of codes on targets, and on inputs, before they are traded off.

    Args:
        codes: activations of one layer, ``[n, dz]`` or ``[n]``.
        inputs: of the network, ``[n, dx]`` or ``[n]``.
        targets: ``[n, dy]`` or ``[n]``; labels as ``jax.nn.one_hot``.
        kernel_z, kernel_x, kernel_y: Gram callables of codes, inputs and targets. The
            published ones are :math:`\exp(-\|a - b\|^2 / (2 s^2 d))` with s = 5 and d
            columns, here ``kernels.gaussian(5.0 * d**0.5)``.
        measure: of dependence, called like ``dependence.nocco``, which is the nHSIC of
            the paper; ``dependence.normalized_hsic`` costs n^2 and is steadier in
            float32, and ``functools.partial`` sets options.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``HSICBottleneckTerms(relevance, rate)``;
        ``hsic_bottleneck_loss(..., beta=b)`` is ``rate - b * relevance``.
    Gradients: those of the measure, in arrays and bandwidths.
    Cost: that of the measure, twice; O(n^3) by default.
    Example:
        >>> x, y = jnp.linspace(-1.0, 1.0, 6), jnp.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
        >>> measure = dependence.normalized_hsic
        >>> terms = hsic_bottleneck_terms(y, x, y, measure=measure)
        >>> [round(float(term), 2) for term in terms]
        [1.0, 0.82]
    References: Ma, Lewis and Kleijn (2020), the HSIC bottleneck, deep learning without
        back-propagation, arXiv 1908.01580.
    """
    return _terms(
        "hsic_bottleneck_terms",
        codes,
        inputs,
        targets,
        kernel_z,
        kernel_x,
        kernel_y,
        measure,
        where,
    )


def hsic_bottleneck_loss(
    codes: ArrayLike,
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    beta: ArrayLike = 50.0,
    kernel_z: Kernel = kernels.gaussian(1.0),
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    measure: Callable[..., Array] = dependence.nocco,
    where: ArrayLike | None = None,
) -> Array:
    """HSIC bottleneck of one layer: ``rate - beta * relevance``.

    To train without back-propagation, sum it over the layers and stop the gradient of
    what each layer takes from the one below. For regression with a read-out, your own
    sum will do: a squared error, plus one measure times the rate, minus another times
    the relevance.

    Args:
        codes, inputs, targets: as in ``hsic_bottleneck_terms``.
        beta: of the relevance, not of the rate; 50 is the published value.
        kernel_z, kernel_x, kernel_y, measure, where: as there.

    Returns: scalar to minimise, in the unit of the measure; usually negative.
    Gradients: those of the measure, also in beta.
    Cost: that of the measure, twice; O(n^3) by default, which for batches of 256 is
        half the training step of a perceptron of two million weights.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 3))
        >>> y, rule = jnp.sign(x[:, 0]), optax.adam(0.1)
        >>> measure = dependence.normalized_hsic
        >>> loss = lambda w: hsic_bottleneck_loss(x @ w, x, y, measure=measure)
        >>> w = jnp.ones((3, 2))
        >>> start, state = loss(w), rule.init(w)
        >>> for _ in range(3):
        ...     updates, state = rule.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Ma, Lewis and Kleijn (2020), arXiv 1908.01580.
    """
    terms = _terms(
        "hsic_bottleneck_loss",
        codes,
        inputs,
        targets,
        kernel_z,
        kernel_x,
        kernel_y,
        measure,
        where,
    )
    trade_off = jnp.asarray(beta).astype(terms.relevance.dtype)
    return terms.rate - trade_off * terms.relevance


def _terms(
    name: str,
    codes: ArrayLike,
    inputs: ArrayLike,
    targets: ArrayLike,
    kernel_z: Kernel,
    kernel_x: Kernel,
    kernel_y: Kernel,
    measure: Callable[..., Array],
    where: ArrayLike | None,
) -> HSICBottleneckTerms:
    called = {"codes": codes, "inputs": inputs, "targets": targets}
    (z, x, y), dtype = checks.samples(name, **called)
    n = checks.same_length(name, codes=z, inputs=x, targets=y)
    mask = checks.row_mask(name, where, n)
    relevance = measure(z, y, kernel_x=kernel_z, kernel_y=kernel_y, where=mask)
    rate = measure(z, x, kernel_x=kernel_z, kernel_y=kernel_x, where=mask)
    return HSICBottleneckTerms(relevance.astype(dtype), rate.astype(dtype))
