"""Matrix-based Renyi entropy."""

from __future__ import annotations

from infojax import kernels
from infojax._base import checks
from infojax._base.plan import PairPlan
from infojax.entropy._spectrum import entropies
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["matrix_renyi"]


def matrix_renyi(
    x: ArrayLike,
    *,
    kernel: Kernel = kernels.gaussian(1.0),
    alpha: float = 1.01,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Matrix-based Renyi entropy of order alpha.

    :math:`S_\alpha = \frac{1}{1 - \alpha} \log \sum_i \lambda_i^\alpha` of the
    eigenvalues of the Gram matrix :math:`K / \mathrm{tr} K`; its limits at 1
    (Shannon), infinity and 0 (log of the rank) included. Order 2 is
    :math:`-\log \overline{k_{ij}^2}` and needs no eigenvalues.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        kernel: positive semi-definite Gram callable, usually with k(x, x) = 1;
            bandwidths may be arrays.
        alpha: order, a static float >= 0.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of rows.
        plan: how the Gram matrix of order 2 is evaluated; never changes the value.

    Returns: scalar in nats between 0 (one distinct point) and log n (points that the
        kernel tells apart). A property of the sample at the scale of the bandwidth,
        not an estimate of Shannon's entropy of its law.
    Gradients: exact, also in bandwidths, and safe at repeated eigenvalues. Eigenvalues
        lost in rounding (below n eps times the largest) get none: for alpha <= 1 exact
        duplicates cannot be pushed apart. Order 2 is smooth everywhere; zero at
        order 0.
    Cost: O(n^2 d) at order 2, in blocks or sharded with a plan; otherwise one spectrum,
        O(n^3) time and n^2 memory, which cannot be blocked: every device of a sharded
        plan computes all of it.
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0])
        >>> round(float(matrix_renyi(x)), 4)
        0.8254
    References: Sanchez Giraldo, Rao and Principe (2015), measures of entropy from data
        using infinitely divisible kernels.
    """
    name = "entropy.matrix_renyi"
    order = checks.order(name, alpha)
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    mass = checks.weights(name, weights, mask, x.dtype, "weights")
    x = checks.column_mask(x, mask)
    found = entropies(lambda a, b: {"x": kernel(a, b)}, x, mask, mass, order, plan)
    return found["x"].astype(dtype)
