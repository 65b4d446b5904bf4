"""Vendi scores: effective numbers of distinct items."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.plan import PairPlan
from infojax.entropy._spectrum import entropies, matrix_entropy
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["log_vendi", "quality_weighted_vendi", "vendi", "vendi_features"]


def vendi(
    x: ArrayLike,
    *,
    kernel: Kernel,
    q: float = 1.0,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Vendi score of order q: the effective number of distinct items.

    :math:`\exp H_q(\lambda)` of the eigenvalues of :math:`K / \mathrm{tr} K`, which for
    k(x, x) = 1 is :math:`K / n`. Order 2 is :math:`1 / \overline{k_{ij}^2}`.

    Args:
        x: items, ``[n, d]`` or ``[n]``.
        kernel: similarity, a positive semi-definite Gram callable with k(x, x) = 1;
            without a unit diagonal the trace is scaled, not each item.
        q: order, a static float >= 0, ``jnp.inf`` too; low orders count rare items.
        where: ``[n]`` Boolean; items marked False are as if absent.
        weights: ``[n]`` nonnegative, proportional to the probabilities of the items;
            integers equal repetition.
        plan: how the Gram matrix of order 2 is evaluated; never changes the value.

    Returns: scalar without unit, from 1 (all alike) to n (nothing alike); 0 when there
        are no items. Not changed by repeating the whole set.
    Gradients: exact, safe at repeated eigenvalues; none through eigenvalues lost in
        rounding, so that for q <= 1 exact duplicates are not pushed apart, which q = 2
        does smoothly. ``log_vendi`` is better scaled as a loss.
    Cost: O(n^2 d) for q = 2, in blocks or sharded with a plan; otherwise one spectrum,
        O(n^3) time and n^2 memory, which cannot be blocked.
    Example:
        >>> x = jnp.array([0.0, 0.0, 10.0, 10.0, 20.0, 20.0])
        >>> round(float(vendi(x, kernel=kernels.laplace(1.0))), 4)
        3.0
    References: Friedman and Dieng (2023), the Vendi score; Pasarkar and Dieng (2024),
        cousins of the Vendi score.
    """
    value, some, _, dtype = _log_vendi(
        "entropy.vendi", x, kernel, q, where, weights, plan
    )
    return jnp.where(some, jnp.exp(value), 0).astype(dtype)


def log_vendi(
    x: ArrayLike,
    *,
    kernel: Kernel,
    q: float = 1.0,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Log of the Vendi score, an entropy: the better scaled objective.

    :math:`H_q(\lambda)` of the eigenvalues of :math:`K / \mathrm{tr} K`;
    ``entropy.matrix_renyi`` under the name and the defaults of the diversity
    literature.

    Args:
        x: items, ``[n, d]`` or ``[n]``.
        kernel: similarity, a positive semi-definite Gram callable with k(x, x) = 1.
        q: order, a static float >= 0, ``jnp.inf`` too.
        where, weights, plan: as in ``vendi``.

    Returns: scalar in nats, from 0 to log n; 0 when there are no items.
    Gradients: as for ``vendi``.
    Cost: as ``vendi``.
    Example:
        >>> x = jnp.array([0.0, 0.0, 10.0])
        >>> round(float(log_vendi(x, kernel=kernels.gaussian(1.0))), 4)
        0.6365
    References: Pasarkar and Dieng (2024), cousins of the Vendi score.
    """
    value, _, _, dtype = _log_vendi(
        "entropy.log_vendi", x, kernel, q, where, weights, plan
    )
    return value.astype(dtype)


def quality_weighted_vendi(
    x: ArrayLike,
    quality: ArrayLike,
    *,
    kernel: Kernel,
    q: float = 1.0,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Quality-weighted Vendi score: mean quality times effective number.

    :math:`\bar s\, \exp H_q(\lambda)`.

    Args:
        x: items, ``[n, d]`` or ``[n]``.
        quality: how good each item is, ``[n]``, nonnegative.
        kernel: similarity, a positive semi-definite Gram callable with k(x, x) = 1.
        q: order, a static float >= 0, ``jnp.inf`` too.
        where, weights, plan: as in ``vendi``; weights enter the mean as well.

    Returns: scalar in the unit of the quality, at most its sum for equal weights; 0
        when there are no items.
    Gradients: exact in the quality; in the items as for ``vendi``.
    Cost: as ``vendi``.
    Example:
        >>> x, s = jnp.array([0.0, 0.0, 10.0]), jnp.array([1.0, 2.0, 3.0])
        >>> kernel = kernels.gaussian(1.0)
        >>> round(float(quality_weighted_vendi(x, s, kernel=kernel)), 4)
        3.7798
    References: Nguyen and Dieng (2024), quality-weighted Vendi scores and their
        application to diverse experimental design.
    """
    name = "entropy.quality_weighted_vendi"
    (x, quality), dtype = checks.samples(name, x=x, quality=quality)
    n = checks.same_length(name, x=x, quality=quality)
    if quality.shape[1] != 1:
        received = str(list(quality.shape))
        raise checks.fail(ValueError, name, "quality", f"of shape [{n}]", received)
    value, some, mass, _ = _log_vendi(name, x, kernel, q, where, weights, plan)
    total = plan.total(numerics.total(quality[:, 0] * mass, mass != 0))
    mean = numerics.ratio(total, plan.total(jnp.sum(mass)))
    return jnp.where(some, mean * jnp.exp(value), 0).astype(dtype)


def vendi_features(
    x: ArrayLike,
    *,
    q: float = 1.0,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Vendi score of feature vectors under cosine similarity.

    With rows :math:`u_i = x_i / \|x_i\|` the eigenvalues are those of
    :math:`U U^\top / n` or, apart from zeros, of :math:`U^\top U / n`; the smaller of
    the two matrices is taken.

    Args:
        x: feature vectors, ``[n, d]`` or ``[n]``; a row of zeros has no direction and
            is as if absent.
        q: order, a static float >= 0, ``jnp.inf`` too.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of rows.

    Returns: scalar without unit, from 1 to min(n, d); 0 when there are no rows.
    Gradients: as for ``vendi``; orthogonal to each row, zero at rows of zeros.
    Cost: O(n d min(n, d)) and a spectrum of min(n, d): 10^6 rows of 64 features need
        a 64 x 64 matrix.
    Example:
        >>> x = jnp.array([[2.0, 0.0], [0.0, 3.0], [0.0, 1.0]])
        >>> round(float(vendi_features(x)), 4)
        1.8899
    References: Friedman and Dieng (2023), the Vendi score.
    """
    name = "entropy.vendi_features"
    order = checks.order(name, q, "q")
    (x,), dtype = checks.samples(name, x=x)
    n, d = x.shape
    mask = checks.row_mask(name, where, n)
    mass = checks.weights(name, weights, mask, x.dtype, "weights")
    x = checks.column_mask(x, mask)
    # Dividing by the largest entry first keeps the squares in range.
    size = jax.lax.stop_gradient(jnp.max(jnp.abs(x), axis=1, keepdims=True))
    x = x / jnp.where(size > 0, size, 1)
    square = jnp.sum(x**2, axis=1)
    mass = jnp.where(square == 0, 0, mass)
    scaled = x * numerics.ratio(numerics.sqrt(mass), numerics.sqrt(square))[:, None]
    left, right = (scaled.T, scaled) if d < n else (scaled, scaled.T)
    gram = jnp.matmul(left, right, precision="highest")
    value = matrix_entropy(gram, jnp.ones(len(gram), gram.dtype), order)
    return jnp.where(jnp.sum(mass) == 0, 0, jnp.exp(value)).astype(dtype)


def _log_vendi(
    name: str,
    x: ArrayLike,
    kernel: Kernel,
    q: float,
    where: ArrayLike | None,
    weights: ArrayLike | None,
    plan: PairPlan,
) -> tuple[Array, Array, Array, jnp.dtype]:
    """Log of the score, whether there are items, their mass, the dtype to return."""
    order = checks.order(name, q, "q")
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    mass = checks.weights(name, weights, mask, x.dtype, "weights")
    x = checks.column_mask(x, mask)
    found = entropies(lambda a, b: {"x": kernel(a, b)}, x, mask, mass, order, plan)
    return found["x"], plan.total(jnp.sum(mass)) != 0, mass, dtype
