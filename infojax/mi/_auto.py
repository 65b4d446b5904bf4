"""Mutual information of samples of any kind, by the estimator that suits them."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax import quantize, transforms
from infojax._base import checks, numerics
from infojax.mi import _auto_members as members
from infojax.types import Array, ArrayLike

__all__ = ["FAR", "AutoFit", "auto", "auto_fit"]

_METHODS = (
    "Student copula",
    "Student copula and neighbours",
    "mixed neighbours",
    "neighbours within labels",
    "table of counts",
)
_TIED = 0.02  # share of repeated values above which samples are not continuous
FAR = 100.0  # distance between labels beside normal scores, which stay below 10


class AutoFit(NamedTuple):
    """``value`` and ``stderr`` in nats, and what ``auto`` decided.

    ``method`` is an index, ``name`` says it in words. ``copula`` and ``nu`` are the
    information and the degrees of freedom of the Student copula, ``z`` how many
    standard errors more dependence neighbours see in the samples than in draws from
    it; zeros where no copula was fitted. ``tied`` is the share of rows that repeat a
    value, in the column with most of them.
    """

    value: Array
    stderr: Array
    method: Array
    copula: Array
    nu: Array
    z: Array
    tied: Array

    @property
    def name(self) -> str:
        """The estimator that was chosen, in words."""
        return _METHODS[int(self.method)]


def auto(x: ArrayLike, y: ArrayLike, *, where: ArrayLike | None = None) -> Array:
    r"""Mutual information by the estimator that suits the samples.

    Integers are labels, floating columns that repeat values are mixed, the others
    continuous. Two sides of labels: entropies of their counts (Grassberger). Labels and
    a continuous side: neighbours within classes (Ross). Anything mixed: neighbours with
    ties (Mesner and Shalizi). Both continuous: the Student copula C; if nearest
    neighbours disagree with it, what they see, less how far off they are for C:

    .. math:: \hat I_{kNN}(\text{samples}) - [\hat I_{kNN}(\text{draws from } C) - I_C],

    where :math:`\hat I_{kNN}` is ``extrapolated_ksg`` of normal scores, two draws are
    averaged, and the part of their noise that log ratios under C explain is removed. In
    two or three columns neighbours need no correction and get none. They disagree when
    ``ksg`` at k = 16 differs by more than 3.5 standard errors between samples and
    draws, beside the bias that the fit of C has.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``, of any dtype; a row of integers or Booleans
            is one label.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in nats; slightly negative values are normal near independence.
        Invariant under increasing maps of every floating column. Constant columns tell
        nothing. It falls short where neighbours do and no copula fits: dependence of no
        elliptical shape in more than about ten columns, or of more than log n nats. The
        draws are fixed, so that the same samples give the same value; exchanging x and
        y changes it, within the standard error. 0 for a single pair.
    Gradients: zero; a function of ranks and counts.
    Cost: that of ``student_copula`` and three times that of ``extrapolated_ksg``,
        O(n^2 d) in all; under ``jax.vmap`` the estimator for mixed data runs as well.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (200,))
        >>> round(float(auto(x, jnp.cos(2.0 * x))), 1)
        2.7
    References: Demarta and McNeil (2005); Kraskov, Stoegbauer and Grassberger (2004);
        Ross (2014); Mesner and Shalizi (2021); Grassberger (2003). The choice is ours.
    """
    return _fit("auto", x, y, where).value


def auto_fit(x: ArrayLike, y: ArrayLike, *, where: ArrayLike | None = None) -> AutoFit:
    """The value of ``auto`` with its standard error and what was decided.

    Args:
        x, y, where: as in ``auto``.

    Returns: ``AutoFit(value, stderr, method, copula, nu, z, tied)``. The standard error
        is the spread of one term a row over the root of the rows: it knows nothing of
        bias, and neighbours share rows.
    Gradients: zero; functions of ranks and counts.
    Cost: that of ``auto``.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (200,))
        >>> auto_fit(x, jnp.cos(2.0 * x)).name
        'Student copula and neighbours'
    References: those of ``auto``.
    """
    return _fit("auto_fit", x, y, where)


def _fit(name: str, x: ArrayLike, y: ArrayLike, where: ArrayLike | None) -> AutoFit:
    (x, y), dtype = _sides(name, x=x, y=y)
    rows = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, rows)
    sides = (lax.stop_gradient(checks.column_mask(side, mask)) for side in (x, y))
    x, y = map(numerics.settled, sides)
    work = checks.working_dtype(dtype)
    scores = functools.partial(transforms.normal_scores, where=mask)
    x_is_label, y_is_label = (jnp.issubdtype(s.dtype, jnp.integer) for s in (x, y))
    shares = [_tied(s, mask) for s in (x, y) if jnp.issubdtype(s.dtype, jnp.floating)]
    tied = jnp.max(jnp.stack([jnp.zeros((), work), *shares]))
    repeats = tied > _TIED
    if x_is_label and y_is_label:
        method, found = 4, members.tables(x, y, mask, work)
    elif rows == 1:
        # Nothing to compare with; a NaN stays one.
        method, found = 0, members.plain(0 * jnp.sum(x + 0 * y), tied)
    elif x_is_label or y_is_label:
        side, codes = (y, x) if x_is_label else (x, y)
        codes = quantize.row_labels(codes, where=mask)
        apart = FAR * codes[:, None].astype(work)
        found = lax.cond(
            repeats,
            lambda: members.mixed(scores(side), apart, mask),
            lambda: members.labelled(scores(side), codes, mask),
        )
        method = jnp.where(repeats, 2, 3)
    else:
        found = lax.cond(
            repeats,
            lambda: members.mixed(scores(x), scores(y), mask),
            lambda: members.continuous(x, y, mask),
        )
        method = jnp.where(repeats, 2, found.rejected.astype(int))

    telling = ~(_constant(x, mask) | _constant(y, mask))

    def told(number: Array) -> Array:
        return jnp.where(telling, number, 0).astype(dtype)

    return AutoFit(
        value=told(found.value),
        stderr=told(found.stderr),
        method=jnp.asarray(method, jnp.int32),
        copula=told(found.copula),
        nu=told(found.nu),
        z=told(found.z),
        tied=told(tied),
    )


def _sides(name: str, **arrays: ArrayLike) -> tuple[list[Array], jnp.dtype]:
    """Floating samples ``[n, d]`` and integer ones ``[n]`` or ``[n, d]``."""
    sides = {}
    for key, side in arrays.items():
        array = side if isinstance(side, jax.Array) else np.asarray(side)
        sides[key] = array.astype(np.int32) if array.dtype == bool else array
    integer = [k for k, s in sides.items() if jnp.issubdtype(s.dtype, jnp.integer)]
    floating = {k: s for k, s in sides.items() if k not in integer}
    dtype = jnp.dtype(jnp.result_type(float))
    if floating:
        blocks, dtype = checks.samples(name, **floating)
        sides |= dict(zip(floating, blocks, strict=True))
    for key in integer:
        rank = 1 if sides[key].ndim == 1 else 2
        sides[key] = checks.integers(name, key, sides[key], ndim=rank)
    return list(sides.values()), dtype


def _constant(x: Array, mask: Array) -> Array:
    """All rows that exist are equal, as those of a single one."""
    first = x[jnp.argmax(mask)]
    same = jnp.equal(x, first).reshape(len(x), -1).all(axis=1)
    return jnp.all(same | ~mask)


def _tied(x: Array, mask: Array) -> Array:
    """Largest share of rows that repeat a value of a column which is not constant."""
    n = jnp.sum(mask)
    ordered = jnp.sort(jnp.where(mask[:, None], x, jnp.inf), axis=0)
    present = (jnp.arange(len(x)) < n)[:, None]
    again = (ordered[1:] == ordered[:-1]) & present[1:]
    edge = jnp.zeros_like(again[:1])
    repeats = jnp.concatenate([edge, again]) | jnp.concatenate([again, edge])
    rows = jnp.sum(mask.astype(x.dtype))
    share = numerics.ratio(jnp.sum(repeats.astype(x.dtype), axis=0), rows)
    constant = jnp.sum(again, axis=0) + 1 >= n
    return jnp.max(jnp.where(constant, 0, share))
