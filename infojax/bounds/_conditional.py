"""Bounds from a model q of a conditional density: one lower, three upper."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax._base.rows import Rows
from infojax._base.scores import off_diagonal_logsumexp, open_scores, scalar
from infojax.bounds._derangement import other_rows
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["barber_agakov", "club", "club_sampled", "leave_one_out"]


def barber_agakov(
    log_q: ArrayLike, entropy: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Lower bound of Barber and Agakov, :math:`\overline{\log q(x_i | y_i)} + H(X)`.

    Args:
        log_q: ``[n]``, log q(x_i | y_i) of a decoder.
        entropy: H(X) in nats, scalar, known or estimated; 0 where only the gradient
            matters. With log q(y_i | x_i) it is H(Y).
        where: ``[n]`` Boolean; entries marked False are as if absent.

    Returns: scalar in nats; 0 when no entry remains.
    Gradients: exact and unbiased, 1 in the entropy.
    Cost: O(n).
    Example:
        >>> log_q = jnp.log(jnp.array([0.9, 0.8, 0.9]))
        >>> round(float(barber_agakov(log_q, jnp.log(2.0))), 4)
        0.5485
    References: Barber and Agakov (2003), the IM algorithm.
    """
    name = "barber_agakov"
    (log_q,), dtype = checks.common_float(name, log_q=log_q)
    if log_q.ndim != 1 or log_q.size == 0:
        received = str(list(log_q.shape))
        raise checks.fail(ValueError, name, "log_q", "[n], n >= 1", received)
    entropy = scalar(name, "entropy", entropy, log_q.dtype)
    mask = checks.row_mask(name, where, len(log_q))
    value = numerics.mean(log_q, mask) + jnp.where(jnp.any(mask), entropy, 0)
    return value.astype(dtype)


def club(log_q: ArrayLike | Pairs, *, where: ArrayLike | None = None) -> Array:
    r"""Contrastive log-ratio upper bound (vCLUB).

    :math:`\overline{\log q(y_i | x_i)} - \frac{1}{n^2} \sum_{ij} \log q(y_j | x_i)`,
    positives included in the second term. Without them it is n / (n - 1) times that,
    the expectation of ``club_sampled``.

    Args:
        log_q: ``[n, n]``, log q(y_j | x_i) in row i and column j, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats to minimise. An upper bound, up to (n - 1) / n, where q is
        closer to p(y | x) than to p(y); 0 when fewer than two rows remain.
    Gradients: exact. Stop those of q's parameters where an encoder is trained, and
        those of the samples where q is fitted, by maximum likelihood on the diagonal.
    Cost: O(n^2).
    Example:
        >>> round(float(club(3.0 * jnp.eye(3))), 4)
        2.0
    References: Cheng et al. (2020), CLUB.
    """
    pairs, diagonal, n, dtype = open_scores("club", log_q, where, "log_q")
    means = pairs.map_rows(Rows.mean)
    value = pairs.mean(diagonal - jnp.where(pairs.mask, means, 0))
    return jnp.where(n > 1, value, 0).astype(dtype)


def club_sampled(
    key: PRNGKey, log_q: ArrayLike | Pairs, *, where: ArrayLike | None = None
) -> Array:
    r"""CLUB with one negative a row.

    :math:`\overline{\log q(y_i | x_i) - \log q(y_{k_i} | x_i)}`, where each
    :math:`k_i` is drawn on its own from the other rows.

    Args:
        key: draws the negatives.
        log_q: ``[n, n]``, log q(y_j | x_i) in row i and column j, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats to minimise, in expectation n / (n - 1) times ``club``; 0
        when fewer than two rows remain.
    Gradients: exact for the draw; see ``club`` for which to stop.
    Cost: O(n) evaluations of ``Pairs``.
    Example:
        >>> round(float(club_sampled(jax.random.key(0), 3.0 * jnp.eye(3))), 4)
        3.0
    References: Cheng et al. (2020), CLUB, section 3.3.
    """
    pairs, diagonal, n, dtype = open_scores("club_sampled", log_q, where, "log_q")
    partner = other_rows(key, pairs.plan.gather(pairs.mask))
    partner = partner[pairs.plan.row_index(pairs.rows)]
    negatives = jnp.where(pairs.mask, pairs.at(partner), 0)
    value = pairs.mean(diagonal - negatives)
    return jnp.where(n > 1, value, 0).astype(dtype)


def leave_one_out(log_q: ArrayLike | Pairs, *, where: ArrayLike | None = None) -> Array:
    r"""Leave-one-out upper bound (L1Out).

    :math:`\overline{\log q(y_i | x_i) - \log \textstyle\frac{1}{n - 1} \sum_{k \neq i}
    q(y_i | x_k)}`: the other x's of one y are a sample of its marginal.

    Args:
        log_q: ``[n, n]``, log q(y_j | x_i) in row i and column j, or ``Pairs``.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats to minimise; an upper bound in expectation where q is
        p(y | x). 0 when fewer than two rows remain.
    Gradients: exact; see ``club`` for which to stop.
    Cost: O(n^2).
    Example:
        >>> round(float(leave_one_out(3.0 * jnp.eye(3))), 4)
        3.0
    References: Poole et al. (2019), equation 13.
    """
    pairs, diagonal, n, dtype = open_scores("leave_one_out", log_q, where, "log_q")
    columns = pairs.transpose
    log_means = columns.map_rows(off_diagonal_logsumexp) - jnp.log(
        jnp.maximum(n - 1, 1)
    )
    value = pairs.mean(diagonal) - columns.mean(log_means)
    return jnp.where(n > 1, value, 0).astype(dtype)
