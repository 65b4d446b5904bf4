"""MI-alpha distillation: keep the teacher's information, with a chosen variance."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jax import lax

from infojax import bounds
from infojax._base import checks
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.types import Array, ArrayLike, Critic

__all__ = ["MIAlphaTerms", "mi_alpha_loss", "mi_alpha_terms"]


class MIAlphaTerms(NamedTuple):
    """``information``: interpolated lower bound on I(teacher; student), a scalar."""

    information: Array


def mi_alpha_terms(
    student: ArrayLike,
    teacher: ArrayLike,
    critic: Critic,
    *,
    alpha: ArrayLike = 0.5,
    baseline: Callable[[Array], Array] | None = None,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> MIAlphaTerms:
    r"""The bound :math:`I_\alpha` between student and teacher features.

    Args:
        student: features, ``[n, ds]`` or ``[n]``.
        teacher: features of the same inputs, ``[n, dt]`` or ``[n]``; constants.
        critic: scores ``(student, teacher) -> [n, n]``, trained with the student.
        alpha: in [0, 1]: 0 low bias and high variance, 1 low variance and a ceiling of
            log(n - 1). May be traced.
        baseline: teacher features to the log of a(t), ``[n]`` or ``[n, 1]``; 0 if None.
        where: ``[n]`` Boolean; rows marked False (padding) are as if absent.
        plan: how the scores are evaluated; never changes the value.

    Returns: ``MIAlphaTerms(information)``; ``mi_alpha_loss`` is ``-information``.
    Gradients: exact for student, critic and baseline; exactly zero for the teacher.
    Cost: O(n^2) scores.
    Example:
        >>> x = 10.0 * jnp.eye(4)
        >>> terms = mi_alpha_terms(x, x, lambda s, t: s @ t.T, alpha=1.0)
        >>> round(float(terms.information), 4)  # log 3
        1.0986
    References: He et al. (2021), Distiller, arXiv 2109.11105; Poole et al. (2019).
    """
    return _terms(
        "mi_alpha_terms", student, teacher, critic, alpha, baseline, where, plan
    )


def mi_alpha_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    critic: Critic,
    *,
    alpha: ArrayLike = 0.5,
    baseline: Callable[[Array], Array] | None = None,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""MI-alpha distillation loss, :math:`-I_\alpha(\text{student}; \text{teacher})`.

    Args:
        student, teacher, critic, alpha, baseline, where, plan: as in
            ``mi_alpha_terms``. Normalise the features first: with an unbounded critic
            and a small alpha the exponentials grow quickly early in training.

    Returns: scalar to minimise, in nats.
    Gradients: exact for student, critic and baseline; exactly zero for the teacher.
    Cost: O(n^2) scores.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 4))
        >>> teacher = jnp.tanh(x @ jnp.ones((4, 3)))
        >>> def loss(w):
        ...     critic = lambda s, t: s @ w["critic"] @ t.T
        ...     return mi_alpha_loss(x @ w["student"], teacher, critic, alpha=0.9)
        >>> w = {"student": jnp.ones((4, 2)), "critic": jnp.zeros((2, 3))}
        >>> optimizer = optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: He et al. (2021), Distiller, arXiv 2109.11105.
    """
    terms = _terms(
        "mi_alpha_loss", student, teacher, critic, alpha, baseline, where, plan
    )
    return -terms.information


def _terms(
    name: str,
    student: ArrayLike,
    teacher: ArrayLike,
    critic: Critic,
    alpha: ArrayLike,
    baseline: Callable[[Array], Array] | None,
    where: ArrayLike | None,
    plan: PairPlan,
) -> MIAlphaTerms:
    (student, teacher), dtype = checks.samples(name, student=student, teacher=teacher)
    n = checks.same_length(name, student=student, teacher=teacher)
    mask = checks.row_mask(name, where, n)
    student = checks.column_mask(student, mask)
    teacher = lax.stop_gradient(checks.column_mask(teacher, mask))
    log_baseline = None if baseline is None else baseline(teacher).reshape(n)
    scores = Pairs(critic, student, teacher, plan, mask, mask)
    value = bounds.interpolated(scores, alpha=alpha, log_baseline=log_baseline)
    return MIAlphaTerms(value.astype(dtype))
