"""Contrast of two views of the same samples by the cosines of their embeddings."""

from __future__ import annotations

import jax.numpy as jnp

from infojax import bounds
from infojax._base import checks
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.scores import scalar
from infojax.losses._distillation import cosine_scores, unit
from infojax.types import Array, ArrayLike

__all__ = ["infonce_loss", "siglip_loss"]


def infonce_loss(
    a: ArrayLike,
    b: ArrayLike,
    *,
    temperature: ArrayLike = 0.1,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Contrast of two views in both directions, the objective of CLIP.

    :math:`-\overline{c_{ii} / \tau} + \frac12 \overline{\log\sum_j e^{c_{ij} / \tau}} +
    \frac12 \overline{\log\sum_j e^{c_{ji} / \tau}}` of cosines :math:`c_{ij}`. The
    other rows of the other view are the negatives; NT-Xent of SimCLR takes those of the
    same view too.

    Args:
        a: embeddings of one view, ``[n, d]`` or ``[n]``.
        b: embeddings of the other view of the same samples, as wide as ``a``.
        temperature: tau > 0, a scalar; may be traced.
        where: ``[n]`` Boolean; rows marked False (padding) are as if absent.
        plan: how the cosines are evaluated; never changes the value.

    Returns: scalar to minimise, in nats, >= 0: log n -
        ``bounds.infonce_symmetric(cosines / temperature)``, so that log n minus the
        loss bounds I(A; B) from below. 0 when fewer than two rows remain.
    Gradients: exact for both views and the temperature; zero at a row of zeros.
    Cost: O(n^2 d), cosines evaluated twice.
    Example:
        >>> x, y = jax.random.normal(jax.random.key(0), (2, 8, 3))
        >>> def loss(w):
        ...     return infonce_loss(x @ w, (x + 0.5 * y) @ w)
        >>> w, optimizer = jnp.eye(3), optax.sgd(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     value, gradient = jax.value_and_grad(loss)(w)
        ...     updates, state = optimizer.update(gradient, state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Radford et al. (2021), CLIP; Chen et al. (2020), SimCLR; van den Oord,
        Li and Vinyals (2018), contrastive predictive coding.
    """
    pairs, dtype = _pairs("infonce_loss", a, b, temperature, 0.0, where, plan)
    n = pairs.count(pairs.x.dtype)
    bound = bounds.infonce_symmetric(pairs)
    return (jnp.log(jnp.maximum(n, 1)) - bound).astype(dtype)


def siglip_loss(
    a: ArrayLike,
    b: ArrayLike,
    *,
    temperature: ArrayLike = 0.1,
    bias: ArrayLike = -10.0,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Sigmoid loss of two views: each pair of rows is told a match or not on its own.

    :math:`\overline{\log(1 + e^{-s_{ii}})} + \frac1n \sum_{i \ne j} \log(1 +
    e^{s_{ij}})` of :math:`s_{ij} = c_{ij} / \tau + b` with cosines :math:`c_{ij}`.

    Args:
        a, b: as in ``infonce_loss``.
        temperature: tau > 0, a scalar; usually trained, from 0.1.
        bias: b, a scalar; usually trained, from -10, as most pairs are no match.
        where, plan: as in ``infonce_loss``.

    Returns: scalar to minimise, >= 0, a sum of n cross-entropies a row in nats:
        ``-bounds.siglip_objective(scores)``. The same scores give an estimate of
        I(A; B), ``bounds.siglip(scores)``, whose gradient is minus that of the loss. 0
        when fewer than two rows remain.
    Gradients: exact for both views, temperature and bias; zero at a row of zeros.
    Cost: O(n^2 d); rows need no sum over the batch first.
    Example:
        >>> x, y = jax.random.normal(jax.random.key(0), (2, 8, 3))
        >>> def loss(p):
        ...     options = {"temperature": jnp.exp(p["log_tau"]), "bias": p["bias"]}
        ...     return siglip_loss(x @ p["w"], (x + 0.5 * y) @ p["w"], **options)
        >>> p = {"w": jnp.eye(3), "log_tau": jnp.log(0.1), "bias": jnp.array(-10.0)}
        >>> optimizer = optax.adam(1e-2)
        >>> state, start = optimizer.init(p), loss(p)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(p), state)
        ...     p = optax.apply_updates(p, updates)
        >>> bool(loss(p) < start)
        True
    References: Zhai et al. (2023), sigmoid loss for language image pre-training.
    """
    pairs, dtype = _pairs("siglip_loss", a, b, temperature, bias, where, plan)
    return -bounds.siglip_objective(pairs).astype(dtype)


def _pairs(
    name: str,
    a: ArrayLike,
    b: ArrayLike,
    temperature: ArrayLike,
    bias: ArrayLike,
    where: ArrayLike | None,
    plan: PairPlan,
) -> tuple[Pairs, jnp.dtype]:
    """Cosines over a temperature plus a bias, and the dtype to return."""
    (a, b), dtype = checks.samples(name, a=a, b=b)
    n = checks.same_length(name, a=a, b=b)
    checks.columns(name, a=a, b=b)
    mask = checks.row_mask(name, where, n)
    score = cosine_scores(scalar(name, "temperature", temperature, a.dtype))
    shift = scalar(name, "bias", bias, a.dtype)
    a, b = (unit(checks.column_mask(view, mask)) for view in (a, b))
    return Pairs(lambda x, y: score(x, y) + shift, a, b, plan, mask, mask), dtype
