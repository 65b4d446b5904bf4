"""Representation learning by a Lipschitz critic: Wasserstein dependency."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from infojax import bounds
from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.types import Array, ArrayLike, Critic, PRNGKey

__all__ = [
    "WassersteinDependencyTerms",
    "gradient_penalty",
    "wasserstein_dependency_loss",
    "wasserstein_dependency_terms",
]


class WassersteinDependencyTerms(NamedTuple):
    """The two sides of the trade-off, scalars.

    ``dependency`` is the critic's objective, to maximise; ``penalty`` tells how far the
    critic is from slope one between joint and product samples.
    """

    dependency: Array
    penalty: Array


def gradient_penalty(
    x: ArrayLike,
    y: ArrayLike,
    critic: Critic,
    *,
    epsilon: ArrayLike,
    partner: ArrayLike,
    one_sided: bool = False,
    where: ArrayLike | None = None,
) -> Array:
    r"""Mean squared distance of the critic's slope from one.

    The slope is the norm of the gradient in both arguments at :math:`(x_i,\,
    \epsilon_i y_i + (1 - \epsilon_i) y_{\pi(i)})`, between joint and product samples.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        critic: ``(x [n, dx], y [m, dy]) -> [n, m]``.
        epsilon: ``[n]``, mixing weights in [0, 1].
        partner: integer ``[n]``, the row each y is mixed with; a permutation of the
            rows that are not masked, without fixed points.
        one_sided: penalise slopes above one only, the exact constraint.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar, >= 0.
    Gradients: exact in the critic's parameters and in samples, finite at slope 0.
    Cost: n gradients of the critic.
    Example:
        >>> x, y = jnp.ones((2, 1)), jnp.ones((2, 1))
        >>> value = gradient_penalty(
        ...     x,
        ...     y,
        ...     lambda a, b: a + b.T,
        ...     epsilon=jnp.ones(2),
        ...     partner=jnp.array([1, 0]),
        ... )
        >>> round(float(value), 4)  # (sqrt 2 - 1)^2
        0.1716
    References: Gulrajani et al. (2017), improved training of Wasserstein GANs; Ozair
        et al. (2019).
    """
    name = "gradient_penalty"
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    index = checks.integers(name, "partner", partner)
    mixing = checks.as_float(name, "epsilon", epsilon).astype(x.dtype)
    checks.same_length(name, x=x, partner=index, epsilon=mixing)
    mask = checks.row_mask(name, where, n)
    x, y = checks.column_mask(x, mask), checks.column_mask(y, mask)
    mixing = checks.column_mask(mixing, mask)
    penalties = _slope_penalties(critic, x, y, mixing, index, one_sided)
    return numerics.mean(penalties, mask).astype(dtype)


def _slope_penalties(
    critic: Critic, x: Array, y: Array, mixing: Array, partner: Array, one_sided: bool
) -> Array:
    """Squared distance of each row's slope from one, ``[n]``."""
    between = mixing[:, None] * y + (1 - mixing[:, None]) * y[partner]

    def score(a: Array, b: Array) -> Array:
        return critic(a[None], b[None])[0, 0]

    slope_x, slope_y = jax.vmap(jax.grad(score, argnums=(0, 1)))(x, between)
    square = jnp.sum(slope_x**2, axis=-1) + jnp.sum(slope_y**2, axis=-1)
    # The addend keeps the second derivative finite where the critic is flat.
    excess = numerics.sqrt(square + 1e-12) - 1
    return (jnp.maximum(excess, 0) if one_sided else excess) ** 2


def wasserstein_dependency_terms(
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    critic: Critic,
    *,
    objective: Callable[[Pairs], Array] = bounds.infonce,
    one_sided: bool = False,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> WassersteinDependencyTerms:
    r"""Objective and gradient penalty of a Lipschitz critic.

    With ``bounds.infonce`` this is Wasserstein predictive coding; with
    ``dependence.wasserstein_dual`` the dual of the dependency measure itself.

    Args:
        key: draws the mixing weights and the partners of the penalty.
        x: samples or encodings, ``[n, dx]`` or ``[n]``, n >= 2.
        y: paired with ``x``, ``[n, dy]`` or ``[n]``.
        critic: ``(x [n, dx], y [m, dy]) -> [n, m]``.
        objective: any function of ``Pairs`` to maximise.
        one_sided: penalise slopes above one only.
        where: ``[n]`` Boolean; rows marked False are never used.
        plan: how the scores are evaluated; never changes the dependency. The penalty
            draws its partners within a device.

    Returns: ``WassersteinDependencyTerms(dependency, penalty)``. With InfoNCE the
        dependency has its log n ceiling, and is no estimate of mutual information.
    Gradients: exact for the critic and, through ``x`` and ``y``, for encoders.
    Cost: O(n^2) scores and n gradients of the critic.
    Example:
        >>> x = jnp.linspace(0.0, 1.0, 4)[:, None]
        >>> critic = lambda a, b: a @ b.T
        >>> terms = wasserstein_dependency_terms(jax.random.key(0), x, x, critic)
        >>> round(float(terms.dependency), 4)
        0.1122
    References: Ozair et al. (2019), Wasserstein dependency measure for representation
        learning, arXiv 1903.11780.
    """
    return _terms(
        "wasserstein_dependency_terms",
        key,
        x,
        y,
        critic,
        objective,
        one_sided,
        where,
        plan,
    )


def wasserstein_dependency_loss(
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    critic: Critic,
    *,
    penalty_weight: ArrayLike = 10.0,
    objective: Callable[[Pairs], Array] = bounds.infonce,
    one_sided: bool = False,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """Wasserstein predictive coding loss: ``penalty_weight * penalty - dependency``.

    Args:
        key, x, y, critic: as in ``wasserstein_dependency_terms``.
        penalty_weight: trade-off; 0, for a spectrally normalised critic, leaves the
            penalty out of the compiled step.
        objective, one_sided, where, plan: as there.

    Returns: scalar to minimise.
    Gradients: exact for the critic and, through ``x`` and ``y``, for encoders.
    Cost: O(n^2) scores and n gradients of the critic.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 2))
        >>> y, key = x + 0.1, jax.random.key(1)
        >>> def loss(w):
        ...     critic = lambda a, b: a @ w @ b.T
        ...     return wasserstein_dependency_loss(key, x, y, critic)
        >>> w, optimizer = jnp.eye(2), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Ozair et al. (2019), arXiv 1903.11780.
    """
    terms = _terms(
        "wasserstein_dependency_loss",
        key,
        x,
        y,
        critic,
        objective,
        one_sided,
        where,
        plan,
    )
    if isinstance(penalty_weight, (int, float)) and penalty_weight == 0:
        return -terms.dependency  # under jit, what is not read is not computed
    weight = jnp.asarray(penalty_weight).astype(terms.penalty.dtype)
    return weight * terms.penalty - terms.dependency


def _terms(
    name: str,
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    critic: Critic,
    objective: Callable[[Pairs], Array],
    one_sided: bool,
    where: ArrayLike | None,
    plan: PairPlan,
) -> WassersteinDependencyTerms:
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, n)
    x, y = checks.column_mask(x, mask), checks.column_mask(y, mask)
    pairs = Pairs(critic, x, y, plan, mask, mask)
    mixing, partner = _interpolation(key, mask)
    mixing = mixing.astype(x.dtype)
    penalties = _slope_penalties(critic, x, y, mixing, partner, one_sided)
    return WassersteinDependencyTerms(
        objective(pairs).astype(dtype), pairs.mean(penalties).astype(dtype)
    )


def _interpolation(key: PRNGKey, mask: Array) -> tuple[Array, Array]:
    """Mixing weights, and partners along a random cycle through the unmasked rows.

    Draws go to the unmasked rows in order and are float32 whatever the dtype, so that
    neither padding nor precision changes them.
    """
    n = mask.shape[0]
    draws = jax.random.uniform(key, (n, 2), jnp.float32)[jnp.cumsum(mask) - 1]
    order = jnp.argsort(jnp.where(mask, draws[:, 1], jnp.inf))
    count = jnp.maximum(jnp.sum(mask), 1)
    following = order[(jnp.arange(n) + 1) % count]
    return draws[:, 0], jnp.zeros(n, order.dtype).at[order].set(following)
