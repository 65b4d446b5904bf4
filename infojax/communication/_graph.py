"""Who listens to whom, learned within a budget of edges."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks, numerics
from infojax.communication._sampling import (
    Relaxation,
    finite_logits,
    single_draw,
    straight_through_gumbel,
)
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = [
    "edge_attention",
    "edge_budget_sample",
    "expected_edges",
    "total_edge_budget_sample",
]

# Nodes of the trapezoid rule in the log of time, and their distance. What is summed
# is smooth and falls exponentially or faster, so that few are exact to rounding.
_NODES, _APART = np.arange(-38, 4, 0.25), 0.25
_LATE = 6.0  # log of a time at which everything has come


def edge_budget_sample(
    key: PRNGKey,
    logits: ArrayLike,
    *,
    k: int,
    tau: ArrayLike = 1.0,
    where: ArrayLike | None = None,
    relax: Relaxation = single_draw,
) -> Array:
    """A directed graph in which every agent listens to k others, drawn from logits.

    ``straight_through_gumbel`` in every row. For evaluation without noise use
    ``straight_through_top_k``, and for links to oneself ``jnp.maximum`` with the
    identity: a sum would count a link twice that was drawn already.

    Args:
        key: of the noise.
        logits: ``[n, m]``, row i for what agent i listens to. Where all are equal, the
            graph is uniform.
        k: links a row, static, 1 <= k <= m.
        tau: temperature of the gradient, positive; may be traced.
        where: Boolean, broadcast to ``logits``; links marked False can not be had.
        relax: as in ``straight_through_top_k``.

    Returns: the shape and dtype of ``logits``, exactly 0 and 1, with k ones a row, or
        as many as can be had; a row without any is 0.
    Gradients: as those of ``straight_through_gumbel``: links that were not drawn have
        one too.
    Cost: O(m log m + k m) a row.
    Example:
        >>> edges = edge_budget_sample(jax.random.key(0), jnp.ones((5, 5)), k=2)
        >>> edges.sum(1).tolist()
        [2.0, 2.0, 2.0, 2.0, 2.0]
    References: Hu, Shen, Zhang and Tao (2024), learning multi-agent communication from
        graph modeling perspective.
    """
    table = checks.table("edge_budget_sample", "logits", logits, 2)
    _budget("edge_budget_sample", k, table.shape[1])
    return straight_through_gumbel(key, table, k=k, tau=tau, where=where, relax=relax)


def total_edge_budget_sample(
    key: PRNGKey,
    logits: ArrayLike,
    *,
    k: int,
    tau: ArrayLike = 1.0,
    where: ArrayLike | None = None,
    relax: Relaxation = single_draw,
) -> Array:
    """A directed graph of k links in all, drawn from logits.

    Args:
        key: of the noise.
        logits: ``[n, m]``, row i for what agent i listens to.
        k: links in the graph, static, 1 <= k <= n m.
        tau: temperature of the gradient, positive; may be traced.
        where: Boolean, broadcast to ``logits``; links marked False can not be had.
        relax: as in ``straight_through_top_k``.

    Returns: the shape and dtype of ``logits``, exactly 0 and 1, with k ones, or as many
        as can be had. Some agents may listen to nobody.
    Gradients: as those of ``straight_through_gumbel``.
    Cost: O(n m (log(n m) + k)).
    Example:
        >>> edges = total_edge_budget_sample(jax.random.key(0), jnp.ones((5, 5)), k=7)
        >>> float(edges.sum())
        7.0
    References: Hu, Shen, Zhang and Tao (2024); Kool, van Hoof and Welling (2019).
    """
    name = "total_edge_budget_sample"
    table = checks.table(name, "logits", logits, 2)
    _budget(name, k, table.size)
    keep = checks.cell_mask(name, where, table.shape).ravel()
    drawn = straight_through_gumbel(
        key, table.ravel(), k=k, tau=tau, where=keep, relax=relax
    )
    return drawn.reshape(table.shape)


def expected_edges(
    logits: ArrayLike, *, k: int, where: ArrayLike | None = None
) -> Array:
    r"""How probable every link is among the k that are drawn for a row.

    Draws without replacement are the first k of exponential clocks of rates
    :math:`w_j = e^{\ell_j}`, so that the probability is that of fewer than k others
    before the own clock: an integral over its time, of sums that a recursion gives.

    Args:
        logits: ``[..., n]``, as for ``straight_through_gumbel``; entries of minus
            infinity are never drawn.
        k: how many are drawn, static, 1 <= k <= n.
        where: Boolean, broadcast to ``logits``; entries marked False are as if absent.

    Returns: the shape and dtype of ``logits``, from 0 to 1; the last axis sums to k, or
        to the number of entries that are there. Softmax for k = 1. The error is that of
        rounding numbers near 1.
    Gradients: exact. The mean of a sum over links can be trained with these in place of
        draws; that of products of links can not, as links are not drawn independently.
    Cost: O(168 k n^2) a row.
    Example:
        >>> print(expected_edges(jnp.log(jnp.array([2.0, 1.0, 1.0])), k=2).round(4))
        [0.8333 0.5833 0.5833]
    References: Plackett (1975), the analysis of permutations; Yellott (1977) for the
        clocks.
    """
    name = "expected_edges"
    table = checks.table(name, "logits", logits)
    keep = checks.cell_mask(name, where, table.shape)
    _budget(name, k, table.shape[-1])
    x, keep = finite_logits(table.astype(checks.working_dtype(table.dtype)), keep)
    rows = x.reshape(-1, x.shape[-1]), keep.reshape(-1, x.shape[-1])
    found = lax.map(lambda row: _inclusion(row[0], row[1], k), rows)
    return found.reshape(x.shape).astype(table.dtype)


def edge_attention(scores: ArrayLike, edges: ArrayLike) -> Array:
    """Attention over the links of a graph, through which its edges learn.

    Softmax of the scores of those that an agent listens to, times the edge, which is 1
    there and so changes no value, but has a gradient.

    Args:
        scores: ``[n, m]``, in row i how agent i rates what it listens to.
        edges: ``[n, m]``, exactly 0 and 1, as of ``edge_budget_sample``.

    Returns: ``[n, m]``, weights of mass 1 a row; 0 where an agent listens to nobody.
    Gradients: exact in ``scores``; in ``edges`` those of the product alone, the softmax
        taken as a constant. Finite everywhere.
    Cost: O(n m).
    Example:
        >>> scores = jnp.zeros((2, 3))
        >>> edges = jnp.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
        >>> edge_attention(scores, edges).tolist()
        [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]
    References: Hu, Shen, Zhang and Tao (2024).
    """
    name = "edge_attention"
    table = checks.table(name, "scores", scores, 2)
    links = checks.table(name, "edges", edges, 2)
    if table.shape != links.shape:
        expected, received = f"of shape {list(table.shape)}", str(list(links.shape))
        raise checks.fail(ValueError, name, "edges", expected, received)
    (x, links), dtype = checks.common_float(name, scores=table, edges=links)
    weights = single_draw(x, 1, where=links > 0)
    return numerics.unless_nan(weights * links, x, links).astype(dtype)


def _budget(name: str, k: int, n: int) -> None:
    if checks.size(name, k, "k") > n:
        raise checks.fail(ValueError, name, "k", f"in 1 <= k <= {n}", str(k))


def _inclusion(x: Array, keep: Array, k: int) -> Array:
    """Probability of each of ``[n]`` to be among the first k."""
    n = len(x)
    nodes = jnp.asarray(_NODES, x.dtype)
    density = _APART * jnp.exp(nodes - jnp.exp(nodes))
    own = jnp.arange(n)

    def meet(fewer: Array, other: tuple[Array, Array, Array]) -> tuple[Array, None]:
        """Laws ``[k, n, nodes]`` of how many came before, with one more clock."""
        number, rate, there = other
        late = jnp.minimum(nodes + (rate - x)[:, None], _LATE)
        away = jnp.exp(-jnp.exp(late))
        counts = there & (own != number)[:, None]
        away = jnp.where(counts, away, 1)
        before = jnp.concatenate([jnp.zeros_like(fewer[:1]), fewer[:-1]])
        return fewer * away + before * (1 - away), None

    start = jnp.zeros((k, n, len(nodes)), x.dtype).at[0].set(1)
    fewer = lax.scan(meet, start, (own, x, keep))[0]
    found = jnp.sum(jnp.sum(fewer, axis=0) * density, axis=-1)
    return jnp.where(keep, found, 0)
