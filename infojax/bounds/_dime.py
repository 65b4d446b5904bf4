"""f-DIME: the mean log ratio of a critic trained on an f-divergence."""

from __future__ import annotations

from collections.abc import Callable

from infojax._base import numerics
from infojax._base.pairs import Pairs
from infojax._base.rows import Rows
from infojax._base.scores import (
    JointProduct,
    TwoSamples,
    open_samples,
    with_gradient_of,
)
from infojax.bounds._logistic import (
    log_ratio_bound,
    logistic_objective,
    softplus_sum,
)
from infojax.types import Array, ArrayLike

__all__ = [
    "gan_dime",
    "gan_dime_objective",
    "hellinger_dime",
    "hellinger_dime_objective",
    "kl_dime",
    "kl_dime_objective",
    "reverse_kl_dime",
    "reverse_kl_dime_objective",
]


def kl_dime(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""Mean log ratio of a critic trained on the KL divergence.

    Args:
        scores: log ratios, ``[n, n]`` with positives on the diagonal, ``Pairs`` or
            ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, :math:`\overline{s_{ii}}`. No mean of exponentials enters
        it, so the variance is low; what the critic gets wrong is not seen either, and
        it bounds nothing. 0 when fewer than two rows remain.
    Gradients: those of ``kl_dime_objective``; not of this value.
    Cost: O(n^2).
    Example:
        >>> round(float(kl_dime(2.0 * jnp.eye(3))), 4)
        2.0
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025.
    """
    return _estimate("kl_dime", _kl, scores, where)


def kl_dime_objective(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""What ``kl_dime`` trains on.

    :math:`1 + \overline{s_{ii}} - \overline{e^{s_{ij}}}`, at best the
    information itself: ``nwj`` of scores raised by one.

    Args:
        scores: log ratios, ``[n, n]`` with positives on the diagonal, ``Pairs`` or
            ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, a lower bound with the variance of ``nwj``, which saturates
        as that does; 0 when fewer than two rows remain.
    Gradients: exact and unbiased.
    Cost: O(n^2).
    Example:
        >>> round(float(kl_dime_objective(jnp.zeros((3, 3)))), 4)
        0.0
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025.
    """
    two = open_samples("kl_dime_objective", scores, where)
    return two.result(_kl(two))


def gan_dime(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""Mean log ratio of a critic trained as a logistic classifier.

    Args:
        scores: log ratios, ``[n, n]`` with positives on the diagonal, ``Pairs`` or
            ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, :math:`\overline{s_{ii}}`. No mean of exponentials enters
        it, so the variance is low; what the critic gets wrong is not seen either, and
        it bounds nothing. 0 when fewer than two rows remain.
    Gradients: those of ``gan_dime_objective``, bounded; not of this value.
    Cost: O(n^2).
    Example:
        >>> round(float(gan_dime(2.0 * jnp.eye(3))), 4)
        2.0
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025.
    """
    return _estimate("gan_dime", _gan, scores, where)


def gan_dime_objective(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""What ``gan_dime`` trains on.

    :math:`-\overline{\log(1 + e^{-s_{ii}})} - \overline{\log(1 + e^{s_{ij}})}`, that of
    ``jensen_shannon_objective``.

    Args:
        scores: log ratios, ``[n, n]`` with positives on the diagonal, ``Pairs`` or
            ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar, <= 0; 0 when fewer than two rows remain.
    Gradients: exact, bounded and unbiased.
    Cost: O(n^2).
    Example:
        >>> round(float(gan_dime_objective(jnp.zeros((3, 3)))), 4)  # -2 log 2
        -1.3863
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025.
    """
    two = open_samples("gan_dime_objective", scores, where)
    return two.result(_gan(two))


def hellinger_dime(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""Mean log ratio of a critic trained on the squared Hellinger distance.

    Args:
        scores: log ratios, ``[n, n]`` with positives on the diagonal, ``Pairs`` or
            ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, :math:`\overline{s_{ii}}`. No mean of exponentials enters
        it, so the variance is low; what the critic gets wrong is not seen either, and
        it bounds nothing. 0 when fewer than two rows remain.
    Gradients: those of ``hellinger_dime_objective``; not of this value.
    Cost: O(n^2).
    Example:
        >>> round(float(hellinger_dime(2.0 * jnp.eye(3))), 4)
        2.0
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025.
    """
    return _estimate("hellinger_dime", _hellinger, scores, where)


def hellinger_dime_objective(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""What ``hellinger_dime`` trains on.

    :math:`2 - \overline{e^{-s_{ii} / 2}} - \overline{e^{s_{ij} / 2}}`, at best the
    squared Hellinger distance of joint and product.

    Args:
        scores: log ratios, ``[n, n]`` with positives on the diagonal, ``Pairs`` or
            ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar, at most 2, no information in nats. It saturates for scores beyond
        144 in float32; 0 when fewer than two rows remain.
    Gradients: exact and unbiased.
    Cost: O(n^2).
    Example:
        >>> round(float(hellinger_dime_objective(jnp.zeros((3, 3)))), 4)
        0.0
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025.
    """
    two = open_samples("hellinger_dime_objective", scores, where)
    return two.result(_hellinger(two))


def reverse_kl_dime(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""Mean log ratio of a critic trained on the reverse KL divergence.

    Args:
        scores: log ratios, ``[n, n]`` with positives on the diagonal, ``Pairs`` or
            ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, :math:`\overline{s_{ii}}`. No mean of exponentials enters
        it, so the variance is low; what the critic gets wrong is not seen either, and
        it bounds nothing. 0 when fewer than two rows remain.
    Gradients: those of ``reverse_kl_dime_objective``; not of this value.
    Cost: O(n^2).
    Example:
        >>> round(float(reverse_kl_dime(2.0 * jnp.eye(3))), 4)
        2.0
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025.
    """
    return _estimate("reverse_kl_dime", _reverse_kl, scores, where)


def reverse_kl_dime_objective(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""What ``reverse_kl_dime`` trains on.

    :math:`-\overline{e^{-s_{ii}}} - \overline{s_{ij}}`, at best the
    divergence of the product from the joint (lautum information) less one.

    Args:
        scores: log ratios, ``[n, n]`` with positives on the diagonal, ``Pairs`` or
            ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar; it saturates for scores of positives below -72 in float32. 0 when
        fewer than two rows remain.
    Gradients: exact and unbiased.
    Cost: O(n^2).
    Example:
        >>> round(float(reverse_kl_dime_objective(jnp.zeros((3, 3)))), 4)
        -1.0
    References: Letizia, Novello and Tonello (2024), MI estimation via f-divergence and
        data derangements, arXiv 2305.20025.
    """
    two = open_samples("reverse_kl_dime_objective", scores, where)
    return two.result(_reverse_kl(two))


def _estimate(
    name: str,
    objective: Callable[[TwoSamples], Array],
    scores: ArrayLike | Pairs | JointProduct,
    where: ArrayLike | None,
) -> Array:
    """Mean score of the positives, with the gradient of an objective."""
    two = open_samples(name, scores, where)
    trained = objective(two)
    value = numerics.unless_nan(two.mean_joint(two.joint), trained)
    return two.result(with_gradient_of(value, trained))


def _kl(two: TwoSamples) -> Array:
    return log_ratio_bound(two, two.log_mean_product(two.rows(Rows.logsumexp)))


def _gan(two: TwoSamples) -> Array:
    return logistic_objective(two, two.rows(softplus_sum))


def _hellinger(two: TwoSamples) -> Array:
    logs = two.rows(lambda rows, s, keep: rows.logsumexp(s / 2, keep))
    product = numerics.exp(two.log_mean_product(logs))
    return 2 - two.mean_joint(numerics.exp(-two.joint / 2)) - product


def _reverse_kl(two: TwoSamples) -> Array:
    sums = two.rows(Rows.total)
    return -two.mean_joint(numerics.exp(-two.joint)) - two.mean_product(sums)
