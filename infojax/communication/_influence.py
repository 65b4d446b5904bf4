"""How much what one agent does changes what others do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp

from infojax import closed_form
from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "UnilateralInfluence",
    "l1_distance",
    "l2_distance",
    "max_distance",
    "social_influence",
    "surprisal",
    "targeted_influence",
    "unilateral_influence",
    "unilateral_influence_terms",
]

# Of laws ``[..., v]``, what is and what was aimed at, to ``[...]``.
Distance = Callable[[Array, Array], Array]


class UnilateralInfluence(NamedTuple):
    """Influence on each of the others, and the two terms it is the sum of, in nats.

    ``information`` is I(action; response), ``majority`` the entropy of the mean
    response, ``minority`` minus the mean entropy of the responses; ``response``,
    ``[..., v]``, is the mean response itself.
    """

    information: Array
    majority: Array
    minority: Array
    response: Array


def unilateral_influence(policy: ArrayLike, responses: ArrayLike) -> Array:
    r"""Mutual information of one agent's action and what others do next.

    :math:`\sum_a \pi(a)\, D(p(\cdot \mid a) \| \bar p)`, where :math:`\bar p` is the
    mean response. With messages for actions it is the causal influence of
    communication.

    Args:
        policy: probabilities of the agent's actions, or messages, ``[a]``; normalised,
            and negative ones count as 0.
        responses: what each of the others does next given the action, ``[..., a, v]``,
            likewise. An action whose row is 0 is left out.

    Returns: the leading shape of ``responses``, in nats, from 0 to H(policy); 0 where a
        policy or all rows are empty, as for agents that are absent. The sum over all
        actions is taken, not the mean of a few draws.
    Gradients: exact; finite at empty cells.
    Cost: O(cells).
    Example:
        >>> copied, ignored = jnp.eye(2), jnp.full((2, 2), 0.5)
        >>> policy, responses = jnp.array([0.5, 0.5]), jnp.stack([copied, ignored])
        >>> print(unilateral_influence(policy, responses).round(4))
        [0.6931 0.    ]
    References: Li et al. (2023), attacking cooperative multi-agent reinforcement
        learning by adversarial minority influence; Jaques et al. (2019); Lowe et al.
        (2019) for messages.
    """
    joint, dtype = _joint("unilateral_influence", policy, responses)
    return closed_form.categorical_mi(joint).astype(dtype)


def unilateral_influence_terms(
    policy: ArrayLike, responses: ArrayLike
) -> UnilateralInfluence:
    """The entropies whose difference is ``unilateral_influence``.

    Args:
        policy: probabilities of the agent's actions, ``[a]``.
        responses: of the others given the action, ``[..., a, v]``.

    Returns: ``UnilateralInfluence(information, majority, minority, response)``;
        ``information`` is ``majority + minority``. All 0 where nothing happens.
    Gradients: exact; finite at empty cells.
    Cost: O(cells).
    Example:
        >>> terms = unilateral_influence_terms(
        ...     jnp.array([0.5, 0.5]), jnp.array([[1.0, 0.0], [0.5, 0.5]])
        ... )
        >>> round(float(terms.majority), 4), round(float(terms.minority), 4)
        (0.5623, -0.3466)
    References: Li et al. (2023), who keep the second term and aim it at a target.
    """
    joint, dtype = _joint("unilateral_influence_terms", policy, responses)
    response = joint.sum(-2)
    shares = joint.sum(-1)
    given = numerics.normalise(joint, axis=-1)
    each = jnp.sum(numerics.xlogx(given), axis=-1)
    return UnilateralInfluence(
        closed_form.categorical_mi(joint).astype(dtype),
        -jnp.sum(numerics.xlogx(response), axis=-1).astype(dtype),
        jnp.sum(shares * each, axis=-1).astype(dtype),
        response.astype(dtype),
    )


def social_influence(
    policy: ArrayLike, responses: ArrayLike, action: ArrayLike
) -> Array:
    r"""How far the response to the action taken is from the mean response.

    :math:`D(p(\cdot \mid a) \| \bar p)`, whose mean over actions is
    ``unilateral_influence``.

    Args:
        policy: probabilities of the agent's actions, ``[a]``; normalised.
        responses: of the others given the action, ``[..., a, v]``; normalised.
        action: the action taken, an integer scalar from 0 to a - 1; may be traced.

    Returns: the leading shape of ``responses``, in nats; 0 where the response is empty,
        +inf for an action that the policy never takes and that is answered as no other.
    Gradients: exact; zero at empty cells.
    Cost: O(cells).
    Example:
        >>> policy = jnp.array([0.5, 0.5])
        >>> round(float(social_influence(policy, jnp.eye(2), 1)), 4)
        0.6931
    References: Jaques et al. (2019), social influence as intrinsic motivation.
    """
    name = "social_influence"
    taken = checks.integers(name, "action", action, ndim=0)
    joint, dtype = _joint(name, policy, responses)
    (rows,), _ = checks.common_float(name, responses=responses)
    given = jnp.take(jnp.where(rows < 0, 0, rows), taken, axis=-2)
    return closed_form.categorical_kl(given.astype(joint.dtype), joint.sum(-2)).astype(
        dtype
    )


def targeted_influence(
    policy: ArrayLike,
    responses: ArrayLike,
    targets: ArrayLike,
    *,
    distance: Distance | None = None,
) -> Array:
    """How far the mean response is from the one aimed at; less is more influence.

    Args:
        policy: probabilities of the agent's actions, ``[a]``; normalised.
        responses: of the others given the action, ``[..., a, v]``; normalised.
        targets: the laws aimed at, ``[..., v]``: one-hot for an action, or any other.
        distance: of the mean response and the target, ``[..., v]`` each, to ``[...]``:
            ``l1_distance`` if None, ``l2_distance``, ``max_distance``, ``surprisal``,
            or a function of your own that falls as the two come closer.

    Returns: the leading shape of ``responses``. The mean over the agent's actions is
        exact, before any distance, and so has a gradient: a most likely response a draw
        has none.
    Gradients: exact, those of the distance; finite.
    Cost: O(cells).
    Example:
        >>> policy, target = jnp.array([0.5, 0.5]), jnp.array([0.0, 1.0])
        >>> float(targeted_influence(policy, jnp.eye(2), target))  # 2 (1 - 1/2)
        1.0
    References: Li et al. (2023), attacking cooperative multi-agent reinforcement
        learning by adversarial minority influence.
    """
    name = "targeted_influence"
    joint, dtype = _joint(name, policy, responses)
    aims = checks.table(name, "targets", targets)
    response = joint.sum(-2)
    try:
        aims = jnp.broadcast_to(aims, response.shape)
    except ValueError:
        expected = f"broadcastable to {list(response.shape)}"
        received = str(list(aims.shape))
        raise checks.fail(ValueError, name, "targets", expected, received) from None
    aims = aims.astype(response.dtype)
    return (distance or l1_distance)(response, aims).astype(dtype)


def l1_distance(p: ArrayLike, q: ArrayLike) -> Array:
    """Sum of absolute differences of two laws: 2 (1 - p of the target) if q is one-hot.

    Args:
        p: probabilities, ``[..., v]``, as they are.
        q: as ``p`` and of its shape.

    Returns: the shape of ``p`` without its last axis.
    Gradients: exact; 0 at ties.
    Cost: O(cells).
    Example:
        >>> float(l1_distance(jnp.array([0.5, 0.5]), jnp.array([1.0, 0.0])))
        1.0
    References: Levin and Peres (2017), whose total variation is half of it.
    """
    p, q, dtype = _both("l1_distance", p, q)
    return jnp.sum(jnp.abs(p - q), axis=-1).astype(dtype)


def l2_distance(p: ArrayLike, q: ArrayLike) -> Array:
    """Euclidean distance of two laws.

    Args:
        p: probabilities, ``[..., v]``, as they are.
        q: as ``p`` and of its shape.

    Returns: the shape of ``p`` without its last axis.
    Gradients: exact; 0 where the two are equal.
    Cost: O(cells).
    Example:
        >>> round(float(l2_distance(jnp.array([0.5, 0.5]), jnp.array([1.0, 0.0]))), 4)
        0.7071
    References: none needed.
    """
    p, q, dtype = _both("l2_distance", p, q)
    return numerics.sqrt(jnp.sum((p - q) ** 2, axis=-1)).astype(dtype)


def max_distance(p: ArrayLike, q: ArrayLike) -> Array:
    """Largest absolute difference of two laws.

    Args:
        p: probabilities, ``[..., v]``, as they are.
        q: as ``p`` and of its shape.

    Returns: the shape of ``p`` without its last axis.
    Gradients: exact, shared where the largest tie.
    Cost: O(cells).
    Example:
        >>> float(max_distance(jnp.array([0.5, 0.5]), jnp.array([1.0, 0.0])))
        0.5
    References: none needed.
    """
    p, q, dtype = _both("max_distance", p, q)
    return jnp.max(jnp.abs(p - q), axis=-1).astype(dtype)


def surprisal(p: ArrayLike, q: ArrayLike) -> Array:
    r"""Cross-entropy :math:`-\sum q \log p`: minus the log of p of a one-hot target.

    Args:
        p: probabilities, ``[..., v]``, as they are.
        q: the target, as ``p`` and of its shape.

    Returns: the shape of ``p`` without its last axis, in nats; +inf where p is 0 and q
        is not.
    Gradients: exact; zero at cells where p or q is 0.
    Cost: O(cells).
    Example:
        >>> round(float(surprisal(jnp.array([0.5, 0.5]), jnp.array([1.0, 0.0]))), 4)
        0.6931
    References: Shannon (1948).
    """
    p, q, dtype = _both("surprisal", p, q)
    terms = numerics.relative_entropy_terms(q, p) - numerics.xlogx(q)
    return jnp.sum(terms, axis=-1).astype(dtype)


def _both(name: str, p: ArrayLike, q: ArrayLike) -> tuple[Array, Array, Any]:
    p, q = checks.table(name, "p", p), checks.table(name, "q", q)
    if p.shape != q.shape:
        expected, received = f"of shape {list(p.shape)}", str(list(q.shape))
        raise checks.fail(ValueError, name, "q", expected, received)
    (p, q), dtype = checks.common_float(name, p=p, q=q)
    return p, q, dtype


def _joint(name: str, policy: ArrayLike, responses: ArrayLike) -> tuple[Array, Any]:
    """Laws of action and response, ``[..., a, v]``, of mass 1 or 0; dtype to return."""
    actions = checks.counts(name, "policy", policy, 1)
    rows = checks.counts(name, "responses", responses)
    if rows.ndim < 2 or rows.shape[-2] != len(actions):
        expected = f"of shape [..., {len(actions)}, v], as `policy` has actions"
        received = str(list(rows.shape))
        raise checks.fail(ValueError, name, "responses", expected, received)
    (p, given), dtype = checks.common_float(name, policy=actions, responses=rows)
    p = numerics.normalise(jnp.where(p < 0, 0, p))
    given = numerics.normalise(jnp.where(given < 0, 0, given), axis=-1)
    joint = p[:, None] * given
    total = jnp.sum(joint, axis=(-2, -1), keepdims=True)
    return numerics.ratio(joint, total), dtype
