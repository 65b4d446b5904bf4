"""Donsker-Varadhan and Nguyen-Wainwright-Jordan: bounds from two samples of scores."""

from __future__ import annotations

from infojax._base import numerics
from infojax._base.pairs import Pairs
from infojax._base.rows import Rows
from infojax._base.scores import JointProduct, open_samples
from infojax.types import Array, ArrayLike

__all__ = ["donsker_varadhan", "nwj"]


def donsker_varadhan(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""Donsker-Varadhan bound, :math:`\overline{s_{ii}} - \log \overline{e^{s_{ij}}}`.

    Args:
        scores: ``[n, n]``, positives on the diagonal, or ``Pairs`` or ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats. On a batch it is biased upwards (the log is outside the
        mean) and its variance grows like exp(I) / n; 0 when fewer than two rows remain.
    Gradients: exact for this value; biased for the population bound.
    Cost: O(n^2).
    Example:
        >>> round(float(donsker_varadhan(2.0 * jnp.eye(3))), 4)
        2.0
    References: Donsker and Varadhan (1983); Belghazi et al. (2018), MINE.
    """
    two = open_samples("donsker_varadhan", scores, where)
    log_mean = two.log_mean_product(two.rows(Rows.logsumexp))
    return two.result(two.mean_joint(two.joint) - log_mean)


def nwj(
    scores: ArrayLike | Pairs | JointProduct, *, where: ArrayLike | None = None
) -> Array:
    r"""Nguyen-Wainwright-Jordan bound.

    :math:`\overline{s_{ii}} - e^{-1}\, \overline{e^{s_{ij}}}`, tight at
    :math:`s = 1 + \log p(x, y) / (p(x) p(y))`.

    Args:
        scores: ``[n, n]``, positives on the diagonal, or ``Pairs`` or ``JointProduct``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats; unbiased, with variance that grows like exp(I) / n. The
        exponential saturates for scores above 72 in float32, a hugely negative value; 0
        when fewer than two rows remain.
    Gradients: exact and unbiased.
    Cost: O(n^2).
    Example:
        >>> round(float(nwj(jnp.ones((3, 3)))), 4)
        0.0
    References: Nguyen, Wainwright and Jordan (2010); Poole et al. (2019), section 2.2.
    """
    two = open_samples("nwj", scores, where)
    log_mean = two.log_mean_product(two.rows(Rows.logsumexp))
    return two.result(two.mean_joint(two.joint) - numerics.exp(log_mean - 1))
