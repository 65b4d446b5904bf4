"""How large the parts of the demonstration are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = ["FAST", "FULL", "Advance", "Settings"]

Advance = Callable[[str], None]


class Settings(NamedTuple):
    """Sizes of the four sections; ``steps`` is the length of the progress bar."""

    permutations: int
    epochs: int
    seeds: int
    samples: int
    repeats: int
    tasks: tuple[str, ...]


TASKS = (
    "1v1-normal-0.75",
    "1v1-additive-0.1",
    "1v1-bimodal-0.75",
    "half_cube-1v1-normal-0.75",
    "wiggly-1v1-normal-0.75",
    "student-identity-1-1-1",
    "asinh-student-identity-1-1-1",
    "multinormal-dense-3-3-0.5",
    "multinormal-sparse-3-3-2-2.0",
    "spiral-multinormal-sparse-3-3-2-2.0",
)

FULL = Settings(500, 30, 5, 3000, 9, TASKS)
FAST = Settings(8, 2, 2, 200, 1, TASKS[:2])
