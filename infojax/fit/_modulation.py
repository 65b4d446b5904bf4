"""Adaptive gradient modulation as a step of an Optax chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax

from infojax import losses
from infojax._base import checks
from infojax.losses import ModulationState
from infojax.types import ArrayLike

__all__ = ["adaptive_gradient_modulation"]

_NAME = "adaptive_gradient_modulation"


def adaptive_gradient_modulation(
    labels: Any | Callable[[Any], Any],
    *,
    alpha: ArrayLike,
    max_gap: ArrayLike | None = None,
) -> optax.GradientTransformationExtraArgs:
    r"""Gradients of each modality's parameters scaled by its modulation coefficient.

    For late fusion, where the output is a sum of networks, one a modality and 0 where
    that is muted: then it is the gradient of ``losses.modulated_loss``, without the
    passes of subsets. Parameters that several modalities share keep their gradient;
    there the two differ, and ``losses.modulated_loss`` is the published method.

    Args:
        labels: a tree of modality indices 0 .. M - 1 like the parameters, or with one
            index for a subtree of them, or a function of the parameters that gives it,
            as for ``optax.partition``; None marks what is shared and left as it is.
        alpha, max_gap: as in ``losses.modulation_coefficients``.

    Returns: an Optax transformation, to come before the optimiser in ``optax.chain``.
        Its ``update`` takes ``scores=losses.modality_scores(responses, labels)``, and
        its state is a ``losses.ModulationState(running, step)``.
    Gradients: stopped in the scores.
    Cost: elementwise in the parameters.
    Example:
        >>> x, y = jax.random.normal(jax.random.key(0), (2, 16, 3)), jnp.arange(16) % 2
        >>> def responses(w):
        ...     return jnp.stack([x[0] @ w["a"], x[1] @ w["b"]])
        >>> def loss(w):
        ...     logits = responses(w).sum(axis=0)
        ...     return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()
        >>> modulate = adaptive_gradient_modulation({"a": 0, "b": 1}, alpha=1.0)
        >>> optimizer = optax.chain(modulate, optax.sgd(0.5))
        >>> w = {"a": jnp.zeros((3, 2)), "b": jnp.zeros((3, 2))}
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     scores = losses.modality_scores(responses(w), y)
        ...     slopes = jax.grad(loss)(w)
        ...     updates, state = optimizer.update(slopes, state, scores=scores)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start), int(state[0].step)
        (True, 3)
    References: Li et al. (2023), boosting multi-modal model performance with adaptive
        gradient modulation, arXiv 2308.07686.
    """

    def init(params: Any) -> ModulationState:
        return losses.running_scores(_modalities(_resolved(labels, params))).init()

    def update(
        updates: Any,
        state: Any,
        params: Any = None,
        *,
        scores: ArrayLike | None = None,
        **extra: Any,
    ) -> tuple[Any, ModulationState]:
        del params, extra
        if scores is None:
            expected = "given to `update`, `[M]` of `losses.modality_scores`"
            raise checks.fail(TypeError, _NAME, "scores", expected, "nothing")
        kappa = losses.modulation_coefficients(
            scores, state.running, alpha=alpha, max_gap=max_gap
        )

        def scaled(label: int | None, part: Any) -> Any:
            if label is None:
                return part
            return jax.tree.map(lambda g: g * kappa[label].astype(g.dtype), part)

        tree = _resolved(labels, updates)
        updates = jax.tree.map(scaled, tree, updates, is_leaf=_shared)
        average = losses.running_scores(len(state.running))
        return updates, average.update(state, scores)

    # Parameters are known in `init` only; what is no function can be checked here.
    if not callable(labels):
        _modalities(labels)
    return optax.GradientTransformationExtraArgs(init, update)


def _shared(label: Any) -> bool:
    return label is None


def _resolved(labels: Any, params: Any) -> Any:
    return labels(params) if callable(labels) else labels


def _modalities(labels: Any) -> int:
    """One more than the largest label."""
    found = [label for label in jax.tree.leaves(labels) if label is not None]
    for label in found:
        whole = isinstance(label, (int, np.integer)) and not isinstance(label, bool)
        if not whole or label < 0:
            expected = "a tree of modality indices >= 0, and None where shared"
            raise checks.fail(ValueError, _NAME, "labels", expected, repr(label))
    if not found:
        expected = "a tree with at least one modality index"
        raise checks.fail(ValueError, _NAME, "labels", expected, "none")
    return 1 + int(max(found))
