"""What any encoder of a known joint law keeps, and how to improve it once."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax import closed_form
from infojax.theory._equations import open_beta, open_problem, update
from infojax.types import Array, ArrayLike

__all__ = ["BottleneckTerms", "bottleneck_step", "bottleneck_terms", "terms"]


class BottleneckTerms(NamedTuple):
    """What an encoder p(t | x) keeps of x and tells about y, in nats.

    ``rate`` is I(X; T), ``relevance`` I(T; Y), ``entropy`` H(T). The bottleneck
    minimises ``rate - beta * relevance``, its deterministic form ``entropy - beta *
    relevance``.
    """

    rate: Array
    relevance: Array
    entropy: Array


def terms(joint: Array, encoder: Array) -> BottleneckTerms:
    """The values of a clean table and a clean encoder."""
    xt = jnp.sum(joint, axis=1, keepdims=True) * encoder
    ty = jnp.matmul(encoder.T, joint, precision="highest")
    return BottleneckTerms(
        closed_form.categorical_mi(xt),
        closed_form.categorical_mi(ty.T),  # divides by no mass of a cluster
        closed_form.categorical_entropy(jnp.sum(ty, axis=1)),
    )


def bottleneck_terms(pxy: ArrayLike, encoder: ArrayLike) -> BottleneckTerms:
    r"""Rate I(X; T), relevance I(T; Y) and entropy H(T) of an encoder p(t | x).

    Args:
        pxy: joint probabilities or counts, ``[nx, ny]``, nonnegative; normalised.
        encoder: p(t | x), ``[nx, nt]``, nonnegative; rows are normalised, those of
            zeros spread evenly.

    Returns: ``BottleneckTerms(rate, relevance, entropy)``, scalars in nats with
        :math:`0 \le I(T; Y) \le \min\{I(X; T), I(X; Y)\}`; 0 of an empty table.
    Gradients: exact; finite at empty cells and empty clusters.
    Cost: O(nx nt ny).
    Example:
        >>> pxy = jnp.array([[0.3, 0.1], [0.1, 0.3], [0.2, 0.0]])
        >>> merged = jnp.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
        >>> round(float(bottleneck_terms(pxy, merged).relevance), 4)
        0.1777
    References: Tishby, Pereira and Bialek (1999), the information bottleneck method.
    """
    joint, q, dtype = open_problem("bottleneck_terms", pxy, encoder)
    return BottleneckTerms(*(value.astype(dtype) for value in terms(joint, q)))


def bottleneck_step(pxy: ArrayLike, encoder: ArrayLike, *, beta: ArrayLike) -> Array:
    r"""One iteration of the information bottleneck on an encoder.

    :math:`q(t \mid x) \leftarrow q(t)\, e^{-\beta D(p(y \mid x) \| q(y \mid t))} /
    Z(x)` with the clusters q(t), q(y | t) of the encoder that comes in. It never raises
    ``rate - beta * relevance``.

    Args:
        pxy: joint probabilities or counts, ``[nx, ny]``, nonnegative; normalised.
        encoder: q(t | x), ``[nx, nt]``; rows are normalised. Empty clusters stay empty,
            and equal clusters equal.
        beta: trade-off, a positive scalar; traced values have gradients.

    Returns: the new encoder, ``[nx, nt]``; 0 where the divergence is infinite.
    Gradients: exact, in all arguments: a ``jax.lax.scan`` over steps is the derivative
        of that many.
    Cost: O(nx nt ny).
    Example:
        >>> pxy = jnp.array([[0.4, 0.1], [0.1, 0.4]])
        >>> encoder = jnp.array([[0.6, 0.4], [0.4, 0.6]])
        >>> round(float(bottleneck_step(pxy, encoder, beta=5.0)[0, 0]), 4)
        0.6734
    References: Tishby, Pereira and Bialek (1999), the information bottleneck method.
    """
    name = "bottleneck_step"
    joint, q, dtype = open_problem(name, pxy, encoder)
    return update(joint, q, open_beta(name, beta, q.dtype)).astype(dtype)
