"""Masking at random, for objectives that reconstruct what was hidden."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["MaskedNodes", "mask_nodes"]


class MaskedNodes(NamedTuple):
    """Embeddings ``[n, d]`` and ``where [n]``, True where they are the token."""

    embeddings: Array
    where: Array


def mask_nodes(
    key: PRNGKey, embeddings: ArrayLike, token: ArrayLike, *, ratio: ArrayLike
) -> MaskedNodes:
    """Embeddings of some nodes, drawn without replacement, replaced by one token.

    Args:
        key: draws the nodes.
        embeddings: of all nodes, ``[n, d]`` or ``[n]``.
        token: what stands for a masked node, ``[d]``; usually trained.
        ratio: share of the nodes to mask, in [0, 1]; the nearest number of nodes, and
            at least one. May be traced.

    Returns: ``MaskedNodes(embeddings, where)``: ``[n, d]``, and ``[n]`` Boolean.
    Gradients: exact: rows that were masked pass theirs to the token.
    Cost: O(n log n + n d).
    Example:
        >>> token = jnp.full(2, 9.0)
        >>> masked = mask_nodes(jax.random.key(0), jnp.zeros((8, 2)), token, ratio=0.25)
        >>> int(masked.where.sum()), float(masked.embeddings.max(axis=1).sum())
        (2, 18.0)
    References: Ren et al. (2024), representation learning with large language models
        for recommendation, arXiv 2310.15950; He et al. (2022), masked autoencoders.
    """
    name = "mask_nodes"
    (x, fill), dtype = checks.common_float(name, embeddings=embeddings, token=token)
    (x,), _ = checks.samples(name, embeddings=x)
    if fill.shape != x.shape[1:]:
        expected, received = f"of shape {list(x.shape[1:])}", str(list(fill.shape))
        raise checks.fail(ValueError, name, "token", expected, received)
    share = scalar(name, "ratio", ratio, x.dtype)
    count = jnp.maximum(jnp.round(share * len(x)), 1).astype(int)
    hidden = jax.random.permutation(key, len(x)) < count
    return MaskedNodes(jnp.where(hidden[:, None], fill, x).astype(dtype), hidden)
