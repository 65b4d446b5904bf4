"""Couplings of given marginals with little joint entropy, and what none can go below.

Ebrahimi, Chen and Khisti (2024) call the rule max-seeking: the largest masses left are
matched until one of them is used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from infojax import closed_form
from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = [
    "Coupling",
    "CouplingAtoms",
    "coupling_entropy_bound",
    "greedy",
    "greedy_coupling",
    "greedy_coupling_atoms",
    "open_marginals",
]

_ROUNDING = 4  # rounding errors of a mass that are no mass


class Coupling(NamedTuple):
    """A joint law of two given marginals, and its values in nats.

    ``joint [n, m]`` has at most n + m - 1 cells that are not 0; ``entropy`` is H(X, Y)
    and ``mutual_information`` I(X; Y).
    """

    joint: Array
    entropy: Array
    mutual_information: Array


class CouplingAtoms(NamedTuple):
    """A joint law of k given marginals as a list of atoms, the heaviest first.

    Atom i has the probability ``masses[i]`` and is at ``indices[i]``, ``[k]`` int32, a
    symbol of each marginal. Atoms of mass 0 fill up the list. ``entropy`` is that of
    the joint law, in nats.
    """

    masses: Array
    indices: Array
    entropy: Array


def greedy_coupling(p: ArrayLike, q: ArrayLike) -> Coupling:
    r"""Minimum-entropy coupling of two laws, greedily.

    The least H(X, Y) under given marginals, which is the most I(X; Y), is hard to find.
    Here the largest mass left of p meets the largest left of q, and their minimum goes
    to that cell, until nothing is left. The entropy exceeds the least possible by at
    most :math:`1 / e` nats.

    Args:
        p: probabilities or counts, ``[n]``; normalised, and negative ones count as 0.
        q: as ``p``, ``[m]``. Symbols of probability 0 change nothing: laws may be
            padded.

    Returns: ``Coupling(joint, entropy, mutual_information)``. Among equal masses the
        first goes first. Rows sum to p, columns to q, up to rounding; all is 0 where
        one of the two is empty.
    Gradients: exact in ``p`` and ``q``, the order of the matches held fixed: cells are
        sums and differences of masses. One-sided where masses tie, and then the mean of
        both sides where two masses are used up at once; finite everywhere.
    Cost: n + m - 1 steps, one after the other, of O(n + m).
    Example:
        >>> found = greedy_coupling(jnp.array([0.6, 0.4]), jnp.array([0.5, 0.3, 0.2]))
        >>> (10 * found.joint).round().tolist(), round(float(found.entropy), 4)
        ([[5.0, 0.0, 1.0], [0.0, 3.0, 1.0]], 1.1683)
    References: Kocaoglu, Dimakis, Vishwanath and Hassibi (2017), entropic causal
        inference; Rossi (2019), greedy additive approximation algorithms for
        minimum-entropy coupling; Compton et al. (2023), minimum-entropy coupling
        approximation guarantees beyond the majorization barrier.
    """
    (p, q), dtype = open_marginals("greedy_coupling", p=p, q=q)
    joint = greedy(p, q)
    return Coupling(
        joint.astype(dtype),
        -jnp.sum(numerics.xlogx(joint)).astype(dtype),
        closed_form.categorical_mi(joint).astype(dtype),
    )


def greedy_coupling_atoms(marginals: Sequence[ArrayLike]) -> CouplingAtoms:
    r"""Minimum-entropy coupling of several laws, greedily, as a list of atoms.

    The rule of ``greedy_coupling``: the largest masses left of all the laws meet. The
    entropy exceeds the least possible by at most 1.22 bits, 0.85 nats, however many
    laws there are. A list, since a table of k axes would be large.

    Args:
        marginals: k laws, ``[n_1], ..., [n_k]``, of lengths of their own; probabilities
            or counts, normalised, and negative ones count as 0.

    Returns: ``CouplingAtoms(masses, indices, entropy)`` of :math:`\sum_i n_i - k + 1`
        atoms; all masses are 0 where one of the laws is empty.
    Gradients: as those of ``greedy_coupling``.
    Cost: one step after the other for each atom, of O(sum n_i).
    Example:
        >>> laws = jnp.array([0.6, 0.4]), jnp.array([0.5, 0.5]), jnp.array([0.7, 0.3])
        >>> found = greedy_coupling_atoms(laws)
        >>> found.indices.tolist()
        [[0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 1, 0]]
        >>> round(float(found.entropy), 4)
        1.1683
    References: Kocaoglu, Dimakis, Vishwanath and Hassibi (2017), entropic causal
        inference; Compton et al. (2023), minimum-entropy coupling approximation
        guarantees beyond the majorization barrier.
    """
    name = "greedy_coupling_atoms"
    listed = isinstance(marginals, (tuple, list))
    if not listed or not marginals:
        expected = "a tuple or list of laws"
        received = "none" if listed else type(marginals).__name__
        raise checks.fail(TypeError, name, "marginals", expected, received)
    named = {f"marginals[{i}]": law for i, law in enumerate(marginals)}
    laws, dtype = open_marginals(name, **named)
    masses, indices = _atoms(laws)
    entropy = -jnp.sum(numerics.xlogx(masses))
    return CouplingAtoms(masses.astype(dtype), indices, entropy.astype(dtype))


def coupling_entropy_bound(p: ArrayLike, q: ArrayLike) -> Array:
    r"""What no coupling of two laws has less entropy than.

    :math:`H(z)` of the largest law that both majorise: with both sorted, the largest
    first, :math:`z_1 + \dots + z_i = \min(p_1 + \dots + p_i, q_1 + \dots + q_i)`.

    Args:
        p: probabilities or counts, ``[n]``; normalised, and negative ones count as 0.
        q: as ``p``, ``[m]``.

    Returns: scalar in nats, at least max(H(p), H(q)); 0 where one of the two is empty.
    Gradients: exact where no two masses of a law and no two partial sums are equal; the
        mean of both sides where sums are. Finite everywhere.
    Cost: O(n log n + m log m).
    Example:
        >>> bound = coupling_entropy_bound(
        ...     jnp.array([0.6, 0.4]), jnp.array([0.5, 0.3, 0.2])
        ... )
        >>> round(float(bound), 4)
        1.0297
    References: Cicalese, Gargano and Vaccaro (2019), minimum-entropy couplings and
        their applications.
    """
    (p, q), dtype = open_marginals("coupling_entropy_bound", p=p, q=q)
    return -jnp.sum(numerics.xlogx(_meet(p, q))).astype(dtype)


def open_marginals(name: str, **laws: ArrayLike) -> tuple[tuple[Array, ...], Any]:
    """Laws ``[n]`` of mass 1, or of none, and the dtype to return."""
    tables = {key: checks.counts(name, key, law, 1) for key, law in laws.items()}
    floats, dtype = checks.common_float(name, **tables)
    return tuple(numerics.normalise(jnp.where(p < 0, 0, p)) for p in floats), dtype


def greedy(p: Array, q: Array) -> Array:
    """The greedy coupling of two clean laws, ``[n, m]``."""
    masses, indices = _atoms((p, q))
    joint = jnp.zeros((len(p), len(q)), masses.dtype)
    return joint.at[indices[:, 0], indices[:, 1]].add(masses)


def _atoms(laws: Sequence[Array]) -> tuple[Array, Array]:
    """Masses ``[atoms]`` and symbols ``[atoms, k]``, in the order of the matches."""
    eps = _ROUNDING * float(jnp.finfo(laws[0].dtype).eps)

    def match(left: tuple[Array, ...], _: None):
        index = [jnp.argmax(law).astype(jnp.int32) for law in left]
        tops = [law[i] for law, i in zip(left, index, strict=True)]
        mass = jnp.min(jnp.stack(tops))
        after = []
        for law, whole, i, top in zip(left, laws, index, tops, strict=True):
            # What is left of a mass that is used up but for rounding is no atom.
            rest = top - mass
            after.append(law.at[i].set(jnp.where(rest <= eps * whole[i], 0, rest)))
        return tuple(after), (mass, jnp.stack(index))

    count = sum(len(law) for law in laws) - len(laws) + 1
    return lax.scan(match, tuple(laws), None, length=count)[1]


def _meet(p: Array, q: Array) -> Array:
    """The largest law that both majorise, ``[max(n, m)]``, the largest mass first."""
    width = max(len(p), len(q))
    sums = [
        jnp.cumsum(jnp.pad(jnp.sort(law)[::-1], (0, width - len(law))))
        for law in (p, q)
    ]
    least = jnp.minimum(*sums)
    return jnp.diff(least, prepend=jnp.zeros(1, least.dtype))
