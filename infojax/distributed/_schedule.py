"""When each fragment is sent and applied: integers, known before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from infojax._base import checks
from infojax.types import Array

__all__ = ["Schedule", "schedule"]


class Schedule(NamedTuple):
    """``phases[t % period]`` is the fragment sent at step t = 1, 2, ..., or -1."""

    phases: np.ndarray
    offsets: tuple[int, ...]
    overlap: int

    def sent(self, step: Array) -> Array:
        """The fragment that is sent at a step, -1 for none."""
        return jnp.asarray(self.phases)[step % len(self.phases)]

    def applied(self, step: Array) -> Array:
        """The fragment that is applied at a step, -1 for none."""
        then = step - self.overlap
        return jnp.where(then > 0, self.sent(jnp.maximum(then, 0)), -1)

    def in_flight(self, fragment: int, step: Array) -> Array:
        """Whether a fragment was sent and is not applied after a step."""
        since = (step - self.offsets[fragment]) % len(self.phases)
        return (since < self.overlap) & (step > since)


def schedule(
    name: str,
    fragments: int,
    sync_every: int,
    overlap: int,
    offsets: Sequence[int] | None,
) -> Schedule:
    """The schedule of P fragments, checked."""
    period = checks.size(name, sync_every, "sync_every")
    if isinstance(overlap, bool) or not isinstance(overlap, (int, np.integer)):
        expected = "a static Python int"
        raise checks.fail(TypeError, name, "overlap", expected, repr(overlap)[:40])
    if not 0 <= overlap < period:
        expected = f"in 0 <= overlap < sync_every = {period}"
        raise checks.fail(ValueError, name, "overlap", expected, str(overlap))
    if offsets is None:
        if fragments > period:
            expected = f"at least the number of fragments, {fragments}"
            raise checks.fail(ValueError, name, "sync_every", expected, str(period))
        offsets = [(p + 1) * period // fragments % period for p in range(fragments)]
    chosen = _offsets(name, tuple(offsets), fragments, period)
    phases = np.full(period, -1, np.int32)
    phases[list(chosen)] = np.arange(fragments, dtype=np.int32)
    return Schedule(phases, chosen, int(overlap))


def _offsets(
    name: str, offsets: tuple[int, ...], fragments: int, period: int
) -> tuple[int, ...]:
    whole = all(
        isinstance(t, (int, np.integer)) and not isinstance(t, bool) for t in offsets
    )
    received = repr(offsets)[:60]
    if not whole:
        expected = "a sequence of static Python ints"
        raise checks.fail(TypeError, name, "offsets", expected, received)
    inside = all(0 <= t < period for t in offsets)
    if len(offsets) != fragments or not inside:
        expected = f"one in 0 <= t < {period} for each of {fragments} fragments"
        raise checks.fail(ValueError, name, "offsets", expected, received)
    if len(set(offsets)) < fragments:
        expected = "distinct (fragments sent in the same steps are one fragment)"
        raise checks.fail(ValueError, name, "offsets", expected, received)
    return tuple(int(t) for t in offsets)
