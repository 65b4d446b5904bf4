"""Codes of two modalities apart from each other and from what they have in common."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jax import lax

from infojax import bounds
from infojax._base import checks
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax.types import Array, ArrayLike, Critic

__all__ = [
    "DisentanglingTerms",
    "disentangling_fit_loss",
    "disentangling_loss",
    "disentangling_terms",
]

Encoder = TypeVar("Encoder")


class DisentanglingTerms(NamedTuple):
    """Upper bounds on what codes share, scalars in nats.

    ``specific`` of the two specific codes with each other; ``common`` of both together
    with the common code.
    """

    specific: Array
    common: Array


def disentangling_terms(
    first: ArrayLike,
    second: ArrayLike,
    common: ArrayLike,
    specific_encoder: Critic,
    common_encoder: Critic,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> DisentanglingTerms:
    r"""What specific codes share with each other, and with the common code.

    ``bounds.club`` of :math:`q(b | a)` and of :math:`q(c | a, b)`, for the specific
    codes a and b and the common code c.

    Args:
        first: code of one modality alone, ``[n, d1]`` or ``[n]``.
        second: code of the other alone, ``[n, d2]`` or ``[n]``.
        common: code of what both have in common, ``[n, d]`` or ``[n]``.
        specific_encoder: log-densities ``log q(second_j | first_i)``, ``[n, n]``, such
            as ``critics.gaussian_encoder`` builds. The parameters of a pytree, which
            NNX modules are, are held constant here.
        common_encoder: the same of ``common`` given the columns of ``first`` and
            ``second`` side by side.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: ``DisentanglingTerms(specific, common)``; ``disentangling_loss`` is their
        weighted sum. Upper bounds where the encoders fit: train them on
        ``disentangling_fit_loss`` in steps of their own. While encoders are held there
        is no floor (of unit variance they give the covariance of mean and code, summed
        over columns), so weigh the terms lightly.
    Gradients: exact for the codes; zero for parameters of the encoders.
    Cost: O(n^2) log-densities of each encoder.
    Example:
        >>> def encoder(x, y):
        ...     return -jnp.sum((x[:, None, :1] - y[None]) ** 2, axis=-1) / 2
        >>> first, other = jnp.array([-1.0, 1.0]), jnp.zeros(2)
        >>> terms = disentangling_terms(first, first, other, encoder, encoder)
        >>> [float(term) for term in terms]
        [1.0, 0.0]
    References: Zhang et al. (2024), prototypical information bottlenecking and
        disentangling for multimodal cancer survival prediction, arXiv 2401.01646;
        Cheng et al. (2020), CLUB.
    """
    return _terms(
        "disentangling_terms",
        first,
        second,
        common,
        specific_encoder,
        common_encoder,
        where,
        plan,
    )


def disentangling_loss(
    first: ArrayLike,
    second: ArrayLike,
    common: ArrayLike,
    specific_encoder: Critic,
    common_encoder: Critic,
    *,
    weight: ArrayLike = 1.0,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """Disentangling loss: ``specific + weight * common``, for steps of the codes.

    Alternate: a step of the encoders on ``disentangling_fit_loss``, then one of the
    codes on this. One optimiser on the sum of both, as published, pulls codes together
    instead: the fit cancels what the bound would push away.

    Args:
        first, second, common, specific_encoder, common_encoder, where, plan: as in
            ``disentangling_terms``.
        weight: of the common term.

    Returns: scalar to minimise, in nats.
    Gradients: exact for the codes and weight; zero for parameters of the encoders.
    Cost: O(n^2) log-densities of each encoder.
    Example:
        >>> x, rule = jax.random.normal(jax.random.key(0), (64, 3)), optax.adam(0.01)
        >>> make, width = critics.gaussian_encoder, {"width": 16}
        >>> q = make(1, 1, **width)(nnx.Rngs(0)), make(2, 1, **width)(nnx.Rngs(1))
        >>> graph, fitted = nnx.split(q)
        >>> codes = lambda w: jnp.split(x @ w, 3, axis=1)
        >>> fit = lambda p, w: disentangling_fit_loss(*codes(w), *nnx.merge(graph, p))
        >>> loss = lambda w, p: disentangling_loss(*codes(w), *nnx.merge(graph, p))
        >>> w = jnp.ones((3, 3))
        >>> start, states = fit(fitted, w), [rule.init(fitted), rule.init(w)]
        >>> for _ in range(3):
        ...     step, states[0] = rule.update(jax.grad(fit)(fitted, w), states[0])
        ...     fitted = optax.apply_updates(fitted, step)
        ...     step, states[1] = rule.update(jax.grad(loss)(w, fitted), states[1])
        ...     w = optax.apply_updates(w, step)
        >>> bool(fit(fitted, w) < start)
        True
    References: Zhang et al. (2024), arXiv 2401.01646; Cheng et al. (2020), CLUB.
    """
    terms = _terms(
        "disentangling_loss",
        first,
        second,
        common,
        specific_encoder,
        common_encoder,
        where,
        plan,
    )
    trade_off = jnp.asarray(weight).astype(terms.common.dtype)
    return terms.specific + trade_off * terms.common


def disentangling_fit_loss(
    first: ArrayLike,
    second: ArrayLike,
    common: ArrayLike,
    specific_encoder: Critic,
    common_encoder: Critic,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Negative log-likelihood of both encoders, for steps of their parameters.

    :math:`-\overline{\log q(b_i | a_i)} - \overline{\log q(c_i | a_i, b_i)}`.

    Args:
        first, second, common, specific_encoder, common_encoder, where, plan: as in
            ``disentangling_terms``.

    Returns: scalar to minimise, in nats; of either sign, as it is of densities.
    Gradients: exact for parameters of the encoders; zero for the codes.
    Cost: O(n) log-densities of each encoder.
    Example:
        >>> def encoder(x, y):
        ...     return -jnp.sum((x[:, None, :1] - y[None]) ** 2, axis=-1) / 2
        >>> first, other = jnp.array([-1.0, 1.0]), jnp.zeros(2)
        >>> float(disentangling_fit_loss(first, first, other, encoder, encoder))
        0.5
    References: Zhang et al. (2024), arXiv 2401.01646; Cheng et al. (2020), CLUB.
    """
    name = "disentangling_fit_loss"
    codes, mask, dtype = _open(name, first, second, common, where)
    sides = _sides(*lax.stop_gradient(codes))
    encoders = specific_encoder, common_encoder
    total = jnp.zeros((), codes[0].dtype)
    for encoder, (x, y) in zip(encoders, sides, strict=True):
        pairs = Pairs(encoder, x, y, plan, mask, mask)
        fit = checks.column_mask(pairs.diagonal(), mask)
        total = total - pairs.mean(fit).astype(total.dtype)
    return total.astype(dtype)


def _terms(
    name: str,
    first: ArrayLike,
    second: ArrayLike,
    common: ArrayLike,
    specific_encoder: Critic,
    common_encoder: Critic,
    where: ArrayLike | None,
    plan: PairPlan,
) -> DisentanglingTerms:
    codes, mask, dtype = _open(name, first, second, common, where)
    encoders = specific_encoder, common_encoder
    bound = (
        bounds.club(Pairs(_frozen(encoder), x, y, plan, mask, mask))
        for encoder, (x, y) in zip(encoders, _sides(*codes), strict=True)
    )
    return DisentanglingTerms(*(value.astype(dtype) for value in bound))


def _open(
    name: str,
    first: ArrayLike,
    second: ArrayLike,
    common: ArrayLike,
    where: ArrayLike | None,
) -> tuple[tuple[Array, ...], Array, jnp.dtype]:
    """The three codes, masked, their mask, and the dtype to return."""
    called = {"first": first, "second": second, "common": common}
    codes, dtype = checks.samples(name, **called)
    n = checks.same_length(name, **dict(zip(called, codes, strict=True)))
    mask = checks.row_mask(name, where, n)
    return tuple(checks.column_mask(code, mask) for code in codes), mask, dtype


def _sides(first: Array, second: Array, common: Array) -> list[tuple[Array, Array]]:
    """What each encoder predicts from, and what."""
    both = jnp.concatenate([first, second], axis=1)
    return [(first, second), (both, common)]


def _frozen(encoder: Encoder) -> Encoder:
    """The encoder with every array of its pytree a constant."""
    return jax.tree.map(
        lambda leaf: lax.stop_gradient(leaf) if isinstance(leaf, jax.Array) else leaf,
        encoder,
    )
