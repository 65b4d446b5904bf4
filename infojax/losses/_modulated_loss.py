"""A fused classifier whose modalities receive scaled gradients."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import with_gradient_of
from infojax.losses._encoder import cross_entropies
from infojax.losses._modulation import open_vector
from infojax.types import Array, ArrayLike

__all__ = ["modality_scores", "modulated_loss", "scale_gradient"]

_WORST = -math.log(1e-8)  # the cross-entropy from which a row tells no more


def modality_scores(
    responses: ArrayLike, labels: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Cross-entropy of each modality's response, row by row at most -log 1e-8.

    Args:
        responses: ``[M, n, classes]``, such as ``shapley_responses``.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``[M]`` in nats; the lower, the stronger the modality.
    Gradients: exact; zero for rows at the limit.
    Cost: O(M n classes).
    Example:
        >>> responses = jnp.array([[[0.0, 0.0]], [[9.0, 0.0]]])
        >>> scores = modality_scores(responses, jnp.array([0]))
        >>> [round(float(score), 4) for score in scores]  # log 2, and hardly any
        [0.6931, 0.0001]
    References: Li et al. (2023), boosting multi-modal model performance with adaptive
        gradient modulation, arXiv 2308.07686.
    """
    phi, classes, mask, dtype = _open("modality_scores", responses, labels, where)

    def score(logits: Array) -> Array:
        losses = cross_entropies(logits[None], classes, mask)
        return numerics.mean(jnp.minimum(losses, _WORST), mask)

    return jax.vmap(score)(phi).astype(dtype)


def scale_gradient(x: ArrayLike, factor: ArrayLike) -> Array:
    """The same array, whose gradient arrives multiplied by a factor.

    Args:
        x: array of any shape.
        factor: a scalar or of a shape that broadcasts to that of ``x``; a constant.

    Returns: ``x``; NaN where the factor is.
    Gradients: the factor times what arrives, in ``x``; zero in the factor.
    Cost: elementwise.
    Example:
        >>> both = jax.value_and_grad(lambda x: scale_gradient(x, 0.5) ** 2)(3.0)
        >>> [float(value) for value in both]
        [9.0, 3.0]
    References: Ganin et al. (2016), domain-adversarial training of neural networks, for
        a factor that is negative.
    """
    x = checks.as_float("scale_gradient", "x", x)
    kappa = lax.stop_gradient(jnp.asarray(factor)).astype(x.dtype)
    try:
        kappa = jnp.broadcast_to(kappa, x.shape)
    except ValueError:
        expected, received = f"broadcastable to {list(x.shape)}", str(list(kappa.shape))
        raise checks.fail(
            ValueError, "scale_gradient", "factor", expected, received
        ) from None
    return with_gradient_of(jnp.where(jnp.isnan(kappa), kappa, x), kappa * x)


def modulated_loss(
    responses: ArrayLike,
    labels: ArrayLike,
    coefficients: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> Array:
    r"""Cross-entropy of the summed responses, whose gradients are scaled one by one.

    The value is that of the sum, :math:`\sum_m \phi^m`, whatever the coefficients are.

    Args:
        responses: ``[M, n, classes]``, of ``shapley_responses``.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        coefficients: ``[M]``, of ``modulation_coefficients``; constants.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar to minimise, in nats.
    Gradients: not those of the value: what reaches response m is multiplied by its
        coefficient. With two modalities the full pass receives the mean coefficient,
        the pass of the first alone half the difference, and that of the second its
        negative. Exact where all coefficients are 1.
    Cost: O(M n classes).
    Example:
        >>> x, labels = jnp.eye(4), jnp.array([0, 1, 1, 0])
        >>> def loss(w, kappa):
        ...     phi = jnp.stack([x[:, :3] @ w["a"], x[:, 1:] @ w["b"]])
        ...     return modulated_loss(phi, labels, kappa)
        >>> w = {"a": jnp.zeros((3, 2)), "b": jnp.zeros((3, 2))}
        >>> kappa, optimizer = jnp.array([0.5, 2.0]), optax.sgd(0.5)
        >>> state, start = optimizer.init(w), loss(w, kappa)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w, kappa), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w, kappa) < start)
        True
    References: Li et al. (2023), arXiv 2308.07686.
    """
    name = "modulated_loss"
    phi, classes, mask, dtype = _open(name, responses, labels, where)
    kappa, _ = open_vector(name, "coefficients", coefficients)
    checks.same_length(name, responses=phi, coefficients=kappa)
    logits = jnp.sum(scale_gradient(phi, kappa[:, None, None]), axis=0)
    losses = cross_entropies(logits[None], classes, mask)
    return numerics.mean(losses, mask).astype(dtype)


def _open(
    name: str, responses: ArrayLike, labels: ArrayLike, where: ArrayLike | None
) -> tuple[Array, Array, Array, jnp.dtype]:
    """Responses, 0 where masked, labels that index classes, mask, dtype to return."""
    (phi,), dtype = checks.common_float(name, responses=responses)
    if phi.ndim != 3 or phi.size == 0:
        expected, received = "non-empty, [M, n, classes]", str(list(phi.shape))
        raise checks.fail(ValueError, name, "responses", expected, received)
    classes = checks.integers(name, "labels", labels)
    n = phi.shape[1]
    if len(classes) != n:
        expected, received = f"of {n} rows, as `responses`", f"{len(classes)} rows"
        raise checks.fail(ValueError, name, "labels", expected, received)
    mask = checks.row_mask(name, where, n)
    kept = jnp.where(mask[:, None], phi, 0)
    return kept, jnp.clip(classes, 0, phi.shape[2] - 1), mask, dtype
