"""Matrix-based Renyi dependence of more than two variables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import mul

import jax.numpy as jnp

from infojax import kernels
from infojax._base import checks
from infojax._base.plan import PairPlan
from infojax.entropy._spectrum import entropies
from infojax.types import Array, ArrayLike, Kernel

__all__ = ["matrix_renyi_dual_total_correlation", "matrix_renyi_total_correlation"]


def matrix_renyi_total_correlation(
    variables: Sequence[ArrayLike],
    *,
    kernel: Kernel | Sequence[Kernel] = kernels.gaussian(1.0),
    alpha: float = 1.01,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Total correlation by matrix-based Renyi entropies of order alpha.

    :math:`\sum_k S_\alpha(K_k) - S_\alpha(K_1 \circ \dots \circ K_L)`.

    Args:
        variables: two or more samples of equal length, ``[n, d_k]`` or ``[n]`` each.
        kernel: a Gram callable for all variables, or a sequence of one for each.
        alpha: order, a static float >= 0.
        where, weights, plan: as in ``mi.matrix_renyi``.

    Returns: scalar in nats, with two variables ``mi.matrix_renyi``.
    Gradients: as for ``mi.matrix_renyi``.
    Cost: O(n^2 d) at order 2, in blocks or sharded with a plan; otherwise L + 1
        spectra, O(L n^3) time and L n^2 memory, which cannot be blocked.
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0])
        >>> round(float(matrix_renyi_total_correlation((x, x, x))), 4)
        1.4116
    References: Yu et al. (2021), measuring dependence with matrix-based entropy
        functional.
    """
    name = "mi.matrix_renyi_total_correlation"
    single, joint, dtype = _terms(
        name, variables, kernel, alpha, where, weights, plan, False
    )
    return (sum(single[1:], single[0]) - joint).astype(dtype)


def matrix_renyi_dual_total_correlation(
    variables: Sequence[ArrayLike],
    *,
    kernel: Kernel | Sequence[Kernel] = kernels.gaussian(1.0),
    alpha: float = 1.01,
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Dual total correlation by matrix-based Renyi entropies of order alpha.

    :math:`\sum_k S_\alpha(\circ_{l \ne k} K_l) - (L - 1)\, S_\alpha(K_1 \circ \dots
    \circ K_L)`.

    Args:
        variables: two or more samples of equal length, ``[n, d_k]`` or ``[n]`` each.
        kernel: a Gram callable for all variables, or a sequence of one for each.
        alpha: order, a static float >= 0.
        where, weights, plan: as in ``mi.matrix_renyi``.

    Returns: scalar in nats, with two variables ``mi.matrix_renyi``.
    Gradients: as for ``mi.matrix_renyi``.
    Cost: as ``mi.matrix_renyi_total_correlation``, with L^2 elementwise products.
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0])
        >>> round(float(matrix_renyi_dual_total_correlation((x, x))), 4)
        0.647
    References: Yu et al. (2021), measuring dependence with matrix-based entropy
        functional.
    """
    name = "mi.matrix_renyi_dual_total_correlation"
    others, joint, dtype = _terms(
        name, variables, kernel, alpha, where, weights, plan, True
    )
    total = sum(others[1:], others[0])
    return (total - (len(others) - 1) * joint).astype(dtype)


def _terms(
    name: str,
    variables: Sequence[ArrayLike],
    kernel: Kernel | Sequence[Kernel],
    alpha: float,
    where: ArrayLike | None,
    weights: ArrayLike | None,
    plan: PairPlan,
    leave_out: bool,
) -> tuple[list[Array], Array, jnp.dtype]:
    """Entropies of each variable or of all but each, of all, and the dtype."""
    order = checks.order(name, alpha)
    count = len(variables)
    if count < 2:
        raise checks.fail(
            ValueError, name, "variables", "two or more samples", f"{count}"
        )
    keys = [f"variables[{k}]" for k in range(count)]
    arrays, dtype = checks.samples(name, **dict(zip(keys, variables, strict=True)))
    n = checks.same_length(name, **dict(zip(keys, arrays, strict=True)))
    grams_of = list(kernel) if isinstance(kernel, Sequence) else [kernel] * count
    if len(grams_of) != count:
        expected = f"one callable or {count} of them"
        raise checks.fail(ValueError, name, "kernel", expected, f"{len(grams_of)}")
    mask = checks.row_mask(name, where, n)
    mass = checks.weights(name, weights, mask, arrays[0].dtype, "weights")
    side = tuple(checks.column_mask(x, mask) for x in arrays)

    def grams(row, column) -> dict[str, Array]:
        each = [f(a, b) for f, a, b in zip(grams_of, row, column, strict=True)]
        parts = (
            [reduce(mul, each[:k] + each[k + 1 :]) for k in range(count)]
            if leave_out
            else each
        )
        return {"all": reduce(mul, each)} | {f"{k}": g for k, g in enumerate(parts)}

    found = entropies(grams, side, mask, mass, order, plan)
    return [found[f"{k}"] for k in range(count)], found["all"], dtype
