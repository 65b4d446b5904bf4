"""Stacked bottlenecks, each asked to keep what tells about one more modality."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax.losses._encoder import open_encoder
from infojax.losses._rates import gaussian_rate
from infojax.types import Array, ArrayLike

__all__ = [
    "BottleneckLevel",
    "HierarchicalTerms",
    "hierarchical_bottleneck_loss",
    "hierarchical_bottleneck_terms",
]

Weights = ArrayLike | Sequence[ArrayLike]


class BottleneckLevel(NamedTuple):
    """One level of the stack: a Gaussian code, and what is predicted from it.

    ``mean`` and ``scale`` of the code are ``[n, d]`` (the scale may be a scalar);
    ``reconstruction``, from a draw of the code, and ``target`` are ``[n, dt]``.
    """

    mean: ArrayLike
    scale: ArrayLike
    reconstruction: ArrayLike
    target: ArrayLike


class HierarchicalTerms(NamedTuple):
    """What every level costs, ``[levels]`` each.

    ``rates`` are upper bounds on the information codes keep of what they encode, in
    nats; ``errors`` mean squared differences of reconstruction and target.
    """

    rates: Array
    errors: Array


def hierarchical_bottleneck_terms(
    levels: Sequence[BottleneckLevel], *, where: ArrayLike | None = None
) -> HierarchicalTerms:
    r"""Rates and reconstruction errors of a stack of bottlenecks.

    The code of the first level encodes the prime modality and reconstructs a second
    one; the code of the next level encodes a draw of the first code and reconstructs a
    third one, and so on. Level k has the rate :math:`\overline{D(N(\mu_k, \sigma_k^2)
    \| N(0, I))}`.

    Args:
        levels: ``BottleneckLevel(mean, scale, reconstruction, target)``, first level
            first. Draw codes by ``reparameterize``, without stopping gradients. Tokens
            are rows: reshape ``[batch, tokens, d]`` to ``[batch * tokens, d]``, and
            mask the padding.
        where: ``[n]`` Boolean; rows marked False are as if absent, on every level.

    Returns: ``HierarchicalTerms(rates, errors)``, ``[levels]`` each. The rates are
        summed over the columns of a code, the errors averaged over those of a target.
    Gradients: exact.
    Cost: O(n d) of all columns.
    Example:
        >>> code, views = jnp.ones((3, 2)), jnp.zeros((3, 4))
        >>> level = BottleneckLevel(code, 1.0, views + 0.5, views)
        >>> terms = hierarchical_bottleneck_terms([level, level])
        >>> [float(rate) for rate in terms.rates], float(terms.errors[0])
        ([1.0, 1.0], 0.25)
    References: Xiao et al. (2024), neuro-inspired information-theoretic hierarchical
        perception for multimodal learning, arXiv 2404.09403.
    """
    terms, _, dtype = _terms("hierarchical_bottleneck_terms", levels, where)
    return HierarchicalTerms(*(term.astype(dtype) for term in terms))


def hierarchical_bottleneck_loss(
    levels: Sequence[BottleneckLevel],
    *,
    error_weights: Weights = (8.0, 32.0),
    level_weights: Weights = (1.0, 0.3),
    rate_weights: Weights | None = None,
    where: ArrayLike | None = None,
) -> Array:
    r"""Hierarchical bottleneck, :math:`\sum_k \lambda_k (w_k\,\mathrm{rate}_k + \beta_k
    \,\mathrm{error}_k)`.

    The published total with the loss of a task is ``task + 2 / (8 + 32) * loss``: two
    over the sum of the error weights.

    Args:
        levels, where: as in ``hierarchical_bottleneck_terms``.
        error_weights: :math:`\beta_k`, one a level. The defaults of the weights are
            the published ones, for two levels.
        level_weights: :math:`\lambda_k`, one a level; 0 trains nothing of that level.
        rate_weights: :math:`w_k`, one a level. One over the width of the code if
            None, as published; ones give the variational bound itself.

    Returns: scalar to minimise, in nats up to the scale of the errors.
    Gradients: exact, also in the weights.
    Cost: O(n d) of all columns.
    Example:
        >>> x, side = jnp.linspace(-1.0, 1.0, 8)[:, None], jnp.linspace(0.0, 1.0, 8)
        >>> keys, rule = jax.random.split(jax.random.key(0)), optax.adam(0.1)
        >>> def loss(w):
        ...     first = reparameterize(keys[0], x * w[0], 0.5)
        ...     second = reparameterize(keys[1], first * w[2], 0.5)
        ...     return hierarchical_bottleneck_loss([
        ...         BottleneckLevel(x * w[0], 0.5, first * w[1], side),
        ...         BottleneckLevel(first * w[2], 0.5, second * w[3], side**2),
        ...     ])
        >>> w = jnp.ones(4)
        >>> start, state = loss(w), rule.init(w)
        >>> for _ in range(3):
        ...     updates, state = rule.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Xiao et al. (2024), arXiv 2404.09403.
    """
    name = "hierarchical_bottleneck_loss"
    terms, widths, dtype = _terms(name, levels, where)
    default = [1 / width for width in widths]
    beta, share, rate_weight = (
        _one_a_level(name, argument, value, terms.rates)
        for argument, value in (
            ("error_weights", error_weights),
            ("level_weights", level_weights),
            ("rate_weights", default if rate_weights is None else rate_weights),
        )
    )
    costs = rate_weight * terms.rates + beta * terms.errors
    return jnp.sum(share * costs).astype(dtype)


def _one_a_level(name: str, argument: str, value: Weights, like: Array) -> Array:
    array = jnp.asarray(value).astype(like.dtype)
    if array.shape != like.shape:
        expected = f"one number for each of the {len(like)} levels"
        received = f"shape {list(array.shape)}"
        raise checks.fail(ValueError, name, argument, expected, received)
    return array


def _terms(
    name: str, levels: Sequence[BottleneckLevel], where: ArrayLike | None
) -> tuple[HierarchicalTerms, list[int], jnp.dtype]:
    """The terms in one working dtype, widths of the codes, the dtype to return."""
    if not levels:
        raise checks.fail(ValueError, name, "levels", "at least one level", "none")
    opened = [_level(name, f"levels[{i}]", level) for i, level in enumerate(levels)]
    means = {f"levels[{i}].mean": arrays[0] for i, (arrays, _) in enumerate(opened)}
    n = checks.same_length(name, **means)
    mask = checks.row_mask(name, where, n)
    dtype = checks.scalar_dtype(*(jnp.empty(0, dtype) for _, dtype in opened))
    work = checks.working_dtype(dtype)
    rates, errors = [], []
    for (mean, scale, reconstruction, target), _ in opened:
        error = jnp.mean((reconstruction - target) ** 2, axis=1)
        errors.append(numerics.mean(error, mask).astype(work))
        rates.append(gaussian_rate(mean, scale, where=mask).astype(work))
    terms = HierarchicalTerms(jnp.stack(rates), jnp.stack(errors))
    return terms, [arrays[0].shape[1] for arrays, _ in opened], dtype


def _level(name: str, at: str, level: BottleneckLevel) -> tuple[list[Array], jnp.dtype]:
    """Mean, scale, reconstruction and target of one level, ``[n, d]``."""
    seen = {
        f"{at}.reconstruction": level.reconstruction,
        f"{at}.target": level.target,
    }
    called = (f"{at}.mean", f"{at}.scale")
    (mean, scale, *pair), dtype = open_encoder(
        name, level.mean, level.scale, called=called, **seen
    )
    pair, _ = checks.samples(name, **dict(zip(seen, pair, strict=True)))
    named = dict(zip(seen, pair, strict=True))
    checks.same_length(name, **{called[0]: mean}, **named)
    checks.columns(name, **named)
    return [mean, scale, *pair], dtype
