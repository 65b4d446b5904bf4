"""Ranking prompts, and a table that shows why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from infojax._base import checks
from infojax.prompts._scores import PromptScores, scores
from infojax.prompts._tables import Predict, hard_prediction
from infojax.types import Array, ArrayLike

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["Selection", "select"]


class Selection(NamedTuple):
    """Prompts from best to worst.

    ``order`` ``[prompts]`` are their numbers and ``values`` what they are ranked by, in
    that order; ``names`` and ``scores`` are in the order of the input. Printed, it is a
    table of all scores; ``table()`` gives it to ``rich``.
    """

    order: np.ndarray
    values: np.ndarray
    names: tuple[str, ...]
    scores: PromptScores

    @property
    def best(self) -> str:
        """The name of the first one."""
        return self.names[self.order[0]]

    def table(self) -> Table:
        """All scores, best prompt first; entropies in nats."""
        from rich.table import Table

        table = Table()
        table.add_column("prompt")
        for heading in ("ranked by", *_HEADINGS):
            table.add_column(heading, justify="right")
        for place, prompt in enumerate(self.order):
            row = [self.values[place], *(field[prompt] for field in self.scores)]
            cells = (f"{float(value) + 0.0:.3f}" for value in row)
            table.add_row(self.names[prompt], *cells)
        return table

    def __str__(self) -> str:
        from rich.console import Console

        console = Console(width=200, color_system=None)
        with console.capture() as capture:
            console.print(self.table())
        return capture.get().rstrip()


_HEADINGS = ("GE_M", "GE", "LE", "MDL_M", "MI", "MI_G", "ZLP", "ZPM", "ZMV")


def select(
    p: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    by: Callable[[PromptScores], Array] = attrgetter("mutual_information"),
    predict: Predict = hard_prediction,
    epsilon: float = 0.0,
    where: ArrayLike | None = None,
) -> Selection:
    """Rank prompt templates by a score, without labels.

    To choose by calibrated answers, pass what ``calibrate_by_marginals`` returns.

    Args:
        p: probabilities of answers, ``[prompts, inputs, answers]``, nonnegative;
            normalised over answers. From any model.
        names: what to call the prompts; their numbers otherwise.
        by: from all scores to the one that ranks, the larger the better: a field, or
            anything computed from them, such as a sum, or a perplexity of your own that
            is made negative.
        predict, epsilon, where: as in ``scores``.

    Returns: ``Selection(order, values, names, scores)``; the first of equal prompts
        comes first. ``print`` shows the table.
    Gradients: none; use ``scores``.
    Cost: that of ``scores``.
    Example:
        >>> p = np.array([[[0.9, 0.1], [0.7, 0.3]], [[0.9, 0.1], [0.2, 0.8]]])
        >>> select(p, names=["Is it good?", "Good or bad?"]).best
        'Good or bad?'
    References: Yang et al. (2024), improving probability-based prompt selection through
        unified evaluation and analysis.
    """
    found = scores(p, predict=predict, epsilon=epsilon, where=where)
    count = len(found.mutual_information)
    labels = tuple(str(i) for i in range(count)) if names is None else tuple(names)
    if len(labels) != count:
        expected, received = f"{count} strings, one a prompt", f"{len(labels)}"
        raise checks.fail(ValueError, "select", "names", expected, received)
    values = np.asarray(by(found))
    if values.shape != (count,):
        expected = f"a callable to numbers [{count}]"
        raise checks.fail(ValueError, "select", "by", expected, str(values.shape))
    order = np.argsort(-values, kind="stable")
    return Selection(order, values[order], labels, found)
