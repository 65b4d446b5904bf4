"""Which question to ask when the other party knows the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax import entropy, mi
from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "Exchange",
    "Questions",
    "exchange_terms",
    "greedy_questions",
    "question_gains",
    "question_step",
]

_TIE = 16  # rounding errors within which two values are equal

# Joint law ``[x, y]`` and answers ``[q, x, r]`` to values ``[q]``.
QuestionValue = Callable[[Array, Array], Array]


class Exchange(NamedTuple):
    """What two parties lack of an answer, and what each can get of the other, in nats.

    ``missing_first`` is H(Y | X1), ``missing_second`` H(Y | X2), ``missing_together``
    H(Y | X1, X2); ``from_second`` is I(Y; X2 | X1), what the first can learn by asking,
    and ``from_first`` I(Y; X1 | X2).
    """

    missing_first: Array
    missing_second: Array
    missing_together: Array
    from_second: Array
    from_first: Array


class Questions(NamedTuple):
    """A game of questions, round by round.

    ``asked [rounds]`` are the questions, -1 once it is over; ``gains [rounds]`` what
    each was expected to tell, and ``remaining [rounds + 1]`` the entropy of the target
    before each and at the end, in nats; ``joint [x, y]`` is what is believed then.
    """

    asked: Array
    gains: Array
    remaining: Array
    joint: Array


def exchange_terms(p: ArrayLike) -> Exchange:
    """Who lacks what of an answer, and how much of it asking can give.

    Args:
        p: joint law of the answer and what the two parties know, ``[y, x1, x2]``,
            probabilities or counts; normalised, and negative ones count as 0.

    Returns: ``Exchange(missing_first, missing_second, missing_together, from_second,
        from_first)``; ``missing_first - missing_together`` is ``from_second``. All 0
        where there is no mass. Which part of it is shared, or only there together,
        ``pid.broja`` tells.
    Gradients: exact; finite at empty cells.
    Cost: O(cells).
    Example:
        >>> same = jnp.eye(2)
        >>> found = exchange_terms(jnp.stack([same, 1 - same]))  # exclusive or
        >>> round(float(found.from_second), 4), abs(float(found.missing_together))
        (0.6931, 0.0)
    References: Shannon (1948); Liu et al. (2024), autonomous agents for collaborative
        task under information asymmetry, for the setting.
    """
    table = checks.counts("exchange_terms", "p", p, 3)
    work = table.astype(checks.working_dtype(table.dtype))
    joint = numerics.normalise(jnp.where(work < 0, 0, work))

    def missing(q: Array) -> Array:
        """H(Y | rest) of ``[y, rest]``."""
        mass = jnp.sum(q, axis=0)
        return jnp.sum(mass * entropy.plugin(q, axis=0))

    first, second = missing(joint.sum(2)), missing(joint.sum(1))
    together = missing(joint.reshape(len(joint), -1))

    def shared(q: Array) -> Array:
        """I(Y; second | first) of ``[first, y, second]``."""
        return jnp.sum(jnp.sum(q, axis=(1, 2)) * mi.plugin(q))

    gained = shared(jnp.moveaxis(joint, 1, 0)), shared(jnp.moveaxis(joint, 2, 0))
    return Exchange(
        *(v.astype(table.dtype) for v in (first, second, together, *gained))
    )


def question_gains(joint: ArrayLike, answers: ArrayLike) -> Array:
    """What the answer to each question is expected to tell about the target.

    Args:
        joint: what is believed of the other party's knowledge and the target,
            ``[x, y]``, probabilities or counts; normalised.
        answers: law of the answer to each question given what the other knows,
            ``[q, x, r]``; normalised over the last axis, one-hot where answers are
            certain, and padded with zeros where questions have fewer answers.

    Returns: ``[q]`` in nats, I(Y; answer) of each, >= 0 up to rounding; 0 where nothing
        is believed.
    Gradients: exact; finite at empty cells.
    Cost: O(q x r y).
    Example:
        >>> joint = jnp.eye(4)  # the target is what the other knows
        >>> bit, equal = jnp.arange(4) // 2, (jnp.arange(4) == 0).astype(int)
        >>> answers = jnp.eye(2)[jnp.stack([bit, equal])]
        >>> [round(gain, 4) for gain in question_gains(joint, answers).tolist()]
        [0.6931, 0.5623]
    References: Lindley (1956), on a measure of the information provided by an
        experiment.
    """
    belief, replies, dtype = _open("question_gains", joint, answers)
    return _gains(belief, replies).astype(dtype)


def question_step(
    joint: ArrayLike, answers: ArrayLike, question: ArrayLike, answer: ArrayLike
) -> Array:
    """What is believed once a question was answered: Bayes' rule.

    Args:
        joint: what was believed, ``[x, y]``; normalised.
        answers: law of the answer to each question, ``[q, x, r]``; normalised.
        question: which was asked, an integer scalar; may be traced.
        answer: what was answered, an integer scalar; may be traced.

    Returns: ``[x, y]`` of mass 1; the belief as it was after an answer whose
        probability is 0, and 0 where nothing was believed.
    Gradients: exact; finite at empty cells.
    Cost: O(x y).
    Example:
        >>> answers = jnp.eye(2)[None]  # one question: which of two things is known
        >>> question_step(jnp.eye(2), answers, 0, 1).tolist()
        [[0.0, 0.0], [0.0, 1.0]]
    References: Lindley (1956).
    """
    name = "question_step"
    asked = checks.integers(name, "question", question, ndim=0)
    heard = checks.integers(name, "answer", answer, ndim=0)
    belief, replies, dtype = _open(name, joint, answers)
    return _step(belief, replies, asked, heard).astype(dtype)


def greedy_questions(
    joint: ArrayLike,
    answers: ArrayLike,
    replies: ArrayLike,
    *,
    rounds: int,
    tolerance: float = 1e-6,
    value: QuestionValue = question_gains,
) -> Questions:
    """Ask the question that tells most, believe the answer, and so on to the end.

    Greedy: each question is the best one alone, not the best beginning of a sequence.
    Every question is asked once at most. ``jax.vmap`` over ``replies`` plays all games
    there are.

    Args:
        joint: what is believed at first, ``[x, y]``; normalised.
        answers: law of the answer to each question, ``[q, x, r]``; normalised.
        replies: what the other party will answer to each question, integers, ``[q]``.
        rounds: questions at most, static.
        tolerance: stop when no more than this is unknown of the target, in nats.
        value: ``(joint, answers) -> [q]``, the largest of which is asked. Those of
            ``question_gains`` as it is; random numbers for random questions.

    Returns: ``Questions(asked, gains, remaining, joint)``. Of values that are equal up
        to rounding, also that of numbers near 1, the first is taken. An answer of
        probability 0 changes no belief.
    Gradients: exact in ``joint`` and ``answers``, the questions held fixed.
    Cost: that of ``value`` and O(q x r y) a round.
    Example:
        >>> joint, known = jnp.eye(4), 2
        >>> bits = jnp.stack([jnp.arange(4) // 2, jnp.arange(4) % 2])
        >>> found = greedy_questions(
        ...     joint, jnp.eye(2)[bits], bits[:, known], rounds=3
        ... )
        >>> print(found.asked, abs(found.remaining).round(4))
        [ 0  1 -1] [1.3863 0.6931 0.     0.    ]
    References: Lindley (1956); Golovin and Krause (2011), adaptive submodularity, for
        when greedy is near the best.
    """
    name = "greedy_questions"
    belief, laws, dtype = _open(name, joint, answers)
    heard = checks.integers(name, "replies", replies)
    checks.same_length(name, answers=laws, replies=heard)
    rounds = checks.size(name, rounds, "rounds")
    least = checks.order(name, tolerance, "tolerance")
    eps = _TIE * float(jnp.finfo(belief.dtype).eps)

    def unknown(belief: Array) -> Array:
        return entropy.plugin(jnp.sum(belief, axis=0))

    def ask(state: tuple[Array, Array], _: None) -> tuple[tuple, tuple]:
        belief, open_ = state
        worth = lax.stop_gradient(value(belief, laws)).astype(belief.dtype)
        worth = jnp.where(open_, worth, -jnp.inf)
        top = jnp.max(worth)
        slack = eps * jnp.maximum(jnp.abs(top), 1)
        best = jnp.argmax(worth >= top - slack).astype(jnp.int32)
        going = ~(unknown(belief) <= least) & jnp.any(open_)
        gain = jnp.where(going, _gains(belief, laws)[best], 0)
        after = _step(belief, laws, best, heard[best])
        after = jnp.where(going, after, belief)
        asked = jnp.where(going, best, -1)
        return (after, open_.at[best].set(open_[best] & ~going)), (
            asked,
            gain,
            unknown(after),
        )

    start = belief, jnp.ones(len(heard), bool)
    (last, _), (asked, gains, left) = lax.scan(ask, start, None, length=rounds)
    remaining = jnp.concatenate([unknown(belief)[None], left])
    return Questions(
        asked, gains.astype(dtype), remaining.astype(dtype), last.astype(dtype)
    )


def _open(name: str, joint: ArrayLike, answers: ArrayLike) -> tuple[Array, Array, Any]:
    """A belief ``[x, y]``, laws of answers ``[q, x, r]``, and the dtype to return."""
    belief = checks.counts(name, "joint", joint, 2)
    laws = checks.counts(name, "answers", answers, 3)
    if laws.shape[1] != len(belief):
        expected = f"of shape [q, {len(belief)}, r], as `joint` has rows"
        received = str(list(laws.shape))
        raise checks.fail(ValueError, name, "answers", expected, received)
    (belief, laws), dtype = checks.common_float(name, joint=belief, answers=laws)
    belief = numerics.normalise(jnp.where(belief < 0, 0, belief))
    laws = numerics.normalise(jnp.where(laws < 0, 0, laws), axis=2)
    return belief, laws, dtype


def _gains(belief: Array, laws: Array) -> Array:
    return mi.plugin(jnp.einsum("qxr,xy->qry", laws, belief, precision="highest"))


def _step(belief: Array, laws: Array, question: Array, answer: Array) -> Array:
    seen = belief * laws[question, :, answer][:, None]
    total = jnp.sum(seen)
    return jnp.where(total == 0, belief, numerics.ratio(seen, total))
