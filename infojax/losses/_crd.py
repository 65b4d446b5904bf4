"""Contrastive representation distillation."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Sum
from infojax.losses._distillation import cosine_scores, open_features, unit
from infojax.types import Array, ArrayLike

__all__ = ["crd_loss"]


def crd_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    *,
    dataset_size: ArrayLike,
    temperature: ArrayLike = 0.1,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> Array:
    r"""Contrastive representation distillation with the negatives of the batch.

    :math:`-\overline{\log h_{ii} + \sum_{j \ne i} \log(1 - h_{ij})}`, where
    :math:`h = e^{c / \tau} / (e^{c / \tau} + (n - 1) / M)` is the chance that student
    row i and teacher row j, of cosine c, come from one input.

    Args:
        student: features brought to the teacher's width, ``[n, d]`` or ``[n]``.
        teacher: features of the same inputs, ``[n, d]`` or ``[n]``; constants.
        dataset_size: training samples M.
        temperature: tau > 0; may be traced.
        where: ``[n]`` Boolean; rows marked False (padding) are as if absent.
        plan: how the cosines are evaluated; never changes the value.

    Returns: scalar to minimise, in nats. With the best critic I(teacher; student) >=
        log(n - 1) minus it. 0 when fewer than two rows remain.
    Gradients: exact for the student and the temperature, zero for the teacher.
    Cost: O(n^2 d).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 4))
        >>> teacher = jnp.tanh(x[:, :3])
        >>> loss = lambda w: crd_loss(x @ w, teacher, dataset_size=1000)
        >>> w, optimizer = jnp.ones((4, 3)), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Tian, Krishnan and Isola (2020), contrastive representation
        distillation, arXiv 1910.10699.
    """
    a, b, mask, dtype = open_features("crd_loss", student, teacher, where)
    heat = jnp.asarray(temperature).astype(a.dtype)
    size = jnp.asarray(dataset_size).astype(a.dtype)
    pairs = Pairs(cosine_scores(heat), unit(a), unit(b), plan, mask, mask)
    n = pairs.count(a.dtype)
    noise = jnp.log(jnp.maximum(n - 1, 1) / size)

    def log_chance(rows: Rows) -> Sum:
        margin = rows.values - noise
        return rows.total(jax.nn.log_sigmoid(jnp.where(rows.diagonal, margin, -margin)))

    value = -pairs.mean(pairs.map_rows(log_chance))
    return jnp.where(n > 1, value, 0).astype(dtype)
