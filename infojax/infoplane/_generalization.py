"""Quantities that rank networks by how well they will generalise.

What a layer keeps of its inputs beyond the labels is
``mi.conditional_encoder_contrastive`` or ``mi.conditional_encoder_jensen``; here is
what its parameters hold of the training set, and how the two are put together.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "CombinedInformation",
    "GeneralizationG3",
    "combined_information",
    "generalization_g3",
    "posterior_log_densities",
    "weight_data_information_jensen",
    "weight_data_information_mixture",
]


def posterior_log_densities(
    theta: ArrayLike, mean: ArrayLike, scale: ArrayLike
) -> Array:
    r"""Log-densities of parameters drawn from M posteriors under each of them.

    Posteriors are normal with independent parameters, such as a mean and a spread of
    the late iterates of training on each of M data sets.

    Args:
        theta: K draws from each posterior, ``[M, K, p]``.
        mean: of the posteriors, ``[M, p]``.
        scale: their standard deviations, ``[M, p]``; held at the fourth root of the
            smallest normal number.

    Returns: ``[M, K, M]``, :math:`\log q_{d'}(\theta_{dk})` at d, k, d', for
        ``weight_data_information_jensen`` and ``weight_data_information_mixture``.
    Gradients: exact.
    Cost: O(M^2 K p) time, M K p memory.
    Example:
        >>> mean, theta = jnp.array([[0.0], [2.0]]), jnp.array([[[0.0]], [[2.0]]])
        >>> log_densities = posterior_log_densities(theta, mean, jnp.ones((2, 1)))
        >>> [round(float(value), 4) for value in log_densities[0, 0]]
        [-0.9189, -2.9189]
    References: Maddox et al. (2019), a simple baseline for Bayesian uncertainty in deep
        learning, for such posteriors.
    """
    name = "posterior_log_densities"
    (theta, mean, scale), dtype = checks.common_float(
        name, theta=theta, mean=mean, scale=scale
    )
    if theta.ndim != 3 or theta.size == 0:
        received = str(list(theta.shape))
        raise checks.fail(ValueError, name, "theta", "non-empty, [M, K, p]", received)
    shape = theta.shape[::2]
    for argument, array in (("mean", mean), ("scale", scale)):
        if array.shape != shape:
            received = str(list(array.shape))
            expected = f"of shape {list(shape)}"
            raise checks.fail(ValueError, name, argument, expected, received)
    scale = numerics.positive(scale)

    def under(posterior: tuple[Array, Array]) -> Array:
        centre, width = posterior
        squares = jnp.sum(((theta - centre) / width) ** 2, axis=-1)
        return -squares / 2 - jnp.sum(jnp.log(width))

    densities = jnp.moveaxis(lax.map(under, (mean, scale)), 0, -1)
    return (densities - shape[1] / 2 * math.log(2 * math.pi)).astype(dtype)


def weight_data_information_jensen(log_densities: ArrayLike) -> Array:
    r"""Upper bound on the information of parameters about their training set.

    :math:`\overline{\log q_d(\theta_{dk}) - \overline{\log q_{d'}(\theta_{dk})}^{d'}}`
    for K draws from the posterior of each of M data sets, all posteriors among those
    that are averaged.

    Args:
        log_densities: :math:`\log q_{d'}(\theta_{dk})`, ``[M, K, M]``, such as
            ``posterior_log_densities``. With several seeds, average the logarithms over
            the seeds of d', and let k run over those of d.

    Returns: scalar in nats, without limit; for normal posteriors of unit variance half
        the mean squared distance of two of their means, in expectation.
    Gradients: exact.
    Cost: O(M^2 K).
    Example:
        >>> log_densities = jnp.array([[[0.0, -2.0]], [[-2.0, 0.0]]])
        >>> float(weight_data_information_jensen(log_densities))
        1.0
    References: Kawaguchi et al. (2023), how does information bottleneck help deep
        learning, arXiv 2305.18887.
    """
    densities, dtype = _open("weight_data_information_jensen", log_densities)
    return (jnp.mean(_own(densities)) - jnp.mean(densities)).astype(dtype)


def weight_data_information_mixture(log_densities: ArrayLike) -> Array:
    r"""Information of parameters about which of M training sets they come from.

    :math:`\overline{\log q_d(\theta_{dk}) - \log
    \overline{q_{d'}(\theta_{dk})}^{d'}}`, against the mixture of all posteriors.

    Args:
        log_densities: as in ``weight_data_information_jensen``.

    Returns: scalar in nats, at most ``weight_data_information_jensen`` and log M; log M
        for posteriors that do not overlap, as is usual for those of networks.
    Gradients: exact.
    Cost: O(M^2 K).
    Example:
        >>> log_densities = jnp.array([[[0.0, -2.0]], [[-2.0, 0.0]]])
        >>> round(float(weight_data_information_mixture(log_densities)), 4)
        0.5662
    References: Kawaguchi et al. (2023), arXiv 2305.18887.
    """
    densities, dtype = _open("weight_data_information_mixture", log_densities)
    gap = _own(densities) - numerics.logmeanexp(densities)
    return jnp.mean(gap).astype(dtype)


class CombinedInformation(NamedTuple):
    """``scale`` of the second summand, scalar, and ``metric [models]``, their sum."""

    scale: Array
    metric: Array


def combined_information(
    conditional_information: ArrayLike, weight_information: ArrayLike
) -> CombinedInformation:
    r"""Both informations of a set of models in one number for each, to rank them by.

    :math:`I(X; Z | Y) + c\, I(\theta; S)`, with c the ratio of their means over the
    models, as their sizes have nothing in common.

    Args:
        conditional_information: I(X; Z | Y) of every model, ``[models]``.
        weight_information: I(theta; S) of the same models, ``[models]``.

    Returns: ``CombinedInformation(scale, metric)``. The number of a model depends on
        the other models, so only the order within one set means something. A mean of 0
        of the second gives c = 0.
    Gradients: exact, through the ratio too.
    Cost: O(models).
    Example:
        >>> codes, weights = jnp.array([1.0, 3.0]), jnp.array([5.0, 3.0])
        >>> combined = combined_information(codes, weights)
        >>> float(combined.scale), combined.metric.tolist()
        (0.5, [3.5, 4.5])
    References: Kawaguchi et al. (2023), arXiv 2305.18887.
    """
    name = "combined_information"
    (codes, parameters), dtype = checks.common_float(
        name,
        conditional_information=conditional_information,
        weight_information=weight_information,
    )
    if codes.ndim != 1 or codes.size == 0:
        received = str(list(codes.shape))
        expected = "non-empty, [models]"
        raise checks.fail(
            ValueError, name, "conditional_information", expected, received
        )
    if parameters.shape != codes.shape:
        received = str(list(parameters.shape))
        expected = f"of shape {list(codes.shape)}"
        raise checks.fail(ValueError, name, "weight_information", expected, received)
    scale = numerics.ratio(jnp.mean(codes), jnp.mean(parameters))
    metric = scale * parameters + codes
    return CombinedInformation(scale.astype(dtype), metric.astype(dtype))


class GeneralizationG3(NamedTuple):
    """The factor ``value``, scalar, and what each class gives, ``per_class [C]``."""

    per_class: Array
    value: Array


def generalization_g3(
    losses: ArrayLike, probabilities: ArrayLike, *, where: ArrayLike | None = None
) -> GeneralizationG3:
    r"""Factor of a bound on the generalisation gap, over typical codes of each class.

    :math:`\max_y \sum_k \ell_{yk} \sqrt{2 C\, p_{yk}}` for C classes: the gap is at
    most about this times the root of information over sample size.

    Args:
        losses: at the k-th typical code of each class, ``[C, K]``.
        probabilities: of these codes given the class, ``[C, K]``, >= 0.
        where: broadcastable to ``[C, K]``, Boolean; codes marked False are as if
            absent, where classes have unlike numbers of them.

    Returns: ``GeneralizationG3(per_class, value)``. The other constants of the bound
        are left out here, so it ranks, and certifies nothing.
    Gradients: exact; zero at a probability of 0.
    Cost: O(C K).
    Example:
        >>> found = generalization_g3(jnp.ones((2, 1)), jnp.array([[1.0], [0.25]]))
        >>> found.per_class.tolist(), float(found.value)
        ([2.0, 1.0], 2.0)
    References: Kawaguchi et al. (2023), arXiv 2305.18887.
    """
    name = "generalization_g3"
    (costs, mass), dtype = checks.common_float(
        name, losses=losses, probabilities=probabilities
    )
    if costs.ndim != 2 or costs.size == 0:
        received = str(list(costs.shape))
        raise checks.fail(ValueError, name, "losses", "non-empty, [C, K]", received)
    if mass.shape != costs.shape:
        expected, received = f"of shape {list(costs.shape)}", str(list(mass.shape))
        raise checks.fail(ValueError, name, "probabilities", expected, received)
    keep = checks.cell_mask(name, where, costs.shape)
    costs, mass = jnp.where(keep, costs, 0), jnp.where(keep, mass, 0)
    factor = numerics.sqrt(2 * costs.shape[0] * mass)
    per_class = jnp.sum(costs * factor, axis=1)
    return GeneralizationG3(per_class.astype(dtype), jnp.max(per_class).astype(dtype))


def _open(name: str, log_densities: ArrayLike) -> tuple[Array, Any]:
    (densities,), dtype = checks.common_float(name, log_densities=log_densities)
    shape = densities.shape
    if len(shape) != 3 or shape[0] != shape[2] or densities.size == 0:
        expected, received = "non-empty, [M, K, M]", str(list(shape))
        raise checks.fail(ValueError, name, "log_densities", expected, received)
    return densities, dtype


def _own(densities: Array) -> Array:
    """Of each draw under the posterior it was drawn from, ``[M, K]``."""
    return jnp.diagonal(densities, axis1=0, axis2=2).T
