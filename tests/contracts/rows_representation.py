"""Rows of losses that align representations and modulate their gradients."""

from __future__ import annotations

from contracts.row import PAIRED, Case, pair, paired
from infojax import losses

VIEWS = ("a", "b")


def two_views(name: str, call) -> Case:
    return paired(
        name,
        call,
        inputs=pair(2, 2),
        smooth=(0, 1),
        symmetric=True,
        plan=True,
        bad=(*PAIRED, "width"),
        arguments=VIEWS,
    )


ROWS = [
    two_views(
        "losses.infonce_loss",
        lambda a, b, **o: losses.infonce_loss(a, b, temperature=0.5, **o),
    ),
    two_views(
        "losses.siglip_loss",
        lambda a, b, **o: losses.siglip_loss(a, b, temperature=0.5, bias=-1.0, **o),
    ),
]

TYPES: set[str] = set()
