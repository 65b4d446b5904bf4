"""The information plane as one interactive file that needs no network."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from infojax.infoplane._estimate import Plane, interval
from infojax.infoplane._plot import named_planes
from infojax.types import ArrayLike

__all__ = ["write_page"]


def write_page(
    path: str | Path,
    planes: Plane | Mapping[str, Plane],
    *,
    title: str = "Information plane",
    curve: tuple[ArrayLike, ArrayLike] | None = None,
) -> Path:
    """Write one HTML file: the plane, both informations by epoch, a table by layer.

    Args:
        path: of the file; folders are made, an older file is replaced.
        planes: one, or several by name that the reader chooses among.
        title: of the page.
        curve: rates and relevances in nats that no representation can exceed, such as
            the fields of ``theory.bottleneck_curve``.

    Returns: the path. Hovering shows layer, epoch and values with 95 % intervals over
        seeds; a slider and a button play the epochs; units are bits or nats.
    Gradients: none.
    Cost: some kilobytes a layer.
    Example:
        >>> import tempfile
        >>> plane = infojax.infoplane.Plane(
        ...     ("h",), np.array([0, 9]), np.ones((1, 1, 2)), np.ones((1, 1, 2)), 8, 0.7
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_page(folder + "/plane.html", plane).stat().st_size > 1000
        True
    References: none needed.
    """
    named = {name: _fields(p) for name, p in named_planes("write_page", planes).items()}
    sides = None if curve is None else [_numbers(np.asarray(side)) for side in curve]
    text = json.dumps({"planes": named, "curve": sides}, allow_nan=False)
    template = resources.files("infojax.infoplane").joinpath("page.html").read_text()
    # No "<" can end the script early, and JSON reads it back.
    made = template.replace("__TITLE__", html.escape(title))
    made = made.replace("__DATA__", text.replace("<", "\\u003c"))
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(made, encoding="utf-8")
    return place


def _fields(plane: Plane) -> dict[str, Any]:
    def side(values: np.ndarray) -> dict[str, Any]:
        parts = zip(("mean", "low", "high"), interval(values), strict=True)
        return {part: _numbers(v) for part, v in parts}

    finite = np.isfinite(plane.label_entropy)
    return {
        "names": list(plane.names),
        "epochs": plane.epochs.tolist(),
        "rows": plane.rows,
        "seeds": len(plane.xt),
        "label_entropy": plane.label_entropy if finite else None,
        "xt": side(plane.xt),
        "ty": side(plane.ty),
    }


def _numbers(values: np.ndarray) -> list:
    """Rounded to what can be seen; None for what could not be estimated."""
    values = np.round(np.asarray(values, float), 6)
    known = values.astype(object)
    known[~np.isfinite(values)] = None
    return known.tolist()
