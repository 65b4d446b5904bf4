"""Sequences mixed from the patches of several images, and taken apart again."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["balanced_source", "mix_patches", "unmix_tokens"]


def balanced_source(key: PRNGKey, n_tokens: int, n_sources: int) -> Array:
    """Which image each position of a mixed sequence is taken from, all equally often.

    Args:
        key: draws the permutation.
        n_tokens: positions n, a static int, a multiple of ``n_sources``.
        n_sources: images g that are mixed, a static int.

    Returns: ``[n]`` int32 in 0 .. g - 1, each of them n / g times.
    Gradients: none.
    Cost: O(n log n).
    Example:
        >>> source = balanced_source(jax.random.key(0), 8, 4)
        >>> jnp.bincount(source).tolist()
        [2, 2, 2, 2]
    References: Chen et al. (2023), mixed autoencoder for self-supervised visual
        representation learning, arXiv 2303.17152.
    """
    name = "balanced_source"
    checks.sizes(name, n_tokens=n_tokens, n_sources=n_sources)
    if n_tokens % n_sources:
        expected = f"a multiple of `n_sources` = {n_sources}"
        raise checks.fail(ValueError, name, "n_tokens", expected, str(n_tokens))
    return jax.random.permutation(
        key, jnp.arange(n_tokens, dtype=jnp.int32) % n_sources
    )


def mix_patches(patches: ArrayLike, source: ArrayLike) -> Array:
    """One sequence of patches, each from the image named, at its own position.

    Unlike zeros, the foreign patches tell about those that are hidden: the information
    of the mixed input about an image is at least that of the masked one.

    Args:
        patches: of g images, ``[g, n, ...]``.
        source: integer ``[n]`` in 0 .. g - 1; others read as the nearest.

    Returns: ``[n, ...]``, ``patches[source[t], t]`` at position t.
    Gradients: exact for the patches.
    Cost: O(n) patches.
    Example:
        >>> mix_patches(jnp.array([[1.0, 2.0], [3.0, 4.0]]), jnp.array([1, 0])).tolist()
        [3.0, 2.0]
    References: Chen et al. (2023), arXiv 2303.17152.
    """
    name = "mix_patches"
    array = checks.as_float(name, "patches", patches)
    if array.ndim < 2 or array.size == 0:
        expected, received = "non-empty, [g, n, ...]", str(list(array.shape))
        raise checks.fail(ValueError, name, "patches", expected, received)
    origin = _source(name, source, array.shape[1])
    origin = jnp.clip(origin, 0, array.shape[0] - 1)
    return array[origin, jnp.arange(array.shape[1])]


def unmix_tokens(
    tokens: ArrayLike, source: ArrayLike, n_sources: int, mask_token: ArrayLike
) -> Array:
    """A sequence for each image: its own tokens, and the mask token elsewhere.

    Args:
        tokens: encoded mixed sequence, ``[n, d]`` or ``[n]``.
        source: integer ``[n]``, the image of each token; a token of none of them is
            left out.
        n_sources: images g, a static int.
        mask_token: ``[d]`` or a scalar, usually trained.

    Returns: ``[g, n, d]``, or ``[g, n]`` of tokens ``[n]``. Image i is to be
        reconstructed where ``source != i``.
    Gradients: exact for tokens and mask token.
    Cost: O(g n d).
    Example:
        >>> unmix_tokens(jnp.array([5.0, 7.0]), jnp.array([1, 0]), 2, 0.0).tolist()
        [[0.0, 7.0], [5.0, 0.0]]
    References: Chen et al. (2023), arXiv 2303.17152.
    """
    name = "unmix_tokens"
    (array,), dtype = checks.samples(name, tokens=tokens)
    origin = _source(name, source, array.shape[0])
    images = jnp.arange(checks.size(name, n_sources, "n_sources"), dtype=origin.dtype)
    blank = jnp.asarray(mask_token).astype(array.dtype)
    if blank.shape not in ((), array.shape[1:]):
        expected = f"a scalar or of shape {list(array.shape[1:])}"
        received = str(list(blank.shape))
        raise checks.fail(ValueError, name, "mask_token", expected, received)
    own = origin == images[:, None]
    apart = jnp.where(own[..., None], array, blank)
    return apart.reshape(len(images), *jnp.shape(tokens)).astype(dtype)


def _source(name: str, source: ArrayLike, n: int) -> Array:
    """Integers, one a position."""
    origin = checks.integers(name, "source", source)
    if origin.shape[0] != n:
        expected, received = f"of shape [{n}]", str(list(origin.shape))
        raise checks.fail(ValueError, name, "source", expected, received)
    return origin
