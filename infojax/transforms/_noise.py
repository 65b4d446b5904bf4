"""Noise on the outputs of a layer, without which its information is not finite."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["inject_noise", "root_mean_square"]

ScaleRule = Callable[..., ArrayLike]  # (t) or (t, where=mask)


def inject_noise(
    key: PRNGKey,
    t: ArrayLike,
    sigma: ArrayLike,
    *,
    scale: ArrayLike | ScaleRule = 1.0,
    where: ArrayLike | None = None,
) -> Array:
    r"""Outputs of a layer plus normal noise, :math:`t + \sigma s \odot \epsilon`.

    Args:
        key: draws the noise, in float32 whatever the dtype, so that a key means the
            same noise in every precision.
        t: outputs, ``[n, ...]``, of any rank.
        sigma: standard deviation of the noise in units of the scale, >= 0, scalar; may
            be traced.
        scale: s, 1 for additive noise of one strength, which the theory of noisy
            networks assumes; an array that broadcasts with ``t``; or a rule ``(t) ->
            scale``, which is also given ``where`` if there is one.
            ``root_mean_square`` makes sigma relative to the layer. ``lambda t: t`` is
            noise relative to every entry, which leaves entries of 0 without any, and
            the information infinite: for comparison only.
        where: ``[n]`` Boolean; rows marked False are 0 in the result.

    Returns: the shape of ``t``. Let the noise be on wherever the information is
        measured, not in training alone.
    Gradients: exact in ``t``, sigma and the scale, rules included.
    Cost: O(entries).
    Example:
        >>> t = jnp.array([[3.0, -3.0], [3.0, 3.0]])
        >>> noisy = inject_noise(jax.random.key(0), t, 0.01, scale=root_mean_square)
        >>> bool(jnp.all(abs(noisy - t) < 0.2)), bool(jnp.all(noisy != t))
        (True, True)
    References: Goldfeld et al. (2019), estimating information flow in deep neural
        networks, arXiv 1810.05728; Butakov et al. (2024), arXiv 2305.08013, for the
        relative noise.
    """
    name = "inject_noise"
    t, mask, dtype = _open(name, t, where)
    if callable(scale):
        scale = scale(t) if where is None else scale(t, where=mask)
    width = jnp.asarray(scale).astype(t.dtype)
    try:
        width = jnp.broadcast_to(width, t.shape)
    except ValueError:
        expected = f"broadcastable to {list(t.shape)}"
        received = str(list(width.shape))
        raise checks.fail(ValueError, name, "scale", expected, received) from None
    noise = jax.random.normal(key, t.shape, jnp.float32).astype(t.dtype)
    noisy = t + scalar(name, "sigma", sigma, t.dtype) * width * noise
    return checks.column_mask(noisy, mask).astype(dtype)


def root_mean_square(t: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    """Root of the mean square of all entries: the scale of a layer, one number.

    Args:
        t: ``[n, ...]``, of any rank.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar, >= 0.
    Gradients: exact; zero where all entries are 0.
    Cost: O(entries).
    Example:
        >>> float(root_mean_square(jnp.array([[3.0, -3.0], [3.0, 3.0]])))
        3.0
    References: none needed.
    """
    t, mask, dtype = _open("root_mean_square", t, where)
    rows = mask.reshape(mask.shape + (1,) * (t.ndim - 1))
    return numerics.sqrt(numerics.mean(t**2, rows)).astype(dtype)


def _open(
    name: str, t: ArrayLike, where: ArrayLike | None
) -> tuple[Array, Array, jnp.dtype]:
    """Outputs, 0 where masked, the mask of their rows, and the dtype to return."""
    (t,), dtype = checks.common_float(name, t=t)
    if t.ndim == 0 or t.size == 0:
        received = str(list(t.shape))
        raise checks.fail(ValueError, name, "t", "non-empty, [n, ...]", received)
    mask = checks.row_mask(name, where, t.shape[0])
    return checks.column_mask(t, mask), mask, dtype
