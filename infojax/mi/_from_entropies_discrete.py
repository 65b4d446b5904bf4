"""Information of samples and labels from the entropies of all rows and of classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

from infojax import entropy
from infojax._base import checks, numerics
from infojax._base.plan import PairPlan
from infojax.mi._from_entropies import _whitened
from infojax.types import Array, ArrayLike

__all__ = ["from_entropies_discrete"]


def from_entropies_discrete(
    x: ArrayLike,
    labels: ArrayLike,
    *,
    classes: int,
    estimator: Callable[..., Array] = entropy.kozachenko_leonenko,
    whiten: bool = False,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Information :math:`H(X) - \sum_c \frac{n_c}{n} H(X | c)` of samples and labels.

    Args:
        x: samples, ``[n, d]`` or ``[n]``.
        labels: integers ``[n]`` in 0 .. classes - 1; others read as the nearest.
        classes: how many there are, static.
        estimator: ``(x [n, d], *, where) -> entropy``, such as ``entropy.kde`` or a
            lambda that fixes its options; it gets ``plan`` as well if that is given.
        whiten: estimate each entropy of samples of unit covariance, and add half the
            log-determinant of the covariance back.
        where: ``[n]`` Boolean; pairs marked False are as if absent.
        plan: how the estimator evaluates pairs; never changes the value.

    Returns: scalar in nats, either sign. Biases cancel in part only, as a class has
        fewer rows than the whole: ``mi.discrete_continuous`` has no such difference. A
        class too small for the estimator counts with what that then returns: 0 for
        nearest neighbours with at most k rows.
    Gradients: those of the estimator, through the whitening too.
    Cost: ``classes + 1`` estimates of n rows, one after the other.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (500,))
        >>> labels = jnp.arange(500) % 2
        >>> x = x + 6.0 * labels
        >>> round(float(from_entropies_discrete(x, labels, classes=2)), 1)  # log 2
        0.7
    References: Ross (2014), mutual information between discrete and continuous data
        sets, for what is lost; Butakov et al. (2024), arXiv 2305.08013, for its use.
    """
    name = "from_entropies_discrete"
    (x,), dtype = checks.samples(name, x=x)
    labels = checks.integers(name, "labels", labels)
    rows = checks.same_length(name, x=x, labels=labels)
    classes = checks.size(name, classes, "classes")
    mask = checks.row_mask(name, where, rows)
    x, labels = checks.column_mask(x, mask), jnp.clip(labels, 0, classes - 1)
    options: dict[str, Any] = {} if plan == PairPlan() else {"plan": plan}

    def of(keep: Array) -> Array:
        if not whiten:
            return estimator(x, where=keep, **options)
        white, log_volume = _whitened(x, keep, plan)
        return estimator(white, where=keep, **options) + log_volume

    def of_class(c: Array) -> tuple[Array, Array]:
        keep = mask & (labels == c)
        return of(keep), plan.total(jnp.sum(keep.astype(x.dtype)))

    found, counts = lax.map(of_class, jnp.arange(classes, dtype=labels.dtype))
    share = numerics.normalise(counts)
    within = numerics.total(share * found, counts > 0)
    return (of(mask) - within).astype(dtype)
