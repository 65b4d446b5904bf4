"""An upper bound on what codes keep of the inputs beyond the labels."""

from __future__ import annotations

import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows
from infojax.losses._encoder import open_encoder
from infojax.mi._encoder import density_and_class
from infojax.types import Array, ArrayLike

__all__ = ["conditional_leave_one_out"]


def conditional_leave_one_out(
    codes: ArrayLike,
    mean: ArrayLike,
    scale: ArrayLike,
    labels: ArrayLike,
    *,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Upper bound on I(X; Z | Y), what codes keep of the inputs beyond the labels.

    :math:`\overline{\log e(z_i | x_i) - \log \overline{e(z_i | x_j)}^{j \neq i,\, y_j =
    y_i}}`, over rows whose class has another. With one label for all it is
    ``bounds.leave_one_out`` of the log-densities, for I(X; Z).

    Args:
        codes: one draw a row, ``[n, d]`` or ``[n]``; see ``losses.reparameterize``.
        mean: means of the Gaussian encoder e that drew them, ``[n, d]`` or ``[n]``.
        scale: its standard deviations, of the shape of ``mean`` or a scalar.
        labels: integer classes, ``[n]``; their values are names only.
        where: ``[n]`` Boolean; rows marked False are as if absent.
        plan: how the pairs are evaluated; never changes the value.

    Returns: scalar in nats, without limit: an upper bound on average over codes, not of
        each batch. 0 where no class has two rows. Not below
        ``mi.conditional_encoder_contrastive`` on average, which counts the row itself.
    Gradients: exact, pathwise through the codes; zero for scales below the fourth root
        of the smallest normal number, which are held there.
    Cost: O(n^2 d); beyond 32 columns by matrix products, which round small scales.
    Example:
        >>> labels, mean = jnp.array([0, 0, 1, 1]), jnp.array([0.0, 2.0, 9.0, 9.0])
        >>> round(float(conditional_leave_one_out(mean, mean, 1.0, labels)), 4)
        1.0
    References: Poole et al. (2019), on variational bounds of mutual information, for
        tractable encoders.
    """
    name = "conditional_leave_one_out"
    (mean, scale, codes), dtype = open_encoder(name, mean, scale, codes=codes)
    (codes,), _ = checks.samples(name, codes=codes)
    classes = checks.integers(name, "labels", labels)
    n = checks.same_length(name, codes=codes, mean=mean, labels=classes)
    checks.columns(name, codes=codes, mean=mean)
    mask = checks.row_mask(name, where, n)
    codes, mean = checks.column_mask(codes, mask), checks.column_mask(mean, mask)
    log_variance = 2 * jnp.log(jnp.where(mask[:, None], scale, 1))
    encoders = mean, log_variance, classes
    pairs = Pairs(density_and_class, (codes, classes), encoders, plan, mask, mask)

    def gap(rows: Rows):
        density, same = rows.values
        others = rows.off_diagonal & same
        own = rows.total(density, rows.where & rows.diagonal)
        many = rows.total(jnp.ones_like(density), others)
        return own, rows.logmeanexp(density, others), many

    own, rest, many = pairs.map_rows(gap)
    some = many > 0
    share = pairs.mean(some.astype(own.dtype))
    value = numerics.ratio(pairs.mean(jnp.where(some, own - rest, 0)), share)
    return numerics.unless_nan(value, pairs.mean(own)).astype(dtype)
