"""Bounds whose critic is trained to tell joint from product: a logistic loss."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.pairs import Pairs
from infojax._base.rows import LogSum, Rows, Sum
from infojax._base.scores import (
    JointProduct,
    TwoSamples,
    open_samples,
    scalar,
    with_gradient_of,
)
from infojax.types import Array, ArrayLike

__all__ = [
    "jensen_shannon",
    "jensen_shannon_objective",
    "log_and_softplus_sums",
    "log_ratio_bound",
    "logistic_objective",
    "smile",
    "softplus_sum",
]


def jensen_shannon(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""NWJ's value at a log ratio, with the gradient of the Jensen-Shannon objective.

    :math:`1 + \overline{s_{ii}} - \overline{e^{s_{ij}}}`, tight at the optimum
    :math:`s = \log p(x, y) / (p(x) p(y))` of ``jensen_shannon_objective``. Public code
    that leaves out the shift by one reports 1 / e less there.

    Args:
        scores: ``[n, n]``, positives on the diagonal, or ``Pairs`` or ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, with the variance of ``nwj``; it saturates for scores above
        72 in float32. 0 when fewer than two rows remain.
    Gradients: those of ``jensen_shannon_objective``, bounded and unbiased; not of this
        value.
    Cost: O(n^2).
    Example:
        >>> round(float(jensen_shannon(jnp.zeros((3, 3)))), 4)
        0.0
    References: Hjelm et al. (2019), Deep InfoMax; Poole et al. (2019), section 2.
    """
    two = open_samples("jensen_shannon", scores, where)
    logs, penalties = two.rows(log_and_softplus_sums)
    report = log_ratio_bound(two, two.log_mean_product(logs))
    return two.result(with_gradient_of(report, logistic_objective(two, penalties)))


def jensen_shannon_objective(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""What ``jensen_shannon`` and ``smile`` train on.

    :math:`-\overline{\log(1 + e^{-s_{ii}})} - \overline{\log(1 + e^{s_{ij}})}`: the
    log-likelihood of a logistic classifier of joint and product.

    Args:
        scores: ``[n, n]``, positives on the diagonal, or ``Pairs`` or ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar, <= 0; at best twice the Jensen-Shannon divergence of joint and
        product less 2 log 2, no information in nats. 0 when fewer than two rows remain.
    Gradients: exact, bounded and unbiased.
    Cost: O(n^2).
    Example:
        >>> round(float(jensen_shannon_objective(jnp.zeros((3, 3)))), 4)  # -2 log 2
        -1.3863
    References: Nowozin, Cseke and Tomioka (2016), f-GAN; Hjelm et al. (2019).
    """
    two = open_samples("jensen_shannon_objective", scores, where)
    return two.result(logistic_objective(two, two.rows(softplus_sum)))


def smile(
    scores: ArrayLike | Pairs | JointProduct,
    *,
    clip: ArrayLike = 5.0,
    where: ArrayLike | None = None,
) -> Array:
    r"""SMILE: Donsker-Varadhan with a clipped partition function.

    :math:`\overline{s_{ii}} - \log \overline{e^{\min(\max(s_{ij}, -c), c)}}` for a
    critic trained on ``jensen_shannon_objective``. The positives are not clipped.

    Args:
        scores: ``[n, n]``, positives on the diagonal, or ``Pairs`` or ``JointProduct``.
        clip: c > 0; less means less variance and more bias. Infinity gives the value of
            ``donsker_varadhan``. May be traced.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, no bound on either side: it exceeds the information where
        the clip hides large scores of negatives. 0 when fewer than two rows remain.
    Gradients: those of ``jensen_shannon_objective``; zero in ``clip``.
    Cost: O(n^2).
    Example:
        >>> round(float(smile(10.0 * jnp.eye(3), clip=1.0)), 4)
        10.0
    References: Song and Ermon (2020), limitations of variational mutual information
        estimators.
    """
    name = "smile"
    two = open_samples(name, scores, where)
    limit = scalar(name, "clip", clip, two.joint.dtype)

    def reduce(rows: Rows, s: Array, keep: Array) -> tuple[LogSum, Sum]:
        clipped = rows.logsumexp(jnp.clip(s, -limit, limit), keep)
        return clipped, softplus_sum(rows, s, keep)

    logs, penalties = two.rows(reduce)
    report = two.mean_joint(two.joint) - two.log_mean_product(logs)
    return two.result(with_gradient_of(report, logistic_objective(two, penalties)))


def log_and_softplus_sums(rows: Rows, scores: Array, keep: Array) -> tuple[LogSum, Sum]:
    """What bounds that report a ratio and train a classifier need of each row."""
    return rows.logsumexp(scores, keep), softplus_sum(rows, scores, keep)


def softplus_sum(rows: Rows, scores: Array, keep: Array) -> Sum:
    """Sum of ``log(1 + exp(score))`` over each row."""
    return rows.total(jax.nn.softplus(jnp.where(keep, scores, 0)), keep)


def logistic_objective(
    two: TwoSamples, penalties: Array, weight: ArrayLike = 1.0
) -> Array:
    """Log-likelihood of a classifier that sees ``weight`` negatives for a positive."""
    positive = two.mean_joint(jax.nn.softplus(-two.joint))
    return -positive - weight * two.mean_product(penalties)


def log_ratio_bound(two: TwoSamples, log_mean: Array, shift: ArrayLike = 0.0) -> Array:
    """NWJ where score + shift is the log ratio, tight without a further one."""
    return 1 + two.mean_joint(two.joint) + shift - numerics.exp(log_mean + shift)
