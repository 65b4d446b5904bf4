"""Mixed autoencoders: reconstruct hidden patches, and tell which belong together."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.losses._distillation import cosine_scores, unit
from infojax.types import Array, ArrayLike

__all__ = ["homologous_accuracy", "homologous_loss", "masked_reconstruction_loss"]


def homologous_loss(
    tokens: ArrayLike,
    source: ArrayLike,
    *,
    temperature: ArrayLike = 0.25,
    where: ArrayLike | None = None,
) -> Array:
    r"""Contrastive loss under which tokens recognise those of their own image.

    Mean over tokens l, and over the others p of the same source, of
    :math:`-\log\big(e^{c_{lp} / \tau} / \sum_{j \ne l} e^{c_{lj} / \tau}\big)` with
    cosines c. The published form sums: times n (n / g - 1) for n tokens of g sources.

    Args:
        tokens: encoded sequence mixed of several images, ``[n, d]`` or ``[n]``.
        source: integer ``[n]``, the image of each token, of any range.
        temperature: tau > 0; may be traced.
        where: ``[n]`` Boolean; tokens marked False are as if absent.

    Returns: scalar to minimise, in nats: log(n - 1) when all tokens are equal, at least
        log(n / g - 1). Tokens alone of their source only count as others; 0 if all are.
    Gradients: exact, also in the temperature; zero at a token of zeros.
    Cost: O(n^2 d).
    Example:
        >>> source = jnp.array([0, 0, 1, 1])
        >>> tokens = jax.random.normal(jax.random.key(0), (4, 3))
        >>> optimizer = optax.adam(0.1)
        >>> state, values = optimizer.init(tokens), []
        >>> for _ in range(3):
        ...     value, gradient = jax.value_and_grad(homologous_loss)(tokens, source)
        ...     updates, state = optimizer.update(gradient, state)
        ...     tokens = optax.apply_updates(tokens, updates)
        ...     values.append(float(value))
        >>> values[2] < values[0]
        True
    References: Chen et al. (2023), mixed autoencoder for self-supervised visual
        representation learning, arXiv 2303.17152; Khosla et al. (2020), supervised
        contrastive learning.
    """
    name = "homologous_loss"
    rows, others, related, dtype = _door(name, tokens, source, where)
    heat = scalar(name, "temperature", temperature, rows.dtype)
    scores = cosine_scores(heat)(rows, rows)
    surprisal = numerics.logsumexp(scores, others)[:, None] - scores
    losses = numerics.mean(surprisal, related, axis=1)
    return numerics.mean(losses, jnp.any(related, axis=1)).astype(dtype)


def homologous_accuracy(
    tokens: ArrayLike,
    source: ArrayLike,
    *,
    top_k: int,
    where: ArrayLike | None = None,
) -> Array:
    r"""Share of a token's nearest tokens, by cosine, that come from its own image.

    Args:
        tokens, source, where: as in ``homologous_loss``.
        top_k: neighbours looked at, a static int, ``1 <= top_k < n``; usually
            n / g - 1, as a token is no neighbour of its own. Tokens that tie with the
            last one are looked at too.

    Returns: scalar from 0 to 1, the mean over tokens. By chance
        (n / g - 1) / (n - 1). Counting the token itself as the first of k + 1, as the
        paper may, makes it (1 + k a) / (k + 1).
    Gradients: zero; ``homologous_loss`` is what to train.
    Cost: O(n^2 (d + log n)).
    Example:
        >>> tokens = jnp.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]])
        >>> float(homologous_accuracy(tokens, jnp.array([0, 0, 1, 1]), top_k=1))
        1.0
    References: Chen et al. (2023), arXiv 2303.17152.
    """
    name = "homologous_accuracy"
    rows, others, related, dtype = _door(name, tokens, source, where)
    checks.neighbours(name, top_k, rows.shape[0], "top_k")
    rows = lax.stop_gradient(rows)
    scores = cosine_scores(jnp.ones((), rows.dtype))(rows, rows)
    scores = jnp.where(others, scores, -jnp.inf)
    near = others & (scores >= lax.top_k(scores, top_k)[0][:, -1:])
    shares = numerics.mean(related.astype(rows.dtype), near, axis=1)
    value = numerics.mean(shares, jnp.any(others, axis=1))
    return numerics.unless_nan(value, rows).astype(dtype)


def masked_reconstruction_loss(
    predictions: ArrayLike,
    targets: ArrayLike,
    hidden: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> Array:
    """Mean squared error of the patches that the encoder did not see.

    Args:
        predictions: decoded patches of one image, ``[n, d]`` or ``[n]``.
        targets: its patches, ``[n, d]`` or ``[n]``; constants. Each at mean 0 and
            variance 1 is ``transforms.standardise(targets.T).T``.
        hidden: ``[n]`` Boolean, what counts: in a mixed sequence ``source != image``.
        where: ``[n]`` Boolean; patches marked False (padding) are as if absent.

    Returns: scalar to minimise, in squared units of the targets; 0 if nothing is
        hidden.
    Gradients: exact for the predictions, zero for the targets.
    Cost: O(n d).
    Example:
        >>> patches = 2 + jax.random.normal(jax.random.key(0), (6, 4))
        >>> hidden, weights = jnp.arange(6) % 2 == 0, jnp.zeros((4, 4))
        >>> seen = jnp.where(hidden[:, None], 1.0, patches)
        >>> def loss(weights):
        ...     return masked_reconstruction_loss(seen @ weights, patches, hidden)
        >>> optimizer = optax.adam(0.1)
        >>> state, values = optimizer.init(weights), []
        >>> for _ in range(3):
        ...     value, gradient = jax.value_and_grad(loss)(weights)
        ...     updates, state = optimizer.update(gradient, state)
        ...     weights = optax.apply_updates(weights, updates)
        ...     values.append(float(value))
        >>> values[2] < values[0]
        True
    References: He et al. (2022), masked autoencoders are scalable vision learners;
        Chen et al. (2023), arXiv 2303.17152.
    """
    name = "masked_reconstruction_loss"
    (a, b), dtype = checks.samples(name, predictions=predictions, targets=targets)
    n = checks.same_length(name, predictions=a, targets=b)
    checks.columns(name, predictions=a, targets=b)
    counted = checks.row_mask(name, hidden, n, "hidden")
    counted = counted & checks.row_mask(name, where, n)
    a, b = checks.column_mask(a, counted), checks.column_mask(b, counted)
    errors = jnp.mean((a - lax.stop_gradient(b)) ** 2, axis=1)
    return numerics.mean(errors, counted).astype(dtype)


def _door(
    name: str, tokens: ArrayLike, source: ArrayLike, where: ArrayLike | None
) -> tuple[Array, Array, Array, jnp.dtype]:
    """Tokens at length one, which pairs there are, which share a source, the dtype."""
    (z,), dtype = checks.samples(name, tokens=tokens)
    labels = checks.integers(name, "source", source)
    n = checks.same_length(name, tokens=z, source=labels)
    mask = checks.row_mask(name, where, n)
    others = mask[:, None] & mask & ~np.eye(n, dtype=bool)
    related = others & (labels[:, None] == labels)
    return unit(checks.column_mask(z, mask)), others, related, dtype
