"""Decompositions of what three sources say: the eighteen atoms of their lattice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from infojax._base import numerics
from infojax.pid._atoms import open_law
from infojax.pid._i_min import specific_information
from infojax.types import Array, ArrayLike

__all__ = ["Lattice", "lattice_i_min", "lattice_mmi"]

Source = tuple[int, ...]


class Lattice(NamedTuple):
    """The atoms of three sources, and the redundancies they are differences of.

    Both are ``[18]``, in nats, in the order of ``antichains``: sets of groups of
    sources, such as ``((1,), (2, 3))`` for what source 1 says and 2 and 3 say together.
    A redundancy is the sum of the atoms at and below it, and the last one, of
    ``((1, 2, 3),)``, is I(S; X, Y, Z).
    """

    atoms: Array
    redundancies: Array

    @property
    def antichains(self) -> tuple[tuple[Source, ...], ...]:
        """What each atom is of, from the bottom of the lattice to its top."""
        return _ANTICHAINS


def _below(low: tuple[Source, ...], high: tuple[Source, ...]) -> bool:
    """Whether each group above holds one of the groups below."""
    return all(any(set(a) <= set(b) for a in low) for b in high)


def _enumerate() -> tuple[tuple[Source, ...], ...]:
    """All sets of groups of which none holds another, lower ones first."""
    sources = range(1, 4)
    groups = [g for size in sources for g in combinations(sources, size)]
    sets = [s for size in sources for s in combinations(groups, size)]
    found = [
        s for s in sets if not any(set(a) < set(b) for a in s for b in s if a != b)
    ]
    depth = {s: sum(_below(low, s) for low in found) for s in found}
    return tuple(sorted(found, key=lambda s: (depth[s], s)))


_ANTICHAINS = _enumerate()
# Atoms from redundancies: the inverse of summing over all that is below.
_INVERSE = np.linalg.inv(
    np.array(
        [[_below(low, high) for low in _ANTICHAINS] for high in _ANTICHAINS], float
    )
).round()


def lattice_i_min(p: ArrayLike) -> Lattice:
    r"""Williams and Beer's decomposition of what three sources say.

    Args:
        p: joint probabilities or counts, ``[ns, nx, ny, nz]``, the target first,
            nonnegative; normalised.

    Returns: ``Lattice(atoms, redundancies)`` in nats, all nonnegative; ``antichains``
        names them.
    Gradients: exact but where groups of sources say equally much of a value; there the
        mean of their sides. 0 in empty cells.
    Cost: O(cells).
    Example:
        >>> copies = jnp.zeros((2, 2, 2, 2)).at[0, 0, 0, 0].set(1).at[1, 1, 1, 1].set(1)
        >>> found = lattice_i_min(copies)
        >>> found.antichains[0], round(float(found.atoms[0]), 4)
        (((1,), (2,), (3,)), 0.6931)
    References: Williams and Beer (2010), nonnegative decomposition of multivariate
        information.
    """
    return _lattice("lattice_i_min", p, specific_information)


def lattice_mmi(p: ArrayLike) -> Lattice:
    r"""Minimum mutual information decomposition of what three sources say.

    The redundancy of groups of sources is the least that one of the groups says.

    Args:
        p: joint probabilities or counts, ``[ns, nx, ny, nz]``, the target first,
            nonnegative; normalised.

    Returns: ``Lattice(atoms, redundancies)`` in nats, all nonnegative; ``antichains``
        names them.
    Gradients: exact but where groups of sources say equally much; there the mean of
        their sides. 0 in empty cells.
    Cost: O(cells).
    Example:
        >>> copies = jnp.zeros((2, 2, 2, 2)).at[0, 0, 0, 0].set(1).at[1, 1, 1, 1].set(1)
        >>> round(float(lattice_mmi(copies).atoms[0]), 4)
        0.6931
    References: Barrett (2015); Williams and Beer (2010), for the lattice.
    """
    return _lattice(
        "lattice_mmi",
        p,
        lambda pair: jnp.sum(specific_information(pair), keepdims=True),
    )


def _lattice(name: str, p: ArrayLike, said: Callable[[Array], Array]) -> Lattice:
    """From what a group says, in parts of which the least are taken, one by one."""
    law, dtype = open_law(name, p, 4)

    def of(group: Source) -> Array:
        others = tuple(axis for axis in (1, 2, 3) if axis not in group)
        return said(jnp.sum(law, axis=others).reshape(len(law), -1))

    parts = {group: of(group) for chain in _ANTICHAINS for group in chain}
    redundancies = jnp.stack(
        [
            jnp.sum(jnp.min(jnp.stack([parts[group] for group in chain]), axis=0))
            for chain in _ANTICHAINS
        ]
    )
    redundancies = numerics.unless_nan(redundancies, law)
    atoms = jnp.asarray(_INVERSE, redundancies.dtype) @ redundancies
    return Lattice(atoms.astype(dtype), redundancies.astype(dtype))
