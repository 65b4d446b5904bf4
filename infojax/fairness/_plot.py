"""The frontier as a surface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from infojax._base import checks
from infojax.fairness._frontier import Frontier
from infojax.types import ArrayLike

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_frontier"]

_BITS = 1 / np.log(2)
_MARKS = "os^Dv*"


def plot_frontier(
    surface: Frontier, *, points: Mapping[str, tuple[ArrayLike, ...]] | None = None
) -> Figure:
    """Best accuracy over both budgets: contours, and the surface they are those of.

    Args:
        surface: of ``frontier``, of at least two budgets in either direction.
        points: predictors to mark, by name: global and local disparity in nats, and
            their accuracy as a third for the surface; numbers or arrays.

    Returns: a matplotlib ``Figure`` of two panels, budgets in bits and accuracy in per
        cent; ``figure.savefig(path)``.
    Gradients: none.
    Cost: a second or so.
    Example:
        >>> law = jnp.array([[[4, 1], [4, 1]], [[1, 4], [1, 4]]]) / 20
        >>> budgets = jnp.array([0.0, 0.1])
        >>> found = frontier(law, global_budgets=budgets, local_budgets=budgets)
        >>> plot_frontier(found).axes[0].get_xlabel()
        'global disparity at most [bits]'
    References: Hamman and Dutta (2024), demystifying local and global fairness
        trade-offs in federated learning using partial information decomposition.
    """
    from matplotlib.figure import Figure

    name = "plot_frontier"
    if not isinstance(surface, Frontier):
        raise checks.fail(
            TypeError, name, "surface", "of `frontier`", f"{surface!r:.40}"
        )
    if min(np.shape(surface.error)) < 2:
        received = str(list(np.shape(surface.error)))
        raise checks.fail(ValueError, name, "surface", "of two budgets", received)
    rows, columns = (np.argsort(np.asarray(b)) for b in surface[1:3])
    across = np.asarray(surface.global_budgets, float)[rows] * _BITS
    up = np.asarray(surface.local_budgets, float)[columns] * _BITS
    accuracy = 100 * (1 - np.asarray(surface.error, float)[np.ix_(rows, columns)])

    figure = Figure(figsize=(10.5, 4.2), layout="constrained")
    flat, raised = figure.add_subplot(1, 2, 1), _raised(figure)
    filled = flat.contourf(across, up, accuracy.T, 14, cmap="viridis")
    figure.colorbar(filled, ax=flat, label="best accuracy [%]")
    grid = np.meshgrid(across, up, indexing="ij")
    raised.plot_surface(*grid, accuracy, cmap="viridis", alpha=0.85, lw=0.2, ec="0.4")
    raised.set_zlabel("accuracy [%]")
    for axis in (flat, raised):
        axis.set_xlabel("global disparity at most [bits]")
        axis.set_ylabel("local disparity at most [bits]")
        axis.locator_params(nbins=5)
    raised.xaxis.labelpad = raised.yaxis.labelpad = 8
    raised.view_init(elev=25, azim=-125)
    for i, (label, (x, y, *rest)) in enumerate((points or {}).items()):
        style: dict[str, Any] = {"color": f"C{i + 1}", "marker": _MARKS[i % 6]}
        style |= {"ls": "", "mec": "white", "ms": 8}
        right, above = np.ravel(x) * _BITS, np.ravel(y) * _BITS
        flat.plot(right, above, **style, label=label)
        if rest:
            raised.plot(right, above, 100 * np.ravel(rest[0]), **style)
    if points:
        flat.legend(fontsize=8)
    return figure


def _raised(figure: Figure) -> Any:
    """A panel in three dimensions."""
    return figure.add_subplot(1, 2, 2, projection="3d")
