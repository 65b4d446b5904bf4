"""Lossy coding when the law of what comes out is given: encoder, decoder, coupling."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax import closed_form
from infojax._base import numerics
from infojax.theory._entropy_bounded_map import bounded_labels, open_budget
from infojax.theory._greedy_coupling import greedy, open_marginals
from infojax.types import Array, ArrayLike

__all__ = ["BottleneckCoupling", "bottleneck_coupling"]


class BottleneckCoupling(NamedTuple):
    """A chain X - T - Y of given ends, and its informations in nats.

    ``p_xt [n, n]`` is the encoder, ``p_ty [n, m]`` the decoder and ``p_xy [n, m]`` the
    coupling, all as joint laws. ``encoder_information`` is I(X; T),
    ``decoder_information`` I(T; Y), ``information`` I(X; Y), and ``bound`` what it
    cannot fall below.
    """

    p_xt: Array
    p_ty: Array
    p_xy: Array
    encoder_information: Array
    decoder_information: Array
    information: Array
    bound: Array


def bottleneck_coupling(
    p_x: ArrayLike, p_y: ArrayLike, *, max_entropy: ArrayLike
) -> BottleneckCoupling:
    r"""Minimum-entropy coupling of two laws through a code of bounded entropy.

    The most :math:`I(X; Y)` of a chain X - T - Y with given laws of X and Y and
    :math:`H(T) \le R`. As :math:`I(X; Y) \ge I(X; T) + I(T; Y) - R`, encoder and
    decoder are sought one by one: ``entropy_bounded_map`` of X, then
    ``greedy_coupling`` of T and Y.

    Args:
        p_x: law of the source, ``[n]``; probabilities or counts, normalised, and
            negative ones count as 0. May be padded with zeros.
        p_y: law of the reconstruction, ``[m]``, likewise.
        max_entropy: R in nats, a scalar >= 0; may be traced, and is then held at 0 from
            below.

    Returns: ``BottleneckCoupling(p_xt, p_ty, p_xy, encoder_information,
        decoder_information, information, bound)``. Values of T are numbered in the
        order of their first symbol; those beyond their number have mass 0. All tables
        are 0 where one of the laws is empty, except ``p_xt`` of a source that is not.
    Gradients: exact in ``p_x`` and ``p_y``, the map and the order of the matches held
        fixed; of ``bound`` -1 in ``max_entropy``, else zero. Finite everywhere.
    Cost: 2 n + m - 2 steps at most, one after the other, of O(n + m); O(n (n + m))
        memory.
    Example:
        >>> p_x, p_y = jnp.array([0.7, 0.2, 0.1]), jnp.array([0.5, 0.3, 0.2])
        >>> found = bottleneck_coupling(p_x, p_y, max_entropy=0.65)
        >>> round(float(found.information), 4), round(float(found.bound), 4)
        (0.6109, 0.5717)
    References: Ebrahimi, Chen and Khisti (2024), minimum entropy coupling with
        bottleneck.
    """
    name = "bottleneck_coupling"
    (source, target), dtype = open_marginals(name, p_x=p_x, p_y=p_y)
    bound = open_budget(name, max_entropy, source.dtype)
    bound = jnp.where(bound < 0, 0, bound)
    labels, _ = bounded_labels(source, bound)

    n = len(source)
    p_xt = jnp.zeros((n, n), source.dtype).at[jnp.arange(n), labels].set(source)
    p_t = jnp.sum(p_xt, axis=0)
    p_ty = greedy(p_t, target)
    p_xy = source[:, None] * numerics.ratio(p_ty, p_t[:, None])[labels]
    encoder, decoder, whole = (
        numerics.unless_nan(closed_form.categorical_mi(table), bound)
        for table in (p_xt, p_ty, p_xy)
    )
    fields = p_xt, p_ty, p_xy, encoder, decoder, whole, encoder + decoder - bound
    return BottleneckCoupling(*(field.astype(dtype) for field in fields))
