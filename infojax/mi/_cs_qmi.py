"""Cauchy-Schwarz quadratic mutual information."""

from __future__ import annotations

import math

import jax.numpy as jnp

from infojax import kernels
from infojax._base import checks, numerics
from infojax._base.grams import FusedRows
from infojax._base.pairs import gram_pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Mean, Rows
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["cs_qmi", "normalized_cs_qmi"]


def cs_qmi(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Cauchy-Schwarz quadratic mutual information of paired samples.

    The Cauchy-Schwarz divergence of p(x, y) and p(x) p(y) under kernel smoothing,
    :math:`\log \overline{k_{ij} l_{ij}} + \log \bar{k}\, \bar{l} - 2 \log
    \overline{k_{j\cdot} l_{j\cdot}}`: the three terms of HSIC, put in logs.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        kernel_x, kernel_y: Gram callables with positive values; bandwidths may be
            arrays.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        weights: ``[n]`` nonnegative; integers equal repetition of pairs.
        plan: how the Gram matrices are evaluated; never changes the value.

    Returns: scalar in nats, >= 0 up to rounding, 0 when one side is constant; at most
        about log n for separated points. It is not Shannon's mutual information, and
        depends on the bandwidths.
    Gradients: exact and smooth, also in the bandwidths; they vanish when a bandwidth
        is far below the distances.
    Cost: O(n^2 (dx + dy)).
    Example:
        >>> x = jnp.linspace(-1.0, 1.0, 5)
        >>> round(float(cs_qmi(x, x)), 4)
        0.1227
    References: Principe (2010), Information Theoretic Learning; Yu et al. (2024), the
        Cauchy-Schwarz divergence information bottleneck for regression.
    """
    (value,), dtype = _informations(
        "cs_qmi", ("xy",), x, y, kernel_x, kernel_y, where, weights, plan
    )
    return value.astype(dtype)


def normalized_cs_qmi(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Cauchy-Schwarz mutual information over the geometric mean of the self terms.

    :math:`I(x; y) / \sqrt{I(x; x)\, I(y; y)}`, free of the unit.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        kernel_x, kernel_y: Gram callables with positive values.
        where, weights, plan: as in ``cs_qmi``.

    Returns: scalar without unit; 1 for ``y = x`` with equal kernels, 0 when one side is
        constant. No theorem confines it to [0, 1].
    Gradients: exact; zero at a collapsed side, where the quotient has no slope.
    Cost: O(n^2 (dx + dy)), the two Gram matrices of ``cs_qmi``.
    Example:
        >>> x = jnp.linspace(-1.0, 1.0, 5)
        >>> round(float(normalized_cs_qmi(x, x)), 4)
        1.0
    References: Yu et al. (2024), the training code of the Cauchy-Schwarz bottleneck.
    """
    (cross, own_x, own_y), dtype = _informations(
        "normalized_cs_qmi",
        ("xy", "xx", "yy"),
        x,
        y,
        kernel_x,
        kernel_y,
        where,
        weights,
        plan,
    )
    # Rounding leaves a collapsed side a few epsilon, which is not information.
    floor = 64 * float(jnp.finfo(cross.dtype).eps)
    scale = numerics.sqrt(jnp.maximum(own_x, 0) * jnp.maximum(own_y, 0), floor**2)
    value = jnp.where(scale <= floor, 0, numerics.ratio(cross, scale))
    return value.astype(dtype)


def _informations(
    name: str,
    products: tuple[str, ...],
    x: ArrayLike,
    y: ArrayLike,
    kernel_x: Kernel,
    kernel_y: Kernel,
    where: ArrayLike | None,
    weights: ArrayLike | None,
    plan: PairPlan,
) -> tuple[list[Array], jnp.dtype]:
    """Quadratic information of each product of two sides, and the dtype to return.

    A product is written ``"xy"`` or, of a side with itself, ``"xx"``; all of them share
    the two Gram matrices.
    """
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, n)
    mass = checks.weights(name, weights, mask, x.dtype, "weights")
    side = (checks.column_mask(x, mask), checks.column_mask(y, mask))

    gram = {"x": kernel_x, "y": kernel_y}

    def grams(row: tuple, column: tuple) -> dict[str, Array]:
        sides = zip(gram, row, column, strict=True)
        return {name: gram[name](a, b) for name, a, b in sides}

    def reduce(rows: Rows) -> list[Mean]:
        factors = ([rows.values[name] for name in product] for product in wanted)
        return [rows.mean(math.prod(several)) for several in factors]

    pairs = gram_pairs(grams, side, plan, mask, mass)
    wanted = ["x", "y", *products]
    found = None
    if products == ("xy",):
        sides, terms = ((kernel_x, kernel_y), side, side), ((0,), (1,), (0, 1))
        found = FusedRows(*sides, terms, plan, mask, mass).log_means()
    if found is None:
        # A sample is near itself: no row is so far from all that its sum is lost.
        found = map(numerics.log, pairs.map_rows(reduce))
    log = dict(zip(wanted, found, strict=True))
    mean = {name: pairs.log_mean(row) for name, row in log.items()}

    def information(a: str, b: str) -> Array:
        cross = pairs.log_mean(log[a] + log[b])
        return mean[a + b] + mean[a] + mean[b] - 2 * cross

    return [information(a, b) for a, b in products], dtype
