"""Vendi scores of many items, from random Fourier features."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax.entropy._vendi import vendi_features
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["vendi_fourier"]


def vendi_fourier(
    key: PRNGKey,
    x: ArrayLike,
    *,
    bandwidth: ArrayLike,
    features: int = 256,
    q: float = 1.0,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Vendi score of order q under a Gaussian kernel, in time linear in the items.

    ``entropy.vendi_features`` of :math:`\cos(\omega_j \cdot x / \sigma)` and
    :math:`\sin(\omega_j \cdot x / \sigma)` with standard normal :math:`\omega_j`, whose
    inner products have the mean :math:`\exp(-\|x - y\|^2 / (2 \sigma^2))`.

    Args:
        key: draws the frequencies.
        x: items, ``[n, d]`` or ``[n]``.
        bandwidth: :math:`\sigma > 0` of the kernel, a scalar or one a column ``[d]``.
        features: frequencies, static, of two features each; well above the score.
        q: order, a static float >= 0, ``jnp.inf`` too.
        where: ``[n]`` Boolean; items marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of items.

    Returns: scalar without unit, from 1 to min(n, 2 ``features``); 0 when there are no
        items. Kernel values err by about 1 / sqrt(2 ``features``), and the log is below
        ``log_vendi`` on average for q <= 1: at q = 1 by roughly half of the score over
        ``features`` while that is small.
    Gradients: exact for the frequencies drawn, bandwidth too; otherwise as for
        ``vendi``.
    Cost: O(n features (d + min(n, features))) and a spectrum of min(n, 2 features);
        memory n features.
    Example:
        >>> x = jnp.array([0.0, 0.0, 10.0, 10.0, 20.0, 20.0])
        >>> key = jax.random.key(0)
        >>> round(float(vendi_fourier(key, x, bandwidth=1.0, features=4096)), 2)
        3.0
    References: Rahimi and Recht (2007), random features for large-scale kernel
        machines; Friedman and Dieng (2023), the Vendi score.
    """
    name = "entropy.vendi_fourier"
    order = checks.order(name, q, "q")
    count = checks.size(name, features, "features")
    (x,), dtype = checks.samples(name, x=x)
    n, d = x.shape
    mask = checks.row_mask(name, where, n)
    mass = checks.weights(name, weights, mask, x.dtype, "weights")
    width = jnp.asarray(bandwidth).astype(x.dtype)
    if width.shape not in ((), (1,), (d,)):
        expected, received = f"a scalar or of shape [{d}]", str(list(width.shape))
        raise checks.fail(ValueError, name, "bandwidth", expected, received)
    # Drawn in one precision, so that they do not depend on that of the items.
    draws = jax.random.normal(key, (count, d), jnp.float32).astype(x.dtype)
    scaled = checks.column_mask(x, mask) / width
    angles = jnp.matmul(scaled, draws.T, precision="highest")
    waves = jnp.concatenate([jnp.cos(angles), jnp.sin(angles)], axis=1)
    return vendi_features(waves, q=order, weights=mass).astype(dtype)
