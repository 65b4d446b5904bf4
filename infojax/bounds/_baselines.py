"""Bounds with a learned normaliser: of each y (TUBA), of each pair (FLO)."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import numerics
from infojax._base.pairs import Pairs
from infojax._base.scores import off_diagonal_logsumexp, open_scores, row_values
from infojax.types import Array, ArrayLike

__all__ = ["flo", "tuba"]


def tuba(
    scores: ArrayLike | Pairs,
    log_baseline: ArrayLike,
    *,
    where: ArrayLike | None = None,
) -> Array:
    r"""Bound of Barber and Agakov made tractable by a baseline.

    :math:`1 + \overline{s_{ii} - \log a_i} - \overline{e^{s_{ij} - \log a_j}}`, valid
    for every positive baseline :math:`a(y)`; ``nwj`` is a = e.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        log_baseline: ``[n]``, log a of each y (column). The best is the log of the mean
            over x of exp(score), the partition function.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, unbiased, that of ``interpolated`` at ``alpha=0``. It
        saturates as ``nwj`` does; 0 when fewer than two rows remain.
    Gradients: exact and unbiased, in the baseline too.
    Cost: O(n^2).
    Example:
        >>> round(float(tuba(jnp.full((3, 3), 2.0), jnp.full(3, 2.0))), 4)
        0.0
    References: Barber and Agakov (2003); Poole et al. (2019), equation 6.
    """
    name = "tuba"
    pairs, diagonal, n, dtype = open_scores(name, scores, where)
    baseline = row_values(name, "log_baseline", log_baseline, diagonal, pairs.mask)
    columns = pairs.transpose
    logs = columns.map_rows(off_diagonal_logsumexp) - baseline
    log_mean = columns.log_mean(logs) - jnp.log(jnp.maximum(n - 1, 1))
    value = 1 + pairs.mean(diagonal - baseline) - numerics.exp(log_mean)
    return jnp.where(n > 1, value, 0).astype(dtype)


def flo(
    scores: ArrayLike | Pairs, u: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    r"""Fenchel-Legendre optimised bound (FLO).

    :math:`1 - \overline{u_i + e^{-u_i}\, \textstyle\frac{1}{n - 1} \sum_{j \neq i}
    e^{s_{ij} - s_{ii}}}`.

    Args:
        scores: ``[n, n]`` with positives on the diagonal, or ``Pairs``.
        u: ``[n]``, a learned u(x_i, y_i). The best is
            :math:`\log \frac{1}{n - 1} \sum_{j \neq i} e^{s_{ij} - s_{ii}}`, minus the
            information that pair i shows; the value is then :math:`-\overline{u}`, an
            InfoNCE without the positive in its denominator.
        where: ``[n]`` Boolean; rows and columns marked False are as if absent.

    Returns: scalar in nats, unbiased for the bound that u makes. It saturates for
        exponents above 72 in float32; 0 when fewer than two rows remain.
    Gradients: exact and unbiased, in u too.
    Cost: O(n^2).
    Example:
        >>> round(float(flo(2.0 * jnp.eye(3), jnp.full(3, -2.0))), 4)
        2.0
    References: Guo et al. (2022), tight mutual information estimation with contrastive
        Fenchel-Legendre optimization.
    """
    name = "flo"
    pairs, diagonal, n, dtype = open_scores(name, scores, where)
    u = row_values(name, "u", u, diagonal, pairs.mask)
    logs = pairs.map_rows(off_diagonal_logsumexp) - jnp.log(jnp.maximum(n - 1, 1))
    exponents = jnp.where(pairs.mask, logs - diagonal - u, 0)
    value = 1 - pairs.mean(u + numerics.exp(exponents))
    return jnp.where(n > 1, value, 0).astype(dtype)
