"""The softmax of what a mask leaves, with the surprisal of every key."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax.types import Array

__all__ = ["softmax"]


def softmax(logits: Array, where: Array) -> tuple[Array, Array]:
    """Weights over the last axis and their negative logarithms.

    Both are 0, with zero gradient, where a logit is masked or -inf.
    """
    keep = where & (logits != -jnp.inf)
    logits = jnp.where(keep, logits, 0)
    total = numerics.logsumexp(logits, keep)[..., None]
    # Where no key is left the total is -inf, and nothing below is read.
    total = jnp.where(total == -jnp.inf, 0, total)
    surprisal = jnp.where(keep, total - logits, 0)
    return jnp.where(keep, jnp.exp(-surprisal), 0), surprisal
