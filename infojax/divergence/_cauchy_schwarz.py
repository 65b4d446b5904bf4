"""Cauchy-Schwarz divergences of samples, in log space throughout."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax.numpy as jnp

from infojax import kernels
from infojax._base import checks, numerics
from infojax._base.distances import log_kernel
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import LogSum, Rows
from infojax.divergence._two_sample import two_samples
from infojax.types import Array, ArrayLike, Kernel

__all__ = [
    "cauchy_schwarz",
    "conditional_cauchy_schwarz",
    "squared_sum",
    "sum_of_squares",
]


def cauchy_schwarz(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel: Kernel = kernels.gaussian(1.0),
    where_x: ArrayLike | None = None,
    where_y: ArrayLike | None = None,
    weights_x: ArrayLike | None = None,
    weights_y: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Cauchy-Schwarz divergence of two samples.

    :math:`\log \overline{k(x,x')} + \log \overline{k(y,y')} - 2 \log
    \overline{k(x,y)}`: minus twice the log cosine of the angle between the two kernel
    mean embeddings. Diagonals are included.

    Args:
        x: samples of the first law, ``[n, d]`` or ``[n]``.
        y: samples of the second law, ``[m, d]`` or ``[m]``.
        kernel: Gram callable with positive values; its bandwidth may be an array.
        where_x, where_y: Boolean rows; those marked False are as if absent.
        weights_x, weights_y: nonnegative; integers equal repetition of rows.
        plan: how the Gram matrices are evaluated; never changes the value.

    Returns: scalar in nats, >= 0 up to rounding, symmetric; it estimates the divergence
        of the laws smoothed by the kernel, with an O(1/n) upward bias. 0 when a sample
        is empty.
    Gradients: exact, also in the bandwidth; they survive samples far apart.
    Cost: O((n + m)^2 d).
    Example:
        >>> round(float(cauchy_schwarz(jnp.zeros(3), jnp.ones(2))), 4)
        1.0
    References: Principe (2010), Information Theoretic Learning; Yu et al. (2024), the
        Cauchy-Schwarz divergence information bottleneck for regression.
    """
    sample = two_samples(
        "cauchy_schwarz", x, y, where_x, where_y, weights_x, weights_y, plan
    )

    def within(side: str) -> Array:
        # A sample is near itself: no row is so far from all that its sum is lost.
        pairs = sample.pairs(kernel, side, side)
        logs = sample.log_row_means(kernel, side, side)
        if logs is None:
            logs = numerics.log(pairs.map_rows(Rows.mean))
        return pairs.log_mean(logs)

    between = sample.pairs(partial(log_kernel, kernel), "x", "y")
    logs = sample.log_row_means(kernel, "x", "y")
    cross = between.log_mean(
        between.map_rows(Rows.logmeanexp) if logs is None else logs
    )
    value = within("x") + within("y") - 2 * cross
    return sample.nonempty(value)


def squared_sum(
    log_kernel: Array, *, where: Array | None = None, weights: Array | None = None
) -> Array:
    r"""Log of the squared row sum, :math:`2 \log \sum_i k_{ji}`.

    Args:
        log_kernel: log kernel values, ``[b, n]``.
        where: Boolean, pairs that exist.
        weights: nonnegative column weights, broadcasting against ``log_kernel``.

    Returns: ``[b]``, for the ``denominator`` of ``conditional_cauchy_schwarz``.
    Gradients: exact.
    Cost: O(b n).
    Example:
        >>> round(float(squared_sum(jnp.zeros((1, 3)))[0]), 4)
        2.1972
    References: Yu et al. (2023), arXiv 2301.08970, proposition 1.
    """
    logs = checks.as_float("squared_sum", "log_kernel", log_kernel)
    return 2 * numerics.logsumexp(logs, where, weights)


def sum_of_squares(
    log_kernel: Array, *, where: Array | None = None, weights: Array | None = None
) -> Array:
    r"""Log of the row sum of squares, :math:`\log \sum_i k_{ji}^2`.

    Args:
        log_kernel: log kernel values, ``[b, n]``.
        where: Boolean, pairs that exist.
        weights: nonnegative column weights, broadcasting against ``log_kernel``.

    Returns: ``[b]``. The published training code of the Cauchy-Schwarz bottleneck has
        this where the paper has ``squared_sum``: use it only to compare with its
        numbers.
    Gradients: exact.
    Cost: O(b n).
    Example:
        >>> round(float(sum_of_squares(jnp.zeros((1, 3)))[0]), 4)
        1.0986
    References: Yu et al. (2024), the code that accompanies arXiv 2404.17951.
    """
    logs = checks.as_float("sum_of_squares", "log_kernel", log_kernel)
    return numerics.logsumexp(2 * logs, where, weights)


def conditional_cauchy_schwarz(
    x: ArrayLike,
    y: ArrayLike,
    y_hat: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    denominator: Callable[..., Array] = squared_sum,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Conditional Cauchy-Schwarz divergence of p(y | x) and p(y_hat | x).

    :math:`\log s(L^{11}) + \log s(L^{22}) - 2 \log s(L^{21})` with
    :math:`s(L) = \sum_j \sum_i K_{ji} L_{ji} / (\sum_i K_{ji})^2`, K on the inputs and
    L between targets, between predictions, and from predictions to targets.

    Args:
        x: conditioning inputs, ``[n, dx]`` or ``[n]``.
        y: targets, ``[n, dy]`` or ``[n]``.
        y_hat: predictions, as wide as ``y``.
        kernel_x, kernel_y: Gram callables with positive values.
        denominator: reduces log kernel rows to the log of the denominator.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of rows.
        plan: how the Gram matrices are evaluated; never changes the value.

    Returns: scalar in nats; 0 for ``y_hat = y``. Small negative values occur in finite
        samples: it is not clipped, and has no square root.
    Gradients: exact, also in the bandwidths.
    Cost: O(n^2 (dx + 3 dy)).
    Example:
        >>> x = jnp.linspace(0.0, 1.0, 5)
        >>> round(float(conditional_cauchy_schwarz(x, x, x + 1.0)), 4)
        0.8145
    References: Yu et al. (2023), the conditional Cauchy-Schwarz divergence,
        arXiv 2301.08970.
    """
    name = "conditional_cauchy_schwarz"
    (x, y, y_hat), dtype = checks.samples(name, x=x, y=y, y_hat=y_hat)
    n = checks.same_length(name, x=x, y=y, y_hat=y_hat)
    checks.columns(name, y=y, y_hat=y_hat)
    mask = checks.row_mask(name, where, n)
    mass = checks.weights(name, weights, mask, x.dtype, "weights")
    side = tuple(checks.column_mask(a, mask) for a in (x, y, y_hat))

    def logs(row, column) -> tuple[Array, Array, Array, Array]:
        return (
            log_kernel(kernel_x, row[0], column[0]),
            log_kernel(kernel_y, row[1], column[1]),
            log_kernel(kernel_y, row[2], column[2]),
            log_kernel(kernel_y, row[2], column[1]),
        )

    def reduce(rows: Rows) -> tuple[Array, list[LogSum]]:
        log_k, *log_ls = rows.values
        below = denominator(log_k, where=rows.where, weights=rows.weights)
        return below, [rows.logsumexp(log_k + l) for l in log_ls]

    pairs = Pairs(logs, side, side, plan, mask, mask, mass, mass)
    below, above = pairs.map_rows(reduce)
    below = jnp.where(below == -jnp.inf, 0, below)
    true, predicted, cross = (pairs.log_mean(row - below) for row in above)
    return (true + predicted - 2 * cross).astype(dtype)
