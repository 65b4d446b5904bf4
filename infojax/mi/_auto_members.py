"""What `mi.auto` chooses from: a value for each kind of data, with its terms by row.

The value of most members is the mean of one term a row, whose spread over the root of
the rows is the standard error.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import digamma, ndtr
from scipy import special

from infojax import closed_form, entropy, transforms
from infojax._base import numerics
from infojax._base.plan import PairPlan
from infojax.mi._conditional_neighbours import tied_terms
from infojax.mi._discrete import symbol_counts
from infojax.mi._discrete_continuous import class_terms
from infojax.mi._extrapolated_ksg import NEIGHBOURS, extrapolation
from infojax.mi._joint_rows import normal_bias
from infojax.mi._neighbour_rows import NeighbourRows
from infojax.mi._student_copula import student_value
from infojax.mi._student_fit import NUS, CopulaFit, fit_copula, log_ratio, lower
from infojax.types import Array

__all__ = ["FEW", "Member", "continuous", "labelled", "mixed", "plain", "tables"]

_REJECT = 3.5  # standard errors between the samples and draws from the copula
_DRAWS = 2
FEW = 3  # columns in which the neighbours' bias is less than draws would show
_STEPS = 1024  # scales of a Student law to draw from
_K = 5  # neighbours of mixed data, as in Gao et al. (2017)


class Member(NamedTuple):
    """A value, its standard error, and how it came about.

    ``z`` is how many standard errors the neighbours see more dependence in the samples
    than in a draw from the fitted copula; ``rejected`` whether they overruled it.
    """

    value: Array
    stderr: Array
    copula: Array
    nu: Array
    z: Array
    rejected: Array


def continuous(x: Array, y: Array, mask: Array) -> Member:
    """The Student copula, unless the neighbours of the samples contradict it.

    Then it is what they see in the samples, less how far off they are for draws from
    the copula, whose information is known: their bias cancels as far as both share it.
    In few columns they are left as they are.
    """
    z, dx = jnp.concatenate([x, y], axis=1), x.shape[1]
    d = z.shape[1]
    n = jnp.sum(mask.astype(x.dtype))
    fit = fit_copula("auto", z, mask)
    value = student_value(fit.correlation, fit.nu, n, dx)
    possible = (n > d) & (value != jnp.inf)
    value = jnp.where(possible, value, 0)
    draws = [_draw(fit, mask, seed) for seed in range(_DRAWS)]
    every = jnp.stack([fit.scores, *draws])
    informed = closed_form.student_mi(fit.correlation, fit.tried, dx=dx)

    def neighbours(z: Array) -> tuple[list[_Estimate], Array]:
        known = log_ratio(z, fit, dx)
        return _neighbours(z, known, informed, dx, mask), _spread(known, mask)

    (seen, adjusted, steady), spreads = lax.map(neighbours, every)
    gap, error = _against_draws(*steady)
    # Counts among k neighbours vary by 1 / k at least, which few rows may not show.
    most = jnp.clip(n / 4, 1, NEIGHBOURS[-1])
    error = jnp.maximum(error, numerics.sqrt(numerics.ratio(1 / most, n)))
    standard = jnp.where(possible, numerics.ratio(gap, error), 0)
    # The fit, and so the draws, inform too much: that far off is no contradiction.
    allowed = numerics.ratio(normal_bias(n, dx, d), error)
    rejected = jnp.abs(standard) > _REJECT + allowed
    alone = tuple(column[0] for column in seen)
    corrected = alone
    if d > FEW:
        pairs = zip(alone, adjusted, strict=True)
        gap, error = _against_draws(*(column.at[0].set(a) for a, column in pairs))
        corrected = gap + informed, error
    # Near independence the value is a chi-square over 2 n.
    least = numerics.ratio(jnp.full_like(n, math.sqrt(dx * (d - dx) / 2)), n)
    spread = jnp.maximum(spreads[0], least)

    def choose(own: Array, corrected: Array, copula: Array) -> Array:
        return jnp.where(possible, jnp.where(rejected, corrected, copula), own)

    options = zip(alone, corrected, (value, spread), strict=True)
    chosen, stderr = (choose(*option) for option in options)
    return Member(
        chosen,
        stderr,
        value,
        jnp.where(possible, fit.nu, 0),
        standard,
        rejected | ~possible,
    )


_Estimate = tuple[Array, Array]  # value and standard error


def _neighbours(
    z: Array, known: Array, informed: Array, dx: int, mask: Array
) -> list[_Estimate]:
    """What neighbours see in normal scores.

    The extrapolated estimate; the same, and the steadiest estimate, less the part of
    their noise that they share with ``known``, the log ratios under the fitted law,
    whose mean over that law is ``informed``.
    """
    off = numerics.mean(known, mask) - informed
    off = jnp.where(jnp.isfinite(off), off, 0)  # a singular law has no mean
    known = jnp.where(mask, known - numerics.mean(known, mask), 0)
    z = transforms.normal_scores(z, where=mask)
    ks = tuple(k for k in NEIGHBOURS if k < len(z))
    rows = NeighbourRows.of((z[:, :dx], z[:, dx:]), mask, 1, PairPlan(), z.dtype)
    found = extrapolation(rows, ks)

    def estimate(weights: Array, shared: float) -> _Estimate:
        terms = found.terms @ weights
        slope = numerics.ratio(jnp.sum(known * terms), jnp.sum(known**2))
        slope = shared * jnp.clip(slope, 0, 1)
        value = rows.enough(rows.mean(terms)) - slope * off
        return value, _spread(terms - slope * known, mask)

    return [
        estimate(found.line, 0.0),
        estimate(found.line, 1.0),
        estimate(found.largest, 1.0),
    ]


def _against_draws(values: Array, errors: Array) -> _Estimate:
    """First less the mean of the others, all independent."""
    error = numerics.sqrt(errors[0] ** 2 + jnp.mean(errors[1:] ** 2) / _DRAWS)
    return values[0] - jnp.mean(values[1:]), error


def _draw(fit: CopulaFit, mask: Array, seed: int) -> Array:
    """Rows of the Student law, the i-th row that exists from the i-th key.

    Constant columns stay constant. A fixed draw, as the nodes of a quadrature are
    fixed: the same samples give the same estimate.
    """
    d, dtype, nu = len(fit.correlation), fit.correlation.dtype, fit.tried
    root = lower(fit.correlation)
    laws = jnp.argmin(jnp.abs(jnp.array(NUS, dtype) - nu))
    scales = jnp.where(jnp.isinf(nu), 1, jnp.array(_scales(), dtype)[laws])

    def row(index: Array) -> Array:
        key = jax.random.fold_in(jax.random.key(seed, impl="threefry2x32"), index)
        normal = jax.random.normal(key, (d + 1,), jnp.float32).astype(dtype)
        place = (len(scales) * ndtr(normal[d])).astype(jnp.int32)
        return root @ normal[:d] / scales[jnp.clip(place, 0, len(scales) - 1)]

    index = jnp.cumsum(mask) - 1
    drawn = jax.vmap(row)(jnp.maximum(index, 0))
    return jnp.where(mask[:, None] & jnp.any(fit.scores != 0, axis=0), drawn, 0)


@functools.lru_cache
def _scales() -> np.ndarray:
    """Roots of chi-squares over their degrees of freedom, at even probabilities."""
    shape = np.array(NUS)[:, None] / 2
    middle = (np.arange(_STEPS) + 0.5) / _STEPS
    return np.sqrt(special.gammaincinv(shape, middle) / shape)


def mixed(x: Array, y: Array, mask: Array) -> Member:
    """Neighbours of data with repeated values.

    The terms of ``conditional_mixed`` where nothing is conditioned on.
    """
    rows = NeighbourRows.of((x, y), mask, min(_K, len(x) - 1), PairPlan(), x.dtype)
    terms = tied_terms(rows, ((x, -1), (y, -1)))
    terms = terms + digamma(jnp.maximum(rows.n - 1, 1))
    return plain(rows.enough(rows.mean(terms)), _spread(terms, mask))


def labelled(x: Array, labels: Array, mask: Array) -> Member:
    """Neighbours within the classes of integer labels."""
    terms, kept = class_terms(x, labels, min(_K, len(x) - 1), mask, PairPlan())
    return plain(numerics.mean(terms, kept), _spread(terms, kept))


def tables(x: Array, y: Array, mask: Array, dtype: jnp.dtype) -> Member:
    """Counts of labels, the entropies corrected as by Grassberger (2003)."""
    mass = mask.astype(dtype)
    found = symbol_counts(x, y, mask, mass)
    hx, hy, hxy = (entropy.grassberger(counts) for _, counts in found)
    log_x, log_y, log_xy = (numerics.log(counts[rows]) for rows, counts in found)
    terms = jnp.where(mask, log_xy - log_x - log_y, 0)
    return plain(hx + hy - hxy, _spread(terms, mask))


def plain(value: Array, stderr: Array) -> Member:
    """A value that no copula has to do with."""
    zero = jnp.zeros_like(value)
    return Member(value, stderr, zero, zero, zero, zero.astype(bool))


def _spread(terms: Array, mask: Array) -> Array:
    """Standard deviation of the terms over the root of their number."""
    n = jnp.sum(mask.astype(terms.dtype))
    gap = jnp.where(mask, terms - numerics.mean(terms, mask), 0)
    return numerics.sqrt(numerics.ratio(jnp.sum(gap**2), n * (n - 1)))
