"""The dual program of fair prediction, whose multipliers are the predictor.

A potential a[z, k] stands for the budget of I(Z; prediction), b[z, s, k] for that of
I(Z; prediction | S), and u[z, s, y] is what a sample costs: no more than
``[k != y] + a[z, k] + b[z, s, k]`` for any prediction k. The multiplier of each of
these constraints is how likely z, s, y and k are together. A price times the log-mean
of ``exp(potential / price)`` over z is at most 0, for every k; as the price grows this
becomes the mean, which is what a budget of 0 takes.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax._base.convex import Program
from infojax.types import Array

__all__ = ["DUAL", "Given", "masses", "start"]

_PRICE = 0.5  # times the root of the inverse of a budget


class Given(NamedTuple):
    """A law ``[nz, ns, ny]``, and budgets: 0, or positive, or infinite for none."""

    law: Array
    global_budget: Array
    local_budget: Array


class _Unknowns(NamedTuple):
    cost: Array
    shared: Array  # potentials of everybody
    local: Array  # and of single clients
    prices: Array


def _open(v: Array, given: Given) -> _Unknowns:
    nz, ns, ny = given.law.shape
    cost, local = v[: nz * ns * ny], v[nz * ns * ny : 2 * nz * ns * ny]
    shared = v[2 * nz * ns * ny : -2]
    kept, priced = _kinds(given)
    return _Unknowns(
        jnp.where(given.law > 0, cost.reshape(nz, ns, ny), 0),
        jnp.where(kept[0], shared.reshape(nz, ny), 0),
        jnp.where(kept[1], local.reshape(nz, ns, ny), 0),
        jnp.where(priced, v[-2:], 1),
    )


def _budgets(given: Given) -> Array:
    return jnp.stack([given.global_budget, given.local_budget])


def _kinds(given: Given) -> tuple[Array, Array]:
    """Which budgets there are, and which of them have a price."""
    budgets = _budgets(given)
    kept = budgets < jnp.inf
    return kept, kept & (budgets > 0)


def _objective(v: Array, given: Given) -> Array:
    """Minus the least error, at the end."""
    unknowns, (_, priced) = _open(v, given), _kinds(given)
    spent = jnp.where(priced, unknowns.prices * _budgets(given), 0)
    return jnp.sum(jnp.where(priced, spent, 0)) - jnp.sum(given.law * unknowns.cost)


def _constraints(v: Array, given: Given) -> Array:
    unknowns, (_, priced) = _open(v, given), _kinds(given)
    wrong = 1 - jnp.eye(given.law.shape[-1], dtype=v.dtype)
    potential = unknowns.shared[:, None] + unknowns.local
    excess = unknowns.cost[..., None] - wrong - potential[..., None, :]
    rows = jnp.sum(given.law, axis=2)
    client = numerics.ratio(rows, jnp.sum(rows, axis=0) + jnp.zeros_like(rows))
    means = [
        _soft_mean(unknowns.shared, jnp.sum(rows, axis=1), unknowns.prices, priced, 0),
        _soft_mean(unknowns.local, client, unknowns.prices, priced, 1),
    ]
    every = [excess, *means, -unknowns.prices]
    return jnp.concatenate([part.ravel() for part in every])


def _soft_mean(x: Array, mass: Array, prices: Array, priced: Array, i: int) -> Array:
    """``price log sum mass exp(x / price)``, and of no price the mean."""
    mass, price = mass[..., None] + jnp.zeros_like(x), prices[i]
    there = mass > 0
    top = lax.stop_gradient(jnp.max(jnp.where(there, x, -jnp.inf), axis=0))
    top = jnp.where(jnp.any(there, axis=0), top, 0)
    # Through what exp(x / price) is short of 1, as prices may be large.
    short = jnp.where(there, (x - top) / price, 0)
    level = jnp.sum(mass * jnp.expm1(short), axis=0)
    mean = jnp.sum(mass * x, axis=0)
    return jnp.where(priced[i], top + price * numerics.log1p(level), mean)


def masses(given: Given) -> Array:
    """What the multipliers are where everybody is predicted the same labels."""
    label = jnp.sum(given.law, axis=(0, 1))
    even = numerics.normalise((label > 0).astype(label.dtype))
    guess = jnp.where(label > 0, label + even, 0) / 2
    clients = jnp.sum(given.law, axis=(0, 2))
    kept, priced = _kinds(given)
    every = [
        given.law[..., None] * guess,
        jnp.where(kept[0], guess, 0),
        jnp.where(kept[1], clients[:, None] * guess, 0),
        jnp.where(priced, _budgets(given), 0),
    ]
    return jnp.concatenate([part.ravel() for part in every])


def start(given: Given) -> Array:
    """Potentials below 0, and costs below them."""
    nz, ns, ny = given.law.shape
    priced = _kinds(given)[1]
    prices = _PRICE / jnp.sqrt(jnp.where(priced, _budgets(given), 1))
    below = jnp.full(nz * ns * ny, -2, given.law.dtype)
    potentials = jnp.full(nz * (ns + 1) * ny, -0.5, given.law.dtype)
    return jnp.concatenate([below, potentials, prices])


DUAL = Program(_objective, _constraints)
