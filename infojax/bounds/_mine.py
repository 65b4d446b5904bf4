"""MINE: Donsker-Varadhan with the bias of its gradient corrected."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax._base.rows import Rows
from infojax._base.scores import JointProduct, open_samples, scalar, with_gradient_of
from infojax.types import Array, ArrayLike

__all__ = ["MINE", "mine"]


class MINE(NamedTuple):
    """A value of MINE and the state for the next batch.

    Args:
        value: scalar in nats, that of ``donsker_varadhan``.
        log_mean: log of the moving average of the mean of exp(score) over negatives.
    """

    value: Array
    log_mean: Array


def mine(
    scores: ArrayLike | Pairs | JointProduct,
    log_mean: ArrayLike,
    *,
    rate: ArrayLike = 0.01,
    where: ArrayLike | None = None,
) -> MINE:
    r"""Donsker-Varadhan's value, with a gradient that divides by a moving average.

    The gradient of the logarithm is :math:`\overline{e^{s_{ij}} \nabla s_{ij}} / m`,
    with m the average of :math:`\overline{e^{s_{ij}}}` over this and earlier batches in
    place of that of the batch, which makes it biased. Use ``jax.value_and_grad`` with
    ``has_aux``, and hand ``log_mean`` on.

    Args:
        scores: ``[n, n]``, positives on the diagonal, or ``Pairs`` or ``JointProduct``.
        log_mean: scalar, the state after the last batch; -inf where there was none, and
            then this batch is the average. Keep it in float32 at least.
        rate: weight of this batch in the average, in (0, 1]; 1 forgets the others,
            which is ``donsker_varadhan``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: ``MINE(value, log_mean)``, two scalars; the state keeps its dtype. 0 and
        the old state when fewer than two rows remain.
    Gradients: of ``value`` as above, less biased the smaller the rate; zero in
        ``log_mean`` and of the new state.
    Cost: O(n^2).
    Example:
        >>> value, log_mean = mine(2.0 * jnp.eye(3), -jnp.inf)
        >>> round(float(value), 4), round(float(log_mean), 4)
        (2.0, 0.0)
    References: Belghazi et al. (2018), MINE, section 3.2.
    """
    name = "mine"
    two = open_samples(name, scores, where)
    state = checks.as_float(name, "log_mean", log_mean)
    batch = two.log_mean_product(two.rows(Rows.logsumexp))
    work = checks.scalar_dtype(batch, state)
    old = lax.stop_gradient(scalar(name, "log_mean", state, work))
    weight = lax.stop_gradient(scalar(name, "rate", rate, work))
    now = lax.stop_gradient(batch).astype(work)
    average = jnp.logaddexp(jnp.log1p(-weight) + old, jnp.log(weight) + now)
    average = jnp.where(old == -jnp.inf, now, average)
    joint = two.mean_joint(two.joint)
    surrogate = joint - numerics.exp(batch - average.astype(batch.dtype))
    value = two.result(with_gradient_of(joint - batch, surrogate))
    return MINE(value, jnp.where(two.n > 1, average, old).astype(state.dtype))
