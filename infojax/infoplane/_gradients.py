"""Signal and noise of the gradients of a layer: drift against diffusion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "GradientMoments",
    "GradientSNR",
    "RunningGradientSNR",
    "gradient_snr",
    "running_gradient_snr",
]


class GradientSNR(NamedTuple):
    """Norm of the mean gradient, norm of the standard deviations, and their ratio."""

    mean_norm: Array
    std_norm: Array
    snr: Array


def gradient_snr(gradients: Any, *, where: ArrayLike | None = None) -> GradientSNR:
    r"""Signal-to-noise ratio of the minibatch gradients of a layer.

    :math:`\|\bar g\|_2 / \|s\|_2`, with :math:`\bar g` the mean and s the standard
    deviation of every parameter over the B minibatches, which divides by B; the squared
    denominator is the trace of the covariance.

    Args:
        gradients: a pytree of arrays ``[B, ...]``: one gradient a minibatch, of one
            epoch, for all parameters of the layer.
        where: ``[B]`` Boolean; minibatches marked False are as if absent.

    Returns: ``GradientSNR(mean_norm, std_norm, snr)``. Above 1 training drifts towards
        smaller errors, far below 1 it diffuses. Neither norm is divided by that of the
        weights, which the ratio does not need; some authors plot its square, or average
        over parameters first. Rounding hides a spread below eps times the mean: the
        ratio is held at 1 / eps, and 0 where all gradients are 0.
    Gradients: exact; zero at zero norms.
    Cost: O(B parameters).
    Example:
        >>> gradients = {"w": jnp.array([[1.0, 2.0], [3.0, 2.0]]), "b": jnp.ones(2)}
        >>> [round(float(value), 4) for value in gradient_snr(gradients)]
        [3.0, 1.0, 3.0]
    References: Shwartz-Ziv and Tishby (2017), opening the black box of deep neural
        networks via information, arXiv 1703.00810.
    """
    name = "gradient_snr"
    named = _leaves(name, "gradients", gradients)
    arrays, dtype = checks.common_float(name, **named)
    for argument, g in zip(named, arrays, strict=True):
        if g.ndim == 0 or g.shape[0] == 0:
            received = str(list(g.shape))
            raise checks.fail(
                ValueError, name, argument, "[B, ...] with B >= 1", received
            )
    n = checks.same_length(name, **dict(zip(named, arrays, strict=True)))
    mask = checks.row_mask(name, where, n)
    signal, noise = jnp.zeros((), arrays[0].dtype), jnp.zeros((), arrays[0].dtype)
    for g in arrays:
        rows = mask.reshape(mask.shape + (1,) * (g.ndim - 1))
        g = checks.column_mask(g, mask)
        mean = numerics.mean(g, rows, axis=0)
        signal = signal + jnp.sum(mean**2)
        noise = noise + jnp.sum(numerics.mean((g - mean) ** 2, rows, axis=0))
    return _ratio(signal, noise, dtype)


class GradientMoments(NamedTuple):
    """How many gradients were ``seen``, their ``mean``, and the summed ``squares`` of
    their distances from it."""

    seen: Array
    mean: Any
    squares: Array


class RunningGradientSNR(NamedTuple):
    """``init() -> GradientMoments``; ``update(state, gradient) -> GradientMoments``;
    ``read(state) -> GradientSNR``."""

    init: Callable[[], GradientMoments]
    update: Callable[[GradientMoments, Any], GradientMoments]
    read: Callable[[GradientMoments], GradientSNR]


def running_gradient_snr(like: Any) -> RunningGradientSNR:
    """The same ratio of gradients that come one at a time, inside a training step.

    Args:
        like: pytree of the parameters of the layer, or of their shapes and dtypes
            (``jax.eval_shape``); only these are used.

    Returns: ``RunningGradientSNR(init, update, read)``, pure functions for ``jit`` and
        ``scan``. Start an epoch with ``init()``, give every minibatch's gradient to
        ``update(state, gradient)``; ``read(state)`` is ``gradient_snr`` of those so
        far, at the memory of one gradient. Half precision accumulates in float32. For
        several layers keep one each.
    Gradients: stopped.
    Cost: O(parameters) a step.
    Example:
        >>> moments = running_gradient_snr({"w": jnp.zeros(2)})
        >>> state = moments.init()
        >>> for g in ([1.0, 2.0], [3.0, 2.0]):
        ...     state = moments.update(state, {"w": jnp.array(g)})
        >>> [round(float(value), 4) for value in moments.read(state)]
        [2.8284, 1.0, 2.8284]
    References: Welford (1962), note on a method for calculating corrected sums of
        squares and products; Shwartz-Ziv and Tishby (2017), arXiv 1703.00810.
    """
    name = "running_gradient_snr"
    named = _leaves(name, "like", like)
    for argument, leaf in named.items():
        kind = getattr(leaf, "dtype", None)
        if kind is None or not jnp.issubdtype(kind, jnp.floating):
            expected, received = "floating", str(kind or type(leaf).__name__)
            raise checks.fail(TypeError, name, argument, expected, received)
    structure = jax.tree.structure(like)
    dtype = checks.scalar_dtype(*named.values())
    work = checks.working_dtype(dtype)

    def init() -> GradientMoments:
        mean = jax.tree.map(
            lambda leaf: jnp.zeros(leaf.shape, checks.working_dtype(leaf.dtype)), like
        )
        return GradientMoments(jnp.zeros((), jnp.int32), mean, jnp.zeros((), work))

    def update(state: GradientMoments, gradient: Any) -> GradientMoments:
        if jax.tree.structure(gradient) != structure:
            received = str(jax.tree.structure(gradient))
            expected = f"of the structure {structure}"
            raise checks.fail(ValueError, name, "gradient", expected, received)
        seen = state.seen + 1
        gaps = jax.tree.map(
            lambda g, mean: lax.stop_gradient(g).astype(mean.dtype) - mean,
            gradient,
            state.mean,
        )
        mean = jax.tree.map(
            lambda m, gap: m + gap / seen.astype(m.dtype), state.mean, gaps
        )
        amount = sum(jnp.sum(gap.astype(work) ** 2) for gap in jax.tree.leaves(gaps))
        share = state.seen.astype(work) / seen.astype(work)
        return GradientMoments(seen, mean, state.squares + share * amount)

    def read(state: GradientMoments) -> GradientSNR:
        means = jax.tree.leaves(state.mean)
        signal = jnp.sum(jnp.stack([jnp.sum(m.astype(work) ** 2) for m in means]))
        n = jnp.maximum(state.seen, 1).astype(work)
        return _ratio(signal, state.squares / n, dtype)

    return RunningGradientSNR(init, update, read)


def _leaves(name: str, argument: str, tree: Any) -> dict[str, Any]:
    """Leaves by what a message calls them."""
    found, _ = jax.tree_util.tree_flatten_with_path(tree)
    if not found:
        expected = "a pytree of arrays"
        raise checks.fail(ValueError, name, argument, expected, "one without leaves")
    return {argument + jax.tree_util.keystr(path): leaf for path, leaf in found}


def _ratio(signal: Array, noise: Array, dtype: Any) -> GradientSNR:
    """Roots of both and their ratio, in the dtype to return."""
    mean, std = numerics.sqrt(signal), numerics.sqrt(noise)
    eps = float(jnp.finfo(mean.dtype).eps)
    lost = std <= eps * mean
    snr = numerics.ratio(mean, jnp.where(lost, 1, std))
    snr = jnp.where(lost, jnp.where(mean > 0, 1 / eps, 0), snr)
    return GradientSNR(mean.astype(dtype), std.astype(dtype), snr.astype(dtype))
