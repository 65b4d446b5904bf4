"""Messages in actions: what a receiver believes who only sees what an agent does."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.theory._greedy_coupling import greedy, open_marginals
from infojax.types import Array, ArrayLike

__all__ = ["coding_game_policy", "coding_game_step"]


def coding_game_policy(belief: ArrayLike, policy: ArrayLike) -> Array:
    r"""Policies that tell messages apart, but not from the policy they add up to.

    ``greedy_coupling`` of what the receiver believes and of the policy of the agent,
    given the message: actions tell as much as they can of it, while averaged over the
    belief they still follow the policy, and so earn what it does.

    Args:
        belief: probabilities of the messages, ``[m]``; normalised.
        policy: probabilities of the actions in this state, ``[a]``; normalised.

    Returns: ``[m, a]``, in row i the probabilities of the actions given message i; the
        policy itself where a message is ruled out.
    Gradients: exact in both, the order of the matches held fixed; finite everywhere.
    Cost: m + a - 1 steps, one after the other, of O(m + a).
    Example:
        >>> belief, policy = jnp.array([0.5, 0.25, 0.25]), jnp.array([0.5, 0.5])
        >>> coding_game_policy(belief, policy).tolist()
        [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    References: Ebrahimi, Chen and Khisti (2024), minimum entropy coupling with
        bottleneck; Sokota et al. (2022), communicating via Markov decision processes.
    """
    given, _, dtype = _coupled("coding_game_policy", belief, policy)
    return given.astype(dtype)


def coding_game_step(belief: ArrayLike, policy: ArrayLike, action: ArrayLike) -> Array:
    r"""What the receiver believes once an action was seen.

    Bayes' rule with the policies of ``coding_game_policy``, which the receiver knows:
    :math:`b'_i \propto b_i\, \pi(a \mid i)`.

    Args:
        belief: probabilities of the messages, ``[m]``; normalised.
        policy: probabilities of the actions in this state, ``[a]``; normalised.
        action: the action taken, an integer scalar from 0 to a - 1, may be traced. To
            act for message i draw it from row i of ``coding_game_policy``.

    Returns: probabilities ``[m]``; the belief as it was after an action whose
        probability is 0.
    Gradients: exact in ``belief`` and ``policy``, the order of the matches held fixed;
        finite everywhere.
    Cost: as that of ``coding_game_policy``, which it repeats; the product of a belief
        and a column of its result, normalised, is the same for less.
    Example:
        >>> belief, policy = jnp.array([0.5, 0.25, 0.25]), jnp.array([0.5, 0.5])
        >>> coding_game_step(belief, policy, 1).tolist()
        [0.0, 0.5, 0.5]
    References: Ebrahimi, Chen and Khisti (2024), minimum entropy coupling with
        bottleneck; Sokota et al. (2022), communicating via Markov decision processes.
    """
    name = "coding_game_step"
    taken = checks.integers(name, "action", action, ndim=0)
    given, prior, dtype = _coupled(name, belief, policy)
    seen = prior * given[:, taken]
    total = jnp.sum(seen)
    return jnp.where(total == 0, prior, numerics.ratio(seen, total)).astype(dtype)


def _coupled(
    name: str, belief: ArrayLike, policy: ArrayLike
) -> tuple[Array, Array, Any]:
    """Policies given the message, the clean belief, and the dtype to return."""
    (prior, law), dtype = open_marginals(name, belief=belief, policy=policy)
    joint = greedy(prior, law)
    mass = jnp.sum(joint, axis=1, keepdims=True)
    given = jnp.where(mass == 0, law, numerics.ratio(joint, mass))
    return given, prior, dtype
