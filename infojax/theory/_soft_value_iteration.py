"""Policies of a known decision process that earn much and are still uncertain."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks, numerics
from infojax._base.loops import fixed_point, implicit
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike

__all__ = ["SoftPolicy", "soft_value_iteration"]


class SoftPolicy(NamedTuple):
    """A maximum-entropy policy, its values, and how they were found.

    ``policy [s, a]`` has rows of mass 1; ``values [s]`` and ``action_values [s, a]``
    are in the unit of rewards, the entropy to come included; ``change`` is the last
    move of a value, ``steps`` the iterations taken, and ``converged`` tells whether the
    move was within tolerance.
    """

    policy: Array
    values: Array
    action_values: Array
    change: Array
    steps: Array
    converged: Array


def soft_value_iteration(
    rewards: ArrayLike,
    transitions: ArrayLike,
    *,
    temperature: ArrayLike,
    discount: float,
    tolerance: float = 1e-9,
    max_steps: int = 10_000,
) -> SoftPolicy:
    r"""Maximum-entropy policy of a finite Markov decision process.

    The most of the discounted sum of reward plus :math:`\beta` times the entropy of the
    policy in the states it comes to: :math:`\pi(a \mid s) \propto e^{Q(s, a) / \beta}`
    where :math:`Q = r + \gamma\, E[V]` and :math:`V = \beta \log \sum_a e^{Q / \beta}`.

    Args:
        rewards: of every action in every state, ``[s, a]``.
        transitions: probabilities of the next state, ``[s, a, s]``; normalised, and
            negative ones count as 0. An action whose row is all zeros ends the episode.
        temperature: :math:`\beta`, a scalar in the unit of rewards; may be traced. Near
            0 the policy is greedy, and even where actions are equally good.
        discount: :math:`\gamma`, a static float, 0 <= discount < 1.
        tolerance: stop when no value moves by more than this, in units of the largest
            reward and entropy of one step, or by more than rounding does. Values are
            then within ``tolerance / (1 - discount)``.
        max_steps: iterations at most.

    Returns: ``SoftPolicy(policy, values, action_values, change, steps, converged)``. A
        traced temperature at 0 or below gives the greedy policy.
    Gradients: exact at convergence, in ``rewards``, ``transitions`` and
        ``temperature``, by the implicit function theorem and not through the
        iterations; zero in a temperature at 0 or below.
    Cost: O(s^2 a) an iteration, of about ``log(1 / tolerance) / (1 - discount)``.
    Example:
        >>> rewards = jnp.array([[0.0, 1.0]])
        >>> found = soft_value_iteration(
        ...     rewards, jnp.ones((1, 2, 1)), temperature=1.0, discount=0.5
        ... )
        >>> round(float(found.values[0]), 4), round(float(found.policy[0, 1]), 4)
        (2.6265, 0.7311)
    References: Ziebart, Maas, Bagnell and Dey (2008), maximum entropy inverse
        reinforcement learning; Haarnoja, Tang, Abbeel and Levine (2017), reinforcement
        learning with deep energy-based policies.
    """
    name = "soft_value_iteration"
    r, p, beta, dtype = _open(name, rewards, transitions, temperature)
    gamma = checks.order(name, discount, "discount", finite=True)
    if gamma >= 1:
        raise checks.fail(ValueError, name, "discount", "< 1", str(discount))
    tolerance = checks.order(name, tolerance, "tolerance", finite=True)
    max_steps = checks.size(name, max_steps, "max_steps")

    def action_values(values: Array) -> Array:
        return r + gamma * jnp.matmul(p, values, precision="highest")

    def step(values: Array) -> Array:
        return beta * numerics.logsumexp(action_values(values) / beta)

    worth = lax.stop_gradient(jnp.max(jnp.abs(r)) + beta * math.log(r.shape[1]))
    unit = numerics.positive(worth)
    least = 8 * float(jnp.finfo(r.dtype).eps) / (1 - gamma)
    found = fixed_point(
        lambda values: step(unit * values) / unit,
        jnp.zeros_like(r[:, 0]),
        tolerance=max(tolerance, least),
        max_steps=max_steps,
    )
    values = implicit(step, unit * found.value)
    q = action_values(values)
    logits = q / beta
    policy = jnp.exp(logits - numerics.logsumexp(logits)[:, None])
    # Rounded logits of a small temperature do not sum to 1.
    policy = numerics.normalise(policy, axis=1)
    return SoftPolicy(
        policy.astype(dtype),
        values.astype(dtype),
        q.astype(dtype),
        found.change.astype(dtype),
        found.steps,
        found.converged,
    )


def _open(
    name: str, rewards: ArrayLike, transitions: ArrayLike, temperature: ArrayLike
) -> tuple[Array, Array, Array, Any]:
    """Rewards, rows of transitions of mass 1 or 0, a positive temperature, a dtype."""
    rewards = checks.table(name, "rewards", rewards, 2)
    transitions = checks.table(name, "transitions", transitions, 3)
    states, actions = rewards.shape
    if transitions.shape != (states, actions, states):
        expected = f"of shape {[states, actions, states]}, as `rewards` are"
        received = str(list(transitions.shape))
        raise checks.fail(ValueError, name, "transitions", expected, received)
    (r, p), dtype = checks.common_float(name, rewards=rewards, transitions=transitions)
    number = isinstance(temperature, (int, float, np.integer, np.floating))
    if number and not 0 < float(temperature) < math.inf:
        expected, received = "positive and finite", str(temperature)
        raise checks.fail(ValueError, name, "temperature", expected, received)
    beta = numerics.positive(scalar(name, "temperature", temperature, r.dtype))
    return r, numerics.normalise(jnp.where(p < 0, 0, p), axis=2), beta, dtype
