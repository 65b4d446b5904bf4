"""How much of a single-modality concept is lost in features that were trained fused."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import checks, linalg, numerics
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike

__all__ = ["competition_strength"]


def competition_strength(
    probe_features: ArrayLike,
    probe_concepts: ArrayLike,
    test_features: ArrayLike,
    test_concepts: ArrayLike,
    *,
    ridge: ArrayLike = 120.0,
) -> Array:
    r"""Part of a modality's own concept that a linear map of fused features misses.

    :math:`\mathrm{tr}(E S^+ E^T) / K` on test rows, for the residuals E of a ridge
    regression of the concepts on the features, its intercept free, and S the number of
    test rows times the covariance of their concepts.

    Args:
        probe_features: features of the fused network on held-out rows, ``[n, d]``.
        probe_concepts: outputs of a network trained on one modality alone, for the same
            rows, ``[n, K]`` or ``[n]``.
        test_features: fused features of other rows, ``[m, d]``.
        test_concepts: outputs of the other network for those, ``[m, K]``.
        ridge: penalty > 0 of the squared weights; may be traced.

    Returns: scalar >= 0, about one minus the mean canonical :math:`R^2`: 0 where the
        concept can be read from the features, about 1 where it is lost, and more where
        the regression misleads. Directions in which the test concepts do not vary, such
        as a shift of all logits, do not count.
    Gradients: exact.
    Cost: O((n + m) (d + K)^2 + d^3 + K^3).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (200, 3))
        >>> seen, lost = x[:, :1] - x[:, 1:2], x[:, 2:] ** 2
        >>> strength = lambda concept: competition_strength(
        ...     x[:100], concept[:100], x[100:], concept[100:], ridge=1e-3
        ... )
        >>> bool(strength(seen) < 0.01), bool(strength(lost) > 0.9)
        (True, True)
    References: Li et al. (2023), boosting multi-modal model performance with adaptive
        gradient modulation, arXiv 2308.07686.
    """
    name = "competition_strength"
    arrays = {
        "probe_features": probe_features,
        "probe_concepts": probe_concepts,
        "test_features": test_features,
        "test_concepts": test_concepts,
    }
    (x, y, a, b), dtype = checks.samples(name, **arrays)
    checks.same_length(name, probe_features=x, probe_concepts=y)
    checks.same_length(name, test_features=a, test_concepts=b)
    checks.columns(name, probe_features=x, test_features=a)
    checks.columns(name, probe_concepts=y, test_concepts=b)
    penalty = scalar(name, "ridge", ridge, x.dtype)
    mean_x, mean_y = jnp.mean(x, axis=0), jnp.mean(y, axis=0)
    centred = x - mean_x
    gram = _product(centred.T, centred) + penalty * jnp.eye(x.shape[1], dtype=x.dtype)
    weights = jax.scipy.linalg.solve(
        gram, _product(centred.T, y - mean_y), assume_a="pos"
    )
    residuals = mean_y + _product(a - mean_x, weights) - b
    correlation, variance, n = linalg.correlation(b, jnp.ones(len(b), bool))
    spread = numerics.sqrt(variance)
    scatter = n * correlation * jnp.outer(spread, spread)
    inverse = jnp.linalg.pinv(scatter, hermitian=True)
    lost = jnp.sum(_product(residuals, inverse) * residuals)
    return (lost / b.shape[1]).astype(dtype)


def _product(a: Array, b: Array) -> Array:
    return jnp.matmul(a, b, precision="highest")
