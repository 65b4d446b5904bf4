"""Unique information of Bertschinger, Rauh, Olbrich, Jost and Ay."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax import closed_form
from infojax._base import checks, numerics
from infojax._base.convex import Program, interior_point, optimal_value
from infojax.pid._atoms import decompose, informations, open_law
from infojax.types import Array, ArrayLike

__all__ = ["BROJA", "broja"]


class BROJA(NamedTuple):
    """A decomposition, the law that shows it, and how well it was found.

    The four atoms are as in ``PID``. ``coupling`` ``[ns, nx, ny]`` has the laws of
    (s, x) and of (s, y) in common with the input, and among all such the least
    I(S; X, Y). That information is found within ``gap`` nats, and those laws within
    ``mismatch``, the sum of all differences; ``steps`` counts the iterations and
    ``converged`` tells whether both were within tolerance.
    """

    redundancy: Array
    unique_x: Array
    unique_y: Array
    synergy: Array
    coupling: Array
    gap: Array
    mismatch: Array
    steps: Array
    converged: Array


def broja(p: ArrayLike, *, tolerance: float = 1e-10, max_steps: int = 200) -> BROJA:
    r"""BROJA decomposition: what is unique survives in every law of the same pairs.

    With :math:`V = \min_Q I_Q(S; X, Y)` over the joint laws Q that share the pairs
    (S, X) and (S, Y) with p, the synergy is :math:`I(S; X, Y) - V`, the unique
    informations are :math:`V - I(S; Y)` and :math:`V - I(S; X)`, and the redundancy is
    what is left; all are nonnegative. An interior-point method on the dual problem,
    :math:`\sum_s e^{\alpha_{sx} + \beta_{sy}} \le 1` for all x and y, finds V in some
    twenty steps, also where the best Q has empty cells and alternating projections
    would need a million.

    Args:
        p: joint probabilities or counts, ``[ns, nx, ny]``, the target first,
            nonnegative; normalised.
        tolerance: largest ``gap`` and ``mismatch``; not less than 256 rounding errors,
            3e-5 in float32.
        max_steps: iterations at most.

    Returns: ``BROJA(redundancy, unique_x, unique_y, synergy, coupling, gap, mismatch,
        steps, converged)``. Atoms add up to I(S; X, Y) by construction, whatever the
        gap. Pairs of probability below one rounding error count as impossible, and laws
        with cells of less than some 1e-9 may stop early: see ``converged``. All zeros
        for a law of no mass.
    Gradients: exact by the envelope theorem, not through the iterations, that of
        ``coupling`` by the implicit function theorem; 0 in empty cells of p, where true
        slopes may be infinite. Where the best Q is not unique, or has cells that are
        just about to empty, those of ``coupling`` are not defined, and they are steep
        around. Zero for ``gap`` and ``mismatch``.
    Cost: a linear system of ns (nx + ny) unknowns a step, and as many passes over the
        ns nx ny cells to set it up. For hundreds of unknowns.
    Example:
        >>> both = jnp.array([[[1, 1], [1, 0]], [[0, 0], [0, 1]]]) / 4  # s = x and y
        >>> found = broja(both)
        >>> round(float(found.redundancy), 4), round(float(found.synergy), 4)
        (0.2158, 0.3466)
    References: Bertschinger et al. (2014), quantifying unique information; Makkeh,
        Theis and Vicente (2018), BROJA-2PID, for the dual problem.
    """
    name = "broja"
    law, dtype = open_law(name, p)
    tolerance = checks.order(name, tolerance, "tolerance", finite=True)
    max_steps = checks.size(name, max_steps, "max_steps")
    pairs = _possible(jnp.sum(law, axis=2)), _possible(jnp.sum(law, axis=1))
    optimum = interior_point(
        _DUAL,
        _start(*pairs),
        pairs,
        mass=_masses(*pairs),
        tolerance=tolerance,
        max_steps=max_steps,
    )
    # The dual problem finds the least of -H(S | X, Y), I less the entropy of S.
    target = closed_form.categorical_entropy(jnp.sum(law, axis=(1, 2)))
    least = target - optimal_value(_DUAL, optimum, pairs)
    least = numerics.unless_nan(least, law)
    known = informations(law)
    atoms = decompose(known, known.x + known.y - least)
    coupling = _posterior(optimum.value, pairs)
    coupling = coupling * optimum.multipliers.reshape(law.shape[1:])
    clean, found = numerics.unless_nan, optimum.converged & ~jnp.isnan(least)
    return BROJA(
        *(atom.astype(dtype) for atom in atoms),
        coupling=clean(coupling, law).astype(dtype),
        gap=clean(optimum.gap, law).astype(dtype),
        mismatch=clean(optimum.slope, law).astype(dtype),
        steps=optimum.steps,
        converged=found,
    )


Pairs = tuple[Array, Array]  # laws of (s, x) and of (s, y)


def _possible(pair: Array) -> Array:
    return jnp.where(pair > jnp.finfo(pair.dtype).eps, pair, 0)


def _allowed(pairs: Pairs) -> Array:
    """Cells that some law of these pairs may fill, ``[ns, nx, ny]``."""
    sx, sy = pairs
    return (sx > 0)[:, :, None] & (sy > 0)[:, None, :]


def _sums(v: Array, pairs: Pairs) -> tuple[Array, Array, Array]:
    sx, sy = pairs
    alpha, beta = v[: sx.size].reshape(sx.shape), v[sx.size :].reshape(sy.shape)
    return alpha, beta, alpha[:, :, None] + beta[:, None, :]


def _objective(v: Array, pairs: Pairs) -> Array:
    alpha, beta, _ = _sums(v, pairs)
    return -jnp.sum(pairs[0] * alpha) - jnp.sum(pairs[1] * beta)


def _constraints(v: Array, pairs: Pairs) -> Array:
    allowed = _allowed(pairs)
    some = jnp.any(allowed, axis=0)
    return numerics.logsumexp(_sums(v, pairs)[2], allowed | ~some, axis=0).ravel()


def _posterior(v: Array, pairs: Pairs) -> Array:
    """The law of s given x and y that potentials stand for; 0 where none may be."""
    allowed, sums = _allowed(pairs), _sums(v, pairs)[2]
    total = numerics.logsumexp(sums, allowed, axis=0)
    inside = jnp.where(allowed, sums - jnp.where(allowed, total, 0), 0)
    return jnp.where(allowed, jnp.exp(inside), 0)


def _masses(sx: Array, sy: Array) -> Array:
    """The most that any law of these pairs may put on (x, y)."""
    return jnp.sum(jnp.minimum(sx[:, :, None], sy[:, None, :]), axis=0).ravel()


def _start(sx: Array, sy: Array) -> Array:
    """Potentials of independent sources, moved until all constraints hold."""
    s, x, y = jnp.sum(sx, axis=1), jnp.sum(sx, axis=0), jnp.sum(sy, axis=0)
    half = numerics.log(s)[:, None] / 2
    alpha, beta = numerics.log(sx) - half, numerics.log(sy) - half
    alpha, beta = alpha - numerics.log(x), beta - numerics.log(y)
    most = jnp.max(
        _constraints(jnp.concatenate([alpha.ravel(), beta.ravel()]), (sx, sy))
    )
    down = (most + 0.5) / 2
    return jnp.concatenate([(alpha - down).ravel(), (beta - down).ravel()])


_DUAL = Program(_objective, _constraints)
