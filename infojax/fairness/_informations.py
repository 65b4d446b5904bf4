"""Disparities as informations of a law of attribute, client and prediction."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax.types import Array

__all__ = ["disparities_of", "labels_of"]


def disparities_of(pzsk: Array) -> tuple[Array, Array]:
    """I(Z; prediction), and the same given S, of ``[nz, ns, ny]``.

    Exact to the last digits where they are tiny, too.
    """
    return _given_client(jnp.sum(pzsk, axis=1, keepdims=True)), _given_client(pzsk)


def _given_client(pzsk: Array) -> Array:
    rows = jnp.sum(pzsk, axis=2, keepdims=True)
    client = jnp.sum(rows, axis=0, keepdims=True)
    labels = jnp.sum(pzsk, axis=0, keepdims=True)
    expected = rows * numerics.ratio(labels, client + jnp.zeros_like(labels))
    more = numerics.ratio(pzsk - expected, expected)
    return jnp.sum(expected * ((1 + more) * numerics.log1p(more) - more))


def labels_of(law: Array, predictor: Array) -> Array:
    """The law of attribute, client and prediction, ``[nz, ns, ny]``."""
    return jnp.einsum("zsy,zsyk->zsk", law, predictor, precision="highest")
