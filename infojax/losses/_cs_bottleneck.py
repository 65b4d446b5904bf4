"""The Cauchy-Schwarz divergence information bottleneck."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp

from infojax import divergence, kernels, mi
from infojax._base import checks
from infojax._base.plan import PairPlan
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["CSBottleneckTerms", "cs_bottleneck_loss", "cs_bottleneck_terms"]


class CSBottleneckTerms(NamedTuple):
    """The two sides of the trade-off, scalars.

    ``prediction`` is the conditional Cauchy-Schwarz divergence of true and predicted
    outputs given the inputs; ``rate`` the dependence of inputs and codes.
    """

    prediction: Array
    rate: Array


def cs_bottleneck_terms(
    predictions: ArrayLike,
    targets: ArrayLike,
    codes: ArrayLike,
    inputs: ArrayLike,
    *,
    kernel_y: Kernel = kernels.gaussian(1.0),
    kernel_z: Kernel = kernels.gaussian(1.0),
    kernel_x: Kernel = kernels.gaussian(1.0),
    rate: Callable[..., Array] = mi.normalized_cs_qmi,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> CSBottleneckTerms:
    """The two terms of the Cauchy-Schwarz bottleneck, before they are traded off.

    Args:
        predictions: predicted outputs, ``[n, dy]`` or ``[n]``.
        targets: true outputs, as wide as ``predictions``.
        codes: representation, ``[n, dz]`` or ``[n]``.
        inputs: what the codes encode, ``[n, dx]`` or ``[n]``.
        kernel_y, kernel_z, kernel_x: Gram callables; bandwidths may be arrays. A
            bandwidth of 1 suits standardised columns.
        rate: dependence of inputs and codes, called like ``mi.cs_qmi``; normalised by
            default, as in the published training script.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the Gram matrices are evaluated; never changes the values.

    Returns: ``CSBottleneckTerms(prediction, rate)``, two scalars;
        ``cs_bottleneck_loss(..., beta=b)`` is ``prediction + b * rate``.
    Gradients: exact for arrays and bandwidths.
    Cost: O(n^2) kernel evaluations for each Gram matrix.
    Example:
        >>> x = jnp.linspace(0.0, 1.0, 5)
        >>> terms = cs_bottleneck_terms(x, x, x, x)
        >>> [round(float(abs(v)), 3) for v in terms]
        [0.0, 1.0]
    References: Yu et al. (2024), Cauchy-Schwarz divergence information bottleneck for
        regression, arXiv 2404.17951.
    """
    return _terms(
        "cs_bottleneck_terms",
        predictions,
        targets,
        codes,
        inputs,
        kernel_y,
        kernel_z,
        kernel_x,
        rate,
        where,
        plan,
    )


def cs_bottleneck_loss(
    predictions: ArrayLike,
    targets: ArrayLike,
    codes: ArrayLike,
    inputs: ArrayLike,
    *,
    beta: ArrayLike = 1e-2,
    kernel_y: Kernel = kernels.gaussian(1.0),
    kernel_z: Kernel = kernels.gaussian(1.0),
    kernel_x: Kernel = kernels.gaussian(1.0),
    rate: Callable[..., Array] = mi.normalized_cs_qmi,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """Cauchy-Schwarz bottleneck for regression: ``prediction + beta * rate``.

    Args:
        predictions, targets, codes, inputs: as in ``cs_bottleneck_terms``.
        beta: trade-off; may be traced.
        kernel_y, kernel_z, kernel_x, rate, where, plan: as there.

    Returns: scalar to minimise, in nats up to the unit of the rate.
    Gradients: exact for arrays, bandwidths and beta.
    Cost: O(n^2) kernel evaluations for each Gram matrix.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (64, 4))
        >>> y = jnp.sin(x[:, :1])
        >>> def loss(w):
        ...     codes = jnp.tanh(x @ w["code"])
        ...     return cs_bottleneck_loss(codes @ w["predict"], y, codes, x, beta=0.1)
        >>> w = {"code": jnp.ones((4, 3)) / 4, "predict": jnp.zeros((3, 1))}
        >>> optimizer = optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Yu et al. (2024), arXiv 2404.17951.
    """
    terms = _terms(
        "cs_bottleneck_loss",
        predictions,
        targets,
        codes,
        inputs,
        kernel_y,
        kernel_z,
        kernel_x,
        rate,
        where,
        plan,
    )
    trade_off = jnp.asarray(beta).astype(terms.rate.dtype)
    return terms.prediction + trade_off * terms.rate


def _terms(
    name: str,
    predictions: ArrayLike,
    targets: ArrayLike,
    codes: ArrayLike,
    inputs: ArrayLike,
    kernel_y: Kernel,
    kernel_z: Kernel,
    kernel_x: Kernel,
    rate: Callable[..., Array],
    where: ArrayLike | None,
    plan: PairPlan,
) -> CSBottleneckTerms:
    arrays = {
        "predictions": predictions,
        "targets": targets,
        "codes": codes,
        "inputs": inputs,
    }
    columns, _ = checks.samples(name, **arrays)
    named = dict(zip(arrays, columns, strict=True))
    n = checks.same_length(name, **named)
    checks.columns(name, **{key: named[key] for key in ("predictions", "targets")})
    mask = checks.row_mask(name, where, n)
    prediction = divergence.conditional_cauchy_schwarz(
        inputs,
        targets,
        predictions,
        kernel_x=kernel_x,
        kernel_y=kernel_y,
        where=mask,
        plan=plan,
    )
    dependence = rate(
        inputs, codes, kernel_x=kernel_x, kernel_y=kernel_z, where=mask, plan=plan
    )
    return CSBottleneckTerms(prediction, dependence)
