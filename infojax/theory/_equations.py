"""The self-consistent equations of the bottleneck on clean tables, and the door."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks, numerics
from infojax._base.scores import scalar
from infojax.types import Array, ArrayLike

__all__ = ["log_shares", "open_beta", "open_joint", "open_problem", "update"]


def open_joint(name: str, pxy: ArrayLike, argument: str = "pxy") -> tuple[Array, Any]:
    """A joint table ``[nx, ny]`` of mass 1, or of none, and the dtype to return."""
    table = checks.counts(name, argument, pxy, 2)
    mass = table.astype(checks.working_dtype(table.dtype))
    return numerics.normalise(jnp.where(mass < 0, 0, mass)), table.dtype


def open_problem(
    name: str, pxy: ArrayLike, encoder: ArrayLike
) -> tuple[Array, Array, Any]:
    """A joint table, encoder rows of mass 1 ``[nx, nt]``, and the dtype to return."""
    table = checks.counts(name, "pxy", pxy, 2)
    encoder = checks.table(name, "encoder", encoder, 2)
    if len(encoder) != len(table):
        expected = f"as long as `pxy` ({len(table)} rows)"
        received = f"{len(encoder)} rows"
        raise checks.fail(ValueError, name, "encoder", expected, received)
    (table, encoder), dtype = checks.common_float(name, pxy=table, encoder=encoder)
    encoder = jnp.where(encoder < 0, 0, encoder)
    mass = jnp.sum(encoder, axis=1, keepdims=True)
    even = 1 / encoder.shape[1]
    encoder = jnp.where(mass == 0, even, numerics.ratio(encoder, mass))
    return open_joint(name, table)[0], encoder, dtype


def open_beta(name: str, beta: ArrayLike, dtype: Any) -> Array:
    """A trade-off of rank 0; numbers must be positive and finite."""
    number = isinstance(beta, (int, float, np.integer, np.floating))
    if number and not 0 < float(beta) < math.inf:
        raise checks.fail(ValueError, name, "beta", "positive and finite", str(beta))
    return scalar(name, "beta", beta, dtype)


def log_shares(joint: Array, encoder: Array, beta: Array) -> tuple[Array, Array]:
    r"""``log q(t) - beta KL(p(y|x) || q(y|t))`` and where it is finite, ``[nx, nt]``.

    Up to a term of x alone, which no choice of t depends on. Every x has some t.
    """
    both = jnp.matmul(encoder.T, joint, precision="highest")
    mass = jnp.sum(both, axis=1)
    # Divided by its size before by its sum: the square of a tiny mass is 0.
    size = lax.stop_gradient(mass)
    decoder = numerics.normalise(numerics.ratio(both, size[:, None]), axis=1)
    given = numerics.normalise(joint, axis=1)
    there = decoder > 0
    logs = jnp.where(there, numerics.log(decoder), 0)
    likelihood = jnp.matmul(given, logs.T, precision="highest")
    absent = (~there).astype(joint.dtype).T
    beyond = jnp.matmul(lax.stop_gradient(given), absent, precision="highest")

    # Rows lost to every cluster by underflow go where least of them is lost.
    likelihood = likelihood + beyond * math.log(float(jnp.finfo(joint.dtype).tiny))
    shares = numerics.log(mass) + beta * likelihood
    occupied = mass > 0
    occupied = occupied | ~jnp.any(occupied)
    finite = occupied & ~(beyond > 0)
    lost = ~jnp.any(finite, axis=1, keepdims=True)
    return shares, finite | (lost & occupied)


def update(joint: Array, encoder: Array, beta: Array) -> Array:
    """The encoder that answers its own clusters, rows of mass 1."""
    shares, finite = log_shares(joint, encoder, beta)
    total = numerics.logsumexp(shares, finite)
    shares = jnp.where(finite, shares - total[:, None], 0)
    return jnp.where(finite, jnp.exp(shares), 0)
