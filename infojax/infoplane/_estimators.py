"""Information of one layer about inputs and labels, in several ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import jax.numpy as jnp

from infojax import entropy, mi, quantize, transforms
from infojax._base import checks, numerics
from infojax._base.plan import PairPlan
from infojax.mi._kde import noisy_informations
from infojax.types import Array, ArrayLike, MIEstimator, PRNGKey

__all__ = [
    "Information",
    "LayerEstimator",
    "adaptive_bins",
    "bins",
    "encoder",
    "noise",
    "samples",
]

CountEntropy = Callable[[Array], Array]


class Information(NamedTuple):
    """Coordinates of a layer in the information plane, scalars in nats.

    Attributes:
        xt: I(X; T), about the inputs.
        ty: I(T; Y), about the labels.
    """

    xt: Array
    ty: Array


class LayerEstimator(Protocol):
    """Inputs ``[n, dx]``, activations ``[n, d]``, labels ``[n]`` to ``Information``."""

    def __call__(self, x: Array, t: Array, labels: Array, /) -> Information: ...


def bins(
    edges: Callable[[Array], ArrayLike] = lambda t: jnp.linspace(-1, 1, 30),
    *,
    estimator: CountEntropy = entropy.plugin,
) -> LayerEstimator:
    """A layer cut into bins, as by Shwartz-Ziv and Tishby.

    Args:
        edges: activations ``[n, d]`` to left ends of bins, ``[bins]`` or ``[d, bins]``.
            The default is their grid of 30 points from -1 to 1, for tanh; of a layer
            that leaves it, what lies outside shares the last bins.
        estimator: ``counts [n] -> entropy``, such as ``entropy.miller_madow``.

    Returns: ``LayerEstimator``; I(X; T) is the entropy of the codes, as a layer without
        noise is a function of its input, and at most log n. Both are log n and H(Y) as
        soon as all codes are distinct, which fine bins of wide layers are.
    Gradients: zero.
    Cost: O(d n log n) a layer and epoch.
    Example:
        >>> t = jnp.array([[-0.9], [-0.9], [0.9], [0.9]])
        >>> found = bins()(t, t, jnp.array([0, 0, 1, 1]))
        >>> round(float(found.xt), 4), round(float(found.ty), 4)
        (0.6931, 0.6931)
    References: Shwartz-Ziv and Tishby (2017), opening the black box of deep neural
        networks via information; Saxe et al. (2018) for other edges.
    """

    def estimate(x: Array, t: Array, labels: Array, /) -> Information:
        ends = jnp.asarray(edges(t))
        symbols = _symbols(quantize.digitize(t, ends), ends.shape[-1])
        named = checks.integers("bins", "labels", labels)
        found = Information(
            entropy.discrete(symbols, estimator=estimator),
            mi.discrete(symbols, named, estimator=estimator),
        )
        return Information(*(numerics.unless_nan(v.astype(t.dtype), t) for v in found))

    return estimate


def adaptive_bins(
    *, count: int = 30, low: float = 0.0, estimator: CountEntropy = entropy.plugin
) -> LayerEstimator:
    """A layer cut into bins of equally many distinct values, anew at each epoch.

    Args:
        count: of the bins, static.
        low: least value of the activation function, a bin of its own: 0 for ReLU, below
            -1 for tanh.
        estimator: as in ``bins``.

    Returns: ``LayerEstimator``, as ``bins`` with ``quantize.ebab``. Increasing maps of
        a layer, such as growth of an unbounded one, change nothing.
    Gradients: zero.
    Cost: O(d n log(d n)) a layer and epoch.
    Example:
        >>> t = jnp.array([[0.0], [0.0], [5.0], [7.0]])
        >>> found = adaptive_bins(count=2)(t, t, jnp.array([0, 0, 1, 1]))
        >>> round(float(found.ty), 4)
        0.6931
    References: Chelombiev, Houghton and O'Donnell (2019), adaptive estimators show
        information compression in deep neural networks.
    """
    checks.size("adaptive_bins", count, "count")
    return bins(lambda t: quantize.ebab(t, bins=count, low=low), estimator=estimator)


def noise(
    variance: float | Callable[[Array], Array] = quantize.akde_variance,
    *,
    plan: PairPlan = PairPlan(block_size=1024),
) -> LayerEstimator:
    """A layer to which Gaussian noise is thought added, by distances of its rows.

    Args:
        variance: of the noise; a number, or activations ``[n, d]`` to one. The default
            follows the scale of the layer (aKDE).
        plan: how the pairs of rows are evaluated; never changes the value.

    Returns: ``LayerEstimator``: ``losses.pairwise_rate_upper`` for I(X; T), an upper
        bound of at most log n, and ``mi.kde_kl`` for I(T; Y), a difference of bounds.
    Gradients: exact.
    Cost: O(n^2 d) a layer and epoch.
    Example:
        >>> t = jnp.array([[0.0], [0.1], [5.0], [5.2]])
        >>> found = noise(0.1)(t, t, jnp.array([0, 0, 1, 1]))
        >>> round(float(found.ty), 4)
        0.6931
    References: Kolchinsky and Tracey (2017); Saxe et al. (2018); Chelombiev, Houghton
        and O'Donnell (2019).
    """

    def estimate(x: Array, t: Array, labels: Array, /) -> Information:
        v = variance(t) if callable(variance) else jnp.asarray(variance, t.dtype)
        return Information(*noisy_informations("noise", 2, t, labels, v, None, plan))

    return estimate


def encoder(
    key: PRNGKey,
    scale: float | Callable[[Array], ArrayLike] = 0.1,
    *,
    plan: PairPlan = PairPlan(),
) -> LayerEstimator:
    """A layer with Gaussian noise that is drawn, and what it keeps beyond the labels.

    Args:
        key: draws the noise, the same for every layer of one width and every epoch.
        scale: its standard deviation; a number, or activations ``[n, d]`` to one, such
            as ``lambda t: 0.1 * transforms.root_mean_square(t)``.
        plan: how the pairs of rows are evaluated; never changes the value.

    Returns: ``LayerEstimator``: I(X; T) by ``mi.encoder_contrastive``, a lower bound of
        at most log n, and I(T; Y) as what of it ``mi.conditional_encoder_contrastive``
        does not find within classes: ``xt - ty`` is I(X; T | Y).
    Gradients: exact.
    Cost: O(n^2 d) a layer and epoch.
    Example:
        >>> t = jnp.array([[0.0], [0.0], [9.0], [9.0]])
        >>> found = encoder(jax.random.key(0))(t, t, jnp.array([0, 0, 1, 1]))
        >>> round(float(found.xt), 4), round(float(found.ty), 4)
        (0.6931, 0.6931)
    References: Kawaguchi et al. (2023), how does information bottleneck help deep
        learning, arXiv 2305.18887.
    """

    def estimate(x: Array, t: Array, labels: Array, /) -> Information:
        width = jnp.asarray(scale(t) if callable(scale) else scale, t.dtype)
        noisy = transforms.inject_noise(key, t, 1.0, scale=width)
        total = mi.encoder_contrastive(noisy, t, width, plan=plan)
        beyond = mi.conditional_encoder_contrastive(noisy, t, width, labels, plan=plan)
        return Information(total, total - beyond)

    return estimate


def samples(
    of_inputs: MIEstimator = mi.ksg,
    of_labels: MIEstimator = mi.discrete_continuous,
    *,
    inputs: Callable[[Array], Array] = lambda x: x,
    layer: Callable[[Array], Array] = lambda t: t,
) -> LayerEstimator:
    """Any estimators of mutual information, of inputs and layers made ready for them.

    Args:
        of_inputs: ``(x, t) -> nats``: ``mi.ksg``, ``mi.student_copula``, or
            ``mi.from_entropies`` with an entropy of your choice.
        of_labels: ``(t, labels) -> nats``; ``mi.ksg`` or the like for targets that are
            floats.
        inputs: applied to the inputs, such as a compression to few columns.
        layer: applied to the activations: noise, without which the information of a
            layer about continuous inputs is infinite, and compression.

    Returns: ``LayerEstimator``.
    Gradients: those of the estimators.
    Cost: theirs.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (200, 2))
        >>> t = x[:, :1] + jax.random.normal(jax.random.key(1), (200, 1))
        >>> found = samples(mi.gaussian)(x, t, (x[:, 0] > 0).astype(int))
        >>> round(float(found.xt), 1)  # of the law: 0.3466
        0.3
    References: Butakov et al. (2024), information bottleneck analysis of deep neural
        networks via lossy compression.
    """

    for name, option in {"of_inputs": of_inputs, "of_labels": of_labels}.items():
        if not callable(option):
            expected = "a function of two samples"
            raise checks.fail(TypeError, "samples", name, expected, f"{option!r:.40}")

    def estimate(x: Array, t: Array, labels: Array, /) -> Information:
        u, v = inputs(x), layer(t)
        return Information(of_inputs(u, v), of_labels(v, labels))

    return estimate


def _symbols(codes: Array, count: int) -> Array:
    """One label for each row of codes from -1 to ``count - 1``.

    As many columns as fit are digits of one integer: each column that is left costs a
    sort of the rows.
    """
    digits = 1
    while (count + 1) ** (digits + 1) < 2**31:
        digits += 1
    n, d = codes.shape
    padded = jnp.pad(codes.astype(jnp.int32) + 1, ((0, 0), (0, -d % digits)))
    place = (count + 1) ** jnp.arange(digits, dtype=jnp.int32)
    packed = jnp.sum(padded.reshape(n, -1, digits) * place, axis=2, dtype=jnp.int32)
    return quantize.row_labels(packed)
