"""Images that teach nothing: noise that lets a model do without their content.

For data of one's own. Models trained with strong augmentation, on grey images, after
compression or adversarially see through it, and noise below the rounding of an image
format is lost when it is saved.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.leakage._identity import cross_entropy, one_hot
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = [
    "Perturbation",
    "Protected",
    "error_minimising_noise",
    "pixel_mask",
    "protect",
]

State = TypeVar("State")


class Perturbation(NamedTuple):
    """``noise [n, h, w, c]`` and the mean loss before each step and at the end."""

    noise: Array
    losses: Array


class Protected(NamedTuple):
    """``images`` that are the originals plus ``noise``, ``[n, h, w, c]`` each.

    ``error`` is the share of protected images that the surrogate gets wrong after
    ``rounds`` rounds; ``converged`` says whether that is below the tolerance.
    """

    images: Array
    noise: Array
    error: Array
    rounds: Array
    converged: Array


def pixel_mask(gradients: ArrayLike, *, ratio: float) -> Array:
    """The pixels of each image on which a loss depends most.

    Args:
        gradients: of the loss of each image in its pixels, ``[n, h, w, c]``: of the sum
            of losses, so that other images do not count.
        ratio: share of the pixels to keep, static, in (0, 1]; their number is rounded
            up.

    Returns: ``[n, h, w, 1]``, 1 at the pixels whose largest absolute gradient over
        channels is among the largest, 0 elsewhere; ties go to the pixel that comes
        first, row by row. NaN in an image whose gradient holds one.
    Gradients: zero.
    Cost: O(n h w (c + log(h w))).
    Example:
        >>> slopes = jnp.array([[[[1.0], [-3.0]], [[2.0], [0.0]]]])
        >>> pixel_mask(slopes, ratio=0.5)[0, :, :, 0].tolist()
        [[0.0, 1.0], [1.0, 0.0]]
    References: Sun et al. (2024), medical unlearnable examples, securing medical data
        from unauthorized training via sparsity-aware local masking, arXiv 2403.10573.
    """
    name = "pixel_mask"
    (slopes,), dtype = checks.common_float(name, gradients=gradients)
    _images(name, "gradients", slopes)
    return _mask(slopes, _kept(name, ratio, slopes)).astype(dtype)


def error_minimising_noise(
    loss: Callable[[Array, Array], Array],
    images: ArrayLike,
    labels: ArrayLike,
    noise: ArrayLike,
    mask: ArrayLike,
    *,
    epsilon: ArrayLike = 8 / 255,
    step_size: ArrayLike | None = None,
    steps: int = 20,
) -> Perturbation:
    r"""Noise under which a fixed model is right, by steps along the sign of a gradient.

    :math:`\delta \leftarrow \delta - \alpha\, \mathrm{sign}(g)\, M`, held within
    :math:`\pm \epsilon`, then where :math:`x + \delta` is an image.

    Args:
        loss: images ``[n, h, w, c]`` and labels to losses ``[n]``, of a model as it is
            used: no dropout, frozen statistics.
        images: in [0, 1], ``[n, h, w, c]``.
        labels: anything with n rows that ``loss`` reads.
        noise: to start from, of the shape of ``images``.
        mask: pixels that may change, broadcasting with ``images``: ``pixel_mask``, or 1
            for plain error-minimising noise.
        epsilon: most that a pixel changes.
        step_size: a tenth of ``epsilon`` by default.
        steps: static.

    Returns: ``Perturbation(noise, losses)``, ``[n, h, w, c]`` and ``[steps + 1]``. A
        pixel whose gradient is 0 stays; one that is black or white can go one way only.
    Gradients: none; the result is a constant.
    Cost: a gradient of the loss a step. Images do not depend on each other: cut a large
        set into pieces.
    Example:
        >>> x, y = jnp.full((1, 1, 2, 1), 0.5), jnp.array([0])
        >>> loss = lambda x, y: x[:, 0, 0, 0] - x[:, 0, 1, 0]
        >>> found = error_minimising_noise(
        ...     loss, x, y, 0 * x, jnp.ones(()), epsilon=0.25, steps=10
        ... )
        >>> found.noise.ravel().round(2).tolist()
        [-0.25, 0.25]
    References: Huang et al. (2021), unlearnable examples, making personal data
        unexploitable, arXiv 2101.04898; Sun et al. (2024), arXiv 2403.10573.
    """
    name = "error_minimising_noise"
    named = {"images": images, "noise": noise, "mask": mask}
    (x, delta, keep), dtype = checks.common_float(name, **named)
    _images(name, "images", x)
    for argument, array in (("noise", delta), ("mask", keep)):
        try:
            jnp.broadcast_shapes(array.shape, x.shape)
        except ValueError:
            expected = f"broadcastable to {list(x.shape)}"
            received = str(list(array.shape))
            raise checks.fail(ValueError, name, argument, expected, received) from None
    steps = checks.size(name, steps, "steps")
    most, length = _lengths(name, epsilon, step_size, x.dtype)
    delta = jnp.broadcast_to(delta, x.shape)
    given = jnp.asarray(labels)
    change = partial(_perturb, lambda x: loss(x, given), most=most, length=length)
    delta, values = change(*map(lax.stop_gradient, (x, delta, keep)), steps=steps)
    return Perturbation(
        lax.stop_gradient(delta).astype(dtype), lax.stop_gradient(values).astype(dtype)
    )


def protect(
    key: PRNGKey,
    state: State,
    images: ArrayLike,
    labels: ArrayLike,
    *,
    train: Callable[[PRNGKey, State, Array, Array], State],
    predict: Callable[[State, Array], Array],
    ratio: float = 0.3,
    epsilon: ArrayLike = 8 / 255,
    step_size: ArrayLike | None = None,
    steps: int = 20,
    tolerance: float = 0.01,
    max_rounds: int = 50,
) -> Protected:
    """Sparse noise that makes images unlearnable, and the images with it.

    A round trains a surrogate for a little on the images as they are now, chooses the
    pixels that matter most to it, and lowers its loss there by
    ``error_minimising_noise``. Until the surrogate has nothing left to learn.

    Args:
        key: for ``train``, another one each round.
        state: of the surrogate, any pytree: parameters, state of an optimiser.
        images: in [0, 1], ``[n, h, w, c]``.
        labels: integer ``[n]`` in 0 .. classes - 1; others read as the nearest.
        train: ``(key, state, images, labels) -> state``, some steps on the images, 10
            batches in the published recipe.
        predict: ``(state, images) -> logits [n, classes]``, as the model is used.
        ratio: share of the pixels that may change, static, in (0, 1].
        epsilon, step_size, steps: as in ``error_minimising_noise``.
        tolerance: stop when the surrogate gets less than this share wrong.
        max_rounds: rounds at most, static.

    Returns: ``Protected(images, noise, error, rounds, converged)``. Noise is 0 off at
        most ``ceil(ratio * h * w)`` pixels of each image. With one class there is
        nothing to learn: it stops after a round.
    Gradients: none; the result is a constant.
    Cost: a round takes ``train`` and ``steps + 2`` gradients of all images.
    Example:
        >>> x, y = jnp.full((2, 1, 2, 1), 0.5), jnp.array([0, 1])
        >>> predict = lambda w, x: x.reshape(2, 2) @ w
        >>> found = protect(
        ...     jax.random.key(0), jnp.eye(2), x, y, predict=predict, ratio=0.5,
        ...     train=lambda key, w, x, y: w, epsilon=0.2,
        ... )
        >>> (found.noise != 0).sum(axis=(1, 2, 3)).tolist(), bool(found.converged)
        ([1, 1], True)
    References: Sun et al. (2024), medical unlearnable examples, arXiv 2403.10573; Huang
        et al. (2021), unlearnable examples, arXiv 2101.04898.
    """
    name = "protect"
    (x,), dtype = checks.common_float(name, images=images)
    _images(name, "images", x)
    classes = checks.integers(name, "labels", labels)
    checks.same_length(name, images=x, labels=classes)
    steps = checks.size(name, steps, "steps")
    max_rounds = checks.size(name, max_rounds, "max_rounds")
    tolerance = checks.order(name, tolerance, "tolerance", finite=True)
    kept = _kept(name, ratio, x)
    most, length = _lengths(name, epsilon, step_size, x.dtype)
    x = lax.stop_gradient(x)

    def going(carry: tuple[Any, ...]) -> Array:
        *_, error, rounds = carry
        return ~(error < tolerance) & (rounds < max_rounds)

    def advance(carry: tuple[Any, ...]) -> tuple[Any, ...]:
        state, delta, _, rounds = carry
        state = train(jax.random.fold_in(key, rounds), state, x + delta, classes)

        def loss(images: Array) -> Array:
            logits = predict(state, images)
            return cross_entropy(logits, one_hot(classes, logits))

        slopes = jax.grad(lambda images: jnp.sum(loss(images)))(x + delta)
        keep = _mask(slopes, kept)
        delta, _ = _perturb(
            loss, x, delta * keep, keep, most=most, length=length, steps=steps
        )
        wrong = jnp.argmax(predict(state, x + delta), axis=-1) != classes
        error = numerics.unless_nan(jnp.mean(wrong.astype(x.dtype)), delta)
        return state, delta, error, rounds + 1

    start = state, jnp.zeros_like(x), jnp.ones((), x.dtype), jnp.zeros((), jnp.int32)
    _, delta, error, rounds = lax.while_loop(going, advance, start)
    delta, error = lax.stop_gradient((delta, error))
    return Protected(
        (x + delta).astype(dtype),
        delta.astype(dtype),
        error.astype(dtype),
        rounds,
        error < tolerance,
    )


def _perturb(
    loss: Callable[[Array], Array],
    x: Array,
    delta: Array,
    keep: Array,
    *,
    most: Array,
    length: Array,
    steps: int,
) -> tuple[Array, Array]:
    """Noise after the steps, and the mean loss before each and at the end."""

    def summed(images: Array) -> tuple[Array, Array]:
        values = loss(images)
        # The sum: of a mean, slopes would depend on how many images there are.
        return jnp.sum(values), jnp.mean(values)

    def step(delta: Array, _: None) -> tuple[Array, Array]:
        (_, value), slopes = jax.value_and_grad(summed, has_aux=True)(x + delta)
        delta = delta - length * jnp.sign(slopes) * keep
        delta = jnp.clip(delta, -most, most)
        delta = (jnp.clip(x + delta, 0, 1) - x) * keep
        return delta, value

    delta, values = lax.scan(step, delta, length=steps)
    return delta, jnp.append(values, jnp.mean(loss(x + delta)))


def _mask(slopes: Array, kept: int) -> Array:
    n, height, width, _ = slopes.shape
    size = jnp.max(jnp.abs(lax.stop_gradient(slopes)), axis=-1).reshape(n, -1)
    lost = jnp.any(jnp.isnan(size), axis=1, keepdims=True)
    # Of equal ones ``top_k`` takes the first.
    _, chosen = lax.top_k(size, kept)
    mask = jnp.zeros_like(size).at[jnp.arange(n)[:, None], chosen].set(1)
    return jnp.where(lost, jnp.nan, mask).reshape(n, height, width, 1)


def _kept(name: str, ratio: float, images: Array) -> int:
    """How many pixels a share is, rounded up unless by rounding errors."""
    ratio = checks.order(name, ratio, "ratio", finite=True)
    if not 0 < ratio <= 1:
        raise checks.fail(ValueError, name, "ratio", "in (0, 1]", str(ratio))
    return math.ceil(round(ratio * images.shape[1] * images.shape[2], 9))


def _lengths(
    name: str, epsilon: ArrayLike, step_size: ArrayLike | None, dtype: Any
) -> tuple[Array, Array]:
    most = scalar(name, "epsilon", epsilon, dtype)
    if step_size is None:
        return most, most / 10
    return most, scalar(name, "step_size", step_size, dtype)


def _images(name: str, argument: str, x: Array) -> None:
    if x.ndim != 4 or x.size == 0:
        expected, received = "of shape [n, h, w, c]", str(list(x.shape))
        raise checks.fail(ValueError, name, argument, expected, received)
