"""Bilateral dependence: layers that depend on the labels and not on the inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp

from infojax import dependence, kernels
from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.losses import hsic_bottleneck_terms
from infojax.types import Array, ArrayLike, Kernel

__all__ = [
    "BilateralTerms",
    "bilateral_penalty",
    "bilateral_terms",
    "coco",
    "scaled_gaussian",
]


class BilateralTerms(NamedTuple):
    """Dependence of each layer on the inputs and on the labels, ``[layers]``."""

    rate: Array
    relevance: Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _ScaledGaussian:
    sigma: ArrayLike

    def __call__(self, x: Array, y: Array) -> Array:
        name = "scaled_gaussian"
        sides = {"x": checks.as_float(name, "x", x), "y": checks.as_float(name, "y", y)}
        for argument, side in sides.items():
            if side.ndim != 2:
                expected, received = "of shape [n, d]", str(list(side.shape))
                raise checks.fail(ValueError, name, argument, expected, received)
        columns = checks.columns(name, **sides)
        sigma = scalar(name, "sigma", self.sigma, x.dtype)
        return kernels.gaussian(sigma * columns**0.5)(x, y)


def scaled_gaussian(sigma: ArrayLike = 5.0) -> Kernel:
    r"""Gaussian kernel of a bandwidth that grows with the number of columns.

    :math:`\exp(-\|x - y\|^2 / (2 \sigma^2 d))`: one bandwidth for layers of any width.

    Args:
        sigma: bandwidth a column, positive, a scalar; may be traced.

    Returns: a Gram callable, a pytree whose leaf is ``sigma``.
    Gradients: exact in samples and bandwidth.
    Cost: O(n m d).
    Example:
        >>> one, two = jnp.zeros((1, 4)), jnp.ones((1, 4))
        >>> round(float(scaled_gaussian(1.0)(one, two)[0, 0]), 4)
        0.6065
    References: Ma, Lewis and Kleijn (2020), the HSIC bottleneck, arXiv 1908.01580.
    """
    return _ScaledGaussian(sigma)


def coco(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kernel_x: Kernel = kernels.gaussian(1.0),
    kernel_y: Kernel = kernels.gaussian(1.0),
    where: ArrayLike | None = None,
) -> Array:
    r"""Constrained covariance as defences use it: :math:`\sqrt{\|HKH\,HLH\|_F} / n`.

    The Frobenius norm in place of the largest singular value of the criterion's
    definition, above which it lies.

    Args:
        x: samples, ``[n, dx]`` or ``[n]``.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        kernel_x, kernel_y: positive semi-definite Gram callables; bandwidths may be
            arrays.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: scalar >= 0 in the unit of the kernels; 0 where a side is constant up to
        rounding.
    Gradients: exact, also in the bandwidths; 0 where the value is.
    Cost: O(n^2 (dx + dy) + n^3) time and n^2 memory.
    Example:
        >>> x, k = jnp.array([-1.0, 1.0]), kernels.linear()
        >>> round(float(coco(x, x, kernel_x=k, kernel_y=k)), 4)
        1.0
    References: Gretton et al. (2005), kernel methods for measuring independence; Peng
        et al. (2022), bilateral dependency optimization, defending against
        model-inversion attacks, arXiv 2206.05483.
    """
    name = "coco"
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    mask = checks.row_mask(name, where, n)
    x, y = checks.column_mask(x, mask), checks.column_mask(y, mask)
    sides = kernel_x(x, x), kernel_y(y, y)
    both = mask[:, None] & mask[None]
    left, right = (_centred(jnp.where(both, gram, 0), mask) for gram in sides)
    size = jnp.sum(jnp.matmul(left, right, precision="highest") ** 2)
    noise = (16 * float(jnp.finfo(size.dtype).eps)) ** 2
    scale = [jnp.sum(jnp.where(both, gram, 0) ** 2) for gram in sides]
    constant = size <= noise * scale[0] * scale[1]
    root = numerics.sqrt(numerics.sqrt(jnp.where(constant, 0, size)))
    return numerics.ratio(root, jnp.sum(mask.astype(root.dtype))).astype(dtype)


def _centred(gram: Array, mask: Array) -> Array:
    """``HKH`` of the rows that exist, zero elsewhere."""
    share = numerics.normalise(mask.astype(gram.dtype))
    means = jnp.matmul(gram, share, precision="highest")
    centred = gram - means[:, None] - means[None] + jnp.sum(means * share)
    return jnp.where(mask[:, None] & mask[None], centred, 0)


def bilateral_terms(
    codes: Sequence[ArrayLike],
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    kernel_z: Kernel = scaled_gaussian(),
    kernel_x: Kernel = scaled_gaussian(),
    kernel_y: Kernel = kernels.linear(),
    measure: Callable[..., Array] = dependence.nocco,
    where: ArrayLike | None = None,
) -> BilateralTerms:
    """How much each layer depends on the inputs, and on the labels.

    ``losses.hsic_bottleneck_terms`` of every layer, with the published kernels.

    Args:
        codes: activations, one ``[n, d]`` or ``[n]`` a layer; images flattened.
        inputs: of the network, ``[n, dx]``.
        targets: labels as ``jax.nn.one_hot``, ``[n, classes]``.
        kernel_z, kernel_x: Gram callables of codes and inputs.
        kernel_y: of the labels; the code of the paper has this one, a
            ``scaled_gaussian`` and ``kernels.rational_quadratic(1.0, alpha=0.5)``.
        measure: of dependence: ``dependence.nocco``, the normalised HSIC of the paper,
            ``coco``, or ``dependence.hsic``, which is steady in float32.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: ``BilateralTerms(rate, relevance)``, ``[layers]`` each, in the unit of the
        measure.
    Gradients: those of the measure.
    Cost: that of the measure, twice a layer; O(n^3) by default.
    Example:
        >>> x, labels = jnp.linspace(-1.0, 1.0, 6), jnp.array([0, 0, 0, 1, 1, 1])
        >>> y, measure = jax.nn.one_hot(labels, 2), dependence.normalized_hsic
        >>> terms = bilateral_terms([x, jnp.sign(x)], x, y, measure=measure)
        >>> bool(terms.rate[0] > terms.rate[1])
        True
        >>> bool(terms.relevance[0] < terms.relevance[1])
        True
    References: Peng et al. (2022), arXiv 2206.05483.
    """
    return _terms(
        "bilateral_terms",
        codes,
        inputs,
        targets,
        (kernel_z, kernel_x, kernel_y),
        measure,
        where,
    )


def bilateral_penalty(
    codes: Sequence[ArrayLike],
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    input_weight: ArrayLike = 0.05,
    target_weight: ArrayLike = 0.5,
    kernel_z: Kernel = scaled_gaussian(),
    kernel_x: Kernel = scaled_gaussian(),
    kernel_y: Kernel = kernels.linear(),
    measure: Callable[..., Array] = dependence.nocco,
    where: ArrayLike | None = None,
) -> Array:
    """What a defence against inversion adds to a classifier's loss.

    ``sum(input_weight * rate - target_weight * relevance)`` over the layers.

    Args:
        codes, inputs, targets: as in ``bilateral_terms``.
        input_weight: of the dependence on inputs, a scalar or one a layer; 0.05 in the
            published runs on faces.
        target_weight: of the dependence on labels; 0.5 there. Tune both: they are in
            units of the measure.
        kernel_z, kernel_x, kernel_y, measure, where: as there.

    Returns: scalar to add, in the unit of the measure; of either sign.
    Gradients: those of the measure, and exact in the weights.
    Cost: that of the measure, twice a layer.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 3))
        >>> y, rule = jax.nn.one_hot(jnp.where(x[:, 0] > 0, 1, 0), 2), optax.adam(0.1)
        >>> measure = dependence.normalized_hsic
        >>> loss = lambda w: bilateral_penalty([x @ w], x, y, measure=measure)
        >>> w = jnp.ones((3, 2))
        >>> start, state = loss(w), rule.init(w)
        >>> for _ in range(3):
        ...     updates, state = rule.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Peng et al. (2022), arXiv 2206.05483.
    """
    name = "bilateral_penalty"
    grams = kernel_z, kernel_x, kernel_y
    terms = _terms(name, codes, inputs, targets, grams, measure, where)
    a, b = (
        _layers(name, argument, weight, terms.rate)
        for argument, weight in (
            ("input_weight", input_weight),
            ("target_weight", target_weight),
        )
    )
    return jnp.sum(a * terms.rate - b * terms.relevance)


def _layers(name: str, argument: str, weight: ArrayLike, like: Array) -> Array:
    array = jnp.asarray(weight).astype(like.dtype)
    if array.shape not in ((), like.shape):
        expected = f"a scalar or of shape {list(like.shape)}"
        received = str(list(array.shape))
        raise checks.fail(ValueError, name, argument, expected, received)
    return array


def _terms(
    name: str,
    codes: Sequence[ArrayLike],
    inputs: ArrayLike,
    targets: ArrayLike,
    grams: tuple[Kernel, Kernel, Kernel],
    measure: Callable[..., Array],
    where: ArrayLike | None,
) -> BilateralTerms:
    listed = isinstance(codes, (tuple, list))
    if not listed or not codes:
        received = "none" if listed else type(codes).__name__
        expected = "a tuple or list of activations"
        raise checks.fail(TypeError, name, "codes", expected, received)
    named = {f"codes[{i}]": layer for i, layer in enumerate(codes)}
    (x, y, *layers), dtype = checks.samples(
        name, inputs=inputs, targets=targets, **named
    )
    rows = dict(zip(("inputs", "targets", *named), (x, y, *layers), strict=True))
    mask = checks.row_mask(name, where, checks.same_length(name, **rows))
    kernel_z, kernel_x, kernel_y = grams
    found = [
        hsic_bottleneck_terms(
            z,
            x,
            y,
            kernel_z=kernel_z,
            kernel_x=kernel_x,
            kernel_y=kernel_y,
            measure=measure,
            where=mask,
        )
        for z in layers
    ]
    return BilateralTerms(
        jnp.stack([term.rate for term in found]).astype(dtype),
        jnp.stack([term.relevance for term in found]).astype(dtype),
    )
