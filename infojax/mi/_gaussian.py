"""Mutual information of normal laws, and of samples with a Gaussian copula."""

from __future__ import annotations

from collections.abc import Callable

from infojax import closed_form, transforms
from infojax._base import linalg
from infojax.mi._joint_rows import JointRows, joint_rows, normal_bias
from infojax.types import Array, ArrayLike

__all__ = ["gaussian", "gaussian_copula"]


def gaussian(
    x: ArrayLike,
    y: ArrayLike,
    *,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""Mutual information under a joint normal model.

    :math:`\frac12 (\log|S_x| + \log|S_y| - \log|S|)` with S the sample covariance.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``; n > dx + dy.
        bias_correction: subtract the exact bias of the three log-determinants, so that
            the estimate is unbiased for normal data.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in nats; slightly negative values are normal near independence. It
        sees linear dependence only. +inf when the joint covariance is singular;
        constant columns tell nothing; 0 when at most dx + dy pairs remain.
    Gradients: exact; zero where the covariance is singular.
    Cost: O(n d^2 + d^3).
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 2.0])
        >>> y = jnp.array([-1.0, 1.0, 0.0, 2.0])
        >>> round(float(gaussian(x, y, bias_correction=False)), 4)
        0.5108
    References: Misra, Singh and Demchuk (2005); Ince et al. (2017).
    """
    return _gaussian(joint_rows("mi.gaussian", x, y, where), bias_correction)


def gaussian_copula(
    x: ArrayLike,
    y: ArrayLike,
    *,
    scores: Callable[..., Array] = transforms.normal_scores,
    bias_correction: bool = True,
    where: ArrayLike | None = None,
) -> Array:
    r"""Mutual information under a Gaussian copula: ``gaussian`` of normal scores.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``; n > dx + dy.
        scores: ``(x, *, where) -> scores``, column by column;
            ``transforms.soft_normal_scores(t)`` makes the estimate trainable.
        bias_correction: as in ``gaussian``.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar in nats, invariant under increasing maps of every column. For scalar
        x and y a lower bound in the limit; blind to tail and sign-free dependence.
        Tied values get average ranks, which biases discrete columns.
    Gradients: zero with hard ranks, exact with soft ones.
    Cost: O(n log n) a column, then O(n d^2 + d^3).
    Example:
        >>> x = jnp.array([-1.0, 0.0, 1.0, 2.0])
        >>> y = jnp.exp(jnp.array([-1.0, 1.0, 0.0, 2.0]))
        >>> round(float(gaussian_copula(x, y, bias_correction=False)), 4)
        0.5942
    References: Ince et al. (2017), a statistical framework for neuroimaging data
        analysis based on mutual information estimated via a Gaussian copula.
    """
    name = "gaussian_copula"
    joint = joint_rows(name, x, y, where)
    joint = joint._replace(rows=scores(joint.rows, where=joint.mask))
    return _gaussian(joint, bias_correction)


def _gaussian(joint: JointRows, bias_correction: bool) -> Array:
    matrix, _, n = linalg.correlation(joint.rows, joint.mask)
    value = closed_form.gaussian_mi(matrix, dx=joint.dx)
    if bias_correction:
        value = value - normal_bias(n, joint.dx, joint.d)
    return joint.enough(value)
