"""The four atoms of a decomposition, and the informations they add up to."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp

from infojax import closed_form
from infojax._base import checks, numerics
from infojax.types import Array, ArrayLike

__all__ = ["PID", "Informations", "decompose", "informations", "open_law"]


class PID(NamedTuple):
    """What two sources say of a target, in parts, in nats.

    ``redundancy`` is what either source says, ``unique_x`` and ``unique_y`` what one of
    them says alone, ``synergy`` what only both together say. ``redundancy + unique_x``
    is I(S; X), ``redundancy + unique_y`` is I(S; Y), and all four add up to
    I(S; X, Y).
    """

    redundancy: Array
    unique_x: Array
    unique_y: Array
    synergy: Array


class Informations(NamedTuple):
    """I(S; X), I(S; Y) and I(S; X, Y), which no redundancy changes."""

    x: Array
    y: Array
    both: Array


def open_law(name: str, p: ArrayLike, ndim: int = 3) -> tuple[Array, Any]:
    """A law of mass 1 with the target first, or of none, and the dtype to return."""
    table = checks.counts(name, "p", p, ndim)
    mass = table.astype(checks.working_dtype(table.dtype))
    return numerics.normalise(jnp.where(mass < 0, 0, mass)), table.dtype


def informations(law: Array) -> Informations:
    """What the sources say, apart and together, ``[ns, nx, ny]``."""
    return Informations(
        closed_form.categorical_mi(jnp.sum(law, axis=2)),
        closed_form.categorical_mi(jnp.sum(law, axis=1)),
        closed_form.categorical_mi(law.reshape(len(law), -1)),
    )


def decompose(known: Informations, redundancy: Array) -> PID:
    """The other atoms, which a redundancy fixes."""
    synergy = known.both - known.x - known.y + redundancy
    return PID(redundancy, known.x - redundancy, known.y - redundancy, synergy)
