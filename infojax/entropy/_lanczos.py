"""Lanczos tridiagonalisation of a symmetric matrix that is only known by products."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import numerics
from infojax._base.plan import PairPlan
from infojax.types import Array

__all__ = ["Krylov", "lanczos"]


class Krylov(NamedTuple):
    """What p probes have seen of a matrix, in as many steps each.

    ``basis`` ``[steps, n, p]`` orthonormal vectors of which the first is the probe,
    ``nodes`` ``[p, steps]`` the eigenvalues of the matrix within them, ``coordinates``
    ``[p, steps, steps]`` their eigenvectors in the columns.
    """

    basis: Array
    nodes: Array
    coordinates: Array

    @property
    def first(self) -> Array:
        """Coordinates of the probe in the eigenvectors, ``[p, steps]``."""
        return self.coordinates[:, 0]

    def quadratic(self, function: Callable[[Array], Array]) -> Array:
        """The matrix function, between each probe and itself, ``[p]``."""
        return jnp.sum(self.first**2 * function(self.nodes), axis=1)

    def slope(self, function: Callable[[Array], Array]) -> Array:
        """``[steps, n, p]`` whose product with a change of the matrix times the basis,
        summed over steps and n, is the change of ``quadratic`` once steps suffice.

        Weighs pairs of eigenvectors by the divided differences of their eigenvalues,
        which stay moderate where the function is steep at one of the two.
        """
        p = self.nodes
        one, other = p[:, :, None], p[:, None, :]
        values = function(p)
        near = float(jnp.finfo(p.dtype).eps) ** (1 / 3) * jnp.maximum(one, other)
        gap = one - other
        gap = jnp.where(jnp.abs(gap) <= near, 0, gap)
        rise = numerics.ratio(values[:, :, None] - values[:, None, :], gap)
        tangent = jax.grad(lambda m: jnp.sum(function(m)))((one + other) / 2)
        table = jnp.where(gap == 0, tangent, rise)
        table = table * self.first[:, :, None] * self.first[:, None, :]
        u = self.coordinates
        inner = jnp.einsum("psk,pkl,ptl->pst", u, table, u, precision="highest")
        return jnp.einsum("snp,pst->tnp", self.basis, inner, precision="highest")


def lanczos(
    product: Callable[[Array], Array], probes: Array, steps: int, plan: PairPlan
) -> Krylov:
    """Tridiagonalise from unit probes ``[n, p]``, all in one product a step.

    Every vector is made orthogonal to all before, twice. Where a probe has no new
    direction left, zeros follow: nodes at 0 that have no part in the probe. A constant
    for differentiation.
    """
    eps = float(jnp.finfo(probes.dtype).eps)
    shape = (steps, probes.shape[1])
    zeros = jnp.zeros(shape, probes.dtype)

    def inner(basis: Array, vector: Array) -> Array:
        found = jnp.einsum("snp,np->sp", basis, vector, precision="highest")
        return plan.total(found)

    def step(k: Array, state: tuple) -> tuple:
        vector, basis, diagonal, side = state
        basis = basis.at[k].set(vector)
        rest = lax.stop_gradient(product(vector))
        for turn in range(2):
            overlap = inner(basis, rest)
            if turn == 0:
                diagonal = diagonal.at[k].set(overlap[k])
            rest = rest - jnp.einsum("snp,sp->np", basis, overlap, precision="highest")
        length = numerics.sqrt(plan.total(jnp.sum(rest**2, axis=0)))
        spent = length <= 16 * eps * jnp.max(diagonal, axis=0)
        length = jnp.where(spent, 0, length)
        return numerics.ratio(rest, length), basis, diagonal, side.at[k].set(length)

    probes = lax.stop_gradient(probes)
    basis = jnp.broadcast_to(0 * probes, (steps, *probes.shape))
    _, basis, diagonal, side = lax.fori_loop(
        0, steps, step, (probes, basis, zeros, zeros)
    )
    matrices = jax.vmap(_tridiagonal)(diagonal.T, side.T[:, :-1])
    nodes, coordinates = jnp.linalg.eigh(matrices)
    found = Krylov(basis, nodes, coordinates)
    return jax.tree.map(lax.stop_gradient, found)


def _tridiagonal(diagonal: Array, side: Array) -> Array:
    return jnp.diag(diagonal) + jnp.diag(side, 1) + jnp.diag(side, -1)
