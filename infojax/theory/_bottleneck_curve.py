"""Encoders of the information bottleneck over many trade-offs, by annealing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.loops import FixedPoint
from infojax.theory._equations import open_joint
from infojax.theory._information_bottleneck import (
    InformationBottleneck,
    limits,
    search,
    solution,
)
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["annealed_bottleneck_curve", "bottleneck_curve"]

_BLUR = 1e-3  # of each x over all clusters, before each trade-off


def bottleneck_curve(
    pxy: ArrayLike,
    *,
    betas: ArrayLike,
    tolerance: float = 1e-9,
    max_steps: int = 2000,
) -> InformationBottleneck:
    r"""The information bottleneck curve: most I(T; Y) at each I(X; T).

    Reverse annealing: starts at the largest trade-off with one cluster for each x and
    carries each encoder, blurred by a thousandth, to the next smaller one, while
    clusters merge by themselves. (Without the blur those that share no y would not.) It
    needs no random numbers and is the safer of the two ways. The curve is concave, of
    slope ``1 / beta``.

    Args:
        pxy: joint probabilities or counts, ``[nx, ny]``, nonnegative; normalised.
        betas: trade-offs, ``[nb]``, positive, in any order; neighbours may be 1.1 apart
            in ratio, or closer where the curve bends.
        tolerance, max_steps: at each trade-off, as in ``information_bottleneck``.
            Close to merges and splits all steps may be taken; ``converged`` tells.

    Returns: ``InformationBottleneck`` of arrays with a leading axis ``[nb]``, in the
        order of ``betas``; encoders are ``[nb, nx, nx]``.
    Gradients: as those of ``information_bottleneck``, at every point.
    Cost: O(nx^2 ny) an iteration, one trade-off after the other.
    Example:
        >>> pxy = jnp.array([[0.4, 0.1], [0.1, 0.4]])
        >>> curve = bottleneck_curve(pxy, betas=[3.0, 4.0, 100.0])
        >>> [round(float(value), 4) for value in curve.relevance]
        [0.0543, 0.1513, 0.1927]
    References: Tishby, Pereira and Bialek (1999), the information bottleneck method;
        Slonim and Tishby (2000), agglomerative information bottleneck.
    """
    name = "bottleneck_curve"
    joint, dtype = open_joint(name, pxy)
    trade_offs = _open_betas(name, betas, joint.dtype)
    start = jnp.eye(len(joint), dtype=joint.dtype)
    order = jnp.argsort(-trade_offs)
    stop = limits(name, tolerance, max_steps)
    mass = lax.stop_gradient(jnp.sum(joint, axis=1))

    def blur(i: Array, encoder: Array) -> Array:
        return encoder + _BLUR * (mass @ encoder - encoder)

    found = _anneal(joint, trade_offs, order, start, blur, stop)
    return _solutions(joint, trade_offs, found, dtype)


def annealed_bottleneck_curve(
    key: PRNGKey,
    pxy: ArrayLike,
    *,
    betas: ArrayLike,
    clusters: int,
    perturbation: float = 1e-3,
    tolerance: float = 1e-9,
    max_steps: int = 2000,
) -> InformationBottleneck:
    r"""The bottleneck curve by deterministic annealing, with few clusters.

    Starts at the smallest trade-off with equal clusters and carries each encoder,
    slightly perturbed, to the next larger one, while clusters split. They split when
    the coarser encoder is no longer a local optimum, which may be later than
    ``bottleneck_curve`` merges them: points are then below the curve.

    Args:
        key: perturbs the encoders.
        pxy: joint probabilities or counts, ``[nx, ny]``, nonnegative; normalised.
        betas: trade-offs, ``[nb]``, positive, in any order; neighbours may be 1.02 to
            1.1 apart in ratio.
        clusters: static number nt of clusters at most; nx suffices for the curve.
        perturbation: uniform numbers up to this are added to the probabilities.
        tolerance, max_steps: at each trade-off, as in ``information_bottleneck``.
            Close to merges and splits all steps may be taken; ``converged`` tells.

    Returns: ``InformationBottleneck`` of arrays with a leading axis ``[nb]``, in the
        order of ``betas``; encoders are ``[nb, nx, nt]``.
    Gradients: as those of ``information_bottleneck``, at every point.
    Cost: O(nx nt ny) an iteration, one trade-off after the other.
    Example:
        >>> pxy = jnp.array([[0.4, 0.1], [0.1, 0.4]])
        >>> betas, key = 1.5 * 1.1 ** jnp.arange(30), jax.random.key(0)
        >>> curve = annealed_bottleneck_curve(key, pxy, betas=betas, clusters=2)
        >>> round(float(curve.relevance[-1]), 4)
        0.1927
    References: Rose (1998), deterministic annealing for clustering, compression,
        classification, regression, and related optimization problems; Tishby, Pereira
        and Bialek (1999), the information bottleneck method.
    """
    name = "annealed_bottleneck_curve"
    joint, dtype = open_joint(name, pxy)
    trade_offs = _open_betas(name, betas, joint.dtype)
    clusters = checks.size(name, clusters, "clusters")
    start = jnp.full((len(joint), clusters), 1 / clusters, joint.dtype)
    size = checks.order(name, perturbation, "perturbation", finite=True)
    keys = jax.random.split(key, len(trade_offs))

    def perturb(i: Array, encoder: Array) -> Array:
        noise = jax.random.uniform(keys[i], encoder.shape, encoder.dtype)
        return numerics.normalise(encoder + size * noise, axis=1)

    order = jnp.argsort(trade_offs)
    stop = limits(name, tolerance, max_steps)
    found = _anneal(joint, trade_offs, order, start, perturb, stop)
    return _solutions(joint, trade_offs, found, dtype)


def _anneal(
    joint: Array,
    betas: Array,
    order: Array,
    start: Array,
    prepare: Callable[[Array, Array], Array],
    stop: dict[str, Any],
) -> FixedPoint:
    """One trade-off after the other in an order; results in the order of ``betas``."""
    joint, betas = lax.stop_gradient((joint, betas))

    def step(encoder: Array, i: Array) -> tuple[Array, FixedPoint]:
        found = search(joint, prepare(i, encoder), betas[i], **stop)
        return found.value, found

    _, found = lax.scan(step, start, order)
    back = jnp.argsort(order)
    return jax.tree.map(lambda leaf: leaf[back], found)


def _solutions(
    joint: Array, betas: Array, found: FixedPoint, dtype: Any
) -> InformationBottleneck:
    return jax.vmap(lambda beta, point: solution(joint, beta, point, dtype))(
        betas, found
    )


def _open_betas(name: str, betas: ArrayLike, dtype: Any) -> Array:
    array = checks.as_float(name, "betas", betas)
    if array.ndim != 1 or not len(array):
        received = str(list(array.shape))
        raise checks.fail(ValueError, name, "betas", "[nb], nb >= 1", received)
    return array.astype(dtype)
