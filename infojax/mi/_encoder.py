"""Information of a stochastic encoder whose density is known, with and without labels.

The law of the codes is a mixture of the encoder's Gaussians over the samples: no critic
is needed, and no prior.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows
from infojax.critics._densities import gaussian_log_density
from infojax.types import Array, ArrayLike

__all__ = [
    "conditional_encoder_contrastive",
    "conditional_encoder_jensen",
    "density_and_class",
    "encoder_contrastive",
    "encoder_jensen",
]

_Average = Callable[[Rows, Array, Array], Any]


def encoder_contrastive(
    codes: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Lower bound on I(X; Z) from codes and the Gaussian encoder that drew them.

    :math:`\overline{\log e(z_i | x_i) - \log \overline{e(z_i | x_j)}^j}` with
    :math:`e(z | x_j) = N(z; \mu_j, \sigma_j^2)`: ``bounds.infonce`` with the best
    critic there is, the log-density of the encoder.

    Args:
        codes: one draw a row, ``[n, d]`` or ``[n]``; see ``losses.reparameterize``.
        mean: means of the encoder, of the shape of ``codes``.
        scale: its standard deviations, of the shape of ``mean`` or broadcasting with
            it. Of a deterministic layer: the features as means, and the noise added.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: scalar in nats, at most log n, and log n for separate codes: then larger
        batches, or ``encoder_jensen``, are needed. ``losses.pairwise_rate_upper`` and
        ``losses.pairwise_rate_lower`` bracket its mean over the noise without drawing
        any.
    Gradients: exact, pathwise through the codes; zero for scales below the fourth root
        of the smallest normal number, which are held there, and nearly so at log n.
    Cost: O(n^2 d); beyond 32 columns by matrix products, which round small scales.
    Example:
        >>> mean = 100.0 * jnp.arange(4.0)
        >>> round(float(encoder_contrastive(mean + 0.5, mean, 1.0)), 4)  # log 4
        1.3863
    References: Poole et al. (2019), on variational bounds of mutual information, for
        tractable encoders; Kawaguchi et al. (2023), how does information bottleneck
        help deep learning, arXiv 2305.18887.
    """
    name = "encoder_contrastive"
    return _information(name, Rows.logmeanexp, codes, mean, scale, None, where, plan)


def encoder_jensen(
    codes: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Upper bound on I(X; Z) from codes and the Gaussian encoder that drew them.

    :math:`\overline{\log e(z_i | x_i) - \overline{\log e(z_i | x_j)}^j}`, the mean of
    logarithms where ``encoder_contrastive`` has the logarithm of a mean:
    ``bounds.club`` with the density of the encoder.

    Args:
        codes, mean, scale, where, plan: as in ``encoder_contrastive``.

    Returns: scalar in nats, at least ``encoder_contrastive`` of the same codes, and
        without limit: it grows with the squared distances of codes over their noise, to
        1e4 where that is small. To rank models by, rather than to quote.
    Gradients: exact, as in ``encoder_contrastive``.
    Cost: O(n^2 d), as in ``encoder_contrastive``.
    Example:
        >>> mean = jnp.array([0.0, 2.0])
        >>> round(float(encoder_jensen(mean, mean, 1.0)), 4)
        1.0
        >>> round(float(encoder_contrastive(mean, mean, 1.0)), 4)
        0.5662
    References: Cheng et al. (2020), CLUB; Kawaguchi et al. (2023), arXiv 2305.18887.
    """
    name = "encoder_jensen"
    return _information(name, Rows.mean, codes, mean, scale, None, where, plan)


def conditional_encoder_contrastive(
    codes: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    labels: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Lower bound on I(X; Z | Y), what codes keep of the inputs beyond the labels.

    ``encoder_contrastive`` within each class, weighted by its share of the rows.

    Args:
        codes, mean, scale: as in ``encoder_contrastive``.
        labels: integer classes, ``[n]``; their values are names only.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: scalar in nats, at most the mean of :math:`\log n_c` over the rows.
    Gradients: exact, as in ``encoder_contrastive``.
    Cost: O(n^2 d), as in ``encoder_contrastive``.
    Example:
        >>> labels = jnp.array([0, 0, 1, 1])
        >>> mean = jnp.array([0.0, 0.0, 9.0, 9.0])
        >>> round(float(conditional_encoder_contrastive(mean, mean, 1.0, labels)), 4)
        0.0
        >>> round(float(encoder_contrastive(mean, mean, 1.0)), 4)  # log 2
        0.6931
    References: Kawaguchi et al. (2023), arXiv 2305.18887.
    """
    name = "conditional_encoder_contrastive"
    return _information(name, Rows.logmeanexp, codes, mean, scale, labels, where, plan)


def conditional_encoder_jensen(
    codes: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    labels: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    """Upper bound on I(X; Z | Y), what codes keep of the inputs beyond the labels.

    ``encoder_jensen`` within each class, weighted by its share of the rows.

    Args:
        codes, mean, scale, labels, where, plan: as in
            ``conditional_encoder_contrastive``.

    Returns: scalar in nats, without limit: to rank models by.
    Gradients: exact, as in ``encoder_contrastive``.
    Cost: O(n^2 d), as in ``encoder_contrastive``.
    Example:
        >>> labels = jnp.array([0, 0, 1, 1])
        >>> mean = jnp.array([0.0, 2.0, 9.0, 9.0])
        >>> round(float(conditional_encoder_jensen(mean, mean, 1.0, labels)), 4)
        0.5
    References: Kawaguchi et al. (2023), arXiv 2305.18887.
    """
    name = "conditional_encoder_jensen"
    return _information(name, Rows.mean, codes, mean, scale, labels, where, plan)


def _information(
    name: str,
    average: _Average,
    codes: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    labels: ArrayLike | None,
    where: ArrayLike | None,
    plan: PairPlan,
) -> Array:
    given = jnp.shape(mean)
    (z, centre), dtype = checks.samples(name, codes=codes, mean=mean)
    n = checks.same_length(name, codes=z, mean=centre)
    checks.columns(name, codes=z, mean=centre)
    width = _widths(name, scale, given, centre)
    if labels is None:
        classes = jnp.zeros(n, jnp.int32)
    else:
        classes = checks.integers(name, "labels", labels)
        checks.same_length(name, codes=z, labels=classes)
    mask = checks.row_mask(name, where, n)
    z, centre = checks.column_mask(z, mask), checks.column_mask(centre, mask)
    log_variance = 2 * jnp.log(jnp.where(mask[:, None], width, 1))
    encoders = centre, log_variance, classes
    pairs = Pairs(density_and_class, (z, classes), encoders, plan, mask, mask)

    def gap(rows: Rows) -> tuple[Any, Any]:
        density, same = rows.values
        keep = rows.where & same
        # Of the same matrix as the others, so that rounding cancels.
        return rows.total(density, keep & rows.diagonal), average(rows, density, keep)

    own, others = pairs.map_rows(gap)
    return pairs.mean(own - others).astype(dtype)


def density_and_class(row: tuple[Array, Array], column: tuple[Array, Array, Array]):
    """Of codes under the encoders of other rows, and whether they share a class."""
    mean, log_variance, classes = column
    density = gaussian_log_density(row[0], mean, log_variance).T
    return density, row[1][:, None] == classes[None]


def _widths(name: str, scale: ArrayLike, shape: tuple[int, ...], mean: Array) -> Array:
    """Standard deviations ``[n, d]``, held above a floor that can be squared."""
    width = jnp.asarray(scale).astype(mean.dtype)
    try:
        width = jnp.broadcast_to(width, shape).reshape(mean.shape)
    except ValueError:
        expected = f"broadcastable to {list(shape)}"
        received = str(list(width.shape))
        raise checks.fail(ValueError, name, "scale", expected, received) from None
    return numerics.positive(width)
