"""Distillation losses that compare a student's outputs with a teacher's, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.fused.logsumexp import Factors
from infojax.losses._encoder import categorical_kl, log_softmax
from infojax.types import Array, ArrayLike, Critic

__all__ = [
    "cosine_loss",
    "cosine_scores",
    "l2_loss",
    "mse_loss",
    "open_features",
    "pkd_loss",
    "soft_label_loss",
    "unit",
    "vid_loss",
]


def open_features(
    name: str, student: ArrayLike, teacher: ArrayLike, where: ArrayLike | None
) -> tuple[Array, Array, Array, jnp.dtype]:
    """Student, teacher as a constant, mask, and the dtype to return."""
    (a, b), dtype = checks.samples(name, student=student, teacher=teacher)
    n = checks.same_length(name, student=a, teacher=b)
    checks.columns(name, student=a, teacher=b)
    mask = checks.row_mask(name, where, n)
    a, b = checks.column_mask(a, mask), checks.column_mask(b, mask)
    return a, lax.stop_gradient(b), mask, dtype


def unit(x: Array) -> Array:
    """Rows scaled to length one; zero rows stay zero, with zero gradient."""
    return numerics.ratio(x, numerics.sqrt(jnp.sum(x**2, axis=-1, keepdims=True)))


def cosine_scores(temperature: Array) -> Critic:
    """Inner products over a temperature: cosines of rows that went through ``unit``."""

    return _Cosine(temperature)


class _Cosine(NamedTuple):
    temperature: Array

    def __call__(self, rows: Array, columns: Array) -> Array:
        return jnp.matmul(rows, columns.T, precision="highest") / self.temperature

    def factors(self, rows: Array, columns: Array) -> Factors:
        zeros = (jnp.zeros(len(side), rows.dtype) for side in (rows, columns))
        return Factors(rows / self.temperature, columns, *zeros)


def _row_mean(
    name: str,
    student: ArrayLike,
    teacher: ArrayLike,
    where: ArrayLike | None,
    loss: Callable[[Array, Array], Array],
) -> Array:
    a, b, mask, dtype = open_features(name, student, teacher, where)
    return numerics.mean(loss(a, b), mask).astype(dtype)


def mse_loss(
    student: ArrayLike, teacher: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    """Mean squared difference over rows and columns.

    Args:
        student: features brought to the teacher's width, ``[n, d]`` or ``[n]``.
        teacher: features of the same inputs, ``[n, d]`` or ``[n]``; constants.
        where: ``[n]`` Boolean; rows marked False (padding) are as if absent.

    Returns: scalar to minimise, in squared units of the features. It is ``vid_loss`` of
        fixed scale up to an increasing affine map.
    Gradients: exact for the student, zero for the teacher.
    Cost: O(n d).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 4))
        >>> teacher = jnp.tanh(x[:, :3])
        >>> loss = lambda w: mse_loss(x @ w, teacher)
        >>> w, optimizer = jnp.ones((4, 3)), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Romero et al. (2015), FitNets, hints for thin deep nets.
    """
    return _row_mean(
        "mse_loss", student, teacher, where, lambda a, b: jnp.mean((a - b) ** 2, axis=1)
    )


def l2_loss(
    student: ArrayLike, teacher: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    """Mean Euclidean distance of the rows, not squared.

    Args:
        student, teacher, where: as in ``mse_loss``.

    Returns: scalar to minimise, in units of the features.
    Gradients: exact for the student, zero where a row equals the teacher's; zero for
        the teacher.
    Cost: O(n d).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 4))
        >>> teacher = jnp.tanh(x[:, :3])
        >>> loss = lambda w: l2_loss(x @ w, teacher)
        >>> w, optimizer = jnp.ones((4, 3)), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: He et al. (2021), Distiller, arXiv 2109.11105.
    """
    return _row_mean(
        "l2_loss",
        student,
        teacher,
        where,
        lambda a, b: numerics.sqrt(jnp.sum((a - b) ** 2, axis=1)),
    )


def cosine_loss(
    student: ArrayLike, teacher: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    """Mean of one minus the cosine of corresponding rows.

    Args:
        student, teacher, where: as in ``mse_loss``.

    Returns: scalar to minimise, from 0 to 2; a row of zeros counts 1.
    Gradients: exact for the student, zero at a row of zeros; zero for the teacher.
    Cost: O(n d).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 4))
        >>> teacher = jnp.tanh(x[:, :3])
        >>> loss = lambda w: cosine_loss(x @ w, teacher)
        >>> w, optimizer = jnp.ones((4, 3)), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: He et al. (2021), Distiller, arXiv 2109.11105.
    """
    return _row_mean(
        "cosine_loss",
        student,
        teacher,
        where,
        lambda a, b: 1 - jnp.sum(unit(a) * unit(b), axis=1),
    )


def pkd_loss(
    student: ArrayLike, teacher: ArrayLike, *, where: ArrayLike | None = None
) -> Array:
    """Patient knowledge distillation: squared distance of the rows at length one.

    Args:
        student, teacher, where: as in ``mse_loss``.

    Returns: scalar to minimise, from 0 to 4: twice ``cosine_loss`` where no row is 0.
    Gradients: exact for the student, zero at a row of zeros; zero for the teacher.
    Cost: O(n d).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 4))
        >>> teacher = jnp.tanh(x[:, :3])
        >>> loss = lambda w: pkd_loss(x @ w, teacher)
        >>> w, optimizer = jnp.ones((4, 3)), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Sun et al. (2019), patient knowledge distillation for BERT.
    """
    return _row_mean(
        "pkd_loss",
        student,
        teacher,
        where,
        lambda a, b: jnp.sum((unit(a) - unit(b)) ** 2, axis=1),
    )


def vid_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    *,
    scale: ArrayLike = 1.0,
    where: ArrayLike | None = None,
) -> Array:
    r"""Variational information distillation, :math:`-\overline{\log q(t_i | s_i)}`.

    With a normal q around the student's features this is the Barber-Agakov bound:
    I(teacher; student) >= H(teacher) minus it.

    Args:
        student, teacher, where: as in ``mse_loss``.
        scale: standard deviation of q, a scalar or one a column ``[d]``; usually
            trained, then columns that cannot be predicted cost little.

    Returns: scalar to minimise, in nats; of either sign, since it is a differential
        entropy.
    Gradients: exact for student and scale, zero for the teacher.
    Cost: O(n d).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 4))
        >>> teacher = jnp.tanh(x[:, :3])
        >>> def loss(w):
        ...     scale = jax.nn.softplus(w["scale"])
        ...     return vid_loss(x @ w["student"], teacher, scale=scale)
        >>> w = {"student": jnp.ones((4, 3)), "scale": jnp.zeros(3)}
        >>> optimizer = optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Ahn et al. (2019), variational information distillation for knowledge
        transfer; Barber and Agakov (2003), the IM algorithm.
    """

    def cost(a: Array, b: Array) -> Array:
        array = jnp.asarray(scale).astype(a.dtype)
        if array.shape not in ((), a.shape[1:]):
            expected = f"a scalar or of shape {list(a.shape[1:])}"
            received = str(list(array.shape))
            raise checks.fail(ValueError, "vid_loss", "scale", expected, received)
        width = numerics.positive(array)
        return -jnp.sum(jax.scipy.stats.norm.logpdf(b, a, width), axis=1)

    return _row_mean("vid_loss", student, teacher, where, cost)


def soft_label_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    *,
    temperature: ArrayLike = 1.0,
    where: ArrayLike | None = None,
) -> Array:
    r"""Distillation of class probabilities, :math:`T^2 \overline{D(p_t \| p_s)}`.

    Args:
        student: logits, ``[n, classes]``.
        teacher: logits of the same inputs, ``[n, classes]``; constants. An entry of
            -inf rules a class out.
        temperature: T > 0, divides both logits. The factor :math:`T^2` keeps the size
            of the gradient.
        where: ``[n]`` Boolean; rows marked False are as if absent.

    Returns: scalar to minimise, in nats times :math:`T^2`, >= 0.
    Gradients: exact for the student, zero for the teacher.
    Cost: O(n classes).
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (32, 4))
        >>> teacher = 2 * x[:, :3]
        >>> loss = lambda w: soft_label_loss(x @ w, teacher, temperature=2.0)
        >>> w, optimizer = jnp.ones((4, 3)), optax.adam(0.1)
        >>> state, start = optimizer.init(w), loss(w)
        >>> for _ in range(3):
        ...     updates, state = optimizer.update(jax.grad(loss)(w), state)
        ...     w = optax.apply_updates(w, updates)
        >>> bool(loss(w) < start)
        True
    References: Hinton, Vinyals and Dean (2015), distilling the knowledge in a neural
        network.
    """

    def cost(a: Array, b: Array) -> Array:
        heat = jnp.asarray(temperature).astype(a.dtype)
        log_p, log_q = log_softmax(b / heat), log_softmax(a / heat)
        return heat**2 * categorical_kl(log_p, log_q)

    return _row_mean("soft_label_loss", student, teacher, where, cost)
