"""A progress bar that a compiled loop moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import jax

from infojax._base import checks

__all__ = ["Progress", "progress_bar"]


class Progress(Protocol):
    """What a run reports at each check, as numbers.

    Steps taken, the mean bound of the steps since the last check, the objective on
    held-out pairs, and the first step that was not finite, or -1.
    """

    def __call__(
        self, steps: int, bound: float, held_out: float, failed: int, /
    ) -> None: ...


@contextmanager
def progress_bar(steps: int) -> Iterator[Progress]:
    """A live bar for ``train(..., progress=...)``, on the error stream.

    Args:
        steps: where the bar ends.

    Returns: a context manager of a function of the numbers of a check. Runs under
        ``vmap`` move one bar together.
    Gradients: none.
    Cost: a call of Python every check.
    Example:
        >>> with progress_bar(100) as report:
        ...     report(50, 0.5, 0.4, -1)
    References: the documentation of rich, on progress displays.
    """
    from rich import progress as bars
    from rich.console import Console

    total = checks.size("progress_bar", steps, "steps")
    columns = (
        bars.TextColumn("training"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.description}"),
        bars.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with bars.Progress(*columns, console=console, transient=True) as display:
        task = display.add_task("", total=total)

        def report(steps: int, bound: float, held_out: float, failed: int) -> None:
            text = f"bound {float(bound):.3f}, held out {float(held_out):.3f}"
            if failed >= 0:
                text += f", not finite at step {int(failed)}"
            display.update(task, completed=int(steps), description=text)

        yield report
        # A compiled run may still be reporting when its results are handed back.
        jax.effects_barrier()
