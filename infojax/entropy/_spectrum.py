"""Entropies of Gram matrices: one spectral routine for all who need one.

A Gram matrix, scaled to trace 1, has nonnegative eigenvalues that sum to 1. Their
entropy of order alpha is the matrix-based Renyi entropy and the log of a Vendi score.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.linalg import eigh_tridiagonal

from infojax._base import numerics
from infojax._base.pairs import Pairs, gram_pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Mean, Rows
from infojax.types import Array

__all__ = ["entropies", "matrix_entropy", "rounding", "spectral_entropy"]

_LARGE = 512  # below it a second program is not worth compiling


def spectral_entropy(eigenvalues: Array, order: float, count: Array) -> Array:
    """Entropy of eigenvalues that sum to 1; 0 when there are none above 0.

    Those below a few ``eps`` times the largest are rounding: they add nothing and
    receive zero gradient, also where the slope of small ones is infinite (order <= 1).
    The others are not scaled up for it: in single precision that costs digits. Order 0,
    which counts them, asks for ``count * eps``, as ranks usually do.
    """
    top = jax.lax.stop_gradient(jnp.max(eigenvalues))
    noise = rounding(top)
    if order == 0:
        noise = jnp.maximum(noise, count.astype(top.dtype) * noise / 4)
    keep = (eigenvalues > noise) & (eigenvalues > 0)
    p = jnp.where(keep, eigenvalues, 0)
    log = numerics.log(p)
    if order == 0:
        value = jnp.log(jnp.maximum(jnp.sum(keep), 1).astype(p.dtype))
    elif order == 1:
        value = -jnp.sum(numerics.xlogx(p))
    elif math.isinf(order):
        value = -jnp.max(jnp.where(keep, log, -jnp.inf))
    elif abs(order - 1) < 0.25:
        # The sum of powers minus the sum of p, 1, is known without cancellation.
        gap = numerics.total(p * jnp.expm1((order - 1) * log), keep)
        value = jnp.log1p(gap) / (1 - order)
    else:
        value = numerics.logsumexp(order * log, keep) / (1 - order)
    return jnp.where(jnp.any(keep), value, 0)


def rounding(top: Array) -> Array:
    """What eigenvalues that are 0 may be computed as, given the largest one.

    It hardly grows with their number: a bound that did would cut off a tail that still
    counts, since thousands of small eigenvalues add up.
    """
    return 4 * jnp.finfo(top.dtype).eps * top


def matrix_entropy(gram: Array, mass: Array, order: float) -> Array:
    """Entropy of one Gram matrix ``[n, n]`` whose items have the given mass.

    The eigenvalues are those of ``sqrt(mass_i mass_j) gram_ij`` at trace 1, so that
    mass 0 deletes an item and integer mass repeats it.
    """
    root = numerics.sqrt(mass)
    both = (mass != 0)[:, None] & (mass != 0)[None]
    weighted = jnp.where(both, gram, 0) * root[:, None] * root[None]
    scaled = numerics.ratio(weighted, jnp.trace(weighted))
    if order == 2:
        return _collision(jnp.sum(scaled**2))
    # A failed decomposition is all NaN, and no comparison keeps it.
    eigenvalues = _eigenvalues(scaled)
    value = spectral_entropy(eigenvalues, order, jnp.sum(mass > 0))
    return numerics.unless_nan(value, eigenvalues, scaled)


def _eigenvalues(matrix: Array) -> Array:
    """Eigenvalues of a symmetric matrix."""
    large = len(matrix) >= _LARGE
    return _spectrum(matrix) if large else jnp.linalg.eigvalsh(matrix)


@jax.custom_jvp
def _spectrum(matrix: Array) -> Array:
    """Eigenvalues without eigenvectors, which on a CPU ``eigvalsh`` finds as well."""
    return lax.platform_dependent(
        matrix, cpu=_by_bisection, default=jnp.linalg.eigvalsh
    )


@_spectrum.defjvp
def _spectrum_jvp(primals: tuple[Array], tangents: tuple[Array]):
    values, vectors = jnp.linalg.eigh(*primals)
    image = jnp.matmul(tangents[0], vectors, precision="highest")
    return values, jnp.sum(vectors * image, axis=0)


def _by_bisection(matrix: Array) -> Array:
    _, diagonal, beside, _ = lax.linalg.tridiagonal(matrix, lower=True)
    return eigh_tridiagonal(diagonal, beside, eigvals_only=True)


def entropies(
    grams: Callable[[Any, Any], dict[str, Array]],
    side: Any,
    mask: Array,
    mass: Array,
    order: float,
    plan: PairPlan,
) -> dict[str, Array]:
    """Entropy of each of several Gram matrices of the same items, by name.

    Order 2 is a mean of squares, in blocks and across devices as the plan says. Any
    other order takes the whole spectrum, on every device.
    """
    if order == 2:
        pairs = gram_pairs(grams, side, plan, mask, mass)
        return _order_two(pairs)
    side, mass = plan.gather((side, mass))
    values = {
        name: matrix_entropy(gram, mass, order)
        for name, gram in grams(side, side).items()
    }
    # Devices agree; their mean says so to the compiler and shares the gradient out.
    return plan.replicated(values)


def _order_two(pairs: Pairs) -> dict[str, Array]:
    trace = {name: pairs.mean(value) for name, value in pairs.diagonal().items()}

    def squares(rows: Rows) -> dict[str, Mean]:
        return {
            name: rows.mean(numerics.ratio(value, trace[name]) ** 2)
            for name, value in rows.values.items()
        }

    rows = pairs.map_rows(squares)
    return {name: _collision(pairs.mean(row)) for name, row in rows.items()}


def _collision(purity: Array) -> Array:
    """Order 2 from the sum of squared eigenvalues; 0 when nothing is left."""
    return jnp.where(purity == 0, 0, -numerics.log(purity))
