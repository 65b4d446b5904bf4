"""How the gradient in a design is estimated where outcomes are drawn."""

from __future__ import annotations

from typing import Protocol

import jax.numpy as jnp
from jax import lax

from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["GradientFn", "pathwise", "score_function"]


class GradientFn(Protocol):
    """Values ``[n]`` and log-likelihoods ``[n]`` of their outcomes, to the same values.

    What comes out has the gradient that the mean is to have.
    """

    def __call__(self, values: Array, log_likelihood: Array, /) -> Array: ...


def pathwise(values: ArrayLike, log_likelihood: ArrayLike) -> Array:
    """Values as they are: the gradient is that of the outcomes that were drawn.

    Right where outcomes are drawn as a smooth function of noise, parameters and design.

    Args:
        values: ``[n]``, one of each outcome.
        log_likelihood: ``[n]``, of the outcomes; not used.

    Returns: ``values``.
    Gradients: exact in ``values``.
    Cost: none.
    Example:
        >>> pathwise(jnp.ones(2), jnp.zeros(2)).tolist()
        [1.0, 1.0]
    References: Foster et al. (2020), a unified stochastic gradient approach.
    """
    return _open("pathwise", values, log_likelihood)[0]


def score_function(values: ArrayLike, log_likelihood: ArrayLike) -> Array:
    r"""Values with the score added to their gradient, for outcomes that jump.

    The gradient is :math:`\nabla f_i + (f_i - b_i)\, \nabla \log p(y_i)`, unbiased for
    the mean. The baseline :math:`b_i` is the mean of the other values, which lowers the
    variance.

    Args:
        values: ``[n]``, one of each outcome; outcomes are drawn independently.
        log_likelihood: ``[n]``, of the outcomes under the parameters and the design
            that made them.

    Returns: ``values``, unchanged.
    Gradients: of ``values`` exact, and ``values`` less the baseline, held fixed, in
        ``log_likelihood``; 0 there where a value is infinite. Second derivatives are
        not those of the mean.
    Cost: O(n).
    Example:
        >>> values = jnp.array([3.0, 1.0])
        >>> slope = jax.grad(lambda log: jnp.sum(score_function(values, log)))
        >>> slope(jnp.zeros(2)).tolist()
        [2.0, -2.0]
    References: Williams (1992), REINFORCE; Foster et al. (2020).
    """
    values, likelihood = _open("score_function", values, log_likelihood)
    fixed = lax.stop_gradient(values)
    n = len(fixed)
    baseline = (jnp.sum(fixed) - fixed) / max(n - 1, 1)
    weight = jnp.where(jnp.isinf(fixed - baseline), 0, fixed - baseline)
    # Zero in value: no difference is taken of what may be infinite.
    score = jnp.where(jnp.isinf(likelihood), 0, likelihood)
    return values + weight * (score - lax.stop_gradient(score))


def _open(
    name: str, values: ArrayLike, log_likelihood: ArrayLike
) -> tuple[Array, Array]:
    (values, likelihood), dtype = checks.common_float(
        name, values=values, log_likelihood=log_likelihood
    )
    if values.ndim != 1 or values.size == 0:
        received = str(list(values.shape))
        raise checks.fail(ValueError, name, "values", "[n], non-empty", received)
    checks.same_length(name, values=values, log_likelihood=likelihood)
    return values.astype(dtype), likelihood.astype(dtype)
